"""Whose fields a list gives: the noun that "has" or "with" belongs to."""

from __future__ import annotations

from collections.abc import Sequence

from samokoder.offline.understanding.clauses import is_cue, prepositional, resumes
from samokoder.offline.understanding.item import Item
from samokoder.offline.understanding.phrases import Cue, Node, Nodes, Phrase, Verb, nodes
from samokoder.offline.understanding.subjects import is_container, is_thing, meant


def owner_of(clause: Nodes, at: int) -> Phrase | None:
    """Whose fields are listed: the nearest thing before; for "with", rather not one behind a preposition."""
    before = clause[:at]
    named = [
        (i, thing) for i, node in enumerate(before) if isinstance(node, Phrase) and (thing := meant(node))
    ]
    found = [(i, thing) for i, thing in named if is_thing(thing)] or named
    if not found:
        return _described_noun(before) if is_cue(clause[at], "have") else None
    free = [(i, thing) for i, thing in found if not prepositional(clause, i)]
    if (
        is_cue(clause[at], "have")
        and free
        and not isinstance(before[-1], Phrase)
        and not _left_out(clause[at])
    ):
        return free[0][1] if resumes(before[-1]) else found[-1][1]
    if not is_cue(clause[at], "with") or _belongs_directly(before, found[-1]):
        return found[-1][1]
    verb = max((i for i, n in enumerate(before) if isinstance(n, Verb) or is_cue(n, "track")), default=-1)
    acted_on = next((thing for i, thing in free if i > verb and verb >= 0), None)
    return acted_on or (free or found)[-1][1]


def _left_out(cue: Node) -> bool:
    return isinstance(cue, Cue) and cue.text == "у"


def _described_noun(before: Nodes) -> Phrase | None:
    """ "Features have a title": a noun usually without weight, but here with fields of its own."""
    last = before[-1] if before else None
    return last if isinstance(last, Phrase) and not last.attribute and not is_container(last) else None


def _belongs_directly(before: Nodes, last: tuple[int, Phrase]) -> bool:
    """ "repairs with a date": the noun right before, itself behind no preposition."""
    at, thing = last
    return at == len(before) - 1 and thing.thing is not None and not prepositional(before, at)


def with_another(clause: Nodes, at: int, items: Sequence[Item]) -> Phrase | None:
    """ "a trip is driven by a driver with a truck": the truck is the trip's, not the driver's."""
    if len(items) != 1 or not _bare_thing(items[0]):
        return None
    named = [(i, n) for i, n in enumerate(clause[:at]) if isinstance(n, Phrase) and is_thing(n)]
    free = [thing for i, thing in named if not prepositional(clause, i)]
    behind = bool(named) and prepositional(clause, named[-1][0])
    return free[0] if free and behind and free[0].thing != items[0].phrase.thing else None


def _bare_thing(item: Item) -> bool:
    phrase = item.phrase
    return bool(phrase.thing) and not phrase.attribute and not phrase.plural and not item.nested


_SIGNING_UP = frozenset(
    ["register", "sign", "enroll", "регистрироваться", "записываться", "зарегистрироваться", "записаться"]
)


def signing_up(clause: Nodes, at: int) -> Phrase | None:
    """ "register for an event giving a name": the name is the registration's."""
    cue = clause[at]
    signs = any(isinstance(node, Verb) and node.lemma in _SIGNING_UP for node in clause[:at])
    if not signs or not (isinstance(cue, Cue) and cue.text in {"указав", "указывая", "giving", "specifying"}):
        return None
    named = nodes("registration" if cue.text.isascii() else "регистрация")[0]
    return named if isinstance(named, Phrase) else None
