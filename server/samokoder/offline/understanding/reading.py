"""From sentences to facts about things: which grammar says that a thing has, belongs, or passes through."""

from __future__ import annotations

import re
from collections.abc import Sequence

from samokoder.offline.understanding import lexicon
from samokoder.offline.understanding.between import both_ways, confirmed, counted, lines, made, two_of
from samokoder.offline.understanding.clauses import (
    all_phrases,
    cut_at_stops,
    next_phrase,
    outside_parentheses,
    without_end,
)
from samokoder.offline.understanding.definitions import definition_of
from samokoder.offline.understanding.facts import Belongs, Fact, Fields, HasMany, Life, Mention, Strength
from samokoder.offline.understanding.happenings import happening
from samokoder.offline.understanding.item import Item
from samokoder.offline.understanding.items import read_items
from samokoder.offline.understanding.joining import JOINING, assigned, given_to, marked, per_each
from samokoder.offline.understanding.life_cycles import life_of
from samokoder.offline.understanding.listing import bare_list, listed_things, loose_attributes, things_kept
from samokoder.offline.understanding.permissions import decisions, rights
from samokoder.offline.understanding.phrases import Cue, Filler, Mark, Nodes, Phrase, Verb, nodes
from samokoder.offline.understanding.statements import statements_of
from samokoder.offline.understanding.subjects import is_thing, is_venue
from samokoder.offline.understanding.text import UNNAMED
from samokoder.offline.understanding.together import together, unsaid

_REPORTS = re.compile(
    r"\s*(reports?|statistics|stats|dashboard|metrics|charts?|отч[её]ты?|статистика|дашборд|сводка|графики?)"
    r"\s*[:\-]|no double|no two |нельзя|не допускать",
    re.IGNORECASE,
)
"""Sentences about figures, and about what must not be: they name nothing to keep."""


def read(sentences: Sequence[str]) -> list[Fact]:
    if len(sentences) > 1 and _is_title(sentences[0]):
        rest = read(sentences[1:])
        if any(isinstance(fact, Mention) and fact.strength >= Strength.kept for fact in rest):
            return rest
    found: list[Fact] = []
    last: Phrase | None = None
    for sentence in sentences:
        if told_apart := together(sentence):
            found += told_apart
            continue
        if _REPORTS.match(sentence):
            continue
        for fact in read_sentence(sentence, last):
            found.append(fact)
            last = _spoken_of(fact) or last
        said = nodes(sentence)
        found += [*_between_them(said, found), *_attended(said, found)]
    return [*found, *unsaid(found), *made(found)]


def _is_title(sentence: str) -> bool:
    """ "Equipment maintenance in a factory.": says what it is about, and names nothing to keep."""
    said = without_end(nodes(sentence))
    named = [node for node in said if isinstance(node, Phrase)]
    return 0 < len(named) <= 3 and not any(isinstance(node, Verb | Cue | Mark) for node in said)


def _between_them(sentence: Nodes, said: Sequence[Fact]) -> list[Fact]:
    """ "contracts between them": each belongs to one of the two things described last."""
    for one, between, them in zip(sentence, sentence[1:], sentence[2:], strict=False):
        named = isinstance(one, Phrase) and between in _BETWEEN and them in _THEM
        if named and isinstance(one, Phrase):
            others = [f.thing for f in said if isinstance(f, Fields) and f.thing is not None]
            two = list(dict.fromkeys(t for t in others if t.lemmas != one.lemmas))[-2:]
            return [Mention(one, Strength.described), *(Belongs(one, other) for other in two)]
    return []


_BETWEEN = (Filler("between"), Filler("между"))
_THEM = (Filler("them"), Filler("ними"))


def _attended(sentence: Nodes, said: Sequence[Fact]) -> list[Fact]:
    """ "who attended which training": many people, many trainings."""
    for i, node in enumerate(sentence[:-2]):
        asks = isinstance(node, Cue) and node.kind == "which" and node.text.lower() in {"who", "кто"}
        what = next_phrase(sentence, i + 2)
        verb = sentence[i + 1]
        if asks and isinstance(verb, Verb) and verb.lemma in JOINING and what is not None and is_thing(what):
            people = [f.thing for f in said if isinstance(f, Fields) and _is_person(f.thing)]
            return [fact for one in people[:1] if one for fact in (HasMany(one, what), HasMany(what, one))]
    return []


def _is_person(thing: Phrase | None) -> bool:
    known = lexicon.things().get(thing.thing or "") if thing is not None else None
    return known is not None and known.person


def _spoken_of(fact: Fact) -> Phrase | None:
    match fact:
        case Fields(thing=thing):
            return thing
        case Mention(thing=thing, strength=strength) if strength >= Strength.kept:
            return thing
        case Life(thing=thing):
            return thing
        case _:
            return None


def read_sentence(sentence: str, last: Phrase | None) -> list[Fact]:
    if sentence.startswith(UNNAMED):
        items = read_items(nodes(sentence.removeprefix(UNNAMED)))
        return [Fields(last, items)] if last is not None else [*things_kept(items)]
    if made_by_verb := happening(sentence):
        return made_by_verb
    said = _without_venue(without_end(nodes(sentence)))
    found: list[Fact] = [*rights(said), *decisions(said, last)]
    for clause in cut_at_stops(said):
        found += _clause(clause, last)
    return found


def _without_venue(said: Nodes) -> Nodes:
    """ "A museum of radios: exhibits - name, year": the list after the dash is that of the exhibits."""
    place = len(said) > 3 and isinstance(said[0], Phrase) and is_venue(said[0]) and said[1] == Mark(":")
    listed = place and isinstance(said[2], Phrase) and said[3] in (Mark("-"), Mark(":"))
    return said[2:] if listed else said


def _clause(clause: Nodes, last: Phrase | None) -> list[Fact]:
    if life := life_of(clause, last):
        return life
    found = definition_of(clause, last) or bare_list(clause) or statements_of(clause)
    if last is None:
        found = _named_whole(clause, found)
    found = [*lines(counted(clause, found)), *confirmed(clause), *both_ways(clause), *two_of(clause)]
    found += [fact for fields in found if isinstance(fields, Fields) for fact in listed_things(fields.items)]
    found += loose_attributes(clause, found)
    found += [*assigned(clause, last), *per_each(clause), *given_to(clause), *marked(clause)]
    figures = {
        item.phrase
        for fact in found
        if isinstance(fact, Fields)
        for item in fact.items
        if _measured(item) or not item.phrase.plural or item.phrase.words[0].low in _AMOUNTS
    }
    figures |= {
        item.phrase.complement
        for fact in found
        if isinstance(fact, Fields)
        for item in fact.items
        if item.phrase.attribute and item.phrase.complement is not None and not item.phrase.complement.plural
    }
    values = _values(found)
    listed = sum(isinstance(f, Mention) and f.strength >= Strength.kept for f in found)
    heading = _heading(clause) if listed >= 2 else ()
    spoken = [
        phrase
        for phrase in all_phrases(outside_parentheses(clause))
        if phrase.thing and phrase not in figures and phrase not in heading and not _is_value(phrase, values)
    ]
    return [*found, *(Mention(phrase, Strength.spoken_of) for phrase in spoken)]


def _named_whole(clause: Nodes, found: list[Fact]) -> list[Fact]:
    """ "A blog with posts, categories and tags", said first: the blog is the application itself."""
    for fact in found:
        if not isinstance(fact, Fields) or fact.thing is None or fact.thing.plural:
            continue
        things = [item for item in fact.items if item.phrase.plural and is_thing(item.phrase)]
        unknown = fact.thing.thing is None or not lexicon.things()[fact.thing.thing].fields
        if len(things) == len(fact.items) >= 2 and unknown:
            kept = [f for f in found if f is not fact and getattr(f, "thing", None) != fact.thing]
            return [*kept, *things_kept(fact.items)]
    return found


def _heading(clause: Nodes) -> tuple[Phrase, ...]:
    """ "Football league: teams, players": what stands in the singular before the colon names the whole."""
    at = next((i for i, node in enumerate(clause) if node == Mark(":")), 0)
    return tuple(phrase for phrase in all_phrases(clause[:at]) if not phrase.plural)


def _values(found: Sequence[Fact]) -> frozenset[str]:
    """What is one of several values names nothing to keep: "status: project, signed"."""
    states = [state for fact in found if isinstance(fact, Life) for state in fact.states]
    items = [item for fact in found if isinstance(fact, Fields) for item in fact.items]
    return frozenset([*states, *(choice.lower() for item in items for choice in item.choices)])


def _is_value(phrase: Phrase, values: frozenset[str]) -> bool:
    """ "в ремонте", "under repair" end as the thing is called."""
    said = phrase.text.lower()
    return any(value == said or value.endswith(f" {said}") for value in values)


_AMOUNTS = frozenset(
    ["maximum", "minimum", "max", "min", "number", "максимум", "минимум", "число", "количество"]
)


def _measured(item: Item) -> bool:
    """ "a grade from 2 to 5" is a figure, not a record."""
    return item.minimum is not None or item.maximum is not None
