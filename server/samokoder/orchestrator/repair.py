"""Repair: measured by the set of failing checks, dropped when it makes no progress. Pure.

An attempt is a diagnosis and the files written for it. When the checks have run again, the attempt
either made the failing set lighter, and becomes the new best, or is dropped: every file it touched
goes back to the best state so far and the next strategy of the ladder is tried.
"""

from __future__ import annotations

from samokoder.domain.evidence import Evidence
from samokoder.domain.files import Files, tree_digest, union
from samokoder.domain.request import Options
from samokoder.domain.run import Building
from samokoder.domain.specification import Question
from samokoder.domain.work import (
    Asking,
    Attempt,
    Best,
    Debugging,
    GivenUp,
    LoopKind,
    Reviewing,
    TaskRun,
    Verified,
    Verifying,
)
from samokoder.orchestrator import loops

ACCEPT_UNPROVED = "accept it unproved"
GIVE_UP = "give up"


def proved(task: TaskRun, evidence: tuple[Evidence, ...]) -> TaskRun:
    """Every check passed on this tree."""
    return task.model_copy(
        update={"phase": Verified(evidence=evidence), "patch": None, "best": None, "tried": (), "hint": ""}
    )


def failed(building: Building, task: TaskRun, evidence: tuple[Evidence, ...], options: Options) -> Building:
    """Checks failed, twice on the same tree."""
    for other in building.tasks:
        if other.task.id != task.task.id and _touches(other, task):
            return unproductive(building, other.task.id, options)
    if task.patch is None or task.best is None:
        return _debug(building, _remember(building, task, evidence), evidence, options)
    before, now = loops.failing(task.best.evidence), loops.failing(evidence)
    if loops.weight(now) < loops.weight(before):
        task = _remember(building, _record(building, task, evidence, progress=True), evidence)
        return _debug(building, task, evidence, options)
    return _drop(building, _record(building, task, evidence, progress=False), options)


def after_writing(building: Building, task_id: str, options: Options) -> Building:
    """A finished coding round that only repeats an earlier repair is not worth running again."""
    writer = building.task(task_id)
    if not isinstance(writer.phase, Reviewing):
        return building
    for task in building.tasks:
        if task.patch and task.best and _all_written(building, task) and _repeats(building, task):
            return unproductive(building, task.task.id, options)
    return building


def unproductive(building: Building, task_id: str, options: Options) -> Building:
    """The repair under way cannot help: drop it without running anything."""
    task = building.task(task_id)
    if task.best is None:
        return building
    return _drop(building, _record(building, task, task.best.evidence, progress=False), options)


# ---------------------------------------------------------------------------------- one attempt's end


def _record(building: Building, task: TaskRun, evidence: tuple[Evidence, ...], *, progress: bool) -> TaskRun:
    assert task.patch is not None and task.best is not None
    strategy = task.tried[-1] if task.tried else "repair"
    attempt = Attempt(
        strategy=strategy,
        cause=task.patch.cause,
        patch=_patch(building, task),
        tree=tree_digest(building.tree_of(task.task.id)),
        failing=loops.failing(evidence),
        fingerprint=" ".join(sorted(e.fingerprint for e in evidence)),
    )
    tried = () if progress else task.tried
    return task.model_copy(update={"attempts": (*task.attempts, attempt), "patch": None, "tried": tried})


def _remember(building: Building, task: TaskRun, evidence: tuple[Evidence, ...]) -> TaskRun:
    return task.model_copy(update={"best": Best(files=_code(building, task), evidence=evidence)})


def _drop(building: Building, task: TaskRun, options: Options) -> Building:
    """Back to the best state; what had been proved on other files must be proved again."""
    assert task.best is not None
    evidence = task.best.evidence
    restored = [_restore(t, task.best.files) for t in building.standing_on(task.task.id)]
    task = _restore(task, task.best.files)
    return _debug(building.replaced(*restored), task, evidence, options)


def _restore(task: TaskRun, files: Files) -> TaskRun:
    back = {path: files.get(path, digest) for path, digest in task.files.items()}
    if back == task.files and not isinstance(task.phase, Reviewing):
        return task
    return task.model_copy(update={"files": back, "phase": Verifying()})


def _debug(building: Building, task: TaskRun, evidence: tuple[Evidence, ...], options: Options) -> Building:
    """The next strategy, or the end of what can be tried without a person."""
    if len(task.attempts) >= options.budget.repairs:
        reason = f"{options.budget.repairs} repairs were tried; still failing: {_names(evidence)}"
        return building.replaced(
            task.model_copy(update={"phase": GivenUp(why="budget_exhausted", reason=reason)})
        )
    strategy = loops.next_strategy(task.tried, options.stronger_model)
    if strategy is None:
        return building.replaced(_person(task, evidence, options))
    phase = Debugging(evidence=evidence, strategy=strategy, loop=_loop(task))
    return building.replaced(task.model_copy(update={"phase": phase}))


def _person(task: TaskRun, evidence: tuple[Evidence, ...], options: Options) -> TaskRun:
    reason = f"no repair made progress; still failing: {_names(evidence)}"
    if options.ask:
        return task.model_copy(update={"phase": Asking(question=_help(task, reason))})
    return task.model_copy(update={"phase": GivenUp(why="stuck", reason=reason)})


def _help(task: TaskRun, reason: str) -> Question:
    return Question(
        id=f"help-{task.task.id}-{len(task.attempts)}",
        text=f"{task.task.title}: {reason}. What shall be done? You may also say in words what to try.",
        options=(ACCEPT_UNPROVED, GIVE_UP),
        default=GIVE_UP,
    )


def _names(evidence: tuple[Evidence, ...]) -> str:
    names = sorted(loops.failing(evidence))
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _touches(repairing: TaskRun, task: TaskRun) -> bool:
    """Whether a repair under way for one task changed files of the other."""
    ordered = {order.path for order in repairing.patch.orders} if repairing.patch else set()
    return bool(ordered & set(task.task.files))


# ------------------------------------------------------------------------------------------ repetition


def _loop(task: TaskRun) -> LoopKind | None:
    if not task.attempts:
        return None
    *earlier, last = task.attempts
    return loops.loop(earlier, last.patch, last.tree, last.fingerprint)


def _all_written(building: Building, task: TaskRun) -> bool:
    """Whether every order of the repair has landed."""
    assert task.patch is not None
    ordered = {order.path for order in task.patch.orders}
    group = (*building.standing_on(task.task.id), task)
    return not any(t.phase.kind == "coding" for t in group if ordered & set(t.task.files))


def _repeats(building: Building, task: TaskRun) -> bool:
    assert task.best is not None
    patch = _patch(building, task)
    unchanged = patch == tree_digest({})
    return unchanged or any(attempt.patch == patch for attempt in task.attempts)


def _patch(building: Building, task: TaskRun) -> str:
    """Digest of what the repair under way has changed since the best state."""
    assert task.best is not None
    best = task.best.files
    changed = {p: d for p, d in _code(building, task).items() if best.get(p) != d}
    return tree_digest(changed)


def _code(building: Building, task: TaskRun) -> Files:
    return union(*(t.files for t in building.standing_on(task.task.id)), task.files)
