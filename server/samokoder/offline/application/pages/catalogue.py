"""Which files the pages consist of, and what each is written from. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from samokoder.domain.data_model import DataModel
from samokoder.offline.application.pages import look, tests
from samokoder.offline.application.pages.contexts import of_entity, of_module
from samokoder.offline.application.pages.shared import of_application
from samokoder.offline.application.pages.source import read, write
from samokoder.offline.application.pages.view import View, views

SHARED, HOME, ACCESS = "web", "overview", "access"


@dataclass(frozen=True)
class File:
    """One file: where it goes, what for, with whom, and how its text is made."""

    path: str
    purpose: str
    group: str
    text: Callable[[], str]
    exports: tuple[str, ...] = ()
    is_test: bool = False


@lru_cache(maxsize=16)
def catalogue(model: DataModel) -> dict[str, File]:
    """Every file of the pages by its path, in the order they build on one another."""
    files = [*_shared(model)]
    for view in views(model):
        files += _of_entity(view)
    files += _home(model)
    files += (File(t.path, t.purpose, t.group, t.text, is_test=True) for t in tests.of_pages(model))
    return {file.path: file for file in files}


def _shared(model: DataModel) -> Iterator[File]:
    context = of_application(model)

    def made(path: str, purpose: str, template: str, *exports: str) -> File:
        return File(path, purpose, SHARED, partial(write, template, **context), exports)

    yield File("app/web/__init__.py", "Package", SHARED, lambda: '"""What all pages share."""\n')
    yield made(
        "app/web/rendering.py",
        "Templates, redirects, errors as pages, security headers",
        "web/rendering.py.jinja",
        "render(request: Request, template: str, status: int = 200, **context: Any) -> HTMLResponse",
        "redirect(path: str, done: str = '') -> RedirectResponse",
        "class PageRoute(APIRoute)",
    )
    yield made(
        "app/web/formatting.py", "Dates, numbers and money as people read them", "web/formatting.py.jinja"
    )
    yield made(
        "app/web/forms.py",
        "What was typed and what is wrong with it",
        "web/forms.py.jinja",
        "class Form(values, errors, scope)",
        "new(schema, values)",
        "changed(create, update, values)",
    )
    yield made("app/web/listing.py", "What a list was asked for", "web/listing.py.jinja", "class Query")
    if context["has_calendar"]:
        yield made("app/web/calendar.py", "A month as days", "web/calendar.py.jinja", "class Month")
    yield made("app/templates/base.html", "The frame of every page", "html/base.html.jinja")
    for name, purpose in (
        ("_icons", "Line drawings"),
        ("_form", "Form controls with label, unit and error"),
        ("_list", "Heads that sort, paging"),
        ("error", "What went wrong and where to go"),
    ):
        yield made(f"app/templates/{name}.html", purpose, f"html/{name}.html.jinja")
    if context["choices"]:
        yield made("app/templates/_choices.html", "Badges of choices", "html/_choices.html.jinja")
    if context["has_workflow"]:
        yield made("app/templates/_moves.html", "Buttons that change a state", "html/_moves.html.jinja")
    yield File("app/static/style.css", "The look, light and dark", SHARED, partial(_style, model))
    yield File("app/static/app.js", "Comforts on top of working pages", SHARED, lambda: read("static/app.js"))
    yield File("app/static/icon.svg", "The mark", SHARED, partial(look.favicon, model))


def _style(model: DataModel) -> str:
    accent = look.accent(model).model_dump()
    text = read("static/style.css")
    for name, value in accent.items():
        text = text.replace(f"@{name}@", value)
    return text


def _of_entity(view: View) -> Iterator[File]:
    plural, label = view.plural, view.entity.label_plural

    def page(name: str, purpose: str) -> File:
        path = f"app/templates/{plural}/{name}.html"
        return File(path, f"{label}: {purpose}", plural, partial(_page, view, name))

    yield File(
        f"app/pages/{plural}.py",
        f"{label}: page routes",
        plural,
        lambda: write("pages/entity.py.jinja", **of_module(view)),
        ("router: APIRouter",),
    )
    if view.listed:
        yield page("list", "search, filters, order, pages")
        yield page("detail", "one record with what belongs to it")
    for name in view.views:
        yield page(name, f"{name} view")
    yield page("form", "adding and changing")
    yield page("_fields", "the controls of the form")
    yield page("delete", "asking before deleting")


def _page(view: View, name: str) -> str:
    return write(f"html/{name}.html.jinja", **of_entity(view))


def _home(model: DataModel) -> Iterator[File]:
    context: dict[str, Any] = of_application(model)

    def made(path: str, purpose: str, group: str, template: str, *exports: str) -> File:
        return File(path, purpose, group, partial(write, template, **context), exports)

    yield made("app/pages/home.py", "The first page", HOME, "pages/home.py.jinja", "router: APIRouter")
    yield made("app/templates/home.html", "Figures, charts and doors", HOME, "html/home.html.jinja")
    if context["charts"]:
        yield made("app/templates/_charts.html", "Small charts", HOME, "html/_charts.html.jinja")
    if model.roles:
        yield made("app/pages/sign_in.py", "Coming in and going out", ACCESS, "pages/sign_in.py.jinja")
        yield made("app/templates/sign_in.html", "The sign-in form", ACCESS, "html/sign_in.html.jinja")
    yield made(
        "app/pages/__init__.py",
        "All pages together",
        SHARED,
        "pages/__init__.py.jinja",
        "install(app: FastAPI) -> None",
    )
