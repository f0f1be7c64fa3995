"""No cap on money is passed by a cent, whoever asks at the same time."""

from __future__ import annotations

from typing import Any

import anyio
import pytest

from samokoder.domain.request import Budget, Purpose, Usage
from samokoder.errors import BudgetExceeded
from samokoder.ports import Spent
from tests.contracts.test_journal import asked, journal, said
from tests.orchestrator import story

__all__ = ["journal"]

WORST = Usage(calls=1, cost=10)


async def test_sixteen_at_once_get_what_the_cap_holds_and_not_a_cent_more(journal: Any) -> None:
    await journal.create("r1", story.request(), "now")
    granted: list[str] = []
    refused: list[BudgetExceeded] = []

    async def caller(number: int) -> None:
        try:
            granted.append(await journal.reserve("r1", asked(str(number)), WORST, Budget(cost=109)))
        except BudgetExceeded as error:
            refused.append(error)

    async with anyio.create_task_group() as group:
        for number in range(16):
            group.start_soon(caller, number)
    assert (len(granted), len(refused)) == (10, 6)
    assert all(error.may_pass and error.cap == "cost" for error in refused)


async def test_what_is_given_back_is_room_again_and_what_was_spent_is_not(journal: Any) -> None:
    await journal.create("r1", story.request(), "now")
    budget = Budget(cost=15)
    first = await journal.reserve("r1", asked(), WORST, budget)
    with pytest.raises(BudgetExceeded) as refused:
        await journal.reserve("r1", asked("b"), WORST, budget)
    assert refused.value.may_pass
    await journal.settle(first, said(cost=5))
    second = await journal.reserve("r1", asked("b"), WORST, budget)
    await journal.settle(second, said(cost=6))
    with pytest.raises(BudgetExceeded) as refused:
        await journal.reserve("r1", asked("c"), WORST, budget)
    assert not refused.value.may_pass
    assert "$0.0000" in str(refused.value) and "Resume with more" in str(refused.value)


async def test_each_task_has_its_own_cap(journal: Any) -> None:
    await journal.create("r1", story.request(), "now")
    budget = Budget(task_cost=15)
    await journal.reserve("r1", asked("a"), WORST, budget, Purpose(task="T1"))
    await journal.reserve("r1", asked("b"), WORST, budget, Purpose(task="T2"))
    await journal.reserve("r1", asked("c"), WORST, budget, Purpose())
    with pytest.raises(BudgetExceeded, match="each task") as refused:
        await journal.reserve("r1", asked("d"), WORST, budget, Purpose(task="T1"))
    assert refused.value.cap == "task_cost"


async def test_a_day_is_one_cap_for_all_runs_and_ends_with_the_persons_date(journal: Any) -> None:
    await journal.create("r1", story.request(), "now")
    await journal.create("r2", story.request(), "now")
    budget = Budget(day_cost=15)
    monday, tuesday = Purpose(day="2026-06-01"), Purpose(day="2026-06-02")
    await journal.settle(await journal.reserve("r1", asked(), WORST, budget, monday), said(cost=10))
    with pytest.raises(BudgetExceeded, match="a day") as refused:
        await journal.reserve("r2", asked(), WORST, budget, monday)
    assert refused.value.cap == "day_cost"
    await journal.reserve("r2", asked(), WORST, budget, tuesday)


async def test_what_was_spent_is_booked_by_role_task_model_and_day(journal: Any) -> None:
    await journal.create("r1", story.request(), "now")
    await journal.create("r2", story.request(), "now")
    purpose = Purpose(task="T1", day="2026-06-01")
    for text in ("a", "b"):
        ticket = await journal.reserve("r1", asked(text), WORST, Budget(), purpose)
        await journal.settle(ticket, said(cost=3, tokens_in=10, tokens_cached=4))
    await journal.settle(await journal.reserve("r2", asked("c"), WORST, Budget()), said(cost=5))
    await journal.settle(await journal.reserve("r2", asked("d"), WORST, Budget()), None)
    await journal.reserve("r2", asked("e"), WORST, Budget())
    (booked,) = await journal.bookings("r1")
    assert (booked.agent, booked.tier, booked.task, booked.model, booked.day) == (
        *("tester", "code", "T1", "m"),
        "2026-06-01",
    )
    assert booked.usage.model_copy(update={"seconds": 0}) == Usage(
        calls=2, cost=6, tokens_in=20, tokens_cached=8
    )
    assert sum(entry.usage.cost for entry in await journal.bookings()) == 11


async def test_settling_tells_what_is_spent_by_then(journal: Any) -> None:
    await journal.create("r1", story.request(), "now")
    await journal.create("r2", story.request(), "now")
    here, there = Purpose(task="T1", day="d"), Purpose(task="T2", day="d")

    async def pays(run: str, text: str, purpose: Purpose, cost: int) -> Spent:
        ticket = await journal.reserve(run, asked(text), WORST, Budget(), purpose)
        spent: Spent = await journal.settle(ticket, said(cost=cost))
        return spent

    assert await pays("r1", "a", here, 1) == Spent(run=1, task=1, day=1)
    assert await pays("r1", "b", there, 2) == Spent(run=3, task=2, day=3)
    assert await pays("r2", "a", here, 4) == Spent(run=4, task=4, day=7)


async def test_what_is_broken_off_is_billed_as_far_as_it_was_written_and_is_no_reply(journal: Any) -> None:
    await journal.create("r1", story.request(), "now")
    ticket = await journal.reserve("r1", asked(), Usage(calls=1, cost=90), Budget(cost=100))
    spent: Spent = await journal.settle(ticket, None, Usage(calls=1, tokens_in=10, tokens_out=4, cost=40))
    assert spent.run == 40
    assert await journal.paid_reply("r1", asked().digest) is None
    (booking,) = await journal.bookings("r1")
    assert (booking.agent, booking.usage.cost, booking.usage.tokens_out) == (asked().agent, 40, 4)
    with pytest.raises(BudgetExceeded):
        await journal.reserve("r1", asked("other"), Usage(calls=1, cost=61), Budget(cost=100))
    await journal.reserve("r1", asked("other"), Usage(calls=1, cost=60), Budget(cost=100))
