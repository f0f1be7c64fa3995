"""Rows derived from a run, for queries and for the constraints of the database. Pure.

Only what the step has changed is written, so a step costs the same at the end of a long run.
"""

from __future__ import annotations

import zlib
from typing import Any

from samokoder.domain.files import tree_digest
from samokoder.domain.outcome import Answered, CheckRan, Outcome
from samokoder.domain.review import Finding
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

Row = dict[str, Any]
Rows = dict[str, list[Row]]
"""Rows to insert or replace, by table."""


def changed_rows(before: Run, after: Run, index: int, outcome: Outcome) -> Rows:
    """Only rows that are new or different, in an order the triggers accept."""
    old, new = rows(before), rows(after)
    changed = {
        table: [row for key, row in kept.items() if old[table].get(key) != row] for table, kept in new.items()
    }
    return {
        "check_run": _check_run(index, outcome),
        **changed,
        "question": _questions(before, after, outcome),
    }


def rows(run: Run) -> dict[str, dict[tuple[str, ...], Row]]:
    """Every row of the run's present state, by table and key."""
    phase = run.unfinished
    building = phase if isinstance(phase, Building) else None
    tasks = building.tasks if building else ()
    return {
        "requirement": {(r.id,): r.model_dump(include={"id", "title", "text"}) for r in _requirements(phase)},
        "epic": {(e.id,): e.model_dump() for e in (building.plan.epics if building else ())},
        "task": {(t.task.id,): _task(building, t.task.id) for t in tasks} if building else {},
        "dependency": {
            (t.task.id, needed): {"task": t.task.id, "depends_on": needed}
            for t in tasks
            for needed in t.task.depends_on
        },
        "file": {
            (path,): {"path": path, "task": t.task.id, "digest": digest}
            for t in tasks
            for path, digest in {**t.check_files, **t.files}.items()
        },
        "finding": {(f.id,): _finding(f) for t in tasks for f in t.findings},
    }


def _requirements(phase: object) -> tuple[Any, ...]:
    known = (Clarifying, ApprovingSpecification, Designing, Planning, ApprovingPlan, Building)
    specification: Specification | None = phase.specification if isinstance(phase, known) else None
    return specification.requirements if specification else ()


def _task(building: Building, task_id: str) -> Row:
    task = building.task(task_id)
    # what a verified task proved stays what it was proved on, also when another's repair moves the tree on
    proved = task.phase.evidence[0].tree if task.phase.kind == "verified" and task.phase.evidence else ""
    return {
        "id": task_id,
        "epic": task.task.epic,
        "title": task.task.title,
        "state": task.phase.kind,
        "tree": proved or tree_digest(building.tree_of(task_id)),
    }


def _finding(finding: Finding) -> Row:
    return finding.model_dump(mode="json")


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
