"""How entities become ORM classes: columns, relationships and computed figures, as code. Pure."""

from __future__ import annotations

from samokoder.offline.application.formatting import prose
from samokoder.offline.application.names import relation
from samokoder.offline.application.phrases import phrases
from samokoder.offline.application.shape import Attribute, Figure, Record, Reference, Shape
from samokoder.offline.application.words import quoted


def account_table(shape: Shape) -> str:
    """Where people who may sign in are kept."""
    return "sign_ins" if any(r.plural == "accounts" for r in shape.records) else "accounts"


def column(record: Record, attribute: Attribute) -> str:
    """The attribute of the ORM class that keeps the field."""
    if attribute.type != "reference":
        return attribute.column
    target = record.shape.record(attribute.field.target or "")
    return attribute.column.replace(f"{{{target.name}}}", target.plural)


def _several(record: Record, attribute: Attribute) -> bool:
    return sum(a.field.target == attribute.field.target for a in record.references) > 1


def referred(record: Record, attribute: Attribute) -> str:
    """The attribute that holds the record a reference points at."""
    target = attribute.target if attribute.target != record.cls else record.cls
    kind = f'"{target}"' if not attribute.nullable else f'"{target} | None"'
    options = []
    if record.entity.parent == attribute.name:
        options.append(f'back_populates="{record.plural}"')
    if _several(record, attribute):
        options.append(f"foreign_keys=[{attribute.name}]")
    if attribute.field.target == record.name:
        options.append(f'remote_side="{record.cls}.id"')
    return f"{attribute.relation}: Mapped[{kind}] = relationship({', '.join(options)})"


def owned(child: Reference) -> str:
    """The attribute that holds the records which live and die with a record."""
    options = [f'back_populates="{child.attribute.relation}"', 'cascade="all, delete-orphan"']
    if _several(child.source, child.attribute):
        options.append(f'foreign_keys="{child.source.cls}.{child.attribute.name}"')
    return f'{child.source.plural}: Mapped[list["{child.source.cls}"]] = relationship({", ".join(options)})'


def linked(record: Record, name: str, target: str) -> str:
    """The attribute of a many-to-many relation."""
    table = f"{record.name}_{name}"
    options = [f'secondary="{table}"']
    other = record.shape.record(target)
    if target == record.name:
        options.append(f'primaryjoin="{record.cls}.id == {table}.c.{record.name}_id"')
        options.append(f'secondaryjoin="{record.cls}.id == {table}.c.linked_id"')
    return f'{name}: Mapped[list["{other.cls}"]] = relationship({", ".join(options)})'


def display(record: Record) -> str:
    """The expression of what a record is called."""
    shown = record.display
    if shown.type == "reference":
        own = shown.field.target == record.name
        return 'f"№ {self.id}"' if own else f'str(self.{relation(shown.field)} or "")'
    if shown.type == "choice":
        return f"self.{shown.name}.label" + (f' if self.{shown.name} else ""' if shown.nullable else "")
    if shown.is_text:
        return f"self.{shown.name}" + (' or f"№ {self.id}"' if shown.nullable else "")
    return f"str(self.{shown.name})"


def total(record: Record, figure: Figure, of: str) -> str:
    """The expression of a figure over the records that refer to one."""
    total = figure.total
    if total.kind == "count" or total.field is None:
        return f"sa.func.count({of}.id)"
    number = f"{of}.{total.field}" + (f" * {of}.{total.times}" if total.times else "")
    value = (
        f"sa.func.avg({number})" if total.kind == "average" else f"sa.func.coalesce(sa.func.sum({number}), 0)"
    )
    return f"sa.type_coerce({value}, Money)" if figure.type == "Decimal" else value


def totals(shape: Shape) -> list[tuple[Record, Figure]]:
    """Every figure, those that are made of other figures last."""
    every = [(record, figure) for record in shape.records for figure in record.totals]
    return sorted(every, key=lambda pair: _made_of_figures(pair[1]))


def _made_of_figures(figure: Figure) -> int:
    """How many figures deep a figure is; a circle is cut at five."""
    depth = 0
    while depth < 5:
        inner_figures = {f.name: f for f in figure.source.totals}
        if figure.total.field not in inner_figures:
            return depth
        figure, depth = inner_figures[figure.total.field], depth + 1
    return depth


def day(value: str, attribute: Attribute, other: Attribute) -> str:
    """The value as it compares with another field's: a moment with a date by its day."""
    return f"{value}.date()" if attribute.type == "datetime" and other.type == "date" else value


def not_before(shape: Shape, first: Attribute, second: Attribute) -> str:
    """What to say when a field is before the one it must not be before."""
    if shape.russian:
        return f"Не может быть {'меньше' if second.is_number else 'раньше'}, чем {quoted(first.label)}."
    return f"This may not be {'less than' if second.is_number else 'before'} “{prose(first.label)}”."


def faults(shape: Shape) -> list[tuple[str, str]]:
    """Messages for the faults that this model's fields can have, by the beginning of the fault's name."""
    say = phrases(shape.model.language)
    fields = [a for record in shape.records for a in record.attributes]
    types = {a.type for a in fields} | {"date" for a in fields if a.is_date}
    kinds = [
        ("string_too_short", any(a.is_text and (a.field.minimum or 0) > 1 for a in fields)),
        ("string_too_long", bool(types & {"text", "long_text", "email", "phone", "url"})),
        ("too_long", any(record.entity.links for record in shape.records)),
        ("greater_than", bool(types & {"integer", "decimal", "money"})),
        ("less_than", bool(types & {"integer", "decimal", "money"})),
        ("int", bool(types & {"integer", "reference"})),
        ("float", "decimal" in types),
        ("finite", "decimal" in types),
        ("decimal_max_places", "money" in types),
        ("decimal", "money" in types),
        ("timezone", "datetime" in types),
        ("datetime", "datetime" in types),
        ("date_", "date" in types),
        ("time", "time" in types),
        ("bool", "boolean" in types),
        ("enum", "choice" in types),
        ("extra", True),
        ("json", True),
    ]
    return [(kind, say[kind]) for kind, wanted in kinds if wanted]
