"""A run that reaches a cap ends, or asks the person whether it may go on."""

from __future__ import annotations

import pytest

from samokoder.domain.outcome import Answered, Cancelled, NothingUsable, Resumed
from samokoder.domain.request import Budget, Usage
from samokoder.domain.run import Run, waiting_for
from samokoder.domain.specification import Answer
from samokoder.orchestrator.advance import advance
from samokoder.orchestrator.decide import decide
from samokoder.orchestrator.runs import Runs
from tests.orchestrator import story
from tests.orchestrator.cast import Player, world

DOLLAR = 10**6


def at_cap(cap: str = "cost", **budget: object) -> Run:
    given = Budget.model_validate({"cost": 5 * DOLLAR, "on_cap": "ask", **budget})
    run = story.run_after(*story.START[:1], budget=given)
    return advance(run, NothingUsable(cause="budget", reason="It is spent.", cap=cap))


def told(run: Run, text: str, skipped: bool = False) -> Run:
    (question,) = waiting_for(run)
    return advance(run, Answered(answer=Answer(question=question.id, text=text, skipped=skipped)))


def test_a_run_that_may_not_ask_ends_and_can_be_resumed() -> None:
    run = at_cap(on_cap="stop")
    assert run.end is not None and run.end.kind == "budget_exhausted"


def test_a_run_that_may_ask_waits_and_does_nothing_meanwhile() -> None:
    run = at_cap()
    assert run.end is None and decide(run) == ()
    (question,) = waiting_for(run)
    assert "How many US dollars more may it spend?" in question.text and question.default == "stop"


@pytest.mark.parametrize(("text", "cap"), [("2", 7), ("$2.50", 7.5), ("0,5", 5.5)])
def test_an_amount_raises_the_cap_by_it_and_the_work_goes_on(text: str, cap: float) -> None:
    run = told(at_cap(), text)
    assert run.request.options.budget.cost == cap * DOLLAR
    assert waiting_for(run) == () and decide(run) == decide(story.run_after(*story.START[:1]))


@pytest.mark.parametrize("text", ["stop", "", "yes", "-1", "0", "inf", "nan"])
def test_whatever_is_no_amount_ends_it(text: str) -> None:
    run = told(at_cap(), text)
    assert run.end is not None and run.end.kind == "budget_exhausted" and waiting_for(run) == ()


def test_the_cap_that_was_reached_is_the_one_that_is_raised() -> None:
    budget = told(at_cap("day_cost", day_cost=DOLLAR), "1").request.options.budget
    assert (budget.day_cost, budget.cost) == (2 * DOLLAR, 5 * DOLLAR)
    assert told(at_cap("calls"), "10").request.options.budget.calls == Budget().calls + 10


def test_what_is_spent_is_asked_about_too() -> None:
    run = story.run_after(*story.START[:1], budget=Budget(calls=3, on_cap="ask"))
    spent = advance(run, story.START[1].model_copy(update={"spent": Usage(calls=3)}))
    assert [question.id for question in waiting_for(spent)] == ["cap-calls"]
    assert waiting_for(told(spent, "5")) == ()


def test_a_run_that_waits_for_money_can_be_cancelled_and_resumed_with_more() -> None:
    assert waiting_for(advance(at_cap(), Cancelled())) == ()
    resumed = advance(at_cap(), Resumed(more_cost=DOLLAR))
    assert waiting_for(resumed) == () and resumed.request.options.budget.cost == 6 * DOLLAR


async def test_a_whole_run_asks_is_allowed_more_and_ends_verified() -> None:
    player = Player()
    runs = Runs(world(model=player))
    run_id = await runs.start(story.request(budget=Budget(cost=30, on_cap="ask")))
    run = await runs.wait(run_id)
    (question,) = waiting_for(run)
    assert question.id == "cap-cost" and 20 < run.usage.cost <= 30
    assert run.usage.cost == 3 * player.asked.total()
    await runs.answer(run_id, question.id, "1")
    run = await runs.wait(run_id)
    assert run.end is not None and run.end.kind == "verified"
    assert set(player.requests.values()) == {1}
