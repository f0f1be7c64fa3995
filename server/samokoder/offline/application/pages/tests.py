"""Which tests of the pages a generated application has. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from samokoder.domain.data_model import DataModel
from samokoder.offline.application.pages.contexts import imports, named
from samokoder.offline.application.pages.source import write
from samokoder.offline.application.pages.view import View, views


@dataclass(frozen=True)
class Test:
    """One file of tests."""

    path: str
    purpose: str
    group: str
    text: Callable[[], str]


def of_pages(model: DataModel) -> Iterator[Test]:
    """Tests of every kind of record, of what all pages share, and of signing in."""
    for view in views(model):
        path = f"tests/test_pages_{view.plural}.py"
        text = partial(write, "tests/entity.py.jinja", **_of_view(view))
        yield Test(path, f"Pages of {view.plural.replace('_', ' ')}", view.plural, text)
    every = views(model)
    shared = {
        "listed": [v for v in every if v.listed],
        "roles": bool(model.roles),
        "free": _free(every),
        "sections": named("SECTIONS", [f"/{v.plural}" for v in every if v.listed]),
    }
    yield Test(
        "tests/test_pages_everywhere.py",
        "Navigation, keyboard, phone, safety",
        "overview",
        partial(write, "tests/everywhere.py.jinja", **shared),
    )
    if model.roles:
        yield Test(
            "tests/test_pages_sign_in.py", "Signing in", "access", partial(write, "tests/sign_in.py.jinja")
        )


def _free(every: tuple[View, ...]) -> tuple[View, str] | None:
    """An entity with a text that may hold anything of some length, to try an attack with."""
    for view in every:
        for field in view.entity.fields:
            long_enough = field.maximum is None or field.maximum >= 40
            if view.listed and field.type in ("text", "long_text") and long_enough:
                return view, field.name
    return None


def _of_view(view: View) -> dict[str, Any]:
    required = [f for f in view.entered if f.required and f.type != "boolean" and f.default is None]
    visible = [f for f in required if not (view.inline and f == view.owner_field)]
    start = view.entity.workflow.initial if view.entity.workflow else None
    first = [t for t in view.entity.workflow.transitions if t.source == start] if view.entity.workflow else []
    return {
        "v": view,
        "named": named,
        "examples": imports("tests.examples", sorted((f"make_{view.name}", f"{view.name}_values"))),
        "roles": bool(view.model.roles),
        "required": visible[0].name if visible else None,
        "move": first[0].target if first else None,
        "controls": [f.name for f in view.entered if not (view.inline and f == view.owner_field)],
    }
