"""Whether a call fits what is left of a budget. Pure; both journals ask here."""

from __future__ import annotations

from typing import Literal

from samokoder.domain.request import Budget, Usage
from samokoder.errors import BudgetExceeded

Of = Literal["run", "task", "day"]


def see(worst: Usage, budget: Budget, of: Of, settled: Usage, held: Usage) -> None:
    """Raises BudgetExceeded. What is set aside counts as spent until it is settled."""
    for field, wanted, spent, aside, cap in _caps(worst, budget, of, settled, held):
        if cap is None or spent + aside + wanted <= cap:
            continue
        raise BudgetExceeded(
            f"The budget of {_words(field, cap)} for {_whose(of)} does not allow the next call: "
            f"{_words(field, spent)} are spent, {_words(field, aside)} set aside for calls under way, and it "
            f"may need {_words(field, wanted)}. Resume with more to go on from here.",
            cap=field,
            may_pass=spent + wanted <= cap,
        )


def _caps(
    worst: Usage, budget: Budget, of: Of, settled: Usage, held: Usage
) -> tuple[tuple[str, int, int, int, int | None], ...]:
    """Field of the budget, wanted, spent, set aside, cap."""
    if of == "task":
        return (("task_cost", worst.cost, settled.cost, held.cost, budget.task_cost),)
    if of == "day":
        return (("day_cost", worst.cost, settled.cost, held.cost, budget.day_cost),)
    return (
        ("calls", worst.calls, settled.calls, held.calls, budget.calls),
        ("tokens", worst.tokens, settled.tokens, held.tokens, budget.tokens),
        ("cost", worst.cost, settled.cost, held.cost, budget.cost),
    )


def _words(field: str, amount: int) -> str:
    return f"${amount / 1e6:,.4f}" if field.endswith("cost") else f"{amount:,} {field}"


def _whose(of: Of) -> str:
    return {"run": "this run", "task": "each task", "day": "a day"}[of]
