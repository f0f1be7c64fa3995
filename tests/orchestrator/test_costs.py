"""What was spent adds up from every side, and what a run will cost is told from runs like it."""

from __future__ import annotations

from samokoder.domain.message import Tier
from samokoder.domain.request import Usage
from samokoder.orchestrator.costs import costs, estimate
from samokoder.ports import Booking, RunSummary


def booked(run: str, agent: str, tier: str, task: str, model: str, day: str, cost: int) -> Booking:
    usage = Usage(calls=5, tokens_in=1_000, tokens_out=100, tokens_cached=500, cost=cost)
    return Booking(run=run, agent=agent, tier=tier, task=task, model=model, day=day, usage=usage)


BOOKED = [
    booked("r1", "architect", "plan", "", "big", "2026-06-01", 70),
    booked("r1", "code_monkey", "code", "T1", "small", "2026-06-02", 20),
    booked("r2", "code_monkey", "code", "T1", "small", "2026-06-01", 30),
]


def ended(name: str, end: str | None = "verified") -> RunSummary:
    return RunSummary(
        id=name, target="", description="", phase="", end=end, created="", steps=1, usage=Usage()
    )


def test_every_side_adds_up_to_the_whole() -> None:
    told = costs(BOOKED)
    assert (told.total.cost, told.total.calls, told.total.tokens_cached) == (120, 15, 1_500)
    for side in (told.by_role, told.by_task, told.by_model, told.by_day):
        assert sum((line.usage for line in side), Usage()) == told.total
    assert [(line.name, line.usage.cost) for line in told.by_role] == [("architect", 70), ("code_monkey", 50)]
    assert [line.name for line in told.by_task] == ["r1", "r2 T1", "r1 T1"]
    assert [(line.name, line.usage.cost) for line in told.by_day] == [("2026-06-01", 100), ("2026-06-02", 20)]


def price(tier: Tier, usage: Usage) -> int | None:
    return usage.tokens_in * {"plan": 10, "code": 1}.get(tier, 100)


def test_an_estimate_takes_the_tokens_of_the_past_and_the_prices_of_now() -> None:
    told = estimate(BOOKED, [ended("r1"), ended("r2"), ended("unfinished", None)], price)
    assert (told.runs, told.low, told.cost, told.high) == (2, 1_000, 11_000, 11_000)
    assert (told.calls, told.tokens) == (10, 2_200)


def test_a_run_that_was_over_before_it_began_is_no_example() -> None:
    short = booked("r3", "spec_writer", "plan", "", "big", "", 1).model_copy(
        update={"usage": Usage(calls=1, tokens_in=10)}
    )
    assert estimate([short], [ended("r3")], price).runs == 0


def test_without_history_it_is_a_guess_and_says_so() -> None:
    told = estimate([], [], price)
    assert told.runs == 0 and told.low is not None and told.cost is not None and told.high is not None
    assert 0 < told.low < told.cost < told.high


def test_an_unknown_price_makes_the_cost_unknown_and_not_nothing() -> None:
    told = estimate(BOOKED, [ended("r1")], lambda tier, usage: None if tier == "plan" else 1)
    assert (told.cost, told.low, told.high) == (None, None, None)
    assert told.tokens == 2_200


def test_a_model_that_costs_nothing_is_told_to() -> None:
    assert estimate(BOOKED, [ended("r1")], lambda tier, usage: 0).high == 0
