"""Headings with a list: "Books: title, author"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from samokoder.offline.understanding import lexicon
from samokoder.offline.understanding.clauses import first_meant, is_cue, names_known, prepositional
from samokoder.offline.understanding.facts import Belongs, Fact, Fields, Life, Mention, Strength
from samokoder.offline.understanding.item import Item, is_state
from samokoder.offline.understanding.items import read_items
from samokoder.offline.understanding.life_cycles import state_names
from samokoder.offline.understanding.listing import things_kept
from samokoder.offline.understanding.phrases import Mark, Node, Nodes, Phrase, Verb
from samokoder.offline.understanding.statements import statements_of
from samokoder.offline.understanding.subjects import is_venue, meant, status_owner


def definition_of(clause: Nodes, last: Phrase | None) -> list[Fact]:
    at = _colon(clause)
    if at is None:
        return []
    if (earlier := _list_before(clause, at)) is not None:
        at = earlier
    before, items = clause[:at], read_items(clause[at + 1 :])
    if not items:
        return []
    if _is_sentence(clause[at + 1 :]):
        return [*statements_of(before), *statements_of(clause[at + 1 :])]
    heads = [(i, node) for i, node in enumerate(before) if isinstance(node, Phrase)]
    free = [node for i, node in heads if not (prepositional(before, i) or _receives(node, heads[0][1]))]
    head = free[-1] if free else heads[-1][1] if heads else None
    owner = status_owner(before)
    subject = _heading(head, before) if head is not None else None
    subject = _first_listed(subject, items, before) or subject
    kind = shape(subject, items)
    if owner is not None or (head is not None and head.attribute == "status" and not head.thing):
        spoken = [node for node in before if isinstance(node, Phrase) and node.thing]
        return [Life(owner or (spoken[-1] if spoken else last), state_names(clause[at + 1 :]))]
    if head is not None and last is not None and _is_choice_of(head, items):
        return [Fields(last, (Item(head, choices=state_names(clause[at + 1 :])),))]
    if kind == "states" and subject is not None:
        things = [node for _, node in heads if node.thing]
        of = things[-1] if things and subject.attribute and not subject.thing else subject
        return [Life(of, state_names(clause[at + 1 :]))]
    if last is None and len(before) == 1 and _is_whole(head, items):
        return [*things_kept(items)]
    if kind == "things" or (subject is None and any(item.nested for item in items)):
        return [*statements_of(before), *things_kept(items)]
    named = _object(before, subject) or _named_before(before, subject) or last
    if named is None:
        return [*things_kept(items)]
    about = [
        Belongs(named, node, sure=False)
        for i, node in heads
        if node.thing and node != named and (prepositional(before, i) or _receives(node, heads[0][1]))
    ]
    return [*statements_of(before), Mention(named, Strength.described), Fields(named, items), *about]


def _receives(node: Phrase, first: Phrase) -> bool:
    """ "Выдача книги ученику": the pupil is whom the record is about."""
    known = node.russian and node is not first and node.thing is not None and first.head.noun.nominative
    return known and not node.head.noun.nominative and not node.head.noun.genitive


def _object(before: Nodes, subject: Phrase | None) -> Phrase | None:
    """ "Clients book sessions: …": the fields are those of the session."""
    after_verb = len(before) > 2 and isinstance(before[-2], Verb) and before[-1] == subject
    return subject if after_verb and subject is not None and subject.attribute is None else None


def _is_whole(head: Phrase | None, items: Sequence[Item]) -> bool:
    """ "Swimming club: trainers, groups, children", said first: the club is the application itself."""
    things = [item for item in items if item.phrase.plural and not item.phrase.attribute]
    bare = all(item.phrase.thing or not item.phrase.attribute for item in items)
    return head is not None and not head.plural and len(things) >= 2 and bare


def _first_listed(subject: Phrase | None, items: Sequence[Item], before: Nodes) -> Phrase | None:
    """ "Home pharmacy: medicine, dosage, expiry date": fields of the medicine, which the list begins with."""
    first = items[0].phrase
    unknown = subject is None or (subject.thing is None and not subject.plural)
    begins = first.thing is not None and not first.attribute and not first.plural and items[0] == Item(first)
    fields = sum(bool(item.phrase.attribute) for item in items[1:])
    collects = len(before) > 1 or (subject is not None and is_venue(subject))
    return first if unknown and begins and collects and fields * 2 > len(items) else None


def _list_before(clause: Nodes, at: int) -> int | None:
    """ "Equipment, date of purchase, condition: new, broken": the colon belongs to the last item only."""
    head = clause[at - 1]
    has = next((i for i, node in enumerate(clause[:at]) if is_cue(node, "have")), at)
    joined = (
        i for i, node in enumerate(clause[:at]) if node == Mark(",") or (i > has and is_cue(node, "and"))
    )
    comma = next(joined, None)
    inner = isinstance(head, Phrase) and head.attribute is not None and head.thing is None
    return comma if comma is not None and inner and clause[at] == Mark(":") else None


def _is_sentence(said: Nodes) -> bool:
    """A first phrase directly followed by a verb begins a clause of its own, not a list."""
    first = next((i for i, node in enumerate(said) if isinstance(node, Phrase)), None)
    if first is None or first + 1 >= len(said):
        return False
    inside = first > 0 and prepositional(said, first) and is_cue(said[first + 1], "many")
    return inside or _verbal(said[first + 1])


def _verbal(node: Node) -> bool:
    finite = isinstance(node, Verb) and not node.text.lower().endswith(("ed", "ing"))
    return finite or is_cue(node, "have", "can")


def _is_choice_of(head: Phrase, items: Sequence[Item]) -> bool:
    """ "Priority: low, high" on a line of its own."""
    attribute = lexicon.attributes().get(head.attribute or "")
    plain = all(not item.phrase.attribute and not item.nested for item in items)
    return (
        attribute is not None
        and attribute.type == "choice"
        and head.thing is None
        and len(items) > 1
        and plain
    )


def _heading(head: Phrase, before: Nodes) -> Phrase | None:
    """The thing a heading names; a lone "Programme" before a list is one, though it often means software."""
    alone = sum(isinstance(node, Phrase) for node in before) == 1 and len(head.words) == 1
    if alone and head.lemmas in lexicon.word_set("containers", "listable", head.russian):
        return head
    return meant(head)


def _named_before(before: Nodes, subject: Phrase | None) -> Phrase | None:
    """The thing a heading names: the nearest noun if the lexicon knows it, else the first it knows."""
    if subject is not None and (subject.thing is not None or (subject.russian and subject.complement)):
        return subject
    known = first_meant([node for node in before if isinstance(node, Phrase) and names_known(node)])
    return known or subject or first_meant(before)


def _colon(clause: Nodes) -> int | None:
    """Where a heading ends and its list begins: a colon, or a dash near the beginning."""
    for i, node in enumerate(clause):
        if i == 0 or not isinstance(node, Mark):
            continue
        if node.text == ":" and not _nested_colon(clause, i):
            return i
        if node.text == "-" and i <= 6 and not any(is_cue(n, "have", "track") for n in clause[:i]):
            return i
    return None


def _nested_colon(clause: Nodes, at: int) -> bool:
    """A colon after an item of a list already begun: "number, type: a, b"."""
    return any(node == Mark(",") for node in clause[:at]) and any(
        is_cue(node, "have", "with") for node in clause[:at]
    )


Shape = Literal["attributes", "things", "states"]


def shape(subject: Phrase | None, items: Sequence[Item]) -> Shape:
    """What a list after a colon is: fields of the thing named, other things, or states it passes through."""
    named = [item for item in items if not item.choices or item.phrase.thing]
    if len(items) >= 2 and sum(is_state(item.phrase.text) or _stateish(item) for item in items) * 2 > len(
        items
    ):
        return "states"
    things = sum(_only_thing(item) for item in named)
    many = sum(_many_of(item) for item in named)
    several = things >= 2 and things * 2 > len(items)
    listed = several and many * 2 >= things and (subject is None or subject.thing is None)
    if listed or (many >= 2 and many * 3 >= len(items) * 2):
        return "things"
    return "attributes"


def _stateish(item: Item) -> bool:
    head = item.phrase.head
    return head.adjective and item.phrase.complement is None


def _many_of(item: Item) -> bool:
    phrase = item.phrase
    return bool(item.nested) or (phrase.thing is not None and phrase.plural and phrase.attribute is None)


def _only_thing(item: Item) -> bool:
    phrase = item.phrase
    return bool(item.nested) or (phrase.thing is not None and (phrase.attribute is None or phrase.plural))
