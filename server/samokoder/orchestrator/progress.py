"""How far a run has come. Pure."""

from __future__ import annotations

from samokoder.domain.request import Usage
from samokoder.domain.run import Building, Finished, Run, waiting_for
from samokoder.domain.specification import Question
from samokoder.domain.value import Value
from samokoder.domain.work import (
    Asking,
    BreakingDown,
    Coding,
    Debugging,
    Frozen,
    GivenUp,
    Reviewing,
    TaskRun,
    Verified,
)

_BEFORE_BUILDING = {
    "specifying": 2,
    "clarifying": 4,
    "approving_specification": 5,
    "designing": 6,
    "planning": 9,
    "approving_plan": 11,
}


class Progress(Value):
    """A run at a glance."""

    phase: str
    """Phase of the run, or its end state."""
    percentage: int
    """0 to 100."""
    tasks_done: int
    tasks_total: int
    waiting: tuple[Question, ...]
    usage: Usage


def progress(run: Run) -> Progress:
    building = run.unfinished
    tasks = building.tasks if isinstance(building, Building) else ()
    return Progress(
        phase=run.phase.end.kind if isinstance(run.phase, Finished) else run.phase.kind,
        percentage=_percentage(run, tasks),
        tasks_done=sum(isinstance(task.phase, Verified) for task in tasks),
        tasks_total=len(tasks),
        waiting=waiting_for(run),
        usage=run.usage,
    )


def _percentage(run: Run, tasks: tuple[TaskRun, ...]) -> int:
    if isinstance(run.phase, Finished):
        return 100
    if not tasks:
        return _BEFORE_BUILDING.get(run.phase.kind, 0)
    return 12 + round(88 * sum(_share(task) for task in tasks) / len(tasks)) - 1


def _share(task: TaskRun) -> float:
    """Between 0 and 1."""
    match task.phase:
        case Verified() | GivenUp():
            return 1.0
        case BreakingDown():
            return 0.0
        case Coding(done=done, orders=orders):
            return 0.1 + 0.5 * len(done) / max(len(orders), 1)
        case Reviewing():
            return 0.65
        case Debugging() | Asking():
            return 0.85
        case _:
            written = bool(task.files) and isinstance(task.acceptance, Frozen)
            return 0.8 if written else 0.7 if task.files else 0.0
