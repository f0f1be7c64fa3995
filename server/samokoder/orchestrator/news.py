"""What is worth telling a person while a run goes on. Pure."""

from __future__ import annotations

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
from samokoder.domain.outcome import (
    BaselineSeen,
    CheckRan,
    ChecksSeen,
    DependenciesRefused,
    DependenciesReplaced,
    Diagnosed,
    EnvironmentMissing,
    EnvironmentReady,
    FileWritten,
    Mirrored,
    NothingUsable,
    Outcome,
    ProjectRead,
    Reviewed,
)
from samokoder.domain.run import Run
from samokoder.ports import News, Sign

AGENTS: dict[type[Action], str] = {
    ReadProject: "Importer",
    SeeBaseline: "Executor",
    Specify: "SpecWriter",
    Design: "Architect",
    MakePlan: "TechLead",
    PrepareEnvironment: "Executor",
    ReplaceDependencies: "BugHunter",
    WriteChecks: "Tester",
    SeeChecksFail: "Executor",
    BreakDown: "Developer",
    WriteFile: "CodeMonkey",
    ReviewFiles: "Reviewer",
    RunCheck: "Executor",
    WriteManual: "TechnicalWriter",
    WriteDelivery: "Delivery",
    Mirror: "Executor",
}
_HUNTERS = {"repair": "BugHunter", "narrow": "BugHunter", "troubleshoot": "Troubleshooter"}


def agent_of(action: Action) -> str:
    """The role that does it, as people know it."""
    if isinstance(action, Diagnose):
        return _HUNTERS.get(action.strategy, "ProblemSolver")
    return AGENTS[type(action)]


_BY_NAME = {kind.__name__: agent for kind, agent in AGENTS.items()}


def _agent_of_key(name: str) -> str:
    """The role behind the key of an action; empty for what a person did."""
    words = name.split()
    if words[:1] == [Diagnose.__name__]:
        return _HUNTERS.get(words[2], "ProblemSolver")
    return _BY_NAME.get(words[0], "") if words else ""


def started(run: Run, action: Action) -> News:
    return News(
        run=run.id,
        kind="started",
        action=type(action).__name__,
        agent=agent_of(action),
        task=getattr(action, "task", ""),
        subject=_subject(action),
    )


NOTES = frozenset({"fallback", "warning"})
"""Signs a person is told of once, not only while they look."""


def going(run: Run, action: Action, sign: Sign) -> News:
    """What a call under way tells, how much is written, or that it is waited and why; what a command says."""
    kind = "noted" if sign.kind in NOTES else "going"
    return started(run, action).model_copy(
        update={"kind": kind, "detail": _of_sign(sign), "ok": sign.kind in ("writing", "running")}
    )


def _of_sign(sign: Sign) -> str:
    if sign.kind == "waiting":
        return f"waits {sign.seconds:.0f} s: the model {sign.why}"
    if sign.kind in NOTES or sign.kind == "running":
        return sign.why
    size = f"{sign.characters / 1000:.1f} kB" if sign.characters >= 100 else f"{sign.characters} characters"
    return f"{size}, about {sign.tokens:,} tokens"


def _subject(action: Action) -> str:
    match action:
        case WriteFile(order=order):
            return order.path
        case ReviewFiles(changed=changed):
            return ", ".join(changed)
        case RunCheck(check=check):
            return check
        case Mirror(files=files):
            return f"{len(files)} files"
        case Diagnose(strategy=strategy):
            return strategy
        case _:
            return ""


def landed(run: Run, outcome: Outcome) -> News:
    ok, subject, detail = _result(outcome)
    return News(
        run=run.id,
        kind="landed",
        action=outcome.action.split(" ", 1)[0],
        agent=_agent_of_key(outcome.action),
        task=getattr(outcome, "task", ""),
        outcome=outcome.kind,
        subject=subject,
        ok=ok,
        detail=detail,
    )


def _result(outcome: Outcome) -> tuple[bool, str, str]:
    match outcome:
        case ProjectRead(files=files, left_out=left_out):
            return True, f"{len(files)} files", f"left out: {', '.join(left_out[:5])}" if left_out else ""
        case BaselineSeen(report=report):
            said = "pass" if report.passed else "do not pass, so they are not required to"
            return True, "", f"before any change, the project's own tests {said}"
        case FileWritten(path=path):
            return True, path, ""
        case ChecksSeen(reports=reports):
            failed = all(report.exit_code not in {0, None} for report in reports)
            return failed, "", "fails before the code, as it must" if failed else "passes without any code"
        case CheckRan(evidence=evidence):
            report = evidence.report
            detail = report.fault or f"exit code {report.exit_code}, {report.seconds:.1f} s"
            return report.passed, evidence.check.title, detail
        case Reviewed(review=review):
            rejected = [v for v in review.verdicts if not v.approve]
            return not rejected, "", rejected[0].reason if rejected else "approved"
        case Diagnosed(diagnosis=diagnosis):
            return True, ", ".join(order.path for order in diagnosis.orders), diagnosis.cause
        case EnvironmentReady(isolation=isolation):
            return True, isolation.level, ", ".join(isolation.separates)
        case DependenciesRefused(refusals=refusals):
            names = ", ".join(refusal.dependency.name for refusal in refusals)
            return False, names, " ".join(refusal.reason for refusal in refusals)
        case DependenciesReplaced(dependencies=dependencies, cause=cause):
            return True, f"{len(dependencies)} dependencies", cause
        case EnvironmentMissing(what=what):
            return False, "", what
        case Mirrored(files=files, conflicts=conflicts):
            kept = f"left as they are: {', '.join(conflicts)}" if conflicts else ""
            return not conflicts, f"{len(files)} files", kept
        case NothingUsable(reason=reason):
            return False, "", reason
        case _:
            return True, "", ""
