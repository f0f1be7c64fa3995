"""Asking an agent: the ledger first, then the model, then what may be objected to the answer."""

from __future__ import annotations

from typing import TypeVar

from pydantic import ValidationError

from samokoder.agents.agent import Agent
from samokoder.domain.message import Message, Tier
from samokoder.domain.request import Usage
from samokoder.domain.run import Run
from samokoder.domain.value import Value
from samokoder.errors import InvalidAnswer
from samokoder.orchestrator.world import World
from samokoder.ports import LanguageModel, ModelReply, ModelRequest

B = TypeVar("B", bound=Value)
R = TypeVar("R", bound=Value)

ASKED_AGAIN = 2
"""Times an answer of the wrong form goes back to the model with what is wrong, within one action."""


class Unusable(InvalidAnswer):
    """No usable answer came, and this is what was spent on it."""

    def __init__(self, message: str, spent: Usage) -> None:
        super().__init__(message)
        self.spent = spent


async def ask(
    agent: Agent[B, R], brief: B, run: Run, world: World, *, strong: bool = False, salt: int = 0
) -> tuple[R, Usage]:
    """The agent's answer and what it cost. Raises Unusable, ModelUnavailable or BudgetExceeded."""
    tier: Tier = "strong" if strong else agent.tier
    model = world.model_for(tier)
    request = ModelRequest(
        agent=agent.name,
        messages=agent.question(brief),
        answer_name=agent.name,
        answer_schema=agent.schema,
        tier=tier,
        salt=salt,
    )
    spent = Usage()
    for turn in range(1, 2 + ASKED_AGAIN):
        reply = await _reply(request, run, world, model)
        spent += reply.usage
        answer, objection = read(agent, brief, reply)
        if answer is not None and not objection:
            return answer, spent
        request = _again(request, reply, objection, salt * 100 + turn)
    raise Unusable(f"{agent.name}: {objection}", spent)


async def _reply(request: ModelRequest, run: Run, world: World, model: LanguageModel) -> ModelReply:
    """A reply that was paid for before, or a new one; money is set aside before it is asked for."""
    if paid := await world.journal.paid_reply(run.id, request.digest):
        return paid
    ticket = await world.journal.reserve(
        run.id, request, model.worst_case(request), run.request.options.budget
    )
    reply = None
    try:
        reply = await model.complete(request, world.watch)
    finally:
        await world.journal.settle(ticket, reply)
    return reply


def read(agent: Agent[B, R], brief: B, reply: ModelReply) -> tuple[R | None, str]:
    """The answer, and what is wrong with it; a reply that cannot be read is never an answer."""
    if reply.truncated:
        return None, "the answer was cut off; answer again, more briefly"
    try:
        answer = agent.answer.model_validate_json(unfenced(reply.text))
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False, include_context=False)
        return None, "; ".join(f"{_place(fault['loc'])}: {fault['msg']}" for fault in faults[:8])
    return answer, agent.objection(brief, answer)


def _place(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location) or "answer"


def unfenced(text: str) -> str:
    """The text without a Markdown code fence around all of it."""
    stripped = text.strip()
    if stripped.startswith("```") and stripped.endswith("```") and "\n" in stripped:
        return stripped.split("\n", 1)[1].rsplit("```", 1)[0]
    return stripped


def _again(request: ModelRequest, reply: ModelReply, objection: str, salt: int) -> ModelRequest:
    """The same question with what was wrong; a new request even when the same wrong answer comes twice."""
    asked = request.messages[:2]  # the role and the brief; earlier wrong answers only cost tokens
    return request.model_copy(
        update={
            "messages": (
                *asked,
                Message(role="assistant", content=reply.text[:20_000]),
                Message(role="user", content=f"This cannot be used: {objection}. Answer again, whole."),
            ),
            "salt": salt,
        }
    )
