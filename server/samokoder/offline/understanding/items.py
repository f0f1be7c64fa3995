"""Lists of attributes: "title (required, unique), price up to 1000, status new / paid" as items."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from samokoder.offline.understanding import lexicon
from samokoder.offline.understanding.item import Item, Segment, is_state, nesting, segments, text_of
from samokoder.offline.understanding.phrases import Cue, Filler, Mark, Node, Number, Phrase, Unit, Verb
from samokoder.offline.understanding.rules import FLAGS, YES_NO, said_of, without_flag
from samokoder.offline.understanding.words import is_cyrillic, lemmas, tokens


def read_items(nodes: Sequence[Node]) -> tuple[Item, ...]:
    """The items of a list that fills the given nodes."""
    return _with_status(tuple(_read(_whole(list(segments(nodes))))))


def _with_status(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """ "a date, draft or published": two states side by side are the values of one status."""
    found: list[Item] = []
    for item in items:
        before = found[-1] if found else None
        if _bare_state(item) and before is not None and (_bare_state(before) or _made_status(before)):
            values = before.choices or (before.phrase.text.lower(),)
            status = before if _made_status(before) else Item(_status_phrase(item.phrase.russian))
            found[-1] = replace(status, choices=(*values, item.phrase.text.lower()))
        else:
            found.append(item)
    return tuple(found)


def _bare_state(item: Item) -> bool:
    return item == Item(item.phrase) and item.phrase.complement is None and is_state(item.phrase.text)


def _made_status(item: Item) -> bool:
    return item.phrase.attribute == "status" and bool(item.choices) and item.phrase.text in _STATUS_WORDS


_STATUS_WORDS = ("status", "статус")


def _status_phrase(russian: bool) -> Phrase:
    word = _STATUS_WORDS[russian]
    return Phrase((Unit(tokens(word), attribute="status"),))


def _whole(parts: list[Segment]) -> list[Segment]:
    """ "contracts between a member and a desk": the "and" joins what the contract is between."""
    found: list[Segment] = []
    for part in parts:
        open_ = found and Filler("between") in found[-1] and Cue("and", "and") not in found[-1]
        if open_:
            found[-1] = (*found[-1], Cue("and", "and"), *part)
        else:
            found.append(part)
    return found


def _read(parts: list[Segment]) -> Iterator[Item]:
    at = 0
    while at < len(parts):
        items, used = _segment(parts, at)
        yield from items
        at += used


def _segment(parts: list[Segment], at: int) -> tuple[list[Item], int]:
    segment = tuple(node for node in parts[at] if node != Mark(";"))
    start = next((i for i, node in enumerate(segment) if isinstance(node, Phrase)), None)
    if (states := _whether_states(parts, at)) is not None:
        return states
    if start is None:
        return _without_noun(segment), 1
    phrase = segment[start]
    assert isinstance(phrase, Phrase)
    if phrase != (segment := (*segment[:start], _valued(phrase), *segment[start + 1 :]))[start]:
        return _segment([*parts[:at], segment, *parts[at + 1 :]], at)
    if (alone := without_flag(phrase)) is not phrase:
        items, used = _segment([*parts[:at], (alone, *segment[start + 1 :]), *parts[at + 1 :]], at)
        return [replace(items[0], unique=True), *items[1:]], used
    if any(isinstance(node, Filler) and node.text == "whether" for node in segment[:start]):
        return [Item(phrase, type="boolean")], 1
    tail = segment[start + 1 :]
    opening = next((i for i, node in enumerate(tail) if _opens(node)), None)
    if opening is not None and not _in_parentheses(tail, opening):
        return _opened(parts, at, Item(phrase), tail[:opening], tail[opening], tail[opening + 1 :])
    if phrase.attribute == "status" and tail and isinstance(tail[0], Phrase):
        return _run_of_choices(parts, at, Item(phrase), tail)
    if _is_choice(phrase) and tail and not _known_start(tail) and not isinstance(tail[0], Mark | Number):
        return _run_of_choices(parts, at, Item(phrase), tail)
    return _side_by_side(phrase, tail), 1


def _valued(phrase: Phrase) -> Phrase:
    """ "a price estimate" is a price, not a record of estimates."""
    modifier = phrase.units[-2] if len(phrase.units) > 1 else None
    known = lexicon.attributes().get(modifier.attribute or "") if modifier is not None else None
    if modifier is None or known is None or known.type != "money" or phrase.thing is None:
        return phrase
    whole = Unit((*modifier.words, *phrase.head.words), attribute=modifier.attribute)
    return replace(phrase, units=(*phrase.units[:-2], whole))


_IT_IS = ("it", "they", "he", "she", "is", "are", "was", "were", "been", "он", "она", "они", "a", "the")
_WHETHER = ("whether", "if", "ли")


def _whether_states(parts: list[Segment], at: int) -> tuple[list[Item], int] | None:
    """ "whether it is booked, done or cancelled": states, when more than one is named."""
    asks = next((i for i, node in enumerate(parts[at]) if _is_filler(node, _WHETHER)), None)
    if asks is None:
        return None
    named = [text_of([n for n in parts[at][asks + 1 :] if not _is_filler(n, _IT_IS)])]
    for part in parts[at + 1 :]:
        text = text_of([n for n in part if not _is_filler(n, _IT_IS)])
        if _known_start(part[_skip(part) :]) and not is_state(_core(text)):
            break
        named.append(text)
    count = next((i for i, text in enumerate(named) if not 0 < len(text.split()) <= 4), len(named))
    if count < 2 or not any(is_state(_core(text)) for text in named[:count]):
        return None
    return [Item(_status_of(parts[at]), choices=tuple(text.lower() for text in named[:count]))], count


def _core(text: str) -> str:
    """ "ready for pickup" is ready."""
    return re.split(r" (?:for|to|by|on|in|для|к|на) ", text)[0]


def _is_filler(node: Node, words: Sequence[str]) -> bool:
    return isinstance(node, Filler) and node.text in words


def _status_of(segment: Segment) -> Phrase:
    return _status_phrase(is_cyrillic(text_of(segment)))


def _without_noun(segment: Segment) -> list[Item]:
    """ "whether I finished it": a yes-or-no named by its verb."""
    if not any(isinstance(node, Filler) and node.text in {"whether", "if"} for node in segment):
        return []
    verb = next((node for node in segment if isinstance(node, Verb)), None)
    if verb is None:
        return []
    words = tokens(verb.text)
    attribute = lexicon.attribute_index(is_cyrillic(verb.text)).get(lemmas(verb.text))
    return [Item(Phrase((Unit(words, attribute=attribute),)), type="boolean")]


def _opens(node: Node) -> bool:
    return node == Mark(":") or (isinstance(node, Cue) and node.kind in {"with", "have"})


def _in_parentheses(tail: Segment, index: int) -> bool:
    return sum(nesting(node) for node in tail[:index]) > 0


def _is_choice(phrase: Phrase) -> bool:
    attribute = lexicon.attributes().get(phrase.attribute or "")
    return attribute is not None and attribute.type == "choice"


def _known_start(tail: Segment) -> bool:
    first = next((node for node in tail if isinstance(node, Phrase)), None)
    return first is not None and bool(first.attribute or first.thing) and tail[0] is first


def _opened(
    parts: list[Segment], at: int, item: Item, before: Segment, opener: Node, after: Segment
) -> tuple[list[Item], int]:
    """ "orders with lines and a date", "status: new, paid": the rest of the list belongs to this item."""
    item = _with_tail(item, before)
    rest = [after] if after else []
    end = at + 1
    while end < len(parts) and not (parts[end] and parts[end][0] == Mark(";")):
        end += 1
    following = parts[at + 1 : end]
    if opener == Mark(":") and (_is_choice(item.phrase) or not _mostly_known([*rest, *following])):
        taken = _while_unknown(following) if _is_choice(item.phrase) else len(following)
        chosen = tuple(text_of(part) for part in [*rest, *following[:taken]])
        return [replace(item, choices=chosen)], 1 + taken
    if item.phrase.attribute and not item.phrase.thing and not item.phrase.plural and opener != Mark(":"):
        return [item, *_read(rest)], 1
    with_ = isinstance(opener, Cue) and opener.text in {"с", "со"}
    own = next(
        (i for i, part in enumerate(following) if _has_own_fields(part) or (with_ and _stands_alone(part))),
        len(following),
    )
    return [replace(item, nested=tuple(_read([*rest, *following[:own]])))], 1 + own


def _has_own_fields(part: Segment) -> bool:
    """ "…, vendors (name, phone), tasks with a due date": another thing of the same rank begins here."""
    start = _skip(part)
    phrase = part[start] if start < len(part) else None
    if not isinstance(phrase, Phrase) or not phrase.plural:
        return False
    tail = part[start + 1 :]
    opens = next((i for i, node in enumerate(tail) if _opens(node)), None)
    if opens is not None and not _in_parentheses(tail, opens) and not phrase.attribute:
        return True
    inside, _ = _parted(tail)
    return bool(inside) and _lists_fields(phrase, list(segments(inside[0])))


def _stands_alone(part: Segment) -> bool:
    """ "заказы с адресом и временем, курьеры": what is not in the case of the list is no part of it."""
    phrase = next((node for node in part if isinstance(node, Phrase)), None)
    if phrase is None or not phrase.russian or phrase.thing is None or not phrase.plural:
        return False
    return phrase.head.noun.nominative and not phrase.attribute


def _lists_fields(phrase: Phrase, parts: Sequence[Segment]) -> bool:
    """Whether what stands in parentheses are fields rather than values."""
    if len(parts) < 2:
        return False
    known = sum(_known_start(part[_skip(part) :]) for part in parts)
    return known * 2 > len(parts) or (known > 0 and phrase.plural and phrase.attribute is None)


def _mostly_known(parts: Sequence[Segment]) -> bool:
    known = sum(_known_start(part[_skip(part) :]) for part in parts)
    return known * 2 > len(parts)


def _skip(part: Segment) -> int:
    return next((i for i, node in enumerate(part) if isinstance(node, Phrase)), 0)


def _while_unknown(parts: Sequence[Segment]) -> int:
    """How many segments still are values: until one that begins with a known attribute or thing."""
    for count, part in enumerate(parts):
        if _known_start(part[_skip(part) :]) and not is_state(text_of(part)):
            return count
    return len(parts)


def _run_of_choices(parts: list[Segment], at: int, item: Item, tail: Segment) -> tuple[list[Item], int]:
    """ "status new, packed, sent": values follow their attribute without a mark."""
    following = parts[at + 1 :]
    taken = _while_unknown(following)
    first = text_of(tail)
    if taken == 0 or FLAGS.match(first) or said_of(item, first) != item:
        return [_with_tail(item, tail)], 1
    return [replace(item, choices=(first, *(text_of(part) for part in following[:taken])))], 1 + taken


def _side_by_side(phrase: Phrase, tail: Segment) -> list[Item]:
    """Items without commas between them, and what is said of the last."""
    items: list[Item] = []
    current, said, attached = phrase, list[Node](), False
    depth = 0
    for node in tail:
        depth += nesting(node)
        flag = isinstance(node, Phrase) and FLAGS.match(node.text)
        if isinstance(node, Phrase) and depth <= 0 and not attached and not flag:
            items.append(_with_tail(Item(current), tuple(said)))
            current, said = node, []
            continue
        attached = isinstance(node, Filler | Number) or (
            isinstance(node, Cue) and (attached or node.kind == "belong")
        )
        said.append(node)
    items.append(_with_tail(Item(current), tuple(said)))
    return items


def _with_tail(item: Item, tail: Segment) -> Item:
    inside, outside = _parted(tail)
    item = said_of(item, text_of(outside))
    item = replace(item, about=tuple(node for node in outside if isinstance(node, Phrase)))
    for group in inside:
        item = _parenthesis(item, group)
    return item


def _parted(tail: Segment) -> tuple[list[Segment], Segment]:
    inside: list[Segment] = []
    outside: list[Node] = []
    group: list[Node] | None = None
    depth = 0
    for node in tail:
        depth += nesting(node)
        if nesting(node) > 0 and depth == 1:
            group = []
        elif nesting(node) < 0 and depth <= 0:
            if group:
                inside.append(tuple(group))
            group, depth = None, 0
        elif group is not None:
            group.append(node)
        else:
            outside.append(node)
    if group:
        inside.append(tuple(group))
    return inside, tuple(outside)


def _parenthesis(item: Item, group: Segment) -> Item:
    parts = list(segments(group))
    if _either_or(group, parts):
        return replace(item, choices=tuple(text_of(part) for part in parts))
    if not (item.phrase.attribute and not item.phrase.thing) and _lists_fields(item.phrase, parts):
        return replace(item, nested=tuple(_read(parts)))
    whole = text_of(group)
    if YES_NO.search(whole):
        return replace(item, type="boolean")
    left: list[str] = []
    for part in parts:
        text = text_of(part)
        changed = said_of(item, text)
        if changed == item and not FLAGS.match(text):
            left.append(text)
        item = changed
    left = [text for text in left if not re.match(r"^(etc|и т\b|и др)", text, re.IGNORECASE)]
    values = tuple(re.sub(r"^(e g|eg|i e|such as|like|например|типа|or|или)\s+", "", text) for text in left)
    return replace(item, choices=values) if len(values) >= 2 and not _looks_nested(parts, item) else item


def _either_or(group: Segment, parts: Sequence[Segment]) -> bool:
    """ "(individual or company)": two kinds."""
    joined = sum(isinstance(node, Cue) and node.text in {"or", "или"} for node in group) == 1
    return (
        joined
        and not YES_NO.search(text_of(group))
        and Mark(",") not in group
        and len(parts) == 2
        and all(len(part) == 1 for part in parts)
    )


def _looks_nested(parts: Sequence[Segment], item: Item) -> bool:
    return bool(item.phrase.thing) and _mostly_known(parts)
