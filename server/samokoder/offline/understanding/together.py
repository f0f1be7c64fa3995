"""What no two records may share: "no two projects with the same title and subject"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from samokoder.domain.data_model import Entity
from samokoder.offline.understanding import names
from samokoder.offline.understanding.drafts import key_of
from samokoder.offline.understanding.entities import Parts
from samokoder.offline.understanding.facts import Fact, Fields, Together
from samokoder.offline.understanding.item import Item
from samokoder.offline.understanding.phrases import Phrase, nodes
from samokoder.offline.understanding.words import lemmas

_SAID = re.compile(
    r"(?:\bno two|\btwo) (?P<en>[\w' -]{2,40}?) "
    r"(?:with|(?:can(?:not|'t)?|may|must|should)?(?: not| never)? ?(?:have|share)) "
    r"the same (?P<same>[^.;]{2,80})|"
    r"(?:нельзя|не может быть|не должно быть|не бывает|не допускается) (?:чтобы )?"
    r"(?:двух |две |два |несколько )?(?P<ru>[\w -]{2,40}?) "
    r"(?:с|со) (?:одинаков\w+|одним и тем же|одной и той же) "
    r"(?P<equal>[^.;]{2,80})",
    re.IGNORECASE,
)


def together(sentence: str) -> list[Fact]:
    said = _SAID.search(sentence.rstrip(" .!"))
    if said is None:
        return []
    thing = _phrases(said.group("en") or said.group("ru"))
    shared = _phrases(said.group("same") or said.group("equal"))
    if not thing or not shared:
        return []
    of = thing[0].complement if re.search(r" of the same \w+$", said.group("en") or "") else None
    return [Together(replace(thing[0], complement=None), (*([of] if of else []), *shared))]


def unsaid(facts: Sequence[Fact]) -> list[Fact]:
    """What must not be shared, and no list named: a field all the same."""
    listed = {
        (key_of(fact.thing), item.phrase.head.last.lemma)
        for fact in facts
        if isinstance(fact, Fields) and fact.thing is not None
        for item in fact.items
    }
    return [
        Fields(fact.thing, (Item(phrase),))
        for fact in facts
        if isinstance(fact, Together)
        for phrase in fact.shared
        if phrase.thing is None and (key_of(fact.thing), phrase.head.last.lemma) not in listed
    ]


def _phrases(text: str) -> list[Phrase]:
    return [node for node in nodes(text) if isinstance(node, Phrase)]


def with_together(
    built: Sequence[Entity], parts: Mapping[str, Parts], facts: Iterable[Fact]
) -> tuple[Entity, ...]:
    found = {entity.name: entity for entity in built}
    for fact in facts:
        part = parts.get(key_of(fact.thing)) if isinstance(fact, Together) else None
        if part is not None and isinstance(fact, Together):
            found[part.name] = _told_apart(found[part.name], part, parts, fact.shared)
    return tuple(found.values())


def _told_apart(entity: Entity, part: Parts, parts: Mapping[str, Parts], shared: Sequence[Phrase]) -> Entity:
    """The fields named, all of them: with one unknown, less would be forbidden than was said."""
    meant = [_field(entity, part, parts, phrase) for phrase in shared]
    fields = tuple(dict.fromkeys(name for name in meant if name is not None))
    if len(fields) != len(shared):
        return entity
    if len(fields) > 1:
        return entity.model_copy(update={"unique_together": (*entity.unique_together, fields)})
    changed = [f.model_copy(update={"unique": True}) if f.name in fields else f for f in entity.fields]
    return entity.model_copy(update={"fields": tuple(changed)})


def _field(entity: Entity, part: Parts, parts: Mapping[str, Parts], phrase: Phrase) -> str | None:
    other = parts.get(key_of(phrase))
    if other is not None and other.name in part.references:
        return part.references[other.name]
    known = names.attribute_name(phrase.attribute, (), part.name) if phrase.attribute else None
    said = phrase.head.last.lemma
    for field in entity.fields:
        if field.name == known or lemmas(field.label)[-1:] == (said,):
            return field.name
    return next((f.name for f in entity.fields if said in lemmas(f.label)), None)
