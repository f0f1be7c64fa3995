"""What is wrong now, at its place in the files. Pure."""

from __future__ import annotations

import re

from samokoder.domain.architecture import Refusal
from samokoder.domain.evidence import Evidence
from samokoder.domain.paths import FilePath, UnsafePath
from samokoder.domain.review import Danger, Finding, finding_id
from samokoder.domain.run import Building, Run
from samokoder.domain.work import Debugging, TaskRun, Verifying

_PLACE = re.compile(r"(?:^|[\s\"'(])([\w./-]+\.\w{1,4})(?::|\", line )(\d+)", re.MULTILINE)


def findings(run: Run) -> tuple[Finding, ...]:
    """The reviewer's and the scanner's objections and the failing checks, waived ones included."""
    phase = run.unfinished
    refused = tuple(_refused(refusal) for refusal in run.refused)
    if not isinstance(phase, Building):
        return refused
    documents = (_left_out(danger) for danger in phase.dangers)
    return (*refused, *documents, *(found for task in phase.tasks for found in _of_task(task)))


def _left_out(danger: Danger) -> Finding:
    note = danger.action == "note"
    return Finding(
        id=finding_id("", "scanner", danger.path, danger.message),
        task="",
        source="scanner",
        path=danger.path,
        line=danger.line,
        message=danger.message if note else f"this file was left out: {danger.message}",
        severity="note" if note else "warning",
    )


def _refused(refusal: Refusal) -> Finding:
    return Finding(
        id=finding_id("", "dependency", None, refusal.dependency.pin),
        task="",
        source="dependency",
        path=None,
        line=1,
        message=refusal.reason,
        severity="error",
    )


def owner_of(run: Run, path: FilePath) -> str | None:
    """The task that writes a file, or its checks."""
    tasks = run.unfinished.tasks if isinstance(run.unfinished, Building) else ()
    return next((t.task.id for t in tasks if path in t.task.files or path in t.check_files), None)


def _of_task(task: TaskRun) -> tuple[Finding, ...]:
    known = {finding.id: finding for finding in task.findings}
    failing = (_failing(task, item) for item in _evidence(task) if not item.passed)
    return (*task.findings, *(f for f in failing if f.id not in known))


def _evidence(task: TaskRun) -> tuple[Evidence, ...]:
    match task.phase:
        case Debugging(evidence=evidence):
            return evidence
        case Verifying(results=results) if results:
            return tuple({e.check.id: e for e in results}.values())
        case _:
            return task.best.evidence if task.best else ()


def _failing(task: TaskRun, evidence: Evidence) -> Finding:
    path, line = _place(evidence.report.output, {*task.task.files, *task.task.check_files})
    names = sorted(evidence.failing)
    message = f"{evidence.check.title}: {evidence.report.fault or ', '.join(names[:5])}"
    return Finding(
        id=finding_id(task.task.id, "check", path, evidence.check.id),
        task=task.task.id,
        source="check",
        path=path,
        line=line,
        message=message,
        severity="error",
    )


def _place(output: str, own: set[FilePath]) -> tuple[FilePath | None, int]:
    """The last place in one of our files that the output names; else the first such file."""
    for name, line in reversed(_PLACE.findall(output)):
        try:
            path = FilePath(name.removeprefix("./"))
        except UnsafePath:
            continue
        if not own or path in own:
            return path, int(line)
    return (min(own) if own else None), 1
