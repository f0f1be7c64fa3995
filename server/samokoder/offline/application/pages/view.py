"""How each entity is best shown: decided from its fields, states and relations. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from samokoder.domain.data_model import DataModel, Entity, Field, Link, Transition
from samokoder.offline.application.pages import look

COLUMNS = 6
NUMBERS = ("integer", "decimal", "money")
DATES = ("date", "datetime")

_DUE = re.compile(r"(^|_)(due|deadline|until|expir\w*|valid_to|return_by|respond_by|pay_by|srok|sroki?)(_|$)")
_PLANNED = re.compile(
    r"(^|_)(start\w*|begin\w*|sched\w*|appoint\w*|plan\w*|event|visit\w*|booked|happens|held|when|day|date|datetime|time|"
    r"check_in|arriv\w*|depart\w*|deliver\w*)(_|$)"
)
_PAST = re.compile(
    r"birth|born|publish|issued|joined|hired|created|registered|founded|bought|purchased|paid|ordered"
)
_CLOSING = re.compile(r"return|finish|complet|closed|done|paid|resolved|delivered|ended")
_GOOD = re.compile(
    r"done|complete|closed|resolved|paid|approved|delivered|returned|finished|accepted|active|available|won"
)
_BAD = re.compile(
    r"cancel|reject|declin|lost|fail|refus|overdue|blocked|broken|missing|urgent|critical|high|spam|expired"
)
_WARN = re.compile(r"wait|pending|hold|paused|draft|medium|review|borrowed|reserved|low_stock|repair")


def pascal(name: str) -> str:
    """``order_line`` as a class name."""
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


def relation(field: Field) -> str:
    """The attribute that holds the record a reference points at."""
    return field.name.removesuffix("_id")


@dataclass(frozen=True)
class Related:
    """Records of another entity that point at this one."""

    view: View
    field: Field
    owned: bool

    @property
    def key(self) -> str:
        """A name no other relation of the page has."""
        return self.view.plural if self.owned else f"{self.view.plural}_by_{relation(self.field)}"


@dataclass(frozen=True)
class View:
    """One entity and how it is shown."""

    model: DataModel
    entity: Entity

    @property
    def name(self) -> str:
        return self.entity.name

    @property
    def plural(self) -> str:
        return self.entity.plural

    @property
    def cls(self) -> str:
        return pascal(self.entity.name)

    @property
    def shape(self) -> str:
        return look.shape(self.entity)

    @cached_property
    def state(self) -> Field | None:
        """The field that holds the workflow's state."""
        return self.entity.field(self.entity.workflow.field) if self.entity.workflow else None

    @cached_property
    def inline(self) -> bool:
        """Kept only inside its owner's page: no list and no page of its own."""
        pointed = any(f.target == self.name for e in self.model.entities for f in e.fields)
        return bool(self.entity.parent) and not (self.entity.workflow or self.entity.links or pointed)

    @cached_property
    def owner(self) -> View | None:
        """The entity whose page this one's records are kept in."""
        field = self.owner_field
        return View(self.model, self.model.entity(field.target)) if field and field.target else None

    @cached_property
    def owner_field(self) -> Field | None:
        return self.entity.field(self.entity.parent) if self.entity.parent else None

    @cached_property
    def entered(self) -> tuple[Field, ...]:
        """Fields a person types; the state moves by buttons."""
        return tuple(f for f in self.entity.fields if f != self.state)

    @cached_property
    def references(self) -> tuple[Field, ...]:
        return tuple(f for f in self.entity.fields if f.type == "reference")

    @cached_property
    def offers(self) -> tuple[tuple[str, Field | View], ...]:
        """Form controls and filters that offer a selection: a choice's values or an entity's records."""
        fields = [f for f in self.entity.fields if f.type in ("choice", "reference")]
        used = [f for f in fields if f in self.filters or f in self.entered]
        named = [(f.name, f if f.type == "choice" else self._of(f.target)) for f in used]
        return (*named, *((link.name, self._of(link.target)) for link in self.entity.links))

    def _of(self, name: str | None) -> View:
        return View(self.model, self.model.entity(name or ""))

    @cached_property
    def choices(self) -> tuple[Field, ...]:
        return tuple(f for f in self.entity.fields if f.type == "choice")

    @cached_property
    def filters(self) -> tuple[Field, ...]:
        return tuple(self.entity.field(n) for n in self.entity.filters)

    @cached_property
    def title(self) -> Field:
        return self.entity.field(self.entity.display)

    @cached_property
    def columns(self) -> tuple[Field, ...]:
        """What a list shows beside the name, the telling things first."""
        rest = [f for f in self.entity.fields if f != self.title and f.type != "long_text"]
        chosen = sorted(rest, key=self._weight)[: COLUMNS - 1]
        return tuple(f for f in rest if f in chosen)

    def _weight(self, field: Field) -> int:
        if field == self.state or field == self.due:
            return 0
        order = ("choice", "reference", "date", "datetime", "money", "integer", "decimal", "boolean", "time")
        return 1 + order.index(field.type) if field.type in order else 20

    @cached_property
    def summary(self) -> tuple[Field, ...]:
        """The two or three things that tell a record apart at a glance."""
        telling = (self.state, self.due or self.planned)
        return tuple(f for f in self.columns if f in telling or f.type in ("reference", "money"))[:3]

    @cached_property
    def tiles(self) -> bool:
        """Little to show: cards read better than a table of two columns."""
        return not self.entity.workflow and len(self.columns) <= 2 and not self.entity.filters

    @cached_property
    def due(self) -> Field | None:
        """The date after which an unfinished record is late."""
        named = {m.overdue for m in self.model.metrics if m.entity == self.name and m.overdue}
        dates = [f for f in self.entity.fields if f.type in DATES]
        return next((f for f in dates if f.name in named), None) or next(
            (f for f in dates if _DUE.search(f.name)), None
        )

    @cached_property
    def unfinished(self) -> str:
        """The Jinja condition under which a record can still be late; empty when always."""
        conditions = [f"record.{f.name} is none" for f in self.entity.fields if f.type in DATES
                      and f != self.due and _CLOSING.search(f.name)]  # fmt: skip
        conditions += [f"not record.{f.name}" for f in self.entity.fields
                       if f.type == "boolean" and _CLOSING.search(f.name)]  # fmt: skip
        if self.final_states:
            states = ", ".join(f'"{s}"' for s in self.final_states)
            conditions.append(f"record.{self.entity.workflow.field} not in [{states}]")  # type: ignore[union-attr]
        return "".join(f" and {c}" for c in conditions)

    @cached_property
    def final_states(self) -> tuple[str, ...]:
        if not self.entity.workflow or not self.state:
            return ()
        left = {t.source for t in self.entity.workflow.transitions}
        return tuple(c.value for c in self.state.choices if c.value not in left)

    @cached_property
    def planned(self) -> Field | None:
        """The date by which records stand in a calendar."""
        if self.inline:
            return None
        dates = [f for f in self.entity.fields if f.type in DATES and not _PAST.search(f.name)]
        moments = [f for f in dates if f.type == "datetime" and f.required]
        named = [f for f in dates if _PLANNED.search(f.name) and not _CLOSING.search(f.name)]
        return next(iter(moments + named), self.due)

    @cached_property
    def views(self) -> tuple[str, ...]:
        """The ways to look at the records beside the list."""
        return (("board",) if self.entity.workflow else ()) + (("calendar",) if self.planned else ())

    @cached_property
    def related(self) -> tuple[Related, ...]:
        """Who points here: owned records first, each under its reference."""
        found = [
            Related(View(self.model, e), f, owned=e.parent == f.name)
            for e in self.model.entities
            for f in e.fields
            if f.type == "reference" and f.target == self.name
        ]
        return tuple(sorted(found, key=lambda r: not r.owned))

    @cached_property
    def links(self) -> tuple[tuple[Link, View], ...]:
        return tuple((link, View(self.model, self.model.entity(link.target))) for link in self.entity.links)

    @cached_property
    def moves(self) -> tuple[tuple[str, tuple[Transition, ...]], ...]:
        """Transitions by the state they leave, in the order of the states."""
        if not self.entity.workflow or not self.state:
            return ()
        every = self.entity.workflow.transitions
        grouped = ((c.value, tuple(t for t in every if t.source == c.value)) for c in self.state.choices)
        return tuple((state, moves) for state, moves in grouped if moves)

    def tone(self, field: Field, value: str) -> str:
        """The colour of a choice's badge by what the word means."""
        if field == self.state and value == self.entity.workflow.initial:  # type: ignore[union-attr]
            return "active"
        for tone, pattern in (("bad", _BAD), ("good", _GOOD), ("warn", _WARN)):
            if pattern.search(value):
                return tone
        return "good" if value in self.final_states and field == self.state else ""

    @property
    def listed(self) -> bool:
        return not self.inline


def views(model: DataModel) -> tuple[View, ...]:
    """Every entity with the way it is shown."""
    return tuple(View(model, entity) for entity in model.entities)
