"""Where a run stands, and what is done to it as a whole."""

from __future__ import annotations

from typing import Literal

from samokoder.lsp.results.result import Result, State, UsageResult


class RunStarted(Result):
    run_id: str
    token: str | int | None
    """Of the work-done progress, when the client shows one."""
    state: State


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


class ForkResult(Result):
    run_id: str
    steps: int


class Opened(Result):
    uri: str
    shown: bool


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


class Steering(Result):
    run_id: str
    hints: tuple[str, ...]
