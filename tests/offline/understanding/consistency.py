"""What must be true of every data model, whatever text it came from."""

from __future__ import annotations

import re
from collections.abc import Iterator

from samokoder.domain.data_model import DataModel, Entity
from samokoder.offline.understanding.names import reserved

_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{0,59}\Z")
_NUMBERS = {"integer", "decimal", "money"}
_GROUPED = {"choice", "boolean", "reference", "date", "datetime"}


def faults(model: DataModel) -> list[str]:
    """Everything wrong with the model; empty when it can be built."""
    return [*_names(model), *(f for e in model.entities for f in _entity(e, model)), *_rest(model)]


def _names(model: DataModel) -> Iterator[str]:
    if not model.entities:
        yield "no entities"
    if not model.title.strip():
        yield "no title"
    names = [name for e in model.entities for name in (e.name, e.plural)]
    if len(set(names)) != len(names):
        yield f"entity names are not unique: {names}"
    for name in [*names, *(r.name for r in model.roles), *(m.name for m in model.metrics)]:
        if not _IDENTIFIER.match(name):
            yield f"{name!r} is no identifier"
    yield from (f"{name!r} is reserved" for name in names if reserved(name))


def _entity(entity: Entity, model: DataModel) -> Iterator[str]:
    where = entity.name
    names = [f.name for f in entity.fields]
    members = [*names, *(link.name for link in entity.links), *(t.name for t in entity.totals)]
    if len(names) < 2:
        yield f"{where}: fewer than two fields"
    if len(set(members)) != len(members):
        yield f"{where}: members are not unique: {members}"
    if not (entity.label.strip() and entity.label_plural.strip()):
        yield f"{where}: no label"
    known = {e.name for e in model.entities}
    for name in members:
        if not _IDENTIFIER.match(name) or reserved(name):
            yield f"{where}.{name} is no usable identifier"
    for f in entity.fields:
        if not f.label.strip():
            yield f"{where}.{f.name}: no label"
        if (f.type == "reference") != (f.target is not None) or (f.target and f.target not in known):
            yield f"{where}.{f.name}: target {f.target}"
        values = [choice.value for choice in f.choices]
        if (f.type == "choice") != (len(values) >= 2) or len(set(values)) != len(values):
            yield f"{where}.{f.name}: choices {values}"
        if not all(_IDENTIFIER.match(value) for value in values):
            yield f"{where}.{f.name}: choice values {values}"
        if f.type == "choice" and f.default is not None and f.default not in values:
            yield f"{where}.{f.name}: default {f.default}"
        if f.minimum is not None and f.maximum is not None and f.minimum > f.maximum:
            yield f"{where}.{f.name}: empty range"
        if f.not_before is not None and (f.not_before not in names or f.not_before == f.name):
            yield f"{where}.{f.name}: not before {f.not_before}"
    yield from _entity_parts(entity, model)


def _entity_parts(entity: Entity, model: DataModel) -> Iterator[str]:
    where, types = entity.name, {f.name: f.type for f in entity.fields}
    if entity.display not in types:
        yield f"{where}: display {entity.display}"
    if not set(entity.search) | set(entity.filters) <= set(types):
        yield f"{where}: search or filters"
    if any(types[name] not in _GROUPED for name in entity.filters):
        yield f"{where}: filters {entity.filters}"
    if entity.sort.removeprefix("-") not in types and entity.sort != "id":
        yield f"{where}: sort {entity.sort}"
    if entity.parent is not None and types.get(entity.parent) != "reference":
        yield f"{where}: parent {entity.parent}"
    if not {link.target for link in entity.links} <= {e.name for e in model.entities}:
        yield f"{where}: links"
    if entity.workflow is not None:
        field = entity.field(entity.workflow.field)
        values = {choice.value for choice in field.choices}
        roles = {role.name for role in model.roles}
        for step in entity.workflow.transitions:
            if step.source not in values or step.target not in values or step.source == step.target:
                yield f"{where}: transition {step.source} -> {step.target}"
            if not set(step.roles) <= roles or not step.label.strip():
                yield f"{where}: transition {step}"
        if entity.workflow.initial not in values or not entity.workflow.transitions:
            yield f"{where}: workflow"
        reached, size = {entity.workflow.initial}, 0
        while size != len(reached):
            size = len(reached)
            reached |= {s.target for s in entity.workflow.transitions if s.source in reached}
        if reached != values:
            yield f"{where}: states never reached: {sorted(values - reached)}"
    for total in entity.totals:
        source = model.entity(total.source)
        if source.field(total.via).target != entity.name:
            yield f"{where}: total {total.name} via {total.via}"
        for name in (total.field, total.times):
            if name is not None and source.field(name).type not in _NUMBERS:
                yield f"{where}: total {total.name} of {name}"
        if (total.kind == "count") != (total.field is None):
            yield f"{where}: total {total.name}"


def _rest(model: DataModel) -> Iterator[str]:
    names = [m.name for m in model.metrics]
    if len(set(names)) != len(names) or len({r.name for r in model.roles}) != len(model.roles):
        yield "metric or role names are not unique"
    for metric in model.metrics:
        entity = model.entity(metric.entity)
        if (metric.kind == "count") != (metric.field is None):
            yield f"metric {metric.name}: field"
        if metric.field is not None and entity.field(metric.field).type not in _NUMBERS:
            yield f"metric {metric.name}: field {metric.field}"
        if metric.group_by is not None and entity.field(metric.group_by).type not in _GROUPED:
            yield f"metric {metric.name}: group by {metric.group_by}"
        if metric.overdue is not None and entity.field(metric.overdue).type not in {"date", "datetime"}:
            yield f"metric {metric.name}: overdue {metric.overdue}"
    known = {e.name for e in model.entities}
    for role in model.roles:
        if not {p.entity for p in role.permissions} <= known or not all(p.actions for p in role.permissions):
            yield f"role {role.name}"
    yield from (f"required circle through {e.name}" for e in model.entities if _circle(e.name, model))


def _circle(start: str, model: DataModel) -> bool:
    seen: set[str] = set()
    front = [start]
    while front:
        for f in model.entity(front.pop()).fields:
            if f.type == "reference" and f.required and f.target is not None:
                if f.target == start:
                    return True
                if f.target not in seen:
                    seen.add(f.target)
                    front.append(f.target)
    return False
