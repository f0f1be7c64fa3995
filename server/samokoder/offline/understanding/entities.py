"""Drafts and their relations become entities: names, fields, references, states, what lists offer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from samokoder.domain.data_model import Entity, Field, Link, Workflow
from samokoder.offline.understanding import labels, lexicon, lives, names
from samokoder.offline.understanding.drafts import Draft, Drafts
from samokoder.offline.understanding.fields import build, from_lexicon, is_attribute, relation
from samokoder.offline.understanding.item import Item
from samokoder.offline.understanding.relations import Relations

_ENOUGH = 2
"""Fields said in the text from which on nothing is added that was not said, but what names the record."""
_FEW = 3
"""Fields added where the text said one."""
_NAMING = (
    "title",
    "name",
    "full_name",
    "subject",
    "number",
    "question_text",
    "plate_number",
    "model",
    "author",
)
_TEXTS = ("text", "long_text", "email", "phone", "url")


@dataclass
class Parts:
    """An entity under construction."""

    draft: Draft
    name: str
    plural: str
    label: str
    label_plural: str
    fields: list[Field] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    workflow: Workflow | None = None
    parent: str | None = None
    said: int = 0
    references: dict[str, str] = field(default_factory=dict)
    """Target entity name -> the first reference field to it."""

    @property
    def taken(self) -> set[str]:
        return {f.name for f in self.fields} | {link.name for link in self.links}


def entities(
    drafts: Drafts, relations: Relations, language: str, roles: frozenset[str]
) -> tuple[dict[str, Parts], tuple[Entity, ...]]:
    parts = _named(drafts, language)
    for part in parts.values():
        _own_fields(part, drafts, language)
    _references(parts, relations)
    _links(parts, relations)
    for part in parts.values():
        _states(part, language, roles)
        _complete(part, language)
    _without_circles(parts)
    return parts, tuple(_entity(part) for part in parts.values())


def _named(drafts: Drafts, language: str) -> dict[str, Parts]:
    taken: set[str] = set()
    found: dict[str, Parts] = {}
    for key, draft in drafts.items():
        label = labels.singular(draft.label)
        many = labels.plural(label)
        english = _english(draft, label)
        name = names.identifier(english, taken, f"thing_{len(found) + 1}")
        taken.add(name)
        plural = names.identifier(labels.plural(name.replace("_", " ")), taken, f"{name}_list")
        taken.add(plural)
        found[key] = Parts(draft, name, plural, label, many)
    return found


def _english(draft: Draft, label: str) -> str:
    known = draft.known
    return draft.key if known is not None and _is_russian(draft.label) else label


def _is_russian(text: str) -> bool:
    return any("а" <= letter <= "я" or letter == "ё" for letter in text.lower())


def _own_fields(part: Parts, drafts: Drafts, language: str) -> None:
    for item in part.draft.items:
        if relation(item, part.draft, drafts) is not None or _is_life(item) or not is_attribute(item):
            continue
        if item.phrase.thing == part.draft.key and not item.phrase.attribute:
            continue
        part.fields.append(build(item, part.draft, part.name, part.taken, language))
    part.fields = _ordered_limits(part.fields, part.draft)
    part.said = len(part.fields)


def _is_life(item: Item) -> bool:
    return item.phrase.attribute == "status"


def _ordered_limits(fields: Sequence[Field], draft: Draft) -> list[Field]:
    """ "not before the start": the field meant, or the start of a pair of start and end."""
    names_ = [f.name for f in fields]
    found = list(fields)
    for later, earlier in [*_PAIRS, _STAY if draft.key in _STAYS else _STAY[::-1]]:
        if later in names_ and earlier in names_:
            at = names_.index(later)
            if found[at].type == found[names_.index(earlier)].type:
                found[at] = found[at].model_copy(update={"not_before": earlier})
    return found


# A guest arrives and then departs; a train departs and then arrives.
_STAY = ("departure_date", "arrival_date")
_STAYS = frozenset({"stay", "guest", "booking", "reservation", "hotel_room", "rental"})
_PAIRS = (
    ("end_date", "start_date"),
    ("end_time", "start_time"), ("due_date", "taken_date"), ("due_date", "issue_date"),
    ("return_date", "taken_date"), ("salary_to", "salary_from"), ("ends_at", "starts_at"),
    ("returned_at", "taken_at"), ("arrives_at", "departs_at"),
    ("closed_date", "opened_date"), ("due_date", "start_date"), ("delivery_date", "order_date"),
)  # fmt: skip


def _references(parts: Mapping[str, Parts], relations: Relations) -> None:
    for child, parent, required, label in relations.references:
        if child not in parts or parent not in parts:
            continue
        part, target = parts[child], parts[parent]
        differs = label and names.slug(label) and label.lower() != target.label.lower()
        wanted = names.slug(label) if differs and not _is_russian(label) else target.name
        name = names.attribute_name(wanted, part.taken, part.name) if wanted != part.name else f"{wanted}_ref"
        part.fields.append(
            Field(
                name=name,
                label=label or target.label,
                type="reference",
                required=required,
                target=target.name,
            )
        )
        part.references.setdefault(target.name, name)
        if part.draft.whole == parent or (
            part.draft.known is not None and part.draft.known.part_of == parent
        ):
            part.parent = name


def _links(parts: Mapping[str, Parts], relations: Relations) -> None:
    for owner, owned in relations.links:
        if owner not in parts or owned not in parts:
            continue
        part, target = parts[owner], parts[owned]
        name = names.attribute_name(target.plural, part.taken, part.name)
        part.links.append(Link(name=name, label=target.label_plural, target=target.name))


def _states(part: Parts, language: str, roles: frozenset[str]) -> None:
    at = next((i for i, f in enumerate(part.fields) if f.type == "choice" and _is_condition(f)), None)
    if at is not None and not part.draft.states:
        part.fields[at] = part.fields[at].model_copy(
            update={"required": True, "default": part.fields[at].choices[0].value}
        )
        part.workflow = lives.workflow(part.fields[at], part.draft, roles, language)
        return
    choices = lives.states_of(part.draft, language, described=part.said >= _ENOUGH and not _asked(part))
    if len(choices) >= 2 and "status" not in part.taken:
        status = lives.status_field(choices, language)
        part.fields.append(status)
        part.workflow = lives.workflow(status, part.draft, roles, language)


def _asked(part: Parts) -> bool:
    return any(_is_life(item) for item in part.draft.items)


def _is_condition(f: Field) -> bool:
    return f.name == "condition" and lives.mostly_states([choice.label for choice in f.choices])


def _complete(part: Parts, language: str) -> None:
    """What things of the kind usually have, where the text said little; a naming field in any case."""
    known = part.draft.known
    if known is not None:
        _from_lexicon(part, known, language)
    person = known.person if known is not None else False
    if not any(f.type == "text" for f in part.fields) and known is None and not _happens(part):
        key = "full_name" if person else "name"
        part.fields.insert(0, from_lexicon(key, True, False, part.name, part.taken, language))
    if len(part.fields) < 2:
        part.fields.append(from_lexicon("notes", False, False, part.name, part.taken, language))
    if len(part.fields) < 2:
        part.fields.insert(0, from_lexicon("name", True, False, part.name, part.taken, language))


def _happens(part: Parts) -> bool:
    """A line of an order, a thing done on a day to another: known by what it refers to, without a name."""
    day = any(f.type in {"date", "datetime"} for f in part.fields)
    return bool(part.references) and part.said > 0 and (day or part.draft.whole is not None)


def _from_lexicon(part: Parts, known: lexicon.Thing, language: str) -> None:
    flags = {names.attribute_name(key, (), part.name): need for key, need, _ in known.fields}
    optional = {names.slug(item.phrase.text) for item in part.draft.items if item.optional}
    part.fields = [
        f.model_copy(update={"required": True})
        if flags.get(f.name) and f.type != "boolean" and names.slug(f.label) not in optional
        else f
        for f in part.fields
    ]
    fresh: list[Field] = []
    for key, required, unique in known.fields:
        if len(fresh) >= (len(known.fields) if part.said == 0 else _FEW):
            break
        if part.said >= _ENOUGH and not _indispensable(part, key, required):
            continue
        if _already(part, key):
            continue
        taken = part.taken | {f.name for f in fresh}
        fresh.append(from_lexicon(key, required, unique, part.name, taken, language))
    part.fields = (
        [*fresh[:1], *part.fields, *fresh[1:]] if fresh and _names_it(fresh[0]) else [*part.fields, *fresh]
    )


def _indispensable(part: Parts, key: str, required: bool) -> bool:
    """What names the record, and the day of what happens; the rest of what is usual stays unsaid."""
    types = {f.type for f in part.fields}
    if key in _NAMING:
        return not part.taken & set(_NAMING) and (
            not (_has_name(part) or part.references) or (required and key in _NAMES)
        )
    return required and (
        (key in _DAYS and not types & {"date", "datetime"}) or (key == "amount" and "money" not in types)
    )


_NAMES = frozenset({"name", "full_name"})
_DAYS = frozenset({"date", "visit_date", "order_date", "taken_date", "starts_at"})


def _already(part: Parts, key: str) -> bool:
    """The field is there, or another that names the record, or a reference in its place."""
    has = part.taken
    if names.attribute_name(key, (), part.name) in has or key in has:
        return True
    if key in {"name", "title", "full_name"}:
        return bool(has & {"name", "title", "full_name", "first_name", "last_name"})
    if key == "status" or (key == "category" and any(f.name == "category" for f in part.fields)):
        return True
    if key in _SAME:
        return any(names.attribute_name(other, (), part.name) in has for other in _SAME[key])
    return False


_SAME = {
    "cost": ("price", "amount", "total"),
    "price": ("cost", "amount", "sale_price", "price_per_day", "price_per_hour"),
    "price_per_day": ("price", "price_per_hour", "cost"),
    "starts_at": ("date", "start_time", "visit_date", "time"),
    "date": ("starts_at", "start_date", "visit_date", "taken_date", "order_date"),
    "order_date": ("date",),
    "taken_date": ("date", "start_date"),
    "start_date": ("date", "starts_at", "taken_at", "arrival_date"),
    "end_date": ("due_date", "returned_at", "return_date", "expiry_date", "departure_date"),
    "stock": ("quantity",),
    "description": ("notes", "comment"),
    "notes": ("description", "comment"),
    "location": ("venue", "address", "room_name"),
}


def _names_it(f: Field) -> bool:
    return f.name in _NAMING


def _has_name(part: Parts) -> bool:
    return any(f.name in _NAMING or f.type == "text" for f in part.fields)


def _without_circles(parts: Mapping[str, Parts]) -> None:
    """Two things that each must have the other could never be made: the later reference is let go."""
    by_name = {part.name: part for part in parts.values()}
    for part in parts.values():
        part.fields = [
            f.model_copy(update={"required": False})
            if f.type == "reference" and f.required and _reaches(by_name, f.target or "", part.name, set())
            else f
            for f in part.fields
        ]


def _reaches(by_name: Mapping[str, Parts], start: str, goal: str, seen: set[str]) -> bool:
    if start == goal:
        return True
    if start in seen or start not in by_name:
        return False
    seen.add(start)
    needed = [f.target for f in by_name[start].fields if f.type == "reference" and f.required and f.target]
    return any(_reaches(by_name, target, goal, seen) for target in needed)


def _entity(part: Parts) -> Entity:
    display = display_of([f for f in part.fields if f.name != part.parent])
    fields = tuple(
        f.model_copy(update={"required": True}) if f.name == display and f.type == "text" else f
        for f in part.fields
    )
    return Entity(
        name=part.name,
        plural=part.plural,
        label=part.label,
        label_plural=part.label_plural,
        fields=fields,
        links=tuple(part.links),
        workflow=part.workflow,
        display=display,
        search=tuple(f.name for f in fields if f.type in _TEXTS)[:8],
        filters=_filters(fields),
        sort=_sort(fields, display, part),
        parent=part.parent,
    )


def display_of(fields: Sequence[Field]) -> str:
    by_name = {f.name: f for f in fields}
    for name in _NAMING:
        if name in by_name and by_name[name].type in {"text", "long_text"}:
            return name
    for f in fields:
        if f.type in {"text", "reference"} and f.required:
            return f.name
    for wanted in (("text",), ("reference",), ("long_text",), ("date", "datetime"), ("email",)):
        for f in fields:
            if f.type in wanted:
                return f.name
    return fields[0].name


def _filters(fields: Sequence[Field]) -> tuple[str, ...]:
    kept = [f.name for f in fields if f.type in {"choice", "boolean", "reference"}]
    dates = [f.name for f in fields if f.type in {"date", "datetime"}][:2]
    return (*kept, *dates)


def _sort(fields: Sequence[Field], display: str, part: Parts) -> str:
    due = next((f.name for f in fields if f.name == "due_date"), None)
    when = next((f.name for f in fields if f.type in {"date", "datetime"} and f.required), None)
    known = part.draft.known
    if known is not None and known.person:
        return display
    return due or (f"-{when}" if when else display)


def with_export(entity: Entity, chosen: bool) -> Entity:
    return entity.model_copy(update={"export": chosen})


__all__ = ["Parts", "display_of", "entities", "replace", "with_export"]
