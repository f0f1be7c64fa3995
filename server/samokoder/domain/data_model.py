"""The things an application is about: what the architect designs and the coders build against.

Every name is an identifier (``snake_case``, ASCII); every label is what a person reads, in the
language of the description.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field as Described

from samokoder.domain.value import Value

FieldType = Literal[
    "text",  # one line
    "long_text",  # several lines
    "integer",
    "decimal",
    "money",  # exact, two decimals
    "boolean",
    "date",
    "datetime",
    "time",
    "email",
    "phone",
    "url",
    "choice",  # one of `choices`
    "reference",  # one record of the entity named by `target` (many-to-one)
]

Identifier = str


class Choice(Value):
    """One permitted value of a choice field."""

    value: Identifier
    label: str


class Field(Value):
    """One attribute of an entity."""

    name: Identifier
    label: str
    type: FieldType
    required: bool = False
    unique: bool = False
    minimum: float | None = None
    """Smallest permitted number (inclusive); for texts, the shortest length."""
    maximum: float | None = None
    """Largest permitted number (inclusive); for texts, the longest length."""
    choices: tuple[Choice, ...] = ()
    default: str | None = None
    """The value when none is given, as text; ``today`` and ``now`` are understood for dates."""
    target: Identifier | None = None
    """For ``reference``: the entity referred to."""
    unit: str | None = None
    """What a number is measured in: ``kg``, ``h``, ``€``."""
    not_before: Identifier | None = None
    """For dates and numbers: another field of the same entity this one may not be less than."""


class Link(Value):
    """A many-to-many relation; stored once, on the entity that names it."""

    name: Identifier
    """Plural attribute name, for example ``tags``."""
    label: str
    target: Identifier


class Transition(Value):
    """A permitted change of state."""

    source: Identifier
    target: Identifier
    label: str
    """What the button says: "Approve"."""
    roles: tuple[Identifier, ...] = ()
    """Who may do it; empty means everybody who may change the record."""


class Workflow(Value):
    """The states a record passes through. The choice field named by ``field`` holds the state."""

    field: Identifier
    initial: Identifier
    transitions: tuple[Transition, ...]


class Total(Value):
    """A figure computed for a record from the records that refer to it."""

    name: Identifier
    label: str
    kind: Literal["count", "sum", "average"]
    source: Identifier
    """The entity whose records are counted; it has a ``reference`` to this one."""
    via: Identifier
    """The name of that reference field."""
    field: Identifier | None = None
    """The number summed or averaged; None for ``count``."""
    times: Identifier | None = None
    """For ``sum``: a second number each value is multiplied by (price x quantity)."""


class Entity(Value):
    """A thing the application keeps records of."""

    name: Identifier
    plural: Identifier
    label: str
    label_plural: str
    fields: tuple[Field, ...]
    links: tuple[Link, ...] = ()
    workflow: Workflow | None = None
    totals: tuple[Total, ...] = ()
    display: Identifier
    """The field that names a record to a person."""
    search: tuple[Identifier, ...] = ()
    """Text fields that free-text search looks into."""
    filters: tuple[Identifier, ...] = ()
    """Choice, boolean, reference and date fields a list can be narrowed by."""
    sort: str = "id"
    """Default order of lists: a field name, with ``-`` before it for descending."""
    export: bool = False
    """Whether lists can be saved as CSV."""
    unique_together: tuple[tuple[Identifier, ...], ...] = ()
    parent: Identifier | None = None
    """The reference field whose record owns this one: listed, added and removed inside its page."""

    def field(self, name: Identifier) -> Field:
        """The field of that name; KeyError when there is none."""
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(name)


class Permission(Value):
    """What a role may do with the records of one entity."""

    entity: Identifier
    actions: tuple[Literal["view", "create", "change", "delete"], ...]
    own_only: bool = False
    """Only records the person created."""


class Role(Value):
    """A kind of user. An application without roles has no sign-in."""

    name: Identifier
    label: str
    permissions: tuple[Permission, ...] = ()
    """Empty means everything."""


class Metric(Value):
    """A figure, or a small table of figures, on the dashboard."""

    name: Identifier
    label: str
    kind: Literal["count", "sum", "average"]
    entity: Identifier
    field: Identifier | None = None
    group_by: Identifier | None = None
    """A choice, boolean, reference or date field (dates by month)."""
    where: tuple[tuple[Identifier, str], ...] = ()
    """Equality conditions on choice and boolean fields, as text."""
    overdue: Identifier | None = None
    """A date field: only records whose date is past."""


class DataModel(Value):
    """Everything the application keeps, who may touch it, and what its dashboard shows."""

    language: Literal["en", "ru"] = "en"
    title: str
    entities: tuple[Entity, ...] = Described(default=())
    roles: tuple[Role, ...] = ()
    metrics: tuple[Metric, ...] = ()

    def entity(self, name: Identifier) -> Entity:
        """The entity of that name; KeyError when there is none."""
        for entity in self.entities:
            if entity.name == name:
                return entity
        raise KeyError(name)
