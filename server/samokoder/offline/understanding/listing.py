"""Lists of things that are kept, and attributes strewn without a list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from samokoder.offline.understanding.clauses import is_cue, names_known, prepositional
from samokoder.offline.understanding.facts import Belongs, Fact, Fields, Life, Mention, Strength
from samokoder.offline.understanding.item import Item
from samokoder.offline.understanding.items import read_items
from samokoder.offline.understanding.phrases import Nodes, Phrase, Verb, nodes
from samokoder.offline.understanding.subjects import is_thing, is_venue, meant


def things_kept(items: Sequence[Item]) -> Iterator[Fact]:
    """Things listed as what is kept, each with its own fields; bare attributes belong to the thing before."""
    previous: Phrase | None = None
    loose: list[Item] = []
    for item in items:
        thing = meant(item.phrase)
        if thing is None or _is_loose(thing, item, previous, bool(loose)):
            loose.append(item)
            continue
        if loose:
            yield Fields(previous, tuple(loose))
        loose = []
        yield from _kept_thing(item, thing, previous)
        previous = thing
    if loose and (previous is not None or len(loose) > 1):
        yield Fields(previous, tuple(loose))


def _is_loose(thing: Phrase, item: Item, previous: Phrase | None, after_loose: bool) -> bool:
    if not thing.attribute or item.nested:
        return False
    return thing.thing is None or after_loose or (previous is not None and not thing.plural)


def _kept_thing(item: Item, thing: Phrase, previous: Phrase | None) -> Iterator[Fact]:
    yield Mention(thing, Strength.described if item.nested else Strength.kept)
    if thing is item.phrase and thing.complement is not None:
        yield from of_phrase(thing)
    if item.nested:
        yield Fields(thing, item.nested)
    if item.choices:
        yield Life(thing, item.choices)
    if thing.thing == "grade" and item.maximum is not None:
        mark = nodes("отметка" if thing.russian else "mark")[0]
        assert isinstance(mark, Phrase)
        yield Fields(thing, (replace(item, phrase=mark, nested=(), about=()),))
    if item.phrase.quantity == "their" and previous is not None and thing.thing != previous.thing:
        yield Belongs(thing, previous)
    for other in item.about:
        if is_thing(other) and (other.thing is None or other.thing != thing.thing):
            yield Belongs(thing, other, sure=other.thing is not None)


def _place(phrase: Phrase) -> bool:
    """ "employees of the company": the one that uses the application."""
    of = phrase.complement
    return of is not None and (is_venue(of) or of.thing == "company") and not of.plural


def of_phrase(phrase: Phrase) -> Iterator[Fact]:
    whole = meant(phrase)
    if whole is not None and whole is not phrase:
        yield Mention(whole, Strength.kept)
    elif phrase.complement is not None and phrase.thing and phrase.complement.thing and not _place(phrase):
        one, other = (phrase.complement, phrase) if phrase.thing in _OF_ONE else (phrase, phrase.complement)
        yield Belongs(one, other)


_OF_ONE = frozenset(["owner", "author", "trainer", "coach", "teacher", "driver", "director", "manager"])
"""People of whom a thing has one: "owners of plots" says that each plot has its owner."""


def _inside(items: Sequence[Item]) -> Iterator[Phrase]:
    for item in items:
        yield item.phrase
        yield from _inside(item.nested)


def listed_things(items: Sequence[Item]) -> Iterator[Fact]:
    """ "tasks with a deadline, comments on tasks": a plural with what it is about is a thing of its own."""
    for item in items:
        for other in item.about:
            if item.phrase.thing and item.phrase.plural and other.thing and other.thing != item.phrase.thing:
                yield Mention(item.phrase, Strength.described)
                yield Belongs(item.phrase, other)


def bare_list(clause: Nodes) -> list[Fact]:
    """No verb, several things in the plural: a list of what is kept."""
    if any(
        isinstance(node, Verb) or is_cue(node, "track", "can", "belong", "have", "many") for node in clause
    ):
        return []
    things = [n for n in clause if isinstance(n, Phrase) and n.thing and n.plural and not n.attribute]
    return [*things_kept(read_items(clause))] if len(things) >= 2 else []


def loose_attributes(clause: Nodes, found: Sequence[Fact]) -> list[Fact]:
    """Badly written text: attributes strewn behind the thing they belong to."""
    taken = {phrase for fact in found if isinstance(fact, Fields) for phrase in _inside(fact.items)}
    at = next((i for i, node in enumerate(clause) if isinstance(node, Phrase) and names_known(node)), None)
    if at is None:
        return []
    loose = [
        node
        for i, node in enumerate(clause)
        if i > at and isinstance(node, Phrase) and node not in taken and not prepositional(clause, i)
        and (node.attribute or (node.thing and not node.plural))
    ]  # fmt: skip
    if sum(node.attribute is not None for node in loose) < 3:
        return []
    first = clause[at]
    assert isinstance(first, Phrase)
    thing = meant(first)
    return [Fields(thing, tuple(Item(node) for node in loose))] if thing is not None else []
