"""A command's end as an error, for a person who ran it; in a run, it is an outcome."""

from __future__ import annotations

from samokoder.domain.evidence import CommandReport, EndedBy
from samokoder.errors import (
    CommandEnded,
    CommandNotFound,
    CommandTimeout,
    MemoryLimit,
    OutputLimit,
    ProcessLimit,
    WorkspaceFull,
)

_ERRORS: dict[EndedBy, type[CommandEnded]] = {
    "not found": CommandNotFound,
    "time": CommandTimeout,
    "output": OutputLimit,
    "memory": MemoryLimit,
    "processes": ProcessLimit,
    "workspace": WorkspaceFull,
    "stopped": CommandEnded,
    "lost": CommandEnded,
}
_CODES: dict[EndedBy, int] = {"time": 124, "memory": 137}
"""As the programs ``timeout`` and the shell have it; other ends have 125."""


def error_of(report: CommandReport) -> CommandEnded | None:
    """None when it ended by itself."""
    kind = _ERRORS.get(report.ended_by)
    return kind(f"{kind.__name__}: {report.fault}.") if kind else None


def exit_code_of(report: CommandReport) -> int:
    """Its own, or one that says what ended it."""
    return report.exit_code if report.exit_code is not None else _CODES.get(report.ended_by, 125)
