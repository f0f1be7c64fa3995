"""A budget with little room makes calls take turns; it ends a run only when it is spent."""

from __future__ import annotations

import anyio
import pytest

from samokoder.adapters.fake_model import FakeModel
from samokoder.adapters.memory import MemoryJournal
from samokoder.domain.message import Message
from samokoder.domain.request import Budget
from samokoder.domain.run import Run
from samokoder.errors import BudgetExceeded
from samokoder.orchestrator import asking
from samokoder.ports import ModelReply, ModelRequest, Watch, unwatched
from tests.orchestrator import story
from tests.orchestrator.cast import world


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
