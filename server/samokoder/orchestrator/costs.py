"""What was spent, looked at from several sides, and what a run will probably cost. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import get_args

from samokoder.domain.message import Tier
from samokoder.domain.request import Usage
from samokoder.domain.value import Value
from samokoder.ports import Booking, RunSummary

Cost = Callable[[Tier, Usage], int | None]
"""What such usage costs with the models chosen now, in millionths of a US dollar; None: nobody knows."""

TIERS: tuple[Tier, ...] = get_args(Tier)
LOOKED_AT = 50
"""Runs of the past an estimate is made from, at most."""
FEWEST_CALLS = 5
"""A run with fewer was over before it began; it says nothing of what one costs."""
TYPICAL: Mapping[Tier, Usage] = {
    "plan": Usage(calls=8, tokens_in=40_000, tokens_out=12_000),
    "code": Usage(calls=20, tokens_in=120_000, tokens_out=30_000),
    "review": Usage(calls=8, tokens_in=60_000, tokens_out=5_000),
    "summary": Usage(calls=2, tokens_in=12_000, tokens_out=4_000),
}
"""A small web application, where there is no history; real ones take a third of it to three times as much."""


class Line(Value):
    name: str
    usage: Usage


class Costs(Value):
    total: Usage
    by_role: tuple[Line, ...]
    by_task: tuple[Line, ...]
    by_model: tuple[Line, ...]
    by_day: tuple[Line, ...]


def costs(bookings: Sequence[Booking]) -> Costs:
    """The dearest first; days in their order."""
    return Costs(
        total=sum((b.usage for b in bookings), Usage()),
        by_role=_lines(bookings, lambda b: b.agent),
        by_task=_lines(bookings, lambda b: f"{b.run} {b.task}".strip()),
        by_model=_lines(bookings, lambda b: b.model),
        by_day=tuple(sorted(_lines(bookings, lambda b: b.day), key=lambda line: line.name)),
    )


def _lines(bookings: Sequence[Booking], name: Callable[[Booking], str]) -> tuple[Line, ...]:
    sums: dict[str, Usage] = {}
    for booking in bookings:
        sums[name(booking)] = sums.get(name(booking), Usage()) + booking.usage
    lines = (Line(name=key, usage=usage) for key, usage in sums.items())
    return tuple(sorted(lines, key=lambda line: (-line.usage.cost, -line.usage.tokens, line.name)))


class Estimate(Value):
    """Of a run that is not begun. Money is in millionths of a US dollar."""

    runs: int
    """Runs of the person's own it was made from; 0: it is a guess."""
    calls: int
    tokens: int
    cost: int | None
    """With the models chosen now; None: what one of them costs is not known."""
    low: int | None
    high: int | None
    """Nine of ten runs stayed between these."""


def estimate(bookings: Sequence[Booking], runs: Sequence[RunSummary], cost: Cost) -> Estimate:
    """From runs that were carried out; the tokens are theirs, the prices are those of now."""
    past = [of_run for run in runs if run.end and (of_run := _by_tier(bookings, run.id))]
    past = [tiers for tiers in past if _sum(tiers).calls >= FEWEST_CALLS][:LOOKED_AT]
    if not past:
        typical = _costs(TYPICAL, cost)
        low, high = (None, None) if typical is None else (typical // 3, typical * 3)
        whole = _sum(TYPICAL)
        return Estimate(runs=0, calls=whole.calls, tokens=whole.tokens, cost=typical, low=low, high=high)
    priced = [_costs(tiers, cost) for tiers in past]
    known = sorted(amount for amount in priced if amount is not None)
    complete = len(known) == len(priced)
    return Estimate(
        runs=len(past),
        calls=_at(sorted(_sum(tiers).calls for tiers in past), 0.5),
        tokens=_at(sorted(_sum(tiers).tokens for tiers in past), 0.5),
        cost=_at(known, 0.5) if complete else None,
        low=_at(known, 0.05) if complete else None,
        high=_at(known, 0.95) if complete else None,
    )


def _by_tier(bookings: Sequence[Booking], run: str) -> dict[Tier, Usage]:
    """Calls of before there were kinds of work count as code."""
    found: dict[Tier, Usage] = {}
    for booking in bookings:
        if booking.run == run:
            tier: Tier = next((known for known in TIERS if known == booking.tier), "code")
            found[tier] = found.get(tier, Usage()) + booking.usage
    return found


def _sum(tiers: Mapping[Tier, Usage]) -> Usage:
    return sum(tiers.values(), Usage())


def _costs(tiers: Mapping[Tier, Usage], cost: Cost) -> int | None:
    amounts = [cost(tier, usage) for tier, usage in tiers.items()]
    return None if None in amounts else sum(amount for amount in amounts if amount is not None)


def _at(ordered: Sequence[int], share: float) -> int:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
