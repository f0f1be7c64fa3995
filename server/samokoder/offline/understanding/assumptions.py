"""What was taken for granted, in sentences a person can disagree with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from samokoder.domain.data_model import DataModel, Entity
from samokoder.offline.understanding.entities import Parts
from samokoder.offline.understanding.text import LONGEST

_MOST = 8


def of(model: DataModel, parts: Mapping[str, Parts], cut: bool) -> tuple[str, ...]:
    ru = model.language == "ru"
    return (*(_cut(ru) if cut else ()), *_about_things(model, parts, ru), *_about_roles(model, ru))[:_MOST]


def _cut(ru: bool) -> Iterator[str]:
    yield (
        f"Описание длинное: прочитаны первые {LONGEST} знаков."
        if ru
        else f"The description is long: I read its first {LONGEST} characters."
    )


def _about_things(model: DataModel, parts: Mapping[str, Parts], ru: bool) -> Iterator[str]:
    said = {part.name: part for part in parts.values()}
    for entity in model.entities:
        part = said[entity.name]
        label = entity.label_plural.lower()
        if part.draft.brought:
            yield (
                f"Добавлен раздел «{entity.label_plural}»: без него остальное неполно."
                if ru
                else f"I added {label}: the rest refers to them or needs them."
            )
        elif part.said == 0:
            yield (
                f"О полях раздела «{entity.label_plural}» ничего не сказано: взяты обычные."
                if ru
                else f"You did not say what is recorded about {label}: I took the usual fields."
            )
        yield from _about_references(entity, model, part, ru)
        if entity.workflow is not None and not part.draft.states and not part.draft.decisions:
            yield (
                f"Состояния для «{entity.label_plural}» взяты обычные."
                if ru
                else f"I assumed the usual states for {label}."
            )


def _about_references(entity: Entity, model: DataModel, part: Parts, ru: bool) -> Iterator[str]:
    for field in entity.fields:
        if field.type == "reference" and field.required and field.target is not None:
            target = model.entity(field.target).label.lower()
            yield (
                f"Каждая запись «{entity.label}» относится к одной записи «{target}»."
                if ru
                else f"I assumed every {entity.label.lower()} belongs to one {target}."
            )


def _about_roles(model: DataModel, ru: bool) -> Iterator[str]:
    if model.roles and all(role.name != "admin" for role in model.roles if not role.permissions):
        return
    admin = next((role for role in model.roles if role.name == "admin"), None)
    if admin is not None:
        yield (
            "Администратор может всё; остальные - только то, что о них сказано."
            if ru
            else "An administrator may do everything; the others only what was said of them."
        )
