"""Asking an agent: the ledger first, then the model, then what may be objected to the answer."""

from __future__ import annotations

from typing import Any, TypeVar

import anyio
from pydantic import ValidationError

from samokoder.agents.agent import Agent
from samokoder.agents.outline import versions
from samokoder.agents.reading import Unreadable, json_in
from samokoder.domain.fenced import NotFenced, as_json
from samokoder.domain.message import Message, Tier
from samokoder.domain.request import Purpose, Usage
from samokoder.domain.run import Run
from samokoder.domain.value import Value
from samokoder.errors import BudgetExceeded, ContextTooLarge, InvalidAnswer
from samokoder.orchestrator import caps
from samokoder.orchestrator.world import World
from samokoder.ports import NOTHING_LOST, LanguageModel, ModelReply, ModelRequest, Sign

B = TypeVar("B", bound=Value)
R = TypeVar("R", bound=Value)

ROOM_WAIT = 0.5
"""Seconds between two looks whether the budget has room again."""
ASKED_AGAIN = 2
"""Times an answer of the wrong form goes back to the model with what is wrong, within one action."""
CONTINUED = 3
"""Times the rest of an answer that was cut off is asked for."""
LONGEST = 400_000
"""Characters of an answer; one that is longer has lost its way and is not gone on with."""
TAIL = 60
"""Characters a continuation repeats, so that nothing is lost or doubled where it is joined."""
SLACK = 40
"""Characters that may stand before them."""


class Unusable(InvalidAnswer):
    """No usable answer came, and this is what was spent on it."""

    def __init__(self, message: str, spent: Usage) -> None:
        super().__init__(message)
        self.spent = spent


async def ask(
    agent: Agent[B, R], brief: B, run: Run, world: World, *, strong: bool = False, salt: int = 0
) -> tuple[R, Usage]:
    """The agent's answer and what it cost. Raises Unusable, ModelUnavailable or BudgetExceeded.

    Where a question does not fit the model's context, files are shown by their outline.
    """
    tier: Tier = "strong" if strong else agent.tier
    refused: ContextTooLarge | None = None
    for told in versions(brief):
        request = ModelRequest(
            agent=agent.name,
            messages=_with_hints(agent.question(told), world.hints),
            answer_name=agent.name,
            answer_schema=agent.schema,
            tier=tier,
            salt=salt,
        )
        try:
            return await _answer(agent, brief, request, run, world)
        except ContextTooLarge as error:
            refused = error
    assert refused is not None
    raise refused


async def _answer(
    agent: Agent[B, R], brief: B, request: ModelRequest, run: Run, world: World
) -> tuple[R, Usage]:
    model, salt, spent = world.model_for(request.tier), request.salt, Usage()
    for turn in range(1, 2 + ASKED_AGAIN):
        reply, cost = await _whole_reply(request, run, world, model)
        spent += cost
        answer, objection = read(agent, brief, reply)
        if answer is not None and not objection:
            return answer, spent
        request = _again(request, reply, objection, salt * 100 + turn, readable=_readable(agent, reply))
    raise Unusable(f"{agent.name}: {objection}", spent)


def _with_hints(question: tuple[Message, ...], hints: tuple[str, ...]) -> tuple[Message, ...]:
    """What the person said later goes last; it is theirs, so it counts as the description does."""
    if not hints:
        return question
    *others, last = question
    said = "\n".join(f"- {hint}" for hint in hints)
    text = f"{last.content}\n\nWhile the work went on, the person said:\n{said}"
    return (*others, last.model_copy(update={"content": text}))


async def _whole_reply(
    request: ModelRequest, run: Run, world: World, model: LanguageModel
) -> tuple[ModelReply, Usage]:
    """The reply and its cost; where it was cut off, the rest of it is asked for."""
    reply = await _reply(request, run, world, model)
    spent = reply.usage
    for _ in range(CONTINUED):
        if not reply.truncated or not 0 < len(reply.text) <= LONGEST:
            break
        more = await _reply(rest_of(request, reply.text), run, world, model)
        spent += more.usage
        whole = joined(reply.text, more.text)
        if whole is None:
            break
        reply = reply.model_copy(update={"text": whole, "truncated": more.truncated})
    return reply, spent


async def _reply(request: ModelRequest, run: Run, world: World, model: LanguageModel) -> ModelReply:
    """A reply that was paid for before, or a new one; money is set aside before it is asked for.

    What is broken off once it was asked is paid for, too: the question, and what was written of the answer.
    """
    if paid := await world.journal.paid_reply(run.id, request.digest):
        return paid
    purpose = Purpose(task=world.task, day=world.today())
    ticket = await _room(request, run, world, model.worst_case(request), purpose)
    reply, asked, written = None, False, 0

    def watch(sign: Sign) -> None:
        nonlocal asked, written
        if sign.kind in ("asked", "refused"):
            asked = sign.kind == "asked"
            return
        written = max(written, sign.tokens)
        world.watch(sign)

    try:
        reply = await model.complete(request, watch)
    finally:
        under_way = reply is None and (asked or written)
        lost = model.worst_case(request, written) if under_way else NOTHING_LOST
        spent = await world.journal.settle(ticket, reply, lost)
    for why in caps.warnings(run.request.options.budget, spent, reply.usage.cost, purpose):
        world.watch(Sign(kind="warning", why=why))
    return reply


async def _room(request: ModelRequest, run: Run, world: World, worst: Usage, purpose: Purpose) -> str:
    """A ticket for what the call may cost. What calls under way hold is mostly given back: wait for it."""
    budget = run.request.options.budget
    while True:
        try:
            return await world.journal.reserve(run.id, request, worst, budget, purpose)
        except BudgetExceeded as error:
            if not error.may_pass:
                raise
            world.watch(
                Sign(kind="waiting", seconds=ROOM_WAIT, why="may not be asked before others have answered")
            )
            await anyio.sleep(ROOM_WAIT)


def read(agent: Agent[B, R], brief: B, reply: ModelReply) -> tuple[R | None, str]:
    """The answer, and what is wrong with it; a reply that cannot be read is never an answer."""
    if reply.truncated:
        return None, "the answer was cut off; answer again, more briefly"
    try:
        answer = agent.answer.model_validate_json(_as_json(agent, reply.text))
    except Unreadable as fault:
        return None, f"{fault}; keep to the form your answer is to have"
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False, include_context=False)
        return None, "; ".join(f"{_place(fault['loc'])}: {fault['msg']}" for fault in faults[:8])
    return answer, agent.objection(brief, answer)


def _as_json(agent: Agent[Any, Any], text: str) -> str:
    """Raises Unreadable."""
    try:
        return json_in(text)
    except Unreadable as fault:
        if text.lstrip().startswith("{"):  # half an object; a fence in it is a part of it
            raise
        try:  # plain text that came in pieces was put together only here
            return as_json(agent.schema, text)
        except NotFenced:
            raise fault from None


def _readable(agent: Agent[Any, Any], reply: ModelReply) -> bool:
    try:
        return bool(_as_json(agent, reply.text)) and not reply.truncated
    except Unreadable:
        return False


def _place(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location) or "answer"


def rest_of(request: ModelRequest, said: str) -> ModelRequest:
    """Asks for what an answer that was cut off still lacks, from a place both sides know."""
    tail = said[-TAIL:]
    wanted = (
        f"Your answer was cut off. It ended with these characters:\n{tail}\nWrite the rest of it. Begin with "
        "exactly these characters, then go on where you stopped; no fence around it and no word about it."
    )
    messages = (
        *request.messages,
        Message(role="assistant", content=said),
        Message(role="user", content=wanted),
    )
    return request.model_copy(update={"messages": messages, "form": "rest"})


def joined(said: str, more: str) -> str | None:
    """Both pieces as one; None where it is not plain how they fit."""
    tail = said[-TAIL:]
    at = more.find(tail, 0, len(tail) + SLACK)
    return None if at < 0 else said + more[at + len(tail) :]


def _again(
    request: ModelRequest, reply: ModelReply, objection: str, salt: int, *, readable: bool
) -> ModelRequest:
    """The same question with what was wrong; a new request even when the same wrong answer comes twice.

    What could not be read is no help to look at, and is asked for in plain text, which is easier to write.
    """
    asked = request.messages[:2]  # the role and the brief; earlier wrong answers only cost tokens
    said = (Message(role="assistant", content=reply.text[:20_000]),) if readable else ()
    wrong = Message(role="user", content=f"This cannot be used: {objection}. Answer again, whole.")
    form = request.form if readable else "text"
    return request.model_copy(update={"messages": (*asked, *said, wrong), "salt": salt, "form": form})
