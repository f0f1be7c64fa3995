"""Caps on what a run may spend: which one is reached, and how the person raises it. Pure."""

from __future__ import annotations

import math

from samokoder.domain.request import Budget, Purpose
from samokoder.domain.run import Run
from samokoder.domain.specification import Answer, Question
from samokoder.ports import Spent

QUESTION = "cap-"
"""How ids of these questions begin; the field of the budget follows."""
MONEY = frozenset({"cost", "task_cost", "day_cost"})
STOP = "stop"


def reached(run: Run) -> tuple[str, str] | None:
    """Field of the budget that is spent, and what to tell of it."""
    usage, budget = run.usage, run.request.options.budget
    for field, spent, cap in (
        ("calls", usage.calls, budget.calls),
        ("tokens", usage.tokens, budget.tokens),
        ("seconds", usage.seconds, budget.seconds),
    ):
        if spent >= cap:
            name = "model calls" if field == "calls" else field
            return field, f"The budget of {cap:g} {name} is spent. Resume with more to go on from here."
    if usage.cost > budget.cost:
        return (
            "cost",
            f"The budget of ${budget.cost / 1e6:.2f} is spent. Resume with more to go on from here.",
        )
    return None


def warnings(budget: Budget, spent: Spent, cost: int, purpose: Purpose) -> list[str]:
    """What to tell of the caps that this call brought near."""
    return [
        f"${now / 1e6:.2f} of the ${cap / 1e6:.2f} {whose} may cost are spent."
        for whose, now, cap in (
            ("this run", spent.run, budget.cost),
            (f"task {purpose.task}", spent.task, budget.task_cost if purpose.task else None),
            ("the runs of a day", spent.day, budget.day_cost if purpose.day else None),
        )
        if cap and (now - cost) * 100 < cap * budget.warn <= now * 100
    ]


def asks(run: Run, cap: str) -> bool:
    """Whether the person wants to be asked when this cap is reached."""
    return run.request.options.budget.on_cap == "ask" and cap in Budget.model_fields


def paused(run: Run, cap: str, words: str) -> Run:
    """The run that waits until the person says how much more it may spend."""
    unit = "US dollars" if cap in MONEY else cap
    text = (
        f"{words.removesuffix(' Resume with more to go on from here.')} How many {unit} more may it spend? "
        f'"{STOP}" ends the run; it can be resumed later.'
    )
    asked = Question(id=f"{QUESTION}{cap}", text=text, options=(STOP,), default=STOP)
    return run.model_copy(update={"paused": asked})


def answered(run: Run, answer: Answer) -> Run | None:
    """The run that may spend more; None when it is to end, as it is for whatever is no amount."""
    cap = answer.question.removeprefix(QUESTION)
    amount = _amount(answer.text)
    if amount is None:
        return None
    options = run.request.options
    more = math.floor(amount * 1e6) if cap in MONEY else math.floor(amount)
    raised = (getattr(options.budget, cap) or 0) + more
    budget = options.budget.model_copy(update={cap: raised})
    request = run.request.model_copy(update={"options": options.model_copy(update={"budget": budget})})
    return run.model_copy(update={"request": request, "paused": None})


def _amount(text: str) -> float | None:
    """``2``, ``$2.50``, ``2,50``."""
    try:
        amount = float(text.strip().strip("$").strip().replace(",", "."))
    except ValueError:
        return None
    return amount if math.isfinite(amount) and amount > 0 else None
