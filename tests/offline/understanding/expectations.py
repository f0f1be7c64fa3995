"""Descriptions with what a reasonable reader expects of them at least."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from samokoder.domain.data_model import DataModel, Entity, Field

_FOLDER = Path(__file__).parents[2] / "corpus" / "descriptions"


def corpus() -> list[dict[str, Any]]:
    return [entry for path in sorted(_FOLDER.glob("*.json")) for entry in json.loads(path.read_text("utf-8"))]


def _same(text: str) -> str:
    return text.lower().replace("ё", "е").replace("_", " ").strip()


def entity_of(model: DataModel, names: Sequence[str]) -> Entity | None:
    """By name, label, or the end of a longer name: "sales_order" is an order."""
    wanted = [_same(name) for name in names]
    for entity in model.entities:
        if {_same(entity.name), _same(entity.label), _same(entity.label_plural)} & set(wanted):
            return entity
    for entity in model.entities:
        if any(
            _same(e).endswith(f" {w}") or _same(e).startswith(f"{w} ")
            for e in (entity.name, entity.label)
            for w in wanted
        ):
            return entity
    return None


def field_of(entity: Entity, names: Sequence[str]) -> Field | None:
    wanted = [_same(name) for name in names]
    if "name" in wanted:
        wanted += ["full name", "имя", "фио", "название"]
    for field in entity.fields:
        if {_same(field.name), _same(field.label)} & set(wanted):
            return field
    return next((f for f in entity.fields if any(_same(f.name).endswith(f" {w}") for w in wanted)), None)


def missing(model: DataModel, expect: dict[str, Any]) -> list[str]:
    """Expectations the model does not meet."""
    return [
        *_missing_entities(model, expect),
        *_missing_relations(model, expect),
        *_missing_states(model, expect),
        *_missing_roles(model, expect),
        *_missing_together(model, expect),
        *(f"{name} is kept" for name in expect.get("absent", ()) if _kept(model, name)),
    ]


def _kept(model: DataModel, name: str) -> bool:
    return any(_same(name) in {_same(e.name), _same(e.label), _same(e.label_plural)} for e in model.entities)


def _missing_entities(model: DataModel, expect: dict[str, Any]) -> Iterator[str]:
    for wanted in expect["entities"]:
        entity = entity_of(model, wanted["names"])
        if entity is None:
            yield f"entity {wanted['names']} among {[e.name for e in model.entities]}"
            continue
        for field in wanted["fields"]:
            yield from _missing_field(entity, field)


def _missing_field(entity: Entity, wanted: dict[str, Any]) -> Iterator[str]:
    field = field_of(entity, wanted["names"])
    where = f"{entity.name}.{'|'.join(wanted['names'])}"
    if field is None:
        yield f"{where} among {[f.name for f in entity.fields]}"
        return
    if "types" in wanted and field.type not in wanted["types"]:
        yield f"{where} is {field.type}"
    labels = {_same(choice.label) for choice in field.choices}
    if not {_same(c) for c in wanted.get("choices", ())} <= labels:
        yield f"{where} choices {labels}"
    for rule in ("required", "unique", "minimum", "maximum"):
        if rule in wanted and getattr(field, rule) != wanted[rule]:
            yield f"{where} {rule} is {getattr(field, rule)}"


def _missing_relations(model: DataModel, expect: dict[str, Any]) -> Iterator[str]:
    for wanted in expect.get("references", ()):
        child, parent = entity_of(model, wanted["from"]), entity_of(model, wanted["to"])
        if child is None or parent is None or parent.name not in {f.target for f in child.fields}:
            yield f"reference {wanted['from']} > {wanted['to']}"
    for one, other in expect.get("links", ()):
        first, second = entity_of(model, one), entity_of(model, other)
        if first is None or second is None or not _linked(first, second):
            yield f"link {one} x {other}"


def _linked(first: Entity, second: Entity) -> bool:
    there = second.name in {link.target for link in first.links}
    return there or first.name in {link.target for link in second.links}


def _missing_states(model: DataModel, expect: dict[str, Any]) -> Iterator[str]:
    for wanted in expect.get("states", ()):
        entity = entity_of(model, wanted["entity"])
        if entity is None or entity.workflow is None:
            yield f"states of {wanted['entity']}"
            continue
        labels = {_same(choice.label) for choice in entity.field(entity.workflow.field).choices}
        if not {_same(state) for state in wanted["states"]} <= labels:
            yield f"states of {wanted['entity']}: {sorted(labels)}"


def _missing_roles(model: DataModel, expect: dict[str, Any]) -> Iterator[str]:
    found = {_same(text) for role in model.roles for text in (role.name, role.label)}
    yield from (
        f"role {role} among {sorted(found)}" for role in expect.get("roles", ()) if _same(role) not in found
    )


def _missing_together(model: DataModel, expect: dict[str, Any]) -> Iterator[str]:
    for wanted in expect.get("together", ()):
        entity = entity_of(model, wanted["entity"])
        told = [set(names) for names in entity.unique_together] if entity is not None else []
        if set(wanted["fields"]) not in told:
            yield f"{wanted['entity']} told apart by {wanted['fields']}, not {told}"
