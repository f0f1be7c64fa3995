"""The promises of a journal, held against the one in memory and the one in SQLite."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import anyio
import pytest

from samokoder.adapters.memory import MemoryJournal
from samokoder.adapters.sqlite import open_journal
from samokoder.domain.files import digest_of
from samokoder.domain.message import Message
from samokoder.domain.outcome import Outcome
from samokoder.domain.paths import FilePath
from samokoder.domain.request import Budget, Usage
from samokoder.domain.run import Run
from samokoder.errors import BudgetExceeded, FolderBusy, NotFound, StaleRun
from samokoder.orchestrator.advance import advance
from samokoder.orchestrator.conduct import fold
from samokoder.ports import ModelReply, ModelRequest, Step
from tests.orchestrator import story


@pytest.fixture(params=["memory", "sqlite"])
async def journal(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Any]:
    opened = MemoryJournal() if request.param == "memory" else await open_journal(tmp_path / "state.db")
    yield opened
    await opened.close()


async def record(journal: Any, run_id: str, *outcomes: Outcome, start: int = 0) -> Run:
    run_request, steps = await journal.read(run_id)
    run = fold(run_id, run_request, (step.outcome for step in steps))
    for index, outcome in enumerate(outcomes, start):
        after = advance(run, outcome)
        await journal.commit(run, Step(index=index, at="now", outcome=outcome), after, {})
        run = after
    return run


def asked(text: str = "hello") -> ModelRequest:
    return ModelRequest(
        agent="tester", messages=(Message(role="user", content=text),), answer_name="a", answer_schema={}
    )


def said(text: str = "hi", **usage: int) -> ModelReply:
    return ModelReply(text=text, model="m", usage=Usage(calls=1, **usage))


async def test_what_was_committed_is_read_back(journal: Any) -> None:
    await journal.create("r1", story.request(), "now")
    await record(journal, "r1", *story.START)
    request, steps = await journal.read("r1")
    assert request == story.request()
    assert [step.outcome for step in steps] == list(story.START)
    assert [step.index for step in steps] == list(range(len(story.START)))


async def test_an_unknown_run_is_not_found(journal: Any) -> None:
    with pytest.raises(NotFound):
        await journal.read("nobody")


async def test_a_step_is_committed_once(journal: Any) -> None:
    await journal.create("r1", story.request(), "now")
    run = await record(journal, "r1", story.specified)
    with pytest.raises(StaleRun):
        await journal.commit(run, Step(index=0, at="now", outcome=story.designed), run, {})
    assert len((await journal.read("r1"))[1]) == 1


async def test_contents_are_kept_by_digest(journal: Any) -> None:
    await journal.create("r1", story.request(), "now")
    run = await record(journal, "r1")
    content = "Привет".encode() * 1000
    digest = digest_of(content)
    step = Step(index=0, at="now", outcome=story.specified)
    await journal.commit(run, step, advance(run, story.specified), {digest: content})
    assert await journal.blobs([digest]) == {digest: content}
    with pytest.raises(KeyError):
        await journal.blobs(["f" * 64])


async def test_a_fork_shares_the_first_steps_and_goes_its_own_way(journal: Any) -> None:
    await journal.create("r1", story.request(), "1")
    await record(journal, "r1", *story.START)
    await journal.create("r2", story.request(), "2", fork=("r1", 2))
    await record(journal, "r2", story.planned, start=2)
    shared = [step.outcome for step in (await journal.read("r2"))[1]]
    assert shared == [story.specified, story.designed, story.planned]
    assert len((await journal.read("r1"))[1]) == len(story.START)


async def test_a_fork_of_a_fork_sees_the_steps_of_both(journal: Any) -> None:
    await journal.create("r1", story.request(), "1")
    await record(journal, "r1", *story.START)
    await journal.create("r2", story.request(), "2", fork=("r1", 3))
    await journal.create("r3", story.request(), "3", fork=("r2", 1))
    assert [step.outcome for step in (await journal.read("r3"))[1]] == [story.specified]


async def test_runs_are_listed_newest_first_with_where_they_are(journal: Any) -> None:
    await journal.create("r1", story.request(), "1")
    await journal.create("r2", story.request(), "2")
    await record(journal, "r2", story.specified)
    listed = await journal.runs()
    assert [(run.id, run.phase, run.steps) for run in listed] == [
        ("r2", "designing", 1),
        ("r1", "specifying", 0),
    ]


async def test_a_paid_reply_is_found_by_the_very_same_request(journal: Any) -> None:
    await journal.create("r1", story.request(), "now")
    ticket = await journal.reserve("r1", asked(), Usage(calls=1), Budget())
    assert await journal.paid_reply("r1", asked().digest) is None
    await journal.settle(ticket, said("привет", tokens_in=3))
    assert await journal.paid_reply("r1", asked().digest) == said("привет", tokens_in=3)
    assert await journal.paid_reply("r1", asked("other").digest) is None


async def test_a_fork_finds_what_its_parent_paid_for_but_a_stranger_does_not(journal: Any) -> None:
    await journal.create("r1", story.request(), "1")
    await journal.settle(await journal.reserve("r1", asked(), Usage(), Budget()), said())
    await journal.create("r2", story.request(), "2", fork=("r1", 0))
    await journal.create("r3", story.request(), "3")
    assert await journal.paid_reply("r2", asked().digest) == said()
    assert await journal.paid_reply("r3", asked().digest) is None


@pytest.mark.parametrize(
    ("worst", "budget"),
    [
        (Usage(calls=1), Budget(calls=2)),
        (Usage(tokens_in=30, tokens_out=20), Budget(tokens=100)),
        (Usage(cost=50), Budget(cost=100)),
    ],
)
async def test_what_is_set_aside_counts_until_it_is_given_back(
    journal: Any, worst: Usage, budget: Budget
) -> None:
    await journal.create("r1", story.request(), "now")
    first = await journal.reserve("r1", asked(), worst, budget)
    await journal.reserve("r1", asked(), worst, budget)
    with pytest.raises(BudgetExceeded, match="budget"):
        await journal.reserve("r1", asked(), worst, budget)
    await journal.settle(first, None)
    await journal.reserve("r1", asked(), worst, budget)


async def test_sixteen_callers_never_pass_the_cap_together(journal: Any) -> None:
    await journal.create("r1", story.request(), "now")
    granted: list[str] = []

    async def call() -> None:
        try:
            granted.append(await journal.reserve("r1", asked(), Usage(calls=1, cost=10), Budget(cost=70)))
        except BudgetExceeded:
            return

    async with anyio.create_task_group() as group:
        for _ in range(16):
            group.start_soon(call)
    assert len(granted) == 7


async def test_only_what_some_run_intended_for_a_place_is_ours(journal: Any) -> None:
    await journal.create("r1", story.request(), "now")
    path = FilePath("a.txt")
    await journal.intend("r1", "/here", {path: "d1"}, "now")
    await journal.intend("r1", "/here", {path: "d2"}, "later")
    assert await journal.ours("/here") == {path: frozenset({"d1", "d2"})}
    assert await journal.ours("/elsewhere") == {}


async def test_a_name_is_held_by_one_at_a_time(journal: Any) -> None:
    async with journal.lease(["folder /here", "run r1"]):
        with pytest.raises(FolderBusy):
            async with journal.lease(["folder /here"]):
                raise AssertionError("two in one folder")
    async with journal.lease(["folder /here"]):
        pass


async def test_all_names_are_taken_or_none(journal: Any) -> None:
    async with journal.lease(["b"]):
        with pytest.raises(FolderBusy):
            async with journal.lease(["a", "b"]):
                raise AssertionError("half a lease")
        async with journal.lease(["a"]):
            pass
