"""Rows derived from a run, for queries and for the constraints of the database. Pure.

Only what the step has changed is written, so a step costs the same at the end of a long run.
"""

from __future__ import annotations

import zlib
from typing import Any

from samokoder.domain.outcome import Answered, CheckRan, Outcome
from samokoder.domain.run import (
    ApprovingPlan,
    ApprovingSpecification,
    Building,
    Clarifying,
    Designing,
    Planning,
    Run,
    waiting_for,
)
from samokoder.domain.specification import Specification
from samokoder.domain.work import TaskRun, Verified

Row = dict[str, Any]
Rows = dict[str, list[Row]]
"""Rows to insert or replace, by table."""


def changed_rows(before: Run, after: Run, index: int, outcome: Outcome) -> Rows:
    """Only rows that are new or different, in an order the triggers accept."""
    old, new = before.unfinished, after.unfinished
    changed: Rows = {"check_run": _check_run(index, outcome)}
    if _requirements(old) is not _requirements(new):
        changed["requirement"] = [r.model_dump(include={"id", "title", "text"}) for r in _requirements(new)]
    if isinstance(new, Building):
        kept = {task.task.id: task for task in old.tasks} if isinstance(old, Building) else {}
        if not kept:
            changed["epic"] = [epic.model_dump() for epic in new.plan.epics]
        for task in new.tasks:
            if kept.get(task.task.id) is not task:
                _add(changed, kept.get(task.task.id), task)
    changed["question"] = _questions(before, after, outcome)
    return changed


def _add(changed: Rows, old: TaskRun | None, new: TaskRun) -> None:
    """What is different in one task."""
    name = new.task.id
    if old is None:
        needs = [{"task": name, "depends_on": needed} for needed in new.task.depends_on]
        changed.setdefault("dependency", []).extend(needs)
    if old is None or _task(old) != _task(new):
        changed.setdefault("task", []).append(_task(new))
    had = {**old.check_files, **old.files} if old else {}
    files = {**new.check_files, **new.files}
    changed.setdefault("file", []).extend(
        {"path": path, "task": name, "digest": digest}
        for path, digest in files.items()
        if had.get(path) != digest
    )
    known = set(old.findings) if old else set()
    changed.setdefault("finding", []).extend(
        f.model_dump(mode="json") for f in new.findings if f not in known
    )


def _requirements(phase: object) -> tuple[Any, ...]:
    known = (Clarifying, ApprovingSpecification, Designing, Planning, ApprovingPlan, Building)
    specification: Specification | None = phase.specification if isinstance(phase, known) else None
    return specification.requirements if specification else ()


def _task(task: TaskRun) -> Row:
    """``tree`` is what the task was proved on; empty until it is."""
    phase = task.phase
    proved = phase.evidence[0].tree if isinstance(phase, Verified) and phase.evidence else ""
    return {
        "id": task.task.id,
        "epic": task.task.epic,
        "title": task.task.title,
        "state": phase.kind,
        "tree": proved,
    }


def _check_run(index: int, outcome: Outcome) -> list[Row]:
    if not isinstance(outcome, CheckRan):
        return []
    evidence = outcome.evidence
    return [
        {
            "index": index,
            "task": outcome.task,
            "check": evidence.check.id,
            "tree": evidence.tree,
            "environment": evidence.environment,
            "isolation": evidence.isolation.level,
            "command": " ".join(evidence.check.command),
            "exit_code": evidence.report.exit_code,
            "seconds": evidence.report.seconds,
            "fault": evidence.report.fault,
            "output": zlib.compress(evidence.report.output.encode()),
        }
    ]


def _questions(before: Run, after: Run, outcome: Outcome) -> list[Row]:
    asked = {q.id: q for q in waiting_for(before)} | {q.id: q for q in waiting_for(after)}
    answered = {outcome.answer.question: outcome.answer.text} if isinstance(outcome, Answered) else {}
    fresh = {q.id for q in waiting_for(after)} - {q.id for q in waiting_for(before)}
    return [
        {"id": name, "text": q.text, "answer": answered.get(name)}
        for name, q in asked.items()
        if name in fresh or name in answered
    ]
