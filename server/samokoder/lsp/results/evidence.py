"""Checks run again, explained, and runs replayed."""

from __future__ import annotations

from typing import Literal

from samokoder.lsp.results.changes import ChangeResult
from samokoder.lsp.results.picture import IsolationResult
from samokoder.lsp.results.result import Result


class RecordingExported(Result):
    path: str
    steps: int
    replies: int


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


class Explanation(Result):
    markdown: str
    uri: str | None = None
    """Of the document it was opened as."""
