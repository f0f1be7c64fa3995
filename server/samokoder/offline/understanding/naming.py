"""Short names for what was named in full before: "requests" after "vacation requests"."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from samokoder.offline.understanding.facts import Fact, Fields
from samokoder.offline.understanding.item import Item
from samokoder.offline.understanding.phrases import Phrase, Unit

Words = tuple[str, ...]


def resolved(facts: Sequence[Fact]) -> list[Fact]:
    """The facts with each short name replaced by the full one."""
    full = _full_names(facts)
    found = [_renamed(fact, full) for fact in facts] if full else list(facts)
    short = _short_names(found)
    return [_shortened(fact, short) for fact in found] if short else found


def _short_names(facts: Sequence[Fact]) -> Mapping[Words, Phrase]:
    """ "street lamps" where "lamps" are spoken of, too, and no other lamps: the lexicon knows neither."""
    spoken = {phrase.lemmas: phrase for fact in facts for phrase in _phrases(fact) if _own(phrase)}
    longer = [words for words in spoken if len(words) > 1]
    cores = [words[-1:] for words in longer]
    return {w: spoken[w[-1:]] for w in longer if w[-1:] in spoken and cores.count(w[-1:]) == 1}


def _own(phrase: Phrase) -> bool:
    return phrase.thing is None and phrase.attribute is None and not phrase.russian


def _shortened(fact: Fact, short: Mapping[Words, Phrase]) -> Fact:
    changed: dict[str, Any] = {
        name: replace(value, units=short[value.lemmas].units[-1:])
        for name, value in vars(fact).items()
        if isinstance(value, Phrase) and _own(value) and value.lemmas in short
    }
    return replace(fact, **changed) if changed else fact


def _full_names(facts: Sequence[Fact]) -> Mapping[str, Unit]:
    """Short word -> the unit of the longer name; none for things described under their short name."""
    units = {phrase.head for fact in facts for phrase in _phrases(fact) if phrase.thing is not None}
    described = {f.thing.head.thing for f in facts if isinstance(f, Fields) and f.thing is not None}
    named = sorted(units, key=lambda unit: [word.lemma for word in unit.words])
    found: dict[str, Unit] = {}
    for long in named:
        if len(long.words) < 2:
            continue
        core = long.words[0] if long.last.russian else long.last
        for short in named:
            same = len(short.words) == 1 and short.last.lemma == core.lemma and short.thing != long.thing
            if not same or short.thing is None or long.thing is None:
                continue
            if short.thing not in described:
                found.setdefault(short.thing, long)
            elif long.thing not in described:
                found.setdefault(long.thing, short)
    return found


def _phrases(fact: Fact) -> Iterator[Phrase]:
    for value in vars(fact).values():
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(one, Phrase):
                yield one


def _renamed(value: Any, full: Mapping[str, Unit]) -> Any:
    """The same value with phrases inside it renamed."""
    if isinstance(value, Phrase):
        complement = _renamed(value.complement, full) if value.complement is not None else None
        unit = full.get(value.thing or "")
        units = (
            (*value.units[:-1], unit) if unit is not None and value.head.thing != unit.thing else value.units
        )
        return replace(value, units=units, complement=complement)
    if isinstance(value, tuple):
        return tuple(_renamed(one, full) for one in value)
    if isinstance(value, Fact | Item):
        return replace(value, **{name: _renamed(one, full) for name, one in vars(value).items()})
    return value
