"""The run after an outcome. Pure: the same run and outcome always give the same run.

What concerns one task is in ``advance_task``. Here is what concerns the run as a whole, and the rule by
which a run ends: something is spent, something is missing, or nothing more can be done.
"""

from __future__ import annotations

from typing import Literal, assert_never

from samokoder.domain.action import ASKS_MODEL, key
from samokoder.domain.architecture import Dependency, Refusal
from samokoder.domain.ending import End
from samokoder.domain.outcome import (
    Answered,
    BaselineSeen,
    BrokenDown,
    Cancelled,
    CheckRan,
    ChecksSeen,
    ChecksWritten,
    Commented,
    DependenciesRefused,
    DependenciesReplaced,
    Designed,
    Diagnosed,
    DocumentsWritten,
    EnvironmentMissing,
    EnvironmentReady,
    FileWritten,
    FindingWaived,
    Judged,
    Mirrored,
    NothingUsable,
    Outcome,
    OutOfScopeFound,
    PlanApproved,
    Planned,
    ProjectRead,
    Resumed,
    Reviewed,
    SpecificationApproved,
    Specified,
    Steered,
)
from samokoder.domain.plan import Plan
from samokoder.domain.project import is_test
from samokoder.domain.run import (
    ApprovingPlan,
    ApprovingSpecification,
    Building,
    Clarifying,
    Designing,
    Environment,
    Existing,
    Failure,
    Finished,
    Hint,
    Planning,
    Run,
    Specifying,
    UnfinishedPhase,
    waiting_for,
)
from samokoder.domain.specification import Answer, Specification
from samokoder.domain.work import GivenUp, Verified
from samokoder.errors import UnexpectedOutcome
from samokoder.orchestrator import caps
from samokoder.orchestrator.advance_task import advance_task, answer_task, comment, take_up, waive
from samokoder.orchestrator.decide import decide
from samokoder.orchestrator.integration import task_runs, with_integration

OPTIONAL = frozenset(
    {"README.md", ".gitignore", ".dockerignore", "Dockerfile", "compose.yaml", ".github/workflows/ci.yml"}
)
"""Files the application works without: a person's own file of that name is kept and the run goes on."""


def advance(run: Run, outcome: Outcome) -> Run:
    """Raises UnexpectedOutcome when the outcome does not fit the phase."""
    spent = run.model_copy(update={"usage": run.usage + outcome.spent})
    return _settle(_apply(spent, outcome))


def _apply(run: Run, outcome: Outcome) -> Run:
    match outcome:
        case Resumed():
            return _resume(run, outcome)
        case Answered(answer=answer) if run.paused is not None and answer.question == run.paused.id:
            return _more_allowed(run, answer)
        case Cancelled():
            return _finish(run, End(kind="cancelled", reason="Cancelled by the person."))
        case ProjectRead(files=files, own=own, left_out=left_out):
            return run.model_copy(update={"existing": Existing(files=files, own=own, left_out=left_out)})
        case BaselineSeen(report=report):
            return _with(run, _baseline(_building(run, outcome), report.exit_code == 0))
        case FindingWaived():
            return _with(run, waive(_building(run, outcome), outcome))
        case Judged():
            return _judged(run, outcome)
        case Commented(finding=finding):
            taken_up = _resume(run, Resumed()) if run.end else run
            return _with(taken_up, comment(_building(taken_up, outcome), finding))
        case Steered(text=text):
            under_way = frozenset(key(a) for a in decide(run) if isinstance(a, ASKS_MODEL))
            return run.model_copy(update={"hints": (*run.hints, Hint(text=text, not_for=under_way))})
        case Mirrored():
            return _mirrored(run, outcome)
        case NothingUsable():
            return _nothing_usable(run, outcome)
        case EnvironmentReady(digest=digest, isolation=isolation):
            return run.model_copy(update={"environment": Environment(digest=digest, isolation=isolation)})
        case DependenciesRefused(refusals=refusals):
            return _refused(run, refusals)
        case DependenciesReplaced(dependencies=dependencies):
            return _replaced(run, dependencies)
        case EnvironmentMissing(what=what):
            return _finish(run, End(kind="environment_missing", reason=what))
        case (
            ChecksWritten()
            | ChecksSeen()
            | BrokenDown()
            | FileWritten()
            | Reviewed()
            | CheckRan()
            | Diagnosed()
        ):
            return _with(run, advance_task(_building(run, outcome), outcome, run.request.options))
        case DocumentsWritten(what=what, files=files, dangers=dangers):
            building = _building(run, outcome)
            return _with(
                run,
                building.model_copy(
                    update={
                        "documents": {**building.documents, **files},
                        "documented": (*building.documented, what),
                        "dangers": (*building.dangers, *dangers),
                    }
                ),
            )
        case (
            Specified()
            | OutOfScopeFound()
            | Answered()
            | SpecificationApproved()
            | Designed()
            | Planned()
            | PlanApproved()
        ):
            return _before_building(run, outcome)
        case _:
            assert_never(outcome)


def _refused(run: Run, refusals: tuple[Refusal, ...]) -> Run:
    """To be replaced, as often as a task may be repaired."""
    run = run.model_copy(update={"refused": refusals, "environment": None})
    if run.replaced < run.request.options.budget.repairs:
        return run
    reasons = " ".join(refusal.reason for refusal in refusals)
    return _finish(run, End(kind="environment_missing", reason=f"Dependencies are refused again: {reasons}"))


def _replaced(run: Run, dependencies: tuple[Dependency, ...]) -> Run:
    phase = run.phase
    if not isinstance(phase, (Planning, ApprovingPlan, Building)):
        raise UnexpectedOutcome(f"dependencies_replaced does not fit the phase {phase.kind}")
    architecture = phase.architecture.model_copy(update={"dependencies": dependencies})
    after = _with(run, phase.model_copy(update={"architecture": architecture}))
    return after.model_copy(update={"refused": (), "replaced": run.replaced + 1})


# ------------------------------------------------------------------------------- up to the building


def _before_building(run: Run, outcome: Outcome) -> Run:
    options = run.request.options
    match run.phase, outcome:
        case Specifying(), OutOfScopeFound(reason=reason):
            return _finish(run, End(kind="blocked", reason=reason))
        case Specifying(), Specified(specification=specification):
            if options.ask and specification.questions and not run.answers:
                return _with(run, Clarifying(specification=specification))
            return _with(run, _specified(specification, options.approve_specification))
        case Clarifying(specification=specification), Answered(answer=answer):
            answered = run.model_copy(update={"answers": (*run.answers, answer)})
            if waiting_for(answered):
                return answered
            if all(given.skipped for given in answered.answers):
                return _with(answered, _specified(specification, options.approve_specification))
            return _with(answered, Specifying())
        case ApprovingSpecification(), SpecificationApproved(specification=specification):
            return _with(run, Designing(specification=specification))
        case Designing(specification=specification), Designed(architecture=architecture):
            return _with(run, Planning(specification=specification, architecture=architecture))
        case Planning() as phase, Planned(plan=plan):
            if options.approve_plan:
                return _with(
                    run,
                    ApprovingPlan(
                        specification=phase.specification, architecture=phase.architecture, plan=plan
                    ),
                )
            return _with(run, _start_building(run, phase, with_integration(plan)))
        case ApprovingPlan() as phase, PlanApproved(plan=plan):
            return _with(run, _start_building(run, phase, with_integration(plan)))
        case Building() as building, Answered(answer=answer):
            return _with(run, answer_task(building, answer))
        case _:
            raise UnexpectedOutcome(f"{outcome.kind} does not fit the phase {run.phase.kind}")


def _specified(specification: Specification, approve: bool) -> UnfinishedPhase:
    if approve:
        return ApprovingSpecification(specification=specification)
    return Designing(specification=specification)


def _start_building(run: Run, phase: Planning | ApprovingPlan, plan: Plan) -> Building:
    existing = _with_baseline(run.existing)
    return Building(
        specification=phase.specification,
        architecture=phase.architecture,
        plan=plan,
        tasks=task_runs(plan, existing, run.request.kind == "fix"),
        existing=existing,
        documented=_kept_documents(existing),
    )


def _with_baseline(existing: Existing | None) -> Existing | None:
    """Tests of our own are written again or run as checks; only a person's make a baseline."""
    if existing is None or any(is_test(path) for path in existing.files if path not in existing.own):
        return existing
    return existing.model_copy(update={"tests_passed": False})


def _baseline(building: Building, passed: bool) -> Building:
    assert building.existing is not None
    return building.model_copy(
        update={"existing": building.existing.model_copy(update={"tests_passed": passed})}
    )


def _kept_documents(existing: Existing | None) -> tuple[Literal["manual", "delivery"], ...]:
    """In a project that is there, only documents of ours are written again."""
    if existing is None:
        return ()
    mine: tuple[tuple[Literal["manual", "delivery"], str], ...] = (
        ("manual", "README.md"),
        ("delivery", "Dockerfile"),
    )
    return tuple(what for what, path in mine if path not in existing.own)


# --------------------------------------------------------------------------------------- how it ends


def _settle(run: Run) -> Run:
    """The end state, once there is one: what is spent, what was given up, what is proved."""
    if isinstance(run.phase, Finished) or run.paused is not None:
        return run
    if spent := caps.reached(run):
        return _reached(run, *spent)
    if not isinstance(run.phase, Building) or decide(run) or waiting_for(run):
        return run
    return _finish(run, _ending(run, run.phase))


def _ending(run: Run, building: Building) -> End:
    given_up = [t for t in building.tasks if isinstance(t.phase, GivenUp)]
    if in_the_way := [path for path in run.conflicts if path not in OPTIONAL]:
        names = ", ".join(in_the_way[:5])
        return End(
            kind="blocked",
            reason=f"The folder holds files of yours where the application needs its own: {names}. "
            "They were left as they are. Move them away, or fork the run into another folder, and resume.",
        )
    if given_up:
        phase = given_up[0].phase
        assert isinstance(phase, GivenUp)
        return End(kind=phase.why, reason=f"{given_up[0].task.title}: {phase.reason}")
    proved = all(isinstance(t.phase, Verified) for t in building.tasks)
    if unproved := [name for t in building.tasks for name in t.unproved if proved]:
        return End(
            kind="built_unverified",
            reason=f"Every check passed, but no check shows {', '.join(unproved)}. "
            "Look at it yourself, or reword the requirement and begin again.",
        )
    if proved:
        return End(kind="verified", reason="Every check passed on the final files.")
    return End(kind="stuck", reason="Nothing more can be done, though not everything is proved.")


def _reached(run: Run, cap: str, words: str) -> Run:
    """The run asks for more, or ends; it can be resumed with more."""
    if caps.asks(run, cap):
        return caps.paused(run, cap, words)
    return _finish(run, End(kind="budget_exhausted", reason=words))


def _more_allowed(run: Run, answer: Answer) -> Run:
    reason = "The person did not allow more to be spent. Resume with more to go on from here."
    return caps.answered(run, answer) or _finish(run, End(kind="budget_exhausted", reason=reason))


def _finish(run: Run, end: End) -> Run:
    if isinstance(run.phase, Finished):
        return run
    return run.model_copy(update={"phase": Finished(end=end, before=run.phase), "paused": None})


def _resume(run: Run, outcome: Resumed) -> Run:
    options = run.request.options
    budget = options.budget
    more = budget.model_copy(
        update={
            "calls": budget.calls + outcome.more_calls,
            "tokens": budget.tokens + outcome.more_tokens,
            "cost": budget.cost + outcome.more_cost,
            "task_cost": _raised(budget.task_cost, outcome.more_cost),
            "day_cost": _raised(budget.day_cost, outcome.more_cost),
            "seconds": budget.seconds + outcome.more_seconds,
        }
    )
    phase = run.unfinished
    if isinstance(phase, Building):
        phase = take_up(phase)
    return run.model_copy(
        update={
            "request": run.request.model_copy(
                update={"options": options.model_copy(update={"budget": more})}
            ),
            "phase": phase,
            "paused": None,
            "failures": (),
            "conflicts": (),
            "refused": (),
            "replaced": 0,
            "environment": None if _ended_for_want_of_environment(run) else run.environment,
        }
    )


def _raised(cap: int | None, more: int) -> int | None:
    return None if cap is None else cap + more


def _ended_for_want_of_environment(run: Run) -> bool:
    return run.end is not None and run.end.kind == "environment_missing"


# ---------------------------------------------------------------------------- what concerns all phases


def _mirrored(run: Run, outcome: Mirrored) -> Run:
    conflicts = tuple(dict.fromkeys((*run.conflicts, *outcome.conflicts)))
    return run.model_copy(update={"mirrored": {**run.mirrored, **outcome.files}, "conflicts": conflicts})


def _judged(run: Run, outcome: Judged) -> Run:
    """What was put into the folder is there now; it is the run's own tree only when all of it is."""
    put = {file.path: file.now for file in outcome.files if file.now is not None}
    return run.model_copy(
        update={
            "judged": {**run.judged, **{file.path: file.judgement for file in outcome.files}},
            "mirrored": {**run.mirrored, **put},
            "conflicts": tuple(path for path in run.conflicts if path not in put),
        }
    )


def _nothing_usable(run: Run, outcome: NothingUsable) -> Run:
    match outcome.cause:
        case "budget":
            return _reached(run, outcome.cap, outcome.reason)
        case "sandbox":
            return _finish(run, End(kind="environment_missing", reason=outcome.reason))
        case "model_unavailable":
            return _finish(run, End(kind="environment_missing", reason=outcome.reason))
        case "invalid_answer":
            return _count_failure(run, outcome)
        case _:
            assert_never(outcome.cause)


def _count_failure(run: Run, outcome: NothingUsable) -> Run:
    times = 1 + next((f.times for f in run.failures if f.action == outcome.action), 0)
    failure = Failure(action=outcome.action, times=times, reason=outcome.reason)
    others = tuple(f for f in run.failures if f.action != outcome.action)
    counted = run.model_copy(update={"failures": (*others, failure)})
    if times <= run.request.options.budget.retries:
        return counted
    return _finish(
        counted,
        End(kind="stuck", reason=f"The model gave no usable answer {times} times: {outcome.reason}"),
    )


def _with(run: Run, phase: UnfinishedPhase) -> Run:
    return run.model_copy(update={"phase": phase})


def _building(run: Run, outcome: Outcome) -> Building:
    phase = run.unfinished if isinstance(outcome, FindingWaived) else run.phase
    if not isinstance(phase, Building):
        raise UnexpectedOutcome(f"{outcome.kind} does not fit the phase {run.phase.kind}")
    return phase
