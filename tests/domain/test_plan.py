"""A plan that is not sound cannot be constructed."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from samokoder.domain.plan import Epic, Plan, Task, dependencies

EPICS = (Epic(id="E", title="All"),)


def task(name: str, *needs: str, files: tuple[str, ...] | None = None, **more: Any) -> dict[str, Any]:
    return {
        "id": name,
        "title": name,
        "epic": "E",
        "depends_on": needs,
        "files": files or (f"{name}.py",),
        **more,
    }


def plan(*tasks: dict[str, Any]) -> Plan:
    return Plan.model_validate({"epics": [e.model_dump() for e in EPICS], "tasks": tasks})


def test_a_graph_with_disjoint_write_sets_is_a_plan() -> None:
    made = plan(task("a"), task("b", "a"), task("c", "b"))
    assert dependencies(made.tasks, "c") == {"a", "b"}
    assert isinstance(made.tasks[0], Task)


@pytest.mark.parametrize(
    ("tasks", "complaint"),
    [
        ((), "no tasks"),
        ((task("a"), task("a", files=("x.py",))), "same id"),
        ((task("a", "b"), task("b", "a")), "circle"),
        ((task("a", "a"),), "circle"),
        ((task("a", "nobody"),), "not in the plan"),
        ((task("a", epic="F"),), "not in the plan"),
        ((task("a", files=("x.py",)), task("b", files=("x.py",))), "both"),
        ((task("a", files=("x.py",)), task("b", check_files=("x.py",))), "both"),
        ((task("a", files=("X.py",)), task("b", files=("x.py",))), "one file"),
        (({**task("a"), "files": ()},), "writes no file"),
        ((task("a", files=("../x.py",)),), "cannot be used"),
    ],
)
def test_an_unsound_plan_is_refused_with_the_reason(
    tasks: tuple[dict[str, Any], ...], complaint: str
) -> None:
    with pytest.raises(ValidationError, match=complaint):
        plan(*tasks)
