"""Clarifying questions, at most three, and what their answers add to the description."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from samokoder.domain.data_model import DataModel, Entity
from samokoder.offline.understanding import labels
from samokoder.offline.understanding.answer import Query
from samokoder.offline.understanding.entities import Parts

_MOST = 3
_NO = frozenset({"no", "нет", "not related", "не связаны", ""})


def questions(model: DataModel, parts: Mapping[str, Parts], answers: Mapping[str, str]) -> tuple[Query, ...]:
    found = [*_unrelated(model), *_without_states(model, parts)]
    return tuple(query for query in found if query.id not in answers)[:_MOST]


def answered(answers: Mapping[str, str]) -> Iterator[str]:
    """Each answer as a sentence of the description; a plain "no" adds nothing."""
    for _, answer in sorted(answers.items()):
        if answer.strip().lower().rstrip(".") not in _NO:
            yield answer.strip()


def _unrelated(model: DataModel) -> Iterator[Query]:
    """A thing that nothing refers to and that refers to nothing, beside others."""
    if not 2 <= len(model.entities) <= 6:
        return
    for entity in model.entities[1:]:
        if not _related(entity, model):
            yield _relation_query(entity, model.entities[0], model.language == "ru")


def _related(entity: Entity, model: DataModel) -> bool:
    pairs = [(e.name, f.target) for e in model.entities for f in e.fields if f.target is not None]
    pairs += [(e.name, link.target) for e in model.entities for link in e.links]
    return any(entity.name in pair for pair in pairs)


def _relation_query(entity: Entity, first: Entity, ru: bool) -> Query:
    one, many = entity.label, entity.label_plural
    if ru:
        options = (
            f"{one} относится к {labels.dative(first.label)}.",
            f"{first.label} относится к {labels.dative(one)}.",
            "Не связаны",
        )
        text = f"Как связаны «{many}» и «{first.label_plural}»?"
        return Query(
            id=f"relation_{entity.name}_{first.name}", text=text, options=options, default="Не связаны"
        )
    options = (
        f"Each {one.lower()} belongs to a {first.label.lower()}.",
        f"Each {first.label.lower()} belongs to a {one.lower()}.",
        "Not related",
    )
    text = f"How are {many.lower()} related to {first.label_plural.lower()}?"
    return Query(id=f"relation_{entity.name}_{first.name}", text=text, options=options, default="Not related")


def _without_states(model: DataModel, parts: Mapping[str, Parts]) -> Iterator[Query]:
    """A status was asked for, but which ones was not said."""
    for part in parts.values():
        asked = any(item.phrase.attribute == "status" and not item.choices for item in part.draft.items)
        if not asked or part.draft.states:
            continue
        entity = model.entity(part.name)
        if entity.workflow is None:
            continue
        labels = [choice.label.lower() for choice in entity.field(entity.workflow.field).choices]
        yield _states_query(entity, labels, model.language == "ru")


def _states_query(entity: Entity, labels: list[str], ru: bool) -> Query:
    arrows = " -> ".join(labels)
    if ru:
        usual = f"Статусы {entity.label_plural.lower()}: {arrows}"
        text = f"Какие состояния проходит «{entity.label}»?"
    else:
        usual = f"{entity.label} status: {arrows}"
        text = f"Which states does a {entity.label.lower()} pass through?"
    return Query(id=f"states_{entity.name}", text=text, options=(usual,), default=usual)
