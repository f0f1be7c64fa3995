"""From sentences to facts about things: which grammar says that a thing has, belongs, or passes through."""

from __future__ import annotations

from collections.abc import Sequence

from samokoder.offline.understanding.clauses import (
    all_phrases,
    cut_at_stops,
    outside_parentheses,
    without_end,
)
from samokoder.offline.understanding.definitions import definition_of
from samokoder.offline.understanding.facts import Fact, Fields, Life, Mention, Strength
from samokoder.offline.understanding.items import Item, read_items
from samokoder.offline.understanding.joining import assigned, per_each
from samokoder.offline.understanding.life_cycles import life_of
from samokoder.offline.understanding.listing import bare_list, listed_things, loose_attributes, things_kept
from samokoder.offline.understanding.permissions import decisions, rights
from samokoder.offline.understanding.phrases import Nodes, Phrase, nodes
from samokoder.offline.understanding.statements import statements_of
from samokoder.offline.understanding.text import UNNAMED


def read(sentences: Sequence[str]) -> list[Fact]:
    found: list[Fact] = []
    last: Phrase | None = None
    for sentence in sentences:
        for fact in read_sentence(sentence, last):
            found.append(fact)
            last = _spoken_of(fact) or last
    return found


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
    said = without_end(nodes(sentence))
    found: list[Fact] = [*rights(said), *decisions(said, last)]
    for clause in cut_at_stops(said):
        found += _clause(clause, last)
    return found


def _clause(clause: Nodes, last: Phrase | None) -> list[Fact]:
    if life := life_of(clause, last):
        return life
    found = definition_of(clause, last) or bare_list(clause) or statements_of(clause)
    found += [fact for fields in found if isinstance(fields, Fields) for fact in listed_things(fields.items)]
    found += loose_attributes(clause, found)
    found += [*assigned(clause, last), *per_each(clause)]
    figures = {
        item.phrase for fact in found if isinstance(fact, Fields) for item in fact.items if _measured(item)
    }
    spoken = [
        phrase
        for phrase in all_phrases(outside_parentheses(clause))
        if phrase.thing and phrase not in figures
    ]
    return [*found, *(Mention(phrase, Strength.spoken_of) for phrase in spoken)]


def _measured(item: Item) -> bool:
    """ "a grade from 2 to 5" is a figure, not a record."""
    return item.minimum is not None or item.maximum is not None
