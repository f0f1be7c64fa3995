"""A budget with little room makes calls take turns; it ends a run only when it is spent."""

from __future__ import annotations

import anyio
import pytest

from samokoder.adapters.fake_model import FakeModel
from samokoder.adapters.memory import MemoryJournal
from samokoder.domain.message import Message
from samokoder.domain.request import Budget, Purpose
from samokoder.domain.run import Run
from samokoder.errors import BudgetExceeded
from samokoder.orchestrator import asking, caps
from samokoder.orchestrator.runs import Runs
from samokoder.ports import ModelReply, ModelRequest, Spent, Watch, unwatched
from tests.orchestrator import story
from tests.orchestrator.cast import Player, Silent, world


class Slow(FakeModel):
    """Takes its time, costs a tenth of what it might, and counts how many are asked at once."""

    def __init__(self) -> None:
        super().__init__(lambda request: "{}", cost=100)
        self.now = self.most = 0

    async def complete(self, request: ModelRequest, watch: Watch = unwatched) -> ModelReply:
        self.now += 1
        self.most = max(self.most, self.now)
        await anyio.sleep(0.05)
        self.now -= 1
        reply = await super().complete(request, watch)
        return reply.model_copy(update={"usage": reply.usage.model_copy(update={"cost": 10})})


def question(number: int) -> ModelRequest:
    messages = (Message(role="user", content=str(number)),)
    return ModelRequest(agent="a", messages=messages, answer_name="a", answer_schema={})


async def asked(calls: int, cap: int) -> Slow:
    model, journal = Slow(), MemoryJournal()
    request = story.request(budget=Budget(cost=cap))
    await journal.create("r1", request, "now")
    parts = world(model=model, journal=journal)
    run = Run(id="r1", request=request)
    async with anyio.create_task_group() as group:
        for number in range(calls):
            group.start_soon(asking._reply, question(number), run, parts, model)
    return model


async def test_calls_wait_for_what_others_set_aside_and_did_not_need() -> None:
    model = await asked(calls=8, cap=250)
    assert (len(model.asked), model.most) == (8, 2)


async def test_what_is_really_spent_is_not_waited_for() -> None:
    with pytest.raises(BaseExceptionGroup) as refused:
        await asked(calls=1, cap=99)
    assert refused.group_contains(BudgetExceeded)


async def test_the_person_is_told_once_when_a_cap_is_near() -> None:
    player, silent = Player(), Silent()
    parts = world(model=player, editor=silent, today=lambda: "2026-06-01")
    runs = Runs(parts)
    run_id = await runs.start(story.request(budget=Budget(cost=60, task_cost=40, warn=50)))
    run = await runs.wait(run_id)
    assert run.end is not None and run.end.kind == "verified" and run.usage.cost > 30
    noted = [news.detail for news in silent.news if news.kind == "noted"]
    assert sum("this run" in detail for detail in noted) == 1
    assert all("a day" not in detail for detail in noted)


@pytest.mark.parametrize(
    ("now", "cost", "told"), [(79, 10, 0), (80, 10, 1), (85, 5, 0), (85, 6, 1), (100, 100, 1)]
)
def test_only_the_call_that_reaches_the_share_tells_of_it(now: int, cost: int, told: int) -> None:
    budget = Budget(cost=10**6, task_cost=10**6, day_cost=100)
    said = caps.warnings(budget, Spent(run=now, task=now, day=now), cost, Purpose(task="T1", day="d"))
    assert len(said) == told
    assert all("the runs of a day" in why for why in said)
