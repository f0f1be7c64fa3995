"""Repair measured: what counts as progress, what as going in circles, what to try next. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from samokoder.domain.evidence import Evidence
from samokoder.domain.work import Attempt, LoopKind, Strategy

LADDER: tuple[Strategy, ...] = ("repair", "troubleshoot", "alternative", "narrow", "stronger")
"""Each rung is taken once without progress; progress starts the ladder again."""

_WHOLE_FILE = 1_000
"""Weight of a check that could not even name its failing tests: an import or syntax error hides them all."""

REPEATS = 4
"""A repetition is called a loop at the latest after this many attempts."""


def failing(evidence: Iterable[Evidence]) -> frozenset[str]:
    return frozenset(name for item in evidence for name in item.failing)


def weight(names: Iterable[str]) -> int:
    """How far from passing; progress makes it smaller. Zero means everything passes."""
    return sum(_WHOLE_FILE if ":" not in name or name.endswith(".py") else 1 for name in names)


def next_strategy(tried: Sequence[Strategy], stronger_model: bool) -> Strategy | None:
    """The next rung of the ladder; None when only a person is left."""
    for strategy in LADDER:
        if strategy not in tried and (strategy != "stronger" or stronger_model):
            return strategy
    return None


def loop(attempts: Sequence[Attempt], patch: str, tree: str, fingerprint: str) -> LoopKind | None:
    """How the newest attempt repeats earlier ones, if it does."""
    if any(attempt.patch == patch for attempt in attempts):
        return "same patch"
    if any(attempt.tree == tree for attempt in attempts):
        return "same tree"
    prints = [attempt.fingerprint for attempt in attempts] + [fingerprint]
    if len(prints) >= REPEATS and len(set(prints[-REPEATS:])) == 1:
        return "same failure"
    a, b = prints[-2:] if len(prints) >= REPEATS else ("", "")
    if a != b and prints[-REPEATS:] == [a, b, a, b]:
        return "alternating failures"
    return None
