"""Which actions can be performed now. Pure: no I/O, no clock, no randomness.

Everything that is ready is returned, whether or not it is already under way: the conductor knows
what is in flight. An action whose budget is spent is never returned.

A task has two tracks that meet in ``Verifying``. Its checks are written, then seen to fail on the tree
before the code. Its code is broken down, written and reviewed against the contract alone, so it does
not wait for the tasks it depends on; only running the checks does.
"""

from __future__ import annotations

from functools import partial
from typing import assert_never

from samokoder.domain.action import (
    Action,
    BreakDown,
    Design,
    Diagnose,
    MakePlan,
    Mirror,
    PrepareEnvironment,
    ReadProject,
    ReplaceDependencies,
    ReviewFiles,
    RunCheck,
    SeeBaseline,
    SeeChecksFail,
    Specify,
    WriteChecks,
    WriteDelivery,
    WriteFile,
    WriteManual,
)
from samokoder.domain.files import Digest, tree_digest
from samokoder.domain.run import (
    ApprovingPlan,
    ApprovingSpecification,
    Building,
    Clarifying,
    Designing,
    Finished,
    Planning,
    Run,
    Specifying,
)
from samokoder.domain.work import (
    Asking,
    BreakingDown,
    Coding,
    Debugging,
    Frozen,
    GivenUp,
    Reviewing,
    TaskRun,
    Unseen,
    Unwritten,
    Verified,
    Verifying,
)
from samokoder.orchestrator.integration import (
    DOCUMENTS,
    all_coded,
    checks_of,
    final_tree,
    may_become_final,
    results_of,
)


def decide(run: Run) -> tuple[Action, ...]:
    """Every action that can be performed now; empty when the run has ended or waits for the person."""
    if run.paused is not None:
        return ()
    match run.phase:
        case Specifying():
            unread = run.request.kind != "generate" and run.existing is None
            return (ReadProject(),) if unread else (Specify(),)
        case Designing():
            return (Design(),)
        case Planning():
            return (MakePlan(), *_prepare(run))
        case Building() as building:
            return (*_prepare(run), *_build(run, building))
        case Clarifying() | ApprovingSpecification() | ApprovingPlan() | Finished():
            return ()
        case _:
            assert_never(run.phase)


def _prepare(run: Run) -> tuple[Action, ...]:
    if run.environment:
        return ()
    return (ReplaceDependencies(run.replaced),) if run.refused else (PrepareEnvironment(),)


def _build(run: Run, building: Building) -> tuple[Action, ...]:
    actions: list[Action] = []
    if run.environment and not _baseline_known(building):
        actions.append(SeeBaseline())
    for task in building.tasks:
        actions += _acceptance(run, building, task)
        actions += _work(run, building, task)
    if "manual" not in building.documented:
        actions.append(WriteManual())
    if "delivery" not in building.documented:
        actions.append(WriteDelivery())
    return (*sorted(actions, key=partial(_turn, building)), *_mirror(run, building))


def _turn(building: Building, action: Action) -> int:
    """What begins first where not all can at once: what others wait for, and of the checks the longest.

    Files wait last, in the order of the plan: of all that is written, nothing waits for a single one of them.
    """
    match action:
        case WriteFile():
            return 1
        case RunCheck():
            return -len(building.task(action.task).task.check_files)
        case _:
            return 0


def _acceptance(run: Run, building: Building, task: TaskRun) -> tuple[Action, ...]:
    before = building.standing_on(task.task.id)
    if isinstance(task.phase, GivenUp):
        return ()
    match task.acceptance:
        case Unwritten():
            if any(isinstance(t.acceptance, Unwritten) for t in before):
                return ()  # its fixtures may come from their checks
            return (WriteChecks(task.task.id, task.check_rewrites),)
        case Unseen():
            if run.environment is None or not all_coded(before):
                return ()
            return (SeeChecksFail(task.task.id, task.check_rewrites),)
        case Frozen():
            return ()
        case _:
            assert_never(task.acceptance)


def _work(run: Run, building: Building, task: TaskRun) -> tuple[Action, ...]:
    name = task.task.id
    match task.phase:
        case BreakingDown():
            return (BreakDown(name),)
        case Coding() as coding:
            waiting = [order for order in coding.orders if order.path not in coding.done]
            return tuple(WriteFile(name, order, coding.round) for order in waiting)
        case Reviewing() as reviewing:
            return (ReviewFiles(name, reviewing.changed, reviewing.round),)
        case Verifying() as verifying:
            return _verify(run, building, task, verifying)
        case Debugging() as debugging:
            return (Diagnose(name, debugging.strategy, len(task.attempts)),)
        case Asking() | Verified() | GivenUp():
            return ()
        case _:
            assert_never(task.phase)


def _verify(run: Run, building: Building, task: TaskRun, verifying: Verifying) -> tuple[Action, ...]:
    if run.environment is None or not isinstance(task.acceptance, Frozen):
        return ()
    if len(building.documented) < len(DOCUMENTS):
        return ()  # the documents are part of every tree
    together = _together(run, building)
    if task.task.kind == "integration":
        return _integrate(building, task, together) if _baseline_known(building) else ()
    if together:
        if (tree := final_tree(building)) is None:
            if may_become_final(building):
                return ()
        elif asked := _run(building, task, tree, sure=True):
            return asked
    if not _all_verified(building.standing_on(task.task.id)):
        return ()
    return _run(building, task, tree_digest(building.tree_of(task.task.id)), sure=True)


def _together(run: Run, building: Building) -> bool:
    """Whether each task's checks are run on the final tree at once, where they have to pass anyway.

    Only where one fails is the task then looked at on its own ground.
    """
    return sum(task.task.kind == "build" for task in building.tasks) <= run.request.options.together


def _integrate(building: Building, task: TaskRun, together: bool) -> tuple[Action, ...]:
    """What no task has shown on the final tree. Until all is sure, a failure may not be its last word."""
    below = building.standing_on(task.task.id)
    sure = _all_verified(below)
    tree = tree_digest(building.whole)
    if sure:
        return _run(building, task, tree, sure=True)
    if not final_tree(building):
        return ()
    theirs = {t.task.id for t in below if together or tree_digest(building.tree_of(t.task.id)) == tree}
    return tuple(action for action in _run(building, task, tree, sure=False) if action.check not in theirs)


def _run(building: Building, task: TaskRun, tree: Digest, *, sure: bool) -> tuple[RunCheck, ...]:
    """Each check once; a failure on sure ground once more, to tell a flaky check from a wrong program."""
    known = results_of(building, task, tree)
    return tuple(
        RunCheck(task.task.id, check.id, tree, confirm=bool(runs))
        for check in checks_of(building, task)
        if not (runs := [e for e in known if e.check.id == check.id])
        or (sure and len(runs) == 1 and not runs[0].passed)
    )


def _baseline_known(building: Building) -> bool:
    return building.existing is None or building.existing.tests_passed is not None


def _all_verified(tasks: tuple[TaskRun, ...]) -> bool:
    return all(isinstance(task.phase, Verified) for task in tasks)


def _mirror(run: Run, building: Building) -> tuple[Action, ...]:
    if run.request.options.review:
        return ()
    missing = {
        path: digest
        for path, digest in building.landed.items()
        if run.mirrored.get(path) != digest and path not in run.conflicts
    }
    return (Mirror(tuple(sorted(missing.items()))),) if missing else ()
