"""A run whole, and its plan as a tree."""

from __future__ import annotations

from typing import Literal

from samokoder.lsp.results.result import Result, State, UsageResult
from samokoder.lsp.results.status import QuestionResult, TaskStatus


class RequirementResult(Result):
    id: str
    title: str
    text: str
    acceptance: tuple[str, ...]
    proof: Literal["verified", "stale", "failing", "none"]
    check_id: str | None


class FileResult(Result):
    path: str
    digest: str
    in_folder: bool
    """Whether this content was put into the person's folder."""


class CheckResult(Result):
    id: str
    """Task and check: what ``explain`` takes."""
    task: str
    title: str
    command: str
    exit_code: int | None
    passed: bool
    seconds: float
    fault: str
    tree: str
    stale: bool
    """Whether files have changed since."""


class FindingResult(Result):
    id: str
    task: str
    source: str
    path: str | None
    line: int
    message: str
    severity: str
    waived: str


class IsolationResult(Result):
    level: str
    separates: tuple[str, ...]
    engine: str


class Picture(Result):
    """The whole run."""

    run_id: str
    state: State
    reason: str
    phase: str
    description: str
    target: str
    title: str
    summary: str
    requirements: tuple[RequirementResult, ...]
    assumptions: tuple[str, ...]
    tasks: tuple[TaskStatus, ...]
    files: tuple[FileResult, ...]
    conflicts: tuple[str, ...]
    checks: tuple[CheckResult, ...]
    findings: tuple[FindingResult, ...]
    usage: UsageResult
    model: str
    sandbox: str
    isolation: IsolationResult | None
    questions: tuple[QuestionResult, ...]
    start_command: str
    """Starts the application, in its folder and with its dependencies; empty when it is no service."""
    port: int | None
    """Where it then listens, when the environment variable PORT says so."""
    steps: int


class PlanFile(Result):
    path: str
    uri: str
    state: str


class PlanCheck(Result):
    id: str
    title: str
    state: str


class PlanTask(Result):
    id: str
    title: str
    kind: str
    state: str
    reason: str
    files: tuple[PlanFile, ...]
    checks: tuple[PlanCheck, ...]


class PlanEpic(Result):
    title: str
    tasks: tuple[PlanTask, ...]


class PlanResult(Result):
    run_id: str
    revision: int
    epics: tuple[PlanEpic, ...]
