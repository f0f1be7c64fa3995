"""What is to be done, in which order: epics, and tasks that form a graph."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from samokoder.domain.files import case_twins
from samokoder.domain.paths import FilePath
from samokoder.domain.value import Value

INTEGRATION = "integration"
"""The id of the last task: the whole application, all checks together."""


class Task(Value):
    """One item of the tech lead's plan."""

    id: str
    title: str
    epic: str
    purpose: str = ""
    depends_on: tuple[str, ...] = ()
    files: tuple[FilePath, ...]
    """The write-set: nobody else writes these."""
    check_files: tuple[FilePath, ...] = ()
    """Where the tester puts this task's acceptance checks."""
    requirements: tuple[str, ...] = ()
    kind: Literal["build", "integration"] = "build"


class Epic(Value):
    id: str
    title: str


class Plan(Value):
    """The tech lead's answer; refuses to exist with a cycle, an unknown name or two writers of one file."""

    epics: tuple[Epic, ...]
    tasks: tuple[Task, ...]

    @model_validator(mode="after")
    def _sound(self) -> Plan:
        ids = [task.id for task in self.tasks]
        if not ids:
            raise ValueError("the plan has no tasks")
        if len(set(ids)) != len(ids):
            raise ValueError("two tasks have the same id")
        for task in self.tasks:
            _known("task", task.depends_on, ids, task)
            _known("epic", (task.epic,), [epic.id for epic in self.epics], task)
            if not task.files and task.kind == "build":
                raise ValueError(f"task {task.id} writes no file")
        _disjoint(self.tasks)
        _acyclic(self.tasks)
        return self


def _known(what: str, names: tuple[str, ...], known: list[str], task: Task) -> None:
    for name in names:
        if name not in known:
            raise ValueError(f"task {task.id} names {what} {name!r}, which is not in the plan")


def _disjoint(tasks: tuple[Task, ...]) -> None:
    owner: dict[FilePath, str] = {}
    for task in tasks:
        for path in (*task.files, *task.check_files):
            if path in owner:
                raise ValueError(f"{path} is written by both {owner[path]} and {task.id}")
            owner[path] = task.id
    if twins := case_twins(list(owner)):
        raise ValueError(f"{twins[0]} and {twins[1]} are one file on some disks")


def _acyclic(tasks: tuple[Task, ...]) -> None:
    waiting = {task.id: set(task.depends_on) for task in tasks}
    while ready := {name for name, needs in waiting.items() if not needs}:
        waiting = {name: needs - ready for name, needs in waiting.items() if name not in ready}
    if waiting:
        raise ValueError(f"tasks wait for each other in a circle: {', '.join(sorted(waiting))}")


def dependencies(tasks: tuple[Task, ...], task_id: str) -> set[str]:
    """Ids of all tasks this one stands on, directly or not."""
    needs = {task.id: task.depends_on for task in tasks}
    found: set[str] = set()
    queue = list(needs[task_id])
    while queue:
        name = queue.pop()
        if name not in found:
            found.add(name)
            queue.extend(needs[name])
    return found
