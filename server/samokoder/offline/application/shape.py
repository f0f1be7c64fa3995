"""The model as the templates see it: each field as a column, as an input and as an example. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

from samokoder.domain.data_model import DataModel, Entity, Field, Metric, Total, Transition
from samokoder.offline.application.formatting import literal
from samokoder.offline.application.names import class_name, member, relation, settle

TEXTS = ("text", "long_text", "email", "phone", "url")
NUMBERS = ("integer", "decimal", "money")
DATES = ("date", "datetime")

_LENGTHS = {"text": 200, "long_text": 10_000, "email": 254, "phone": 30, "url": 500}
_PYTHON = {
    "integer": "int",
    "decimal": "float",
    "money": "Decimal",
    "boolean": "bool",
    "date": "dt.date",
    "datetime": "dt.datetime",
    "time": "dt.time",
    "reference": "int",
}
_KINDS = {"email": "Email", "phone": "Phone", "url": "Url"}
LARGEST = 10**12


def number(value: float) -> str:
    """A bound as a person would write it: 5, not 5.0."""
    return str(int(value)) if value == int(value) else repr(value)


@dataclass(frozen=True)
class Attribute:
    """A field of an entity."""

    field: Field
    entity: Entity

    @property
    def name(self) -> str:
        return self.field.name

    @property
    def type(self) -> str:
        return self.field.type

    @property
    def label(self) -> str:
        return self.field.label

    @property
    def required(self) -> bool:
        """Whether a person must give it: a switch is simply off, a default fills in."""
        return self.field.required and self.type != "boolean"

    @property
    def relation(self) -> str:
        return relation(self.field)

    @property
    def target(self) -> str:
        """The class referred to."""
        return class_name(self.field.target or "")

    @cached_property
    def enum(self) -> str:
        """The class of a choice's values."""
        return class_name(self.entity.name) + class_name(self.name)

    @property
    def nullable(self) -> bool:
        return not (self.field.required or self.type == "boolean" or self.is_state)

    @property
    def is_state(self) -> bool:
        return self.entity.workflow is not None and self.entity.workflow.field == self.name

    @property
    def is_text(self) -> bool:
        return self.type in TEXTS

    @property
    def is_number(self) -> bool:
        return self.type in NUMBERS

    @property
    def is_date(self) -> bool:
        return self.type in DATES

    @cached_property
    def python(self) -> str:
        """The type of the value in Python."""
        return self.enum if self.type == "choice" else _PYTHON.get(self.type, "str")

    @property
    def length(self) -> int:
        """The longest permitted text."""
        return int(self.field.maximum) if self.field.maximum else _LENGTHS[self.type]

    @cached_property
    def column(self) -> str:
        """The attribute of the ORM class."""
        options = list(self._column_options)
        annotation = f"{self.python} | None" if self.nullable else self.python
        stored = f" = mapped_column({', '.join(options)})" if options else ""
        return f"{self.name}: Mapped[{annotation}]{stored}"

    @property
    def _column_options(self) -> list[str]:
        options = []
        if self.type == "reference":
            cascade = ', ondelete="CASCADE"' if self.entity.parent == self.name else ""
            options.append(f'sa.ForeignKey("{{{self.field.target}}}.id"{cascade})')
        elif self.is_text:
            options.append("sa.Text" if self.type == "long_text" else f"sa.String({self.length})")
        elif self.type == "money":
            options.append("Money")
        if self.is_state and self.entity.workflow:
            options.append(f"default={self.enum}.{member(self.entity.workflow.initial)}")
        if self.field.unique:
            options.append("unique=True")
        elif self.type == "reference":
            options.append("index=True")
        return options

    @cached_property
    def entered(self) -> str:
        """The field of the schema a new record is checked by."""
        kind = _KINDS.get(self.type) or {"reference": "Id", "datetime": "NaiveDatetime"}.get(
            self.type, self.python
        )
        annotation = f"{kind} | None" if self.nullable else kind
        rules = [*self._default_rule, *self._rules]
        if rules and (len(rules) > 1 or "=" in rules[0]):
            return f"{self.name}: {annotation} = Field({', '.join(rules)})"
        return f"{self.name}: {annotation}" + (f" = {rules[0]}" if rules else "")

    @property
    def _default_rule(self) -> list[str]:
        if self.default is not None:
            return [self.default]
        if self.type == "boolean":
            return ["False"]
        return ["None"] if self.nullable else []

    @cached_property
    def default(self) -> str | None:
        """The default as code; None when there is none that fits the type."""
        text = self.field.default
        if text is None:
            return None
        if self.type == "date":
            return "default_factory=dt.date.today" if text in ("today", "now") else None
        if self.type == "datetime":
            return "default_factory=local_now" if text in ("today", "now") else None
        if self.type == "choice":
            return f"{self.enum}.{member(text)}" if text in {c.value for c in self.field.choices} else None
        if self.type == "boolean":
            return str(text.strip().lower() in ("true", "yes", "1", "on", "да"))
        if self.is_number:
            return self._number_default(text)
        return literal(text) if self.type in ("text", "long_text") and text else None

    def _number_default(self, text: str) -> str | None:
        try:
            value = float(text)
        except ValueError:
            return None
        if self.type == "money":
            return f'Decimal("{value:.2f}")'
        return number(int(value) if self.type == "integer" else value)

    @property
    def _rules(self) -> list[str]:
        if self.type in ("text", "long_text"):
            least = int(self.field.minimum) if self.field.minimum else 0
            rule = [f"min_length={least}"] if least > 1 else []
            return [*rule, f"max_length={self.length}"]
        if not self.is_number:
            return []
        rules = [f"ge={number(self.least)}", f"le={number(self.most)}"]
        return [*rules, "decimal_places=2"] if self.type == "money" else rules

    @property
    def least(self) -> float:
        return self.field.minimum if self.field.minimum is not None else -LARGEST

    @property
    def most(self) -> float:
        return self.field.maximum if self.field.maximum is not None else LARGEST

    @cached_property
    def changed(self) -> str:
        """The field of the schema that carries changes; the rules are those of a new record."""
        kind = {"reference": "int"}.get(self.type, self.python)
        return f"{self.name}: {kind} | None = None"

    @cached_property
    def read(self) -> str:
        """The field of the schema a record is answered as."""
        return f"{self.name}: {self.python}{' | None' if self.nullable else ''}"


@dataclass(frozen=True)
class Reference:
    """Records of one entity that refer to another by a field."""

    source: Record
    attribute: Attribute


@dataclass(frozen=True)
class Figure:
    """A total of a record, with what its expression is made of."""

    total: Total
    source: Record
    type: str
    """int, float or Decimal."""

    @property
    def name(self) -> str:
        return self.total.name

    @property
    def label(self) -> str:
        return self.total.label

    @property
    def nullable(self) -> bool:
        """An average of nothing is nothing."""
        return self.total.kind == "average"


@dataclass(frozen=True, eq=False)
class Record:
    """An entity: what is kept, under which rules, and who refers to it."""

    entity: Entity
    shape: Shape

    @property
    def name(self) -> str:
        return self.entity.name

    @property
    def plural(self) -> str:
        return self.entity.plural

    @property
    def label(self) -> str:
        return self.entity.label

    @cached_property
    def cls(self) -> str:
        return class_name(self.name)

    @cached_property
    def attributes(self) -> tuple[Attribute, ...]:
        return tuple(Attribute(field, self.entity) for field in self.entity.fields)

    def attribute(self, name: str) -> Attribute:
        return next(a for a in self.attributes if a.name == name)

    @cached_property
    def entered(self) -> tuple[Attribute, ...]:
        """What a person enters, each after the field it may not be before; never the state."""
        waiting = [a for a in self.attributes if not a.is_state]
        ready: list[Attribute] = []
        while waiting:
            behind = {a.name for a in waiting}
            now = next((a for a in waiting if a.field.not_before not in behind - {a.name}), waiting[0])
            waiting.remove(now)
            ready.append(now)
        return tuple(ready)

    @cached_property
    def references(self) -> tuple[Attribute, ...]:
        return tuple(a for a in self.attributes if a.type == "reference")

    @cached_property
    def choices(self) -> tuple[Attribute, ...]:
        return tuple(a for a in self.attributes if a.type == "choice")

    @cached_property
    def unique(self) -> tuple[Attribute, ...]:
        return tuple(a for a in self.attributes if a.field.unique)

    @cached_property
    def ordered(self) -> tuple[tuple[Attribute, Attribute], ...]:
        """Pairs of fields: the second may not be before (less than) the first."""
        pairs = ((a.field.not_before, a) for a in self.entered if a.field.not_before)
        return tuple((self.attribute(first), a) for first, a in pairs if first)

    @cached_property
    def parent(self) -> Attribute | None:
        return self.attribute(self.entity.parent) if self.entity.parent else None

    @cached_property
    def children(self) -> tuple[Reference, ...]:
        """Records that live and die with one of these."""
        return tuple(r for r in self._referring if r.source.entity.parent == r.attribute.name)

    @cached_property
    def users(self) -> tuple[Reference, ...]:
        """Records that refer to one of these and keep it from being deleted."""
        return tuple(r for r in self._referring if r.source.entity.parent != r.attribute.name)

    @cached_property
    def _referring(self) -> tuple[Reference, ...]:
        return tuple(
            Reference(record, attribute)
            for record in self.shape.records
            for attribute in record.references
            if attribute.field.target == self.name
        )

    @cached_property
    def state(self) -> Attribute | None:
        return self.attribute(self.entity.workflow.field) if self.entity.workflow else None

    @cached_property
    def transitions(self) -> tuple[Transition, ...]:
        return self.entity.workflow.transitions if self.entity.workflow else ()

    @cached_property
    def display(self) -> Attribute:
        return self.attribute(self.entity.display)

    @cached_property
    def totals(self) -> tuple[Figure, ...]:
        return tuple(
            Figure(t, self.shape.record(t.source), total_type(self.shape, t)) for t in self.entity.totals
        )

    @cached_property
    def searched(self) -> tuple[Attribute, ...]:
        return tuple(self.attribute(name) for name in self.entity.search)

    @cached_property
    def filters(self) -> tuple[Attribute, ...]:
        return tuple(self.attribute(name) for name in self.entity.filters)

    @cached_property
    def sortable(self) -> tuple[Attribute, ...]:
        return tuple(a for a in self.attributes if a.type not in ("reference", "long_text"))


def total_type(shape: Shape, total: Total) -> str:
    """The type of a total: counts are whole, money stays exact."""
    if total.kind == "count" or total.field is None:
        return "int"
    source = shape.record(total.source)
    kinds = {value_type(source, name) for name in (total.field, total.times) if name}
    if "Decimal" in kinds:
        return "Decimal"
    return "float" if total.kind == "average" or "float" in kinds else "int"


def value_type(source: Record, name: str) -> str:
    """The Python type of a field or of a total."""
    for total in source.entity.totals:
        if total.name == name:
            return total_type(source.shape, total)
    return source.attribute(name).python


def metric_type(shape: Shape, metric: Metric) -> str:
    """The Python type of a figure of the dashboard."""
    if metric.kind == "count" or metric.field is None:
        return "int"
    kind = value_type(shape.record(metric.entity), metric.field)
    return "float" if metric.kind == "average" and kind == "int" else kind


@dataclass(frozen=True, eq=False)
class Shape:
    """A settled model as the templates see it."""

    model: DataModel

    @cached_property
    def records(self) -> tuple[Record, ...]:
        return tuple(Record(entity, self) for entity in self.model.entities)

    @cached_property
    def _by_name(self) -> dict[str, Record]:
        return {record.name: record for record in self.records}

    def record(self, name: str) -> Record:
        return self._by_name[name]

    @property
    def russian(self) -> bool:
        return self.model.language == "ru"


_recent: list[tuple[DataModel, Shape]] = []


def shape_of(model: DataModel) -> Shape:
    """The shape of the settled model. Models are asked for file by file: the last are kept."""
    for known, shape in _recent:
        if known is model:
            return shape
    shape = _shape(model)
    _recent[:] = [(model, shape), *_recent[:7]]
    return shape


@lru_cache(maxsize=8)
def _shape(model: DataModel) -> Shape:
    return Shape(settle(model))
