"""Findings as diagnostics on the files of the target folder; gone when the finding is."""

from __future__ import annotations

from pathlib import Path

from lsprotocol import types

from samokoder.domain.review import Finding
from samokoder.domain.run import Run
from samokoder.lsp.client import Client
from samokoder.orchestrator.findings import findings

SOURCE = "samokoder"
_SEVERITY = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
    "note": types.DiagnosticSeverity.Information,
}


class Published:
    """What the client was told last, so that only changes are sent."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._told: dict[str, tuple[Finding, ...]] = {}

    def show(self, run: Run) -> None:
        now = by_file(run)
        for path in {*self._told, *now}:
            found = now.get(path, ())
            if found != self._told.get(path, ()):
                self._client.publish(path, [to_diagnostic(run.id, finding) for finding in found])
        self._told = now


def by_file(run: Run) -> dict[str, tuple[Finding, ...]]:
    """Open findings by absolute path; those without a file are in ``samokoder.show`` only."""
    found: dict[str, tuple[Finding, ...]] = {}
    for finding in findings(run):
        if finding.path is not None and not finding.waived:
            place = str(Path(run.request.target, finding.path))
            found[place] = (*found.get(place, ()), finding)
    return found


def to_diagnostic(run_id: str, finding: Finding) -> types.Diagnostic:
    line = max(finding.line - 1, 0)
    return types.Diagnostic(
        range=types.Range(types.Position(line, 0), types.Position(line + 1, 0)),
        message=finding.message,
        severity=_SEVERITY[finding.severity],
        source=SOURCE,
        code=finding.source,
        data={"runId": run_id, "findingId": finding.id},
    )
