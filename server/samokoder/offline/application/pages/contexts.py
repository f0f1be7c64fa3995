"""What the templates of one entity are filled with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from samokoder.domain.data_model import Field
from samokoder.offline.application.pages.escaping import python_string, sentence
from samokoder.offline.application.pages.values import (
    attribute,
    columns_of,
    controls,
    figure,
    named_by,
    product,
    shown,
)
from samokoder.offline.application.pages.view import DATES, NUMBERS, Related, View, pascal
from samokoder.offline.application.pages.words import WEEKDAYS, new_record, words

WIDTH = 100


def of_entity(view: View) -> dict[str, Any]:
    """Everything the templates of an entity's pages ask for."""
    entity, language = view.entity, view.model.language
    return {
        "v": view,
        "w": words(language),
        "language": language,
        "roles": bool(view.model.roles),
        "numbers": NUMBERS,
        "weekdays": WEEKDAYS[language],
        "plural_label": sentence(entity.label_plural),
        "add_label": new_record(language, entity.label),
        "inline": [r for r in view.related if r.owned and r.view.inline],
        "aside": bool(entity.workflow or entity.totals),
        "facts": [f for f in entity.fields if f not in (view.title, view.state)],
        "board_fields": [f for f in view.columns if f != view.state][:4],
        "controls": controls(view),
        "unshown": [view.owner_field.name] if view.inline and view.owner_field else [],
        "choices_used": any(
            f.type == "choice" for e in (view, *(r.view for r in view.related)) for f in e.entity.fields
        ),
        "restricted": any(t.roles for _, moves in view.moves for t in moves),
        "sortable": _sortable,
        "attr": attribute,
        "shown": shown,
        "figure": figure,
        "named_by": named_by,
        "columns_of": columns_of,
        "product_of": product,
        "new_record": new_record,
    }


def _sortable(view: View, field: Field) -> bool:
    """References are put in order by the names they show, where records keep those in a column."""
    if field.type != "reference":
        return True
    target = view.model.entity(field.target or "")
    return target != view.entity and target.field(target.display).type not in ("reference", "long_text")


def of_module(view: View) -> dict[str, Any]:
    """Everything the module of an entity's pages asks for."""
    roles = bool(view.model.roles)
    inline = [r for r in view.related if r.owned and r.view.inline]
    foreign = [r for r in view.related if not r.owned]
    models, choices = _models(view, foreign)
    guarded = bool(view.related) and view.listed
    children = {r.view.plural for r in inline}
    selects = (view.planned is not None and not roles) or (view.listed and bool(foreign))
    return {
        "v": view,
        "roles": roles,
        "user_first": "user: CurrentUser, " if roles else "",
        "user_arg": ", user=user" if roles else "",
        "inline": inline,
        "selects": selects,
        "summary": _summary(view),
        "datetimes": _datetimes(view),
        "models": models,
        "choices": choices,
        "services": _services(view),
        "schemas": imports(f"app.schemas.{view.name}", [f"{view.cls}Create", f"{view.cls}Update"]),
        "child_pages": "".join(
            imports("app.pages", [f"{name} as {name}_pages"]) for name in sorted(children)
        ),
        "permissions": imports("app.permissions", _permissions(foreign)) if roles and guarded else "",
        "tuples": list(_tuples(view)),
        "filter_pickers": any(f.type in ("choice", "reference") for f in view.filters),
        "place": _place(view),
        "options": _options,
        "named": named,
        "pointing": _pointing,
        "defaults": [(f.name, _default(f)) for f in view.entered if f.default is not None],
        "scope": f', scope="{view.plural}"' if view.inline else "",
        "all_names": "FIELDS + FLAGS" if _flags(view) else "FIELDS",
        "entered_args": _entered(view),
        "pascal": pascal,
    }


def _summary(view: View) -> str:
    if view.inline and view.owner:
        return f"kept on the page of their {view.owner.name.replace('_', ' ')}"
    extra = "".join(f", a {name}" for name in view.views)
    return f"a list{extra}, one record and its forms"


def _flags(view: View) -> list[Field]:
    return [f for f in view.entered if f.type == "boolean"]


def _tuples(view: View) -> Iterator[tuple[str, list[str]]]:
    if view.filters and view.listed:
        named = ([f"{f.name}_from", f"{f.name}_to"] if f.type in DATES else [f.name] for f in view.filters)
        yield "FILTERS", [name for names in named for name in names]
    yield "FIELDS", [f.name for f in view.entered if f.type != "boolean"]
    if flags := _flags(view):
        yield "FLAGS", [f.name for f in flags]
    if view.entity.links:
        yield "LINKS", [link.name for link in view.entity.links]


def named(name: str, values: list[str]) -> str:
    """A tuple of names as a constant of a module."""
    if not values:
        return f"{name}: tuple[str, ...] = ()"
    if len(values) == 1:
        return f'{name} = ("{values[0]}",)'
    return f"{name} = (\n" + "".join(f'    "{value}",\n' for value in values) + ")"


def _pointing(child: Related) -> str:
    name = child.view.cls
    chain = (f"select({name})", f".where({name}.{child.field.name} == record.id)",
             f".order_by({name}.id.desc())", ".limit(50)")  # fmt: skip
    indent = " " * 8
    line = "".join(chain)
    return line if len(indent + line) <= WIDTH else f"\n{indent}".join(chain)


def _permissions(foreign: list[Related]) -> list[str]:
    return ["may", "visible"] if foreign else ["may"]


def _entered(view: View) -> str:
    flags = ", flags=FLAGS" if _flags(view) else ""
    return f"FIELDS{flags}{', many=LINKS' if view.entity.links else ''}"


def _place(view: View) -> str:
    if view.inline and view.owner and view.owner_field:
        return f'f"/{view.owner.plural}/{{record.{view.owner_field.name}}}#{view.plural}"'
    return f'f"/{view.plural}/{{record.id}}"'


def _options(view: View, offered: Field | View) -> str:
    if isinstance(offered, Field):
        return f"forms.offered({view.cls}{pascal(offered.name)})"
    service = "service" if offered.plural == view.plural else f"{offered.plural}_service"
    return f"{service}.options(session)"


def _services(view: View) -> str:
    targets = {o.plural for _, o in view.offers if isinstance(o, View)} - {view.plural}
    named = [(plural, f"{plural}_service") for plural in targets] + [(view.plural, "service")]
    return "".join(imports("app.services", [f"{name} as {alias}"]) for name, alias in sorted(named))


def _models(view: View, foreign: list[Related]) -> tuple[str, str]:
    names = {view.cls} | {r.view.cls for r in foreign if view.listed}
    names |= {"User"} if view.model.roles else set()
    choices = {f"{view.cls}{pascal(o.name)}" for _, o in view.offers if isinstance(o, Field)}
    choices |= {f"{view.cls}{pascal(view.state.name)}"} if view.state else set()
    return imports("app.models", sorted(names)), imports("app.choices", sorted(choices)) if choices else ""


def imports(module: str, names: list[str]) -> str:
    """One import statement, over several lines when it would be too long."""
    line = f"from {module} import {', '.join(names)}\n"
    if len(line) <= WIDTH + 1:
        return line
    return f"from {module} import (\n" + "".join(f"    {name},\n" for name in names) + ")\n"


def _datetimes(view: View) -> str:
    defaults = {(f.type, f.default) for f in view.entered}
    wanted = ["date"] if defaults & {("date", "today"), ("date", "now")} else []
    wanted += ["datetime"] if defaults & {("datetime", "now"), ("datetime", "today"), ("time", "now")} else []
    return imports("datetime", wanted) if wanted else ""


def _default(field: Field) -> str:
    match field.type, field.default:
        case "date", "today" | "now":
            return "date.today()"
        case "datetime", "today" | "now":
            return "datetime.now()"
        case "time", "now":
            return 'f"{datetime.now():%H:%M}"'
        case "boolean", given:
            return str((given or "").lower() in ("true", "yes", "1", "on"))
        case _, given:
            return python_string(given or "")
