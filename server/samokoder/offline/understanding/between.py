"""Records that stand between two others: lines of an order, attendance of a meeting, a loan that was made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from samokoder.offline.understanding import labels, lexicon
from samokoder.offline.understanding.facts import (
    Belongs,
    Fact,
    Fields,
    HasMany,
    May,
    Mention,
    PartOf,
    Strength,
)
from samokoder.offline.understanding.item import Item
from samokoder.offline.understanding.items import read_items
from samokoder.offline.understanding.phrases import Cue, Filler, Mark, Nodes, Number, Phrase, Unit, nodes
from samokoder.offline.understanding.subjects import is_thing
from samokoder.offline.understanding.words import tokens

_LINES = frozenset({"line", "line item", "position", "row", "позиция", "строка", "пункт"})
_AMOUNTS = frozenset({"quantity", "amount", "weight", "stock", "copies"})


def lines(found: Sequence[Fact]) -> list[Fact]:
    """ "Orders contain lines with product and quantity": the lines are records, parts of the order."""
    return [new for fact in found for new in _with_lines(fact)]


def _with_lines(fact: Fact) -> Iterator[Fact]:
    if not isinstance(fact, Fields) or fact.thing is None:
        yield fact
        return
    named = [item for item in fact.items if _is_line(item) or _is_counted(item)]
    yield replace(fact, items=tuple(item for item in fact.items if item not in named)) if named else fact
    for item in named:
        line = line_of(fact.thing)
        yield Mention(line, Strength.described)
        yield PartOf(line, fact.thing)
        if _is_counted(item):
            yield Belongs(line, item.phrase)
        yield Fields(line, item.nested or (Item(_phrase("quantity", fact.thing.russian)),))


def _is_line(item: Item) -> bool:
    return item.phrase.plural and " ".join(item.phrase.lemmas) in _LINES


def _is_counted(item: Item) -> bool:
    """ "plants with quantities": so many of each."""
    amounts = bool(item.nested) and all(inner.phrase.attribute in _AMOUNTS for inner in item.nested)
    return amounts and item.phrase.plural and item.phrase.thing is not None


def line_of(whole: Phrase) -> Phrase:
    """ "order line": a phrase of its own, the same whenever it is made."""
    head = replace(whole, complement=None, quantity="")
    if whole.russian:
        of = Unit(tokens(labels.genitive(head.head.noun.lemma)), thing=head.thing)
        return Phrase((Unit(tokens("позиция")),), complement=replace(head, units=(of,)))
    return Phrase((*head.units[-1:], Unit(tokens("line"))))


def _phrase(attribute: str, russian: bool) -> Phrase:
    label = lexicon.attributes()[attribute].label.label("ru" if russian else "en")
    return Phrase((Unit(tokens(label), attribute=attribute),))


def counted(clause: Nodes, found: Sequence[Fact]) -> list[Fact]:
    """ "An order has many plants with quantities": so many of each, on a line of its own."""
    many = next((fact for fact in found if isinstance(fact, HasMany)), None)
    amounts = [n for n in clause if isinstance(n, Phrase) and n.attribute in _AMOUNTS]
    if many is None or not amounts or not any(isinstance(n, Cue) and n.kind == "with" for n in clause):
        return list(found)
    line = line_of(many.owner)
    kept = [f for f in found if f is not many and not isinstance(f, Fields)]
    item = Item(_phrase(str(amounts[0].attribute), many.owner.russian), required=True)
    others = _beside(clause, amounts[0])
    return [
        *kept, Mention(line, Strength.described), PartOf(line, many.owner), Belongs(line, many.owned),
        Fields(line, (item,)), *([Fields(many.owner, others)] if others else []),
    ]  # fmt: skip


def _beside(clause: Nodes, amount: Phrase) -> tuple[Item, ...]:
    """ "several dishes with quantity, a table and a time": what follows the quantity is the order's own."""
    rest = clause[clause.index(amount) + 1 :]
    return (
        read_items(rest[1:]) if rest[:1] in ((Mark(","),), (Cue("and", "и"),), (Cue("and", "and"),)) else ()
    )


def confirmed(clause: Nodes) -> list[Fact]:
    """ "Singers confirm attendance for each rehearsal": one record of attendance for each of both."""
    named = [n for n in clause if isinstance(n, Phrase) and is_thing(n)]
    at = next((i for i, n in enumerate(named) if n.thing == "attendance"), None)
    if at is None or at == 0 or at + 1 >= len(named):
        return []
    who, what = named[at - 1], named[at + 1]
    return [Mention(named[at], Strength.described), Belongs(named[at], who), Belongs(named[at], what)]


def both_ways(clause: Nodes) -> list[Fact]:
    """ "An exhibit can be in several exhibitions": many on the other side too."""
    for i, node in enumerate(clause):
        if not (isinstance(node, Cue) and node.kind in {"can", "states"}):
            continue
        one = next((n for n in reversed(clause[:i]) if isinstance(n, Phrase)), None)
        rest = [n for n in clause[i + 1 : i + 6] if not isinstance(n, Filler | Number)]
        other = next((n for n in rest if isinstance(n, Phrase)), None)
        several = other is not None and (_severally(other) or any(_many(n) for n in rest))
        if one and other and several and is_thing(one) and is_thing(other) and one.thing != other.thing:
            return [HasMany(one, other)]
    return []


_SEVERAL = frozenset({"разный", "несколько", "многий", "different", "several", "various"})


def _severally(phrase: Phrase) -> bool:
    return phrase.quantity == "many" or (phrase.plural and phrase.lemmas[0] in _SEVERAL)


def _many(node: object) -> bool:
    return isinstance(node, Cue) and node.kind == "many"


def two_of(clause: Nodes) -> list[Fact]:
    """ "matches between two teams": a home and an away one."""
    for at, node in enumerate(clause[:-2]):
        between = node in (Filler("between"), Filler("между"))
        two = clause[at + 1] in (Filler("two"), Filler("двумя"), Number(2.0))
        one, other = clause[at - 1] if at else None, clause[at + 2]
        if between and two and isinstance(one, Phrase) and isinstance(other, Phrase):
            return [Belongs(one, other, second=True)]
    return []


def made(facts: Sequence[Fact]) -> list[Fact]:
    """ "Members can borrow a game": a loan of the member and the game, though nobody said the word."""
    makes = lexicon.load("grammar")["makes"]
    found: list[Fact] = []
    for right in facts:
        if not isinstance(right, May) or not right.things:
            continue
        key = next((makes[verb] for verb in right.verbs if verb in makes), None)
        what = right.things[0]
        if key is None or what.thing in {None, key} or key not in _LENT:
            continue
        who = next(iter(_phrases(right.label)), None)
        word = lexicon.things()[key].label.label("ru" if what.russian else "en")
        for record in _phrases(word):
            found += [Mention(record, Strength.kept), Belongs(record, what)]
            found += [Belongs(record, who)] if who is not None and who.thing else []
    return found


_LENT = frozenset({"loan", "rental"})


def _phrases(text: str) -> Iterator[Phrase]:
    yield from (node for node in nodes(text) if isinstance(node, Phrase))
