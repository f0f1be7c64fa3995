"""What a model requires, apart from the words it is said in. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from samokoder.domain.data_model import Transition
from samokoder.offline.application.formatting import prose
from samokoder.offline.application.shape import Attribute, Record, Shape
from samokoder.offline.application.words import listed


@dataclass(frozen=True)
class Draft:
    """A requirement before it is numbered."""

    key: str
    group: str
    title: str
    text: str
    acceptance: tuple[str, ...]


@dataclass(frozen=True)
class Wording:
    """What is required, apart from the words it is said in."""

    shape: Shape

    def every(self) -> Iterator[Draft]:
        for record in self.shape.records:
            yield from self.of_records(record)
        yield self.draft("samples", "records")
        for metric in self.shape.model.metrics:
            yield self.draft(f"metric.{metric.name}", "overview", metric)
        if self.shape.model.roles:
            yield from self.of_access()
        for record in self.shape.records:
            yield self.draft(f"{record.name}.api", "web", record)
            if record.state:
                yield self.draft(f"{record.name}.api_move", "web", record)
            if record.entity.export:
                yield self.draft(f"{record.name}.export", "web", record)
        yield self.draft("health", "web")
        yield self.draft("foreign", "web")

    def of_records(self, record: Record) -> Iterator[Draft]:
        name = record.name
        yield self.draft(f"{name}.keep", "records", record)
        if any(a.required for a in record.entered):
            yield self.draft(f"{name}.required", "records", record)
        if bounded(record):
            yield self.draft(f"{name}.limits", "records", record)
        for attribute in record.unique:
            yield self.draft(f"{name}.unique.{attribute.name}", "records", record, attribute)
        for number, fields in enumerate(record.entity.unique_together):
            together = tuple(record.attribute(f) for f in fields)
            yield self.draft(f"{name}.together.{number}", "records", record, together)
        for first, second in record.ordered:
            yield self.draft(f"{name}.order.{second.name}", "records", record, first, second)
        if record.references or record.entity.links:
            yield self.draft(f"{name}.references", "records", record)
        if record.searched:
            yield self.draft(f"{name}.search", "records", record)
        if record.filters:
            yield self.draft(f"{name}.filter", "records", record)
        yield self.draft(f"{name}.list", "records", record)
        yield self.draft(f"{name}.change", "records", record)
        if record.users:
            yield self.draft(f"{name}.in_use", "records", record)
        if record.children:
            yield self.draft(f"{name}.children", "records", record)
        if record.state:
            yield self.draft(f"{name}.start", "records", record)
            yield self.draft(f"{name}.move", "records", record)
        for figure in record.totals:
            yield self.draft(f"{name}.total.{figure.name}", "records", record, figure)

    def of_access(self) -> Iterator[Draft]:
        yield self.draft("sign_in", "access")
        yield self.draft("signed_out", "web")
        for role in self.shape.model.roles:
            if role.permissions:
                yield self.draft(f"role.{role.name}", "records", role)
        for record in self.shape.records:
            for transition in record.transitions:
                if transition.roles:
                    key = f"{record.name}.may_move.{transition.source}.{transition.target}"
                    yield self.draft(key, "records", record, transition)

    def draft(self, key: str, group: str, *about: object) -> Draft:
        kind = key.split(".")
        say = getattr(self, kind[0] if kind[0] in _GENERAL else kind[1])
        title, text, *acceptance = say(*about)
        return Draft(key, group, title, text, tuple(acceptance))


_GENERAL = ("samples", "metric", "sign_in", "signed_out", "role", "health", "foreign")


def bounded(record: Record) -> tuple[Attribute, ...]:
    """Fields with a stated bound or a form of their own."""
    return tuple(
        a
        for a in record.entered
        if a.field.minimum is not None or a.field.maximum is not None or a.type in ("email", "phone", "url")
    )


def step(shape: Shape, transition: Transition) -> tuple[str, str]:
    """What a transition is called, and who may take it."""
    labels = {role.name: prose(role.label) for role in shape.model.roles}
    names = [f"'{labels.get(name, name)}'" for name in transition.roles]
    return prose(transition.label), listed(names, "или" if shape.russian else "or")
