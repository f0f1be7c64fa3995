"""How an entity's rules become code of its service: lists, filters, checks and messages. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from samokoder.offline.application.names import member
from samokoder.offline.application.shape import Attribute, Record, Reference, Shape
from samokoder.offline.application.words import article, inner, listed, quoted


def sorts_by_reference(record: Record) -> list[tuple[str, str]]:
    """Orders by the name of a record referred to, where that name is kept in a column."""
    return [(a.name, sort) for a in record.references if (sort := _by_name(record, a))]


def _by_name(record: Record, attribute: Attribute) -> str:
    target = record.shape.record(attribute.field.target or "")
    if target is record or target.display.type in ("reference", "long_text"):
        return ""
    name = f"{target.cls}.{target.display.name}"
    shown = f"sa.func.lower({name})" if target.display.is_text else name
    where = f"{target.cls}.id == {record.cls}.{attribute.name}"
    return f"sa.select({shown}).where({where}).scalar_subquery()"


def sorts(record: Record) -> list[str]:
    """What a list can be sorted by."""
    named = [a.name for a in record.sortable] + [name for name, _ in sorts_by_reference(record)]
    return ["id", *named, *(f.name for f in record.totals), "created_at"]


def default_sort(record: Record) -> str:
    """The order of a list nobody chose an order for."""
    sort = record.entity.sort
    return sort if sort.removeprefix("-") in sorts(record) else "id"


def option_sort(record: Record) -> str:
    """The order in which records are offered to choose from."""
    return record.display.name if record.display.name in sorts(record) else "id"


def chosen_parameters(record: Record) -> str:
    """The parameters of the function that narrows a list."""
    parts = [
        "q: str" if record.searched else "",
        "filters: Mapping[str, object] | None" if record.filters else "",
        "user: User" if record.shape.model.roles else "",
    ]
    return ", ".join(part for part in parts if part)


def chosen_arguments(record: Record) -> str:
    """What is handed on to that function."""
    parts = (
        "q" * bool(record.searched),
        "filters" * bool(record.filters),
        "user" * bool(record.shape.model.roles),
    )
    return ", ".join(part for part in parts if part)


def loaded(record: Record) -> str:
    """What a list reads along with its records, so that it need not ask for each of them."""
    relations = [a.relation for a in record.references] + [link.name for link in record.entity.links]
    return ", ".join(f"selectinload({record.cls}.{name})" for name in relations)


def filter_conditions(record: Record, attribute: Attribute) -> Iterator[tuple[str, str]]:
    """Keys of a filter, each with the condition it sets."""
    column = f"{record.cls}.{attribute.name}"
    if attribute.type == "date":
        yield f"{attribute.name}_from", f"{column} >= chosen.{attribute.name}_from"
        yield f"{attribute.name}_to", f"{column} <= chosen.{attribute.name}_to"
    elif attribute.type == "datetime":
        yield f"{attribute.name}_from", f"{column} >= chosen.{attribute.name}_from"
        yield f"{attribute.name}_to", f"{column} < chosen.{attribute.name}_to + dt.timedelta(days=1)"
    elif attribute.type == "boolean":
        yield attribute.name, f"{column}.is_(chosen.{attribute.name})"
    else:
        yield attribute.name, f"{column} == chosen.{attribute.name}"


def filter_parameters(record: Record) -> list[tuple[str, str]]:
    """The filters of a list as parameters of a query, with their types."""
    found: list[tuple[str, str]] = []
    for attribute in record.filters:
        if attribute.is_date:
            found += [(f"{attribute.name}_from", "dt.date"), (f"{attribute.name}_to", "dt.date")]
        else:
            found.append((attribute.name, attribute.python))
    return found


def checks(record: Record) -> bool:
    """Whether other records have a say in what is permitted."""
    entity = record.entity
    return bool(record.references or entity.links or record.unique or entity.unique_together)


def links_excluded(record: Record) -> str:
    """The argument that leaves many-to-many relations out of a record's own values."""
    names = ", ".join(f'"{link.name}"' for link in record.entity.links)
    return f"exclude={{{names}}}" if names else ""


def together_value(record: Record, name: str) -> str:
    """The value a field of a combination has in what is saved; the state is not entered."""
    attribute = record.attribute(name)
    if not attribute.is_state or record.entity.workflow is None:
        return f"values.{name}"
    initial = f"{attribute.enum}.{member(record.entity.workflow.initial)}"
    return f"({record.name}.{name} if {record.name} else {initial})"


def together_key(record: Record, names: tuple[str, ...]) -> str:
    """The field that is named when a combination is taken: the last one a person enters."""
    entered = [name for name in names if not record.attribute(name).is_state]
    return (entered or list(names))[-1]


def taken(record: Record, attribute: Attribute) -> str:
    if record.shape.russian:
        return "Такое значение уже есть у другой записи."
    return f"Another {inner(record.label)} already has this {inner(attribute.label)}."


def taken_together(record: Record, names: tuple[str, ...]) -> str:
    labels = [record.attribute(name).label for name in names]
    if record.shape.russian:
        return f"Запись с такими {listed([quoted(label) for label in labels], 'и')} уже есть."
    fields = listed([inner(label) for label in labels])
    return f"There already is {article(inner(record.label))} with this {fields}."


def in_use(record: Record, user: Reference) -> str:
    plural = user.source.entity.label_plural
    if record.shape.russian:
        return f"Удалить нельзя: на эту запись ссылаются {quoted(plural)}."
    return f"This {inner(record.label)} cannot be deleted: {inner(plural)} refer to it."


def export_columns(record: Record) -> list[tuple[str, str]]:
    """The columns of a saved list: what each is called and the expression of its value."""
    one = record.name
    columns = [("id", f"{one}.id")]
    for a in record.attributes:
        value = f"{one}.{a.name}"
        if a.type == "reference":
            value = (
                f"{one}.{a.relation}" if not a.nullable else f"{one}.{a.relation} and str({one}.{a.relation})"
            )
            value = f"str({value})" if not a.nullable else value
        elif a.type == "choice":
            value = f"{value}.label" if not a.nullable else f"{value} and {value}.label"
        columns.append((a.label, value))
    for link in record.entity.links:
        columns.append((link.label, f'", ".join(map(str, {one}.{link.name}))'))
    return [*columns, *((f.label, f"{one}.{f.name}") for f in record.totals)]


_PROVIDED = {
    "app.api.shared": "Db Listed PageNumber PageSize Target",
    "app.choices": "Choice",
    "app.db": "Base Record Money Kept find save now connect open_session get_session DATABASE_URL",
    "app.errors": "Invalid NotFound Conflict",
    "app.export": "csv_text",
    "app.main": "create_app",
    "app.messages": "checked explained",
    "app.paging": "Page paged ordered",
    "app.schemas": "Input Id Ids Email Phone Url local_now",
    "app.seed": "fill",
    "app.services.overview": "Figure figures",
    "app.workflow": "Move",
    "tests.examples": "serial",
}


def provided(shape: Shape) -> dict[str, str]:
    """Which module of the application gives which name."""
    names = {name: home for home, given in _PROVIDED.items() for name in given.split()}
    if shape.model.roles:
        names |= dict.fromkeys(("may", "require", "sees_all", "visible"), "app.permissions")
        names |= dict.fromkeys(
            ("CurrentUser", "SignInNeeded", "sign_in", "cookie_for", "COOKIE", "signed_in", "add_user"),
            "app.access",
        )
        names |= {"User": "app.models", "Role": "app.choices", "Forbidden": "app.errors"}
        names |= dict.fromkeys(("hashed", "matches"), "app.passwords")
        names |= dict.fromkeys(("chief", "someone"), "tests.examples")
    for record in shape.records:
        names[record.cls] = "app.models"
        names |= {
            f"{record.cls}{part}": f"app.schemas.{record.name}"
            for part in ("Create", "Update", "Read", "Filter")
        }
        names |= {choice.enum: "app.choices" for choice in record.choices}
        names |= {f"make_{record.name}": "tests.examples", f"{record.name}_values": "tests.examples"}
    return names


def plural_module(shape: Shape) -> dict[str, str]:
    """The services as modules, for code that names them by their plural."""
    return {record.plural: "app.services" for record in shape.records}
