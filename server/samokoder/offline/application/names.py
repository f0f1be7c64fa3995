"""Settled models: identifiers that are safe and regular in the code to be written. Pure.

Reference fields end in ``_id``; nothing is a keyword of Python or a name the written code needs for itself;
required references form no circle; somebody may do everything; the dashboard shows something.
"""

from __future__ import annotations

import keyword
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from samokoder.domain.data_model import DataModel, Entity, Field, Metric, Permission, Role, Total
from samokoder.offline.application.formatting import plain


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TAKEN_CLASSES = _words(
    "Annotated Any Base BaseModel Choice Conflict Decimal Depends Figure Forbidden Form Forms "
    "Generic Input Invalid Iterator Mapped Mapping Money Month Move NotFound Page Query Record "
    "Request Response Role Select Sequence Session StrEnum TypeVar Typed User Callable Exception "
    "Warning "
)
_TAKEN_FIELDS = _words(
    "id created_at updated_at created_by created_by_id metadata registry q sort page size filters "
    "copy json dict model_config model_fields schema validate construct str int float bool list dt "
    "sa user session state "
)
_TAKEN_PLURALS = _words(
    "api static health overview docs redoc sign_in sign_out home app tests shared values ids faults "
    "kept made records changes figures moves errors query found people "
)
_LOCALS = _words(
    "session values changes found query errors problems record records value user chosen page "
    "listing get create update delete move moves options export client visitor serial role name id q "
    "sort size filters self cls "
)
_TEXTS = ("text", "long_text", "email", "phone", "url")

Rename = Callable[[str], str]


def class_name(name: str) -> str:
    """``order_line`` as a class: ``OrderLine``."""
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


def member(value: str) -> str:
    """The name of a permitted value in its enumeration; a name may not begin with a digit."""
    return f"N{value.upper()}" if value[:1].isdigit() else value.upper()


def relation(field: Field) -> str:
    """The attribute that holds the record a reference points at."""
    return field.name.removesuffix("_id")


@lru_cache(maxsize=32)
def settle(model: DataModel) -> DataModel:
    """The same model under settled names. Settling twice changes nothing."""
    return _named(DataModel.model_validate(_on_one_line(model.model_dump())))


def _on_one_line(part: Any) -> Any:
    """Every text on one line, without control characters: labels stand in code, pages and files."""
    if isinstance(part, dict):
        return {key: _on_one_line(value) for key, value in part.items()}
    if isinstance(part, list | tuple):
        return [_on_one_line(value) for value in part]
    return plain(part) if isinstance(part, str) else part


def _named(model: DataModel) -> DataModel:
    entities = {e.name: _entity_name(e.name) for e in model.entities}
    fields = {(e.name, f.name): _field_name(f, e) for e in model.entities for f in e.fields}
    roles = _roles(model, entities)
    unlimited = tuple(role.name for role in roles if not role.permissions)
    settled = [_open_to(unlimited, _entity(e, entities, fields)) for e in model.entities]
    metrics = tuple(_metric(m, entities, fields) for m in model.metrics)
    return model.model_copy(
        update={
            "entities": _without_circles(settled),
            "metrics": metrics or tuple(_count(e) for e in settled if not e.parent),
            "roles": roles,
        }
    )


def _open_to(unlimited: tuple[str, ...], entity: Entity) -> Entity:
    """Who may do everything may take every step of a workflow too."""
    if entity.workflow is None:
        return entity
    transitions = tuple(
        step.model_copy(update={"roles": tuple(dict.fromkeys((*step.roles, *unlimited)))})
        if step.roles
        else step
        for step in entity.workflow.transitions
    )
    return entity.model_copy(
        update={"workflow": entity.workflow.model_copy(update={"transitions": transitions})}
    )


def _entity_name(name: str) -> str:
    reserved = class_name(name) in _TAKEN_CLASSES or keyword.iskeyword(name) or name in _LOCALS
    return f"{name}_record" if reserved else name


def _field_name(field: Field, entity: Entity) -> str:
    name = field.name
    if field.type == "reference" and not name.endswith("_id"):
        return f"{name}_id"
    taken = _TAKEN_FIELDS | {link.name for link in entity.links}
    # The field of a workflow may well be called `state`; only methods of ours would clash with it.
    return f"{name}_" if keyword.iskeyword(name) or (name in taken and name != "state") else name


def _entity(entity: Entity, entities: dict[str, str], fields: dict[tuple[str, str], str]) -> Entity:
    def own(name: str) -> str:
        return fields.get((entity.name, name), name)

    parent = own(entity.parent) if entity.parent else None
    filters = tuple(own(name) for name in entity.filters)
    workflow = entity.workflow
    return entity.model_copy(
        update={
            "name": entities[entity.name],
            "plural": f"{entity.plural}_list" if _reserved(entity.plural, entity.name) else entity.plural,
            "fields": tuple(_field(f, own, entities) for f in entity.fields),
            "links": tuple(
                link.model_copy(update={"target": entities[link.target]}) for link in entity.links
            ),
            "workflow": workflow and workflow.model_copy(update={"field": own(workflow.field)}),
            "totals": tuple(_total(t, entities, fields) for t in entity.totals),
            "display": own(entity.display),
            "search": tuple(own(name) for name in entity.search) or _searchable(entity, own),
            "filters": filters if parent is None or parent in filters else (parent, *filters),
            "sort": "-" * entity.sort.startswith("-") + own(entity.sort.removeprefix("-")),
            "unique_together": tuple(tuple(own(n) for n in names) for names in entity.unique_together),
            "parent": parent,
        }
    )


def _searchable(entity: Entity, own: Rename) -> tuple[str, ...]:
    """What search looks into when nothing was said: the name of the record, when it is a text."""
    shown = entity.field(entity.display)
    return (own(shown.name),) if shown.type in _TEXTS else ()


def _reserved(plural: str, name: str) -> bool:
    return plural in _TAKEN_PLURALS or keyword.iskeyword(plural) or plural == name


def _field(field: Field, own: Rename, entities: dict[str, str]) -> Field:
    return field.model_copy(
        update={
            "name": own(field.name),
            "target": entities[field.target] if field.target else None,
            "not_before": own(field.not_before) if field.not_before else None,
        }
    )


def _total(total: Total, entities: dict[str, str], fields: dict[tuple[str, str], str]) -> Total:
    def of_source(name: str | None) -> str | None:
        return fields.get((total.source, name), name) if name else None

    return total.model_copy(
        update={
            "source": entities[total.source],
            "via": of_source(total.via),
            "field": of_source(total.field),
            "times": of_source(total.times),
        }
    )


def _metric(metric: Metric, entities: dict[str, str], fields: dict[tuple[str, str], str]) -> Metric:
    def own(name: str | None) -> str | None:
        return fields.get((metric.entity, name), name) if name else None

    return metric.model_copy(
        update={
            "entity": entities[metric.entity],
            "field": own(metric.field),
            "group_by": own(metric.group_by),
            "overdue": own(metric.overdue),
            "where": tuple((own(name), value) for name, value in metric.where),
        }
    )


def _count(entity: Entity) -> Metric:
    return Metric(name=entity.plural, label=entity.label_plural, kind="count", entity=entity.name)


def _without_circles(entities: list[Entity]) -> tuple[Entity, ...]:
    """Required references that lead back could never be met by a first record: the last is optional."""
    needs: dict[str, set[str]] = {}
    settled = []
    for entity in entities:
        fields = []
        for field in entity.fields:
            if field.target and field.required and _reaches(needs, field.target, entity.name):
                field = field.model_copy(update={"required": False})
            elif field.target and field.required:
                needs.setdefault(entity.name, set()).add(field.target)
            fields.append(field)
        settled.append(entity.model_copy(update={"fields": tuple(fields)}))
    return tuple(settled)


def _reaches(needs: dict[str, set[str]], start: str, goal: str) -> bool:
    seen, waiting = set(), [start]
    while waiting:
        name = waiting.pop()
        if name == goal:
            return True
        if name not in seen:
            seen.add(name)
            waiting.extend(needs.get(name, ()))
    return False


def _roles(model: DataModel, entities: dict[str, str]) -> tuple[Role, ...]:
    """The roles, one of which may do everything: somebody has to be able to put things right."""

    roles = tuple(
        role.model_copy(update={"permissions": _permissions(model, role, entities)}) for role in model.roles
    )
    if not roles or any(not role.permissions for role in roles):
        return roles
    label = "Администратор" if model.language == "ru" else "Administrator"
    taken = {role.name for role in roles}
    return (*roles, Role(name="superuser" if "administrator" in taken else "administrator", label=label))


def _permissions(model: DataModel, role: Role, entities: dict[str, str]) -> tuple[Permission, ...]:
    """What the role may do. Parts of a record are changed by those who may change or add it."""
    stated = {permission.entity for permission in role.permissions}
    found = list(role.permissions)
    for entity in model.entities:
        if entity.parent and entity.name not in stated:
            target = entity.field(entity.parent).target
            found += [_of_parts(p, entity.name) for p in role.permissions if p.entity == target]
    return tuple(p.model_copy(update={"entity": entities[p.entity], "actions": _seen(p)}) for p in found)


def _of_parts(permission: Permission, part: str) -> Permission:
    writes = {"create", "change"} & set(permission.actions)
    actions = ("view", "create", "change", "delete") if writes else permission.actions
    return permission.model_copy(update={"entity": part, "actions": actions})


def _seen(permission: Permission) -> tuple[Any, ...]:
    """Whoever may change or delete a record has to see it."""
    blind = "view" not in permission.actions and {"change", "delete"} & set(permission.actions)
    return ("view", *permission.actions) if blind else permission.actions
