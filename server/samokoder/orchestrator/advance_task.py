"""What an outcome makes of the task it concerns, and of the tasks it stands on. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, assert_never

from samokoder.domain.evidence import Evidence
from samokoder.domain.files import tree_digest
from samokoder.domain.outcome import (
    BrokenDown,
    CheckRan,
    ChecksSeen,
    ChecksWritten,
    Diagnosed,
    FileWritten,
    FindingWaived,
    Reviewed,
)
from samokoder.domain.request import Budget, Options
from samokoder.domain.review import Danger, Finding, finding_id
from samokoder.domain.run import Building
from samokoder.domain.specification import Answer, Question
from samokoder.domain.work import (
    Asking,
    BreakingDown,
    Coding,
    Debugging,
    FileOrder,
    Frozen,
    GivenUp,
    Reviewing,
    TaskRun,
    Unseen,
    Unwritten,
    Verified,
    Verifying,
)
from samokoder.errors import UnexpectedOutcome
from samokoder.orchestrator import repair
from samokoder.orchestrator.integration import checks_of, final_tree, results_of

MAY_IT = "danger-"
LET_IT_RUN, CHANGE_IT = "let it run", "change it"
TaskOutcome = ChecksWritten | ChecksSeen | BrokenDown | FileWritten | Reviewed | CheckRan | Diagnosed


def advance_task(building: Building, outcome: TaskOutcome, options: Options) -> Building:
    """The building after a task's outcome; a late outcome of something given up changes nothing."""
    task = building.task(outcome.task)
    match outcome:
        case ChecksWritten():
            return building.replaced(_checks_written(task, outcome, options.budget))
        case ChecksSeen():
            return building.replaced(_seen(building, task, outcome, options.budget))
        case BrokenDown(breakdown=breakdown):
            return building.replaced(_code(task, breakdown.approach, breakdown.orders))
        case FileWritten():
            return repair.after_writing(building.replaced(_written(task, outcome)), task.task.id, options)
        case Reviewed():
            return building.replaced(_reviewed(task, outcome, options))
        case CheckRan():
            return conclude(_checked(building, task, outcome), options)
        case Diagnosed():
            return _diagnosed(building, task, outcome, options)
        case _:
            assert_never(outcome)


def _set(task: TaskRun, **changes: object) -> TaskRun:
    return task.model_copy(update=changes)


# ------------------------------------------------------------------------------------------ checks


def _checks_written(task: TaskRun, outcome: ChecksWritten, budget: Budget) -> TaskRun:
    """Checks are run as they are written, so what is dangerous in them goes back to their author first."""
    findings = tuple(
        _danger(task, one, "note" if one.action == "note" else "error") for one in outcome.dangers
    )
    others = tuple(f for f in task.findings if f.path not in outcome.files)
    task = _set(task, unproved=outcome.unproved, findings=(*others, *findings))
    dangerous = [f"{f.path}:{f.line}: {f.message}" for f in findings if f.severity == "error"]
    if not dangerous:
        return _set(task, acceptance=Unseen(checks=outcome.checks, files=outcome.files))
    if task.check_rewrites >= budget.check_rewrites:
        return _set(task, phase=GivenUp(why="stuck", reason=f"its checks may not be run: {dangerous[0]}"))
    return rewrite_checks(task, f"they may not be run as they are: {'; '.join(dangerous[:8])}")


def _seen(building: Building, task: TaskRun, outcome: ChecksSeen, budget: Budget) -> TaskRun:
    """Checks that failed before the code are frozen; checks that passed prove nothing.

    Unless an earlier run of ours had them, which saw them fail: they hold what was built then.
    """
    assert isinstance(task.acceptance, Unseen)
    had = building.existing.own if building.existing else ()
    wanted = {None} if set(task.acceptance.files) <= set(had) else {0, None}
    if all(report.exit_code not in wanted for report in outcome.reports):
        return _set(task, acceptance=Frozen(checks=task.acceptance.checks, files=task.acceptance.files))
    if task.check_rewrites >= budget.check_rewrites:
        return _set(
            task, phase=GivenUp(why="stuck", reason="its checks pass without any code, so they prove nothing")
        )
    return rewrite_checks(task, "they pass on the tree before the code, so they prove nothing")


def rewrite_checks(task: TaskRun, why: str) -> TaskRun:
    """Frozen checks are given up only here, and only for a reason that is recorded."""
    return _set(task, acceptance=Unwritten(why=why), check_rewrites=task.check_rewrites + 1)


# ------------------------------------------------------------------------------------ code and review


def _code(task: TaskRun, approach: str, orders: tuple[FileOrder, ...]) -> TaskRun:
    rounds = task.rounds + 1
    return _set(task, phase=Coding(approach=approach, orders=orders, round=rounds), rounds=rounds)


def _written(task: TaskRun, outcome: FileWritten) -> TaskRun:
    if not isinstance(task.phase, Coding) or task.phase.round != outcome.round:
        raise UnexpectedOutcome(f"{outcome.path} of round {outcome.round} came late")
    coding = task.phase
    done = (*coding.done, outcome.path)
    files = {**task.files, outcome.path: outcome.digest}
    if len(done) < len(coding.orders):
        return _set(task, files=files, phase=coding.model_copy(update={"done": done}))
    reviewing = Reviewing(orders=coding.orders, approach=coding.approach, round=coding.round)
    return _set(task, files=files, phase=reviewing)


def _reviewed(task: TaskRun, outcome: Reviewed, options: Options) -> TaskRun:
    """Every hunk is to be approved and every danger mended, or waived by a person; silence is no approval."""
    assert isinstance(task.phase, Reviewing)
    approach, orders = task.phase.approach, task.phase.orders
    waived = {finding.id for finding in task.findings if finding.waived}
    findings = (*review_findings(task, outcome), *danger_findings(task, outcome, options))
    open_findings = [f for f in findings if f.severity == "error" and f.id not in waived]
    doubtful = [
        f for f in findings if f.source == "scanner" and f.severity == "warning" and f.id not in waived
    ]
    kept = tuple(f for f in task.findings if f.waived or f.source == "check" or f.path in task.check_files)
    task = _set(task, findings=(*kept, *(f for f in findings if f.id not in waived)))
    if not open_findings:
        task = _set(task, reviewed={**task.reviewed, **outcome.files}, reviews=0)
        return _set(task, phase=Asking(question=_may_it(task, doubtful)) if doubtful else Verifying())
    if task.reviews + 1 >= options.budget.reviews:
        reason = f"it was sent back {options.budget.reviews} times: {open_findings[0].message}"
        return _set(task, phase=GivenUp(why="budget_exhausted", reason=reason))
    return _code(_set(task, reviews=task.reviews + 1), approach, _again(orders, open_findings))


SENT_BACK = " It was sent back: "


def _again(orders: Sequence[FileOrder], findings: Sequence[Finding]) -> tuple[FileOrder, ...]:
    """What was ordered still holds; what was found wrong with it comes on top."""
    first = {order.path: order.instruction.partition(SENT_BACK)[0] for order in orders}
    return tuple(
        FileOrder(
            path=path,
            instruction=f"{first.get(path, '')}{SENT_BACK}".lstrip()
            + " ".join(f.message for f in findings if f.path == path),
        )
        for path in dict.fromkeys(f.path for f in findings if f.path)
    )


def danger_findings(task: TaskRun, outcome: Reviewed, options: Options) -> tuple[Finding, ...]:
    """What the scanner saw. Where nobody can be asked, what would be asked must be mended."""
    severities: dict[str, Literal["error", "warning", "note"]] = {
        "block": "error",
        "ask": "warning" if options.ask else "error",
        "note": "note",
    }
    return tuple(_danger(task, danger, severities[danger.action]) for danger in outcome.dangers)


def _danger(task: TaskRun, danger: Danger, severity: Literal["error", "warning", "note"]) -> Finding:
    return Finding(
        id=finding_id(task.task.id, "scanner", danger.path, danger.message),
        task=task.task.id,
        source="scanner",
        path=danger.path,
        line=danger.line,
        message=danger.message,
        severity=severity,
    )


def _may_it(task: TaskRun, doubtful: Sequence[Finding]) -> Question:
    seen = "; ".join(f"{f.path}:{f.line}: {f.message}" for f in doubtful)
    return Question(
        id=f"{MAY_IT}{task.task.id}-{task.rounds}",
        text=f"{task.task.title}: before it runs, look at {seen}. May it run?",
        options=(LET_IT_RUN, CHANGE_IT),
        default=CHANGE_IT,
    )


def review_findings(task: TaskRun, outcome: Reviewed) -> tuple[Finding, ...]:
    """What the reviewer had to say, at its place. Only a rejection is an error."""
    hunks = {hunk.id: hunk for hunk in outcome.hunks}
    return tuple(
        Finding(
            id=finding_id(task.task.id, "reviewer", hunks[v.hunk].path, v.reason),
            task=task.task.id,
            source="reviewer",
            path=hunks[v.hunk].path,
            line=hunks[v.hunk].line,
            message=v.reason,
            severity="note" if v.approve else "error",
        )
        for v in outcome.review.verdicts
        if v.reason
    )


# ------------------------------------------------------------------------------------- verification


def _checked(building: Building, task: TaskRun, outcome: CheckRan) -> Building:
    trees = {tree_digest(building.tree_of(task.task.id)), final_tree(building)}
    if not isinstance(task.phase, Verifying) or outcome.evidence.tree not in trees:
        return building  # the tree has moved on; evidence of an older one proves nothing here
    results = (*(e for e in task.phase.results if e.tree in trees), outcome.evidence)
    return building.replaced(_set(task, phase=Verifying(results=results)))


def conclude(building: Building, options: Options) -> Building:
    """Draw the conclusion for every task whose checks have all run, and whose ground is sure."""
    for task in building.tasks:
        below = building.standing_on(task.task.id)
        if isinstance(task.phase, Verifying) and all(isinstance(t.phase, Verified) for t in below):
            building = _conclude(building, building.task(task.task.id), options)
    return building


def _conclude(building: Building, task: TaskRun, options: Options) -> Building:
    own = results_of(building, task, tree_digest(building.tree_of(task.task.id)))
    tree = final_tree(building)
    whole = results_of(building, task, tree) if tree else ()
    runs = {c.id: _telling(c.id, whole, own) for c in checks_of(building, task)}
    if not runs or not all(len(r) == 2 or (r and r[0].passed) for r in runs.values()):
        return building
    if flaky := [r for r in runs.values() if len(r) == 2 and r[1].passed and not r[0].passed]:
        return _flaky(building, task, tuple(e for r in flaky for e in r), options)
    last = tuple(r[-1] for r in runs.values())
    if all(e.passed for e in last):
        return building.replaced(repair.proved(task, last))
    return repair.failed(building, task, tuple(e for e in last if not e.passed), options)


def _telling(check: str, whole: Sequence[Evidence], own: Sequence[Evidence]) -> list[Evidence]:
    """The runs of a check that count: those on the whole, unless it failed there for good."""
    there = [e for e in whole if e.check.id == check]
    failed = len(there) == 2 and not there[1].passed
    return there if there and not failed else [e for e in own if e.check.id == check]


def _flaky(building: Building, task: TaskRun, evidence: tuple[Evidence, ...], options: Options) -> Building:
    """A check that passes and fails on one tree proves nothing: its author writes it again."""
    owners = [task] if task.task.kind == "build" else list(_owners(building, evidence))
    if owners and all(o.check_rewrites < options.budget.check_rewrites for o in owners):
        output = next(e.report.output for e in evidence if not e.passed)
        why = f"flaky: it failed and then passed on the very same files.\n{output[-2000:]}"
        again = [_set(rewrite_checks(o, why), phase=Verifying()) for o in owners]
        return building.replaced(_set(task, phase=Verifying()), *again)
    return repair.failed(building, task, tuple(e for e in evidence if not e.passed), options)


def _owners(building: Building, evidence: tuple[Evidence, ...]) -> tuple[TaskRun, ...]:
    names = " ".join(name for e in evidence for name in e.failing)
    return tuple(t for t in building.tasks if any(path in names for path in t.check_files))


def _diagnosed(building: Building, task: TaskRun, outcome: Diagnosed, options: Options) -> Building:
    """Orders go to the tasks that own the files; nobody writes another's."""
    diagnosis = outcome.diagnosis
    if diagnosis.wrong_check and outcome.strategy != "repair":
        accused = _owners(building, _evidence(task)) or ((task,) if task.task.kind == "build" else ())
        if accused and all(t.check_rewrites < options.budget.check_rewrites for t in accused):
            again = [_set(rewrite_checks(t, diagnosis.wrong_check), phase=Verifying()) for t in accused]
            waiting = _set(task, phase=Verifying(), tried=(*task.tried, outcome.strategy))
            return building.replaced(waiting, *again)
    task = _set(task, patch=diagnosis, phase=Verifying(), tried=(*task.tried, outcome.strategy))
    building = building.replaced(task)
    owned = [
        _code(owner, diagnosis.cause, orders)
        for owner in (*building.standing_on(task.task.id), task)
        if (orders := tuple(o for o in diagnosis.orders if o.path in owner.task.files))
    ]
    if not owned:
        return repair.unproductive(building, task.task.id, options)
    return building.replaced(*owned)


def _evidence(task: TaskRun) -> tuple[Evidence, ...]:
    return task.phase.evidence if isinstance(task.phase, Debugging) else ()


# ------------------------------------------------------------------------------ what a person decides


def answer_task(building: Building, answer: Answer) -> Building:
    """What the person said about a task that asked for help."""
    for task in building.tasks:
        if isinstance(task.phase, Asking) and task.phase.question.id == answer.question:
            return building.replaced(_answered(task, answer))
    raise UnexpectedOutcome(f"nobody asked {answer.question}")


def _answered(task: TaskRun, answer: Answer) -> TaskRun:
    if answer.question.startswith(MAY_IT):
        return _decided(task, answer)
    if answer.text == repair.ACCEPT_UNPROVED:
        return _set(task, phase=GivenUp(why="built_unverified", reason="accepted by the person unproved"))
    if answer.skipped or answer.text == repair.GIVE_UP:
        return _set(task, phase=GivenUp(why="stuck", reason="no repair made progress"))
    return _set(task, phase=Verifying(), tried=(), hint=answer.text)


def _decided(task: TaskRun, answer: Answer) -> TaskRun:
    """What the person said of code the scanner was in doubt of."""
    doubtful = [
        f for f in task.findings if f.source == "scanner" and f.severity == "warning" and not f.waived
    ]
    if answer.text == LET_IT_RUN and not answer.skipped:
        allowed = [f.model_copy(update={"waived": LET_IT_RUN}) for f in doubtful]
        others = [f for f in task.findings if f not in doubtful]
        return _set(task, findings=(*others, *allowed), phase=Verifying())
    return _code(task, f"do without what was found: {answer.text}", _again((), doubtful))


def waive(building: Building, outcome: FindingWaived) -> Building:
    """The person lets a finding be. Waiving a failing check ends its task unproved; it never passes it."""
    finding = outcome.finding.model_copy(update={"waived": outcome.reason})
    task = building.task(finding.task)
    others = tuple(f for f in task.findings if f.id != finding.id)
    task = _set(task, findings=(*others, finding))
    if finding.source == "check" and not isinstance(task.phase, Verified):
        reason = f"a failing check was waived: {outcome.reason}"
        task = _set(task, phase=GivenUp(why="built_unverified", reason=reason))
    return building.replaced(task)


def comment(building: Building, finding: Finding) -> Building:
    """What a person wants otherwise goes to the task that owns the file, or to the author of its checks."""
    task = building.task(finding.task)
    task = _set(task, findings=(*(f for f in task.findings if f.id != finding.id), finding), tried=())
    assert finding.path is not None
    if isinstance(task.phase, BreakingDown | Coding | Reviewing):
        return building.replaced(_set(task, hint=finding.message))  # it is being written anyway
    if finding.path in task.task.files:
        place = f"At line {finding.line}: " if finding.line > 1 else ""
        order = FileOrder(path=finding.path, instruction=f"{place}{finding.message}")
        return _again_above(building.replaced(_code(task, COMMENTED, (order,))), task.task.id)
    again = _set(rewrite_checks(task, f"a person says: {finding.message}"), phase=Verifying())
    return _again_above(building.replaced(again), task.task.id)


COMMENTED = "A person looked at the file and wants something else; what they say goes before the plan."


def _again_above(building: Building, task_id: str) -> Building:
    """What stood on the old files must be proved again."""
    above = [
        _set(task, phase=Verifying())
        for task in building.tasks
        if isinstance(task.phase, Verified)
        and any(t.task.id == task_id for t in building.standing_on(task.task.id))
    ]
    return building.replaced(*above)


def take_up(building: Building) -> Building:
    """Every task that was given up begins again from what it has, with fresh attempts."""
    return building.replaced(*(_fresh(t) for t in building.tasks if isinstance(t.phase, GivenUp)))


def _fresh(task: TaskRun) -> TaskRun:
    complete = set(task.task.files) <= set(task.files)
    rewritten = Unwritten() if isinstance(task.acceptance, Unseen) else task.acceptance
    return _set(
        task,
        phase=Verifying() if complete else BreakingDown(),
        acceptance=rewritten,
        attempts=(),
        tried=(),
        patch=None,
        reviews=0,
        check_rewrites=0,
    )
