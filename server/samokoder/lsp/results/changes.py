"""What a run wrote: step against step, hunk by hunk."""

from __future__ import annotations

from typing import Literal

from samokoder.lsp.results.result import Result, State


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
