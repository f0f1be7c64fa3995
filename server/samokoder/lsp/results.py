"""What clients get of a run: camelCase values, complete in themselves, so that a lost one does no harm."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from samokoder.domain.ending import EndKind

State = Literal["running", "waiting", "interrupted"] | EndKind


class Result(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)


class RunStarted(Result):
    run_id: str
    token: str | int | None
    """Of the work-done progress, when the client shows one."""
    state: State


class UsageResult(Result):
    calls: int
    tokens_in: int
    tokens_out: int
    tokens_cached: int
    cost: int
    """Millionths of a US dollar."""
    seconds: float


class QuestionResult(Result):
    run_id: str
    question_id: str
    text: str
    options: tuple[str, ...]
    default: str


class TaskStatus(Result):
    id: str
    title: str
    state: str
    files: tuple[str, ...]
    files_written: int
    depends_on: tuple[str, ...]
    requirements: tuple[str, ...]


class Status(Result):
    """``samokoder/status``: a snapshot; the one with the highest ``seq`` counts."""

    run_id: str
    seq: int
    state: State
    reason: str
    phase: str
    title: str
    target: str
    percentage: int
    tasks_done: int
    tasks_total: int
    tasks: tuple[TaskStatus, ...]
    agent: str
    task: str
    subject: str
    detail: str
    """How far the model is with its answer, or what it is waited for."""
    usage: UsageResult
    waiting: tuple[QuestionResult, ...]
    failing: int
    """Checks failing now."""


class Event(Result):
    """``samokoder/event``: an action started, or its outcome landed."""

    run_id: str
    seq: int
    kind: Literal["started", "noted", "landed", "ended"]
    action: str
    agent: str
    task: str
    subject: str
    outcome: str
    ok: bool
    detail: str


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


class RunItem(Result):
    run_id: str
    state: State
    phase: str
    target: str
    description: str
    created: str
    steps: int
    usage: UsageResult
    forked_from: str | None


class RunList(Result):
    runs: tuple[RunItem, ...]


class CancelResult(Result):
    run_id: str | None
    cancelled: bool
    state: State | None


class PauseResult(Result):
    run_id: str | None
    pausing: bool
    """Whether something was under way; its end is told when what was begun has landed."""


class RecordingExported(Result):
    path: str
    steps: int
    replies: int


class PreviewResult(Result):
    """``samokoder/preview``, and what the commands about previews give."""

    run_id: str
    url: str
    """Of this machine; empty when it could not be started."""
    state: Literal["starting", "ready", "failed", "stopped"]
    why: str
    """It failed, or was stopped."""


class PreviewLog(PreviewResult):
    log: str
    """The last of what it wrote."""


class ExportResult(Result):
    path: str
    files: int
    bytes: int
    state: State
    """Only ``verified`` means that the files are the whole application and proved."""


class ChangeResult(Result):
    path: str
    kind: Literal["added", "changed", "removed"]
    before: str | None
    after: str | None
    """Digests of both texts."""


class Comparison(Result):
    run_id: str
    files: tuple[ChangeResult, ...]


class TextResult(Result):
    text: str
    digest: str


class CheckedResult(Result):
    id: str
    title: str
    command: str
    state: Literal["passed", "failed", "not run"]
    """``not run``: a limit ended it."""
    exit_code: int | None
    seconds: float
    fault: str
    output: str


class ChecksResult(Result):
    """The run's checks on the files in its folder."""

    run_id: str
    passed: bool
    stale: bool
    """Whether the files are no longer those the run has proved."""
    changes: tuple[ChangeResult, ...]
    """Since the run, of its own files."""
    checks: tuple[CheckedResult, ...]
    isolation: IsolationResult


class ReplayResult(Result):
    """A replay in which every step came out as recorded; one that did not is an error."""

    run_id: str
    steps: int
    replies: int
    reworded: int
    end: str | None
    tree: str
    files: int


class ForkResult(Result):
    run_id: str
    steps: int


class Explanation(Result):
    markdown: str
    uri: str | None = None
    """Of the document it was opened as."""


class Opened(Result):
    uri: str
    shown: bool


class LineRange(Result):
    """Lines from 0, the end not included."""

    start: int
    end: int


class HunkResult(Result):
    id: str
    header: str
    lines: tuple[str, ...]
    before: LineRange
    after: LineRange


class FileChange(Result):
    path: str
    uri: str
    proposed_uri: str
    state: Literal["new", "changed", "deleted"]
    unsaved: bool
    """Whether it is open with changes that are not saved."""
    hunks: tuple[HunkResult, ...]


class ChangesResult(Result):
    run_id: str
    files: tuple[FileChange, ...]
    waiting: int
    """Hunks."""


class Refused(Result):
    path: str
    reason: str


class JudgedResult(Result):
    done: tuple[str, ...]
    unsaved: tuple[str, ...]
    """Changed in an open document, which is to be saved."""
    refused: tuple[Refused, ...]
    changes: ChangesResult


class ProposedText(Result):
    text: str


class LogEntry(Result):
    step: int
    at: str
    agent: str
    task: str
    text: str
    ok: bool
    has_exchange: bool


class LogResult(Result):
    run_id: str
    entries: tuple[LogEntry, ...]
    next: int


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


class Steering(Result):
    run_id: str
    hints: tuple[str, ...]


class PriceResult(Result):
    """US dollars for a million tokens."""

    input: float
    output: float
    cached: float | None


class AbilitiesResult(Result):
    """Null: not tried."""

    streaming: bool | None
    json_schema: bool | None
    tools: bool | None
    json_mode: bool | None
    reasoning_effort: bool | None


class ModelResult(Result):
    name: str
    """As it is chosen in the settings; empty for the embedded model."""
    title: str
    """Model and where it runs."""
    local: bool
    reachable: bool
    why_not: str
    context: int | None
    """Tokens of question and answer together."""
    max_output: int | None
    price: PriceResult | None
    """Null: unknown; such a model is refused until the person says what it costs."""
    abilities: AbilitiesResult
    probed: str | None
    """When the abilities were tried; ISO 8601, UTC."""
    works_as: tuple[str, ...]
    """What it is chosen for: ``all``, or kinds of work."""


class ModelList(Result):
    models: tuple[ModelResult, ...]
    unreachable: tuple[str, ...]
    """Providers with a key that could not be asked, and why."""
    prices_as_of: str
    """The day the shipped prices were looked up."""


class ModelTest(Result):
    ok: bool
    model: str
    seconds: float
    tokens_in: int
    tokens_out: int
    cost: int | None
    """Millionths of a US dollar; null: unknown."""
    error: str
    """What exactly went wrong."""
    hint: str


class CostLine(Result):
    name: str
    usage: UsageResult


class CostsResult(Result):
    """The dearest first; days in their order."""

    total: UsageResult
    by_role: tuple[CostLine, ...]
    by_task: tuple[CostLine, ...]
    by_model: tuple[CostLine, ...]
    by_day: tuple[CostLine, ...]


class EstimateResult(Result):
    """Money is in millionths of a US dollar; null where the price of a model is not known."""

    runs: int
    """Earlier runs it was made from; 0: it is a guess."""
    calls: int
    tokens: int
    cost: int | None
    low: int | None
    high: int | None
    model: str
