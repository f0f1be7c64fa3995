"""Verbs and prepositions that relate two things: belongs to, has many, signs up for, is led by."""

from __future__ import annotations

from collections.abc import Iterator

from samokoder.offline.understanding import lexicon
from samokoder.offline.understanding.clauses import next_phrase
from samokoder.offline.understanding.facts import Belongs, Fact, Fields, HasMany, Mention, Strength
from samokoder.offline.understanding.item import Item, text_of
from samokoder.offline.understanding.owners import owner_of
from samokoder.offline.understanding.phrases import Filler, Mark, Nodes, Number, Phrase, Verb, nodes
from samokoder.offline.understanding.rules import said_of
from samokoder.offline.understanding.subjects import is_thing


def belonging(clause: Nodes, at: int) -> tuple[list[Fact], int]:
    child = owner_of(clause, at)
    parent = next_phrase(clause, at + 1)
    if child is None or parent is None or not is_thing(parent):
        return [], 1
    return [
        Mention(child, Strength.kept), Mention(parent, Strength.kept), Belongs(child, parent)
    ], 1  # fmt: skip


def having_many(clause: Nodes, at: int) -> tuple[list[Fact], int]:
    owned = next_phrase(clause, at + 1)
    owner = owner_of(clause, at)
    if owned is None or owner is None or not (is_thing(owned) and is_thing(owner)):
        return [], 1
    facts: list[Fact] = [Mention(owner, Strength.kept), Mention(owned, Strength.kept), HasMany(owner, owned)]
    if clause[at - 1 : at] and clause[at - 1] in _INSIDE:
        facts.append(HasMany(owned, owner))
    return facts, 1


_INSIDE = (Filler("in"), Filler("at"), Filler("on"), Filler("на"), Filler("в"))
"""What is in many places shares each of them with others."""

JOINING = frozenset(
    [
        "sign",
        "attend",
        "join",
        "enroll",
        "register",
        "apply",
        "visit",
        "take",
        "записываться",
        "посещать",
        "учиться",
    ]
)


def signing_up_for(clause: Nodes, at: int) -> list[Fact]:
    """ "Volunteers sign up for shifts": many of each, unless a third thing stands between them."""
    verb = clause[at]
    who, what = owner_of(clause, at), next_phrase(clause, at + 1)
    if not isinstance(verb, Verb) or verb.lemma not in JOINING or who is None or what is None:
        return []
    if not (who.thing and what.thing and who.plural and what.plural) or what.attribute:
        return []
    return [HasMany(who, what), HasMany(what, who)]


def run_on(clause: Nodes, at: int) -> Fact | None:
    """ "Tests are run on samples"; in Russian "к собранию относятся вопросы"."""
    verb = clause[at]
    before = next((n for n in clause[:at] if isinstance(n, Phrase)), None)
    what = next_phrase(clause, at + 1)
    if not isinstance(verb, Verb) or before is None or what is None:
        return None
    if is_passive(clause, at) and clause[at + 1] in (Filler("on"), Filler("for")):
        return Belongs(before, what, sure=False)
    if verb.lemma in {"относиться", "принадлежать"} and clause[0] == Filler("к"):
        return Belongs(what, before)
    return None


def is_passive(clause: Nodes, at: int) -> bool:
    before = clause[at - 1] if at else None
    return isinstance(before, Filler) and before.text in {"is", "are", "was", "been"}


_LEADING = frozenset(
    [
        "run",
        "lead",
        "teach",
        "own",
        "coach",
        "host",
        "drive",
        "organize",
        "organise",
        "supervise",
        "вести",
        "преподавать",
        "организовывать",
    ]
)


_ASSIGNING = frozenset(["assign", "назначать", "назначить"])


def led_by(clause: Nodes, at: int) -> list[Fact]:
    """ "Teachers run clubs": each club has its teacher."""
    verb, what = clause[at], next_phrase(clause, at + 1)
    before = [node for node in clause[:at] if isinstance(node, Phrase)]
    if not isinstance(verb, Verb) or what is None or not what.thing or not before or what.attribute:
        return []
    if verb.lemma in _LEADING and before[-1].thing and before[-1].thing != what.thing:
        return [Belongs(what, before[-1])]
    return []


def assigned(clause: Nodes, last: Phrase | None) -> Iterator[Fact]:
    """ "The dispatcher assigns a mechanic": what was spoken of has its mechanic."""
    for at, node in enumerate(clause):
        what = next_phrase(clause, at + 1) if isinstance(node, Verb) and node.lemma in _ASSIGNING else None
        known = lexicon.things().get(what.thing or "") if what is not None else None
        if what is not None and known is not None and known.person and last is not None:
            yield Belongs(last, what)


def given_to(clause: Nodes) -> Iterator[Fact]:
    """ "Donors give donations to campaigns": each is for one of these."""
    for verb, what, to, whom in zip(clause, clause[1:], clause[2:], clause[3:], strict=False):
        if not isinstance(verb, Verb) or not isinstance(what, Phrase) or not isinstance(whom, Phrase):
            continue
        plural = what.plural and whom.plural and what.thing and whom.thing and what.thing != whom.thing
        if plural and to in (Filler("to"), Filler("for")):
            yield Belongs(what, whom, sure=False)


def per_each(clause: Nodes) -> Iterator[Fact]:
    """ "harvest per hive", "payments are recorded per lease": each belongs to one."""
    if len(clause) > 4 and clause[1] in (Filler("is"), Filler("are")) and isinstance(clause[2], Verb):
        clause = (clause[0], *clause[3:])
    if len(clause) < 3:
        return
    one, preposition, other = clause[:3]
    each = preposition in (Filler("per"), Filler("for"), Filler("по"))
    if each and isinstance(one, Phrase) and isinstance(other, Phrase) and one.thing and other.thing:
        yield Belongs(one, other)


_MARKS = frozenset({"grade", "evaluation"})


def marked(clause: Nodes) -> Iterator[Fact]:
    """ "Grades for projects from 1 to 10": the limits are those of the mark, wherever they stand."""
    at = next((i for i, n in enumerate(clause) if isinstance(n, Phrase) and n.thing in _MARKS), None)
    if at is None or Mark("(") in clause:
        return
    named = clause[at]
    rest = clause[at + 1 :]
    numbers = [i for i, n in enumerate(rest) if isinstance(n, Number)]
    ends = next((i for i, n in enumerate(rest) if n in (Mark(","), Mark(";"))), len(rest))
    if len(numbers) != 2 or numbers[1] >= ends or not isinstance(named, Phrase):
        return
    item = said_of(Item(_mark(named.russian)), text_of(rest[numbers[0] - 1 : numbers[1] + 1]))
    if item.maximum is not None:
        yield from (Mention(named, Strength.kept), Fields(named, (item,)))
        others = [n for n in clause if isinstance(n, Phrase) and n.thing not in {None, named.thing}]
        yield from (Belongs(named, other, sure=False) for other in others)


def _mark(russian: bool) -> Phrase:
    word = "отметка" if russian else "mark"
    return next(node for node in nodes(word) if isinstance(node, Phrase))
