"""Lists of attributes: "title (required, unique), price up to 1000, status new / paid" as items."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from samokoder.domain.data_model import FieldType
from samokoder.offline.understanding import lexicon
from samokoder.offline.understanding.phrases import (
    Cue,
    Filler,
    Mark,
    Node,
    Number,
    Phrase,
    Unit,
    Verb,
)
from samokoder.offline.understanding.words import is_cyrillic, lemmas, tokens


@dataclass(frozen=True)
class Item:
    """One member of a list, with what was said about it."""

    phrase: Phrase
    choices: tuple[str, ...] = ()
    required: bool = False
    optional: bool = False
    unique: bool = False
    minimum: float | None = None
    maximum: float | None = None
    unit: str | None = None
    type: FieldType | None = None
    not_before: str | None = None
    nested: tuple[Item, ...] = ()
    about: tuple[Phrase, ...] = ()
    """What follows it after a preposition: "comments on tasks"."""


Segment = tuple[Node, ...]
_REQUIRED = re.compile(r"\b(required|mandatory|must be (?:given|filled)|обязател\w+)\b", re.IGNORECASE)
_OPTIONAL = re.compile(
    r"\b(optional|not required|not mandatory|необязател\w+|не обязател\w+)\b", re.IGNORECASE
)
_UNIQUE = re.compile(r"\b(unique|уникал\w+|не повторя\w+)\b", re.IGNORECASE)
_RANGE = re.compile(
    r"(?:from|between|от|с)?\s*(-?\d+(?:\.\d+)?)\s*(?:-|to|and|до|по|\.\.\.?)\s*(\d+(?:\.\d+)?)\b",
    re.IGNORECASE,
)
_MOST = re.compile(
    r"(?:up to|at most|max(?:imum)?(?: of)?|no more than|less than|out of|<=|"
    r"до|не более|не больше|максимум|из)"
    r"\s*(\d+(?:\.\d+)?)", re.IGNORECASE
)  # fmt: skip
_LEAST = re.compile(
    r"(?:at least|min(?:imum)?(?: of)?|no less than|more than|>=|от|"
    r"не менее|не меньше|минимум)\s*(\d+(?:\.\d+)?)",
    re.IGNORECASE,
)
_POSITIVE = re.compile(r"\b(positive|non-negative|not negative|неотрицател\w+|положител\w+)\b", re.IGNORECASE)
_YES_NO = re.compile(
    r"\b(yes\s*/\s*no|yes or no|true\s*/\s*false|да\s*/\s*нет|да или нет|да or нет|or not|или нет)\b",
    re.IGNORECASE,
)
_NOT_BEFORE = re.compile(
    r"(?:not before|not earlier than|after|не раньше|не ранее|позже)\s+(?:the\s+)?(.+)$", re.IGNORECASE
)
_UNITS = {
    "kg": "kg", "кг": "кг", "g": "g", "г": "г", "km": "km", "км": "км", "cm": "cm", "см": "см",
    "m²": "m²", "м²": "м²", "minutes": "min", "минутах": "мин", "min": "min", "мин": "мин", "hours": "h",
    "часах": "ч", "percent": "%", "процентах": "%", "%": "%", "litres": "l", "liters": "l", "литрах": "л",
    "days": "d", "tons": "t", "tonnes": "t", "тонн": "т", "тоннах": "т", "днях": "дн",
    "euro": "€", "euros": "€", "€": "€", "dollars": "$", "$": "$", "usd": "$",
    "rubles": "₽", "рублях": "₽", "руб": "₽", "₽": "₽", "°c": "°C", "seats": "", "шт": "шт",
}  # fmt: skip
_TYPES: dict[str, FieldType] = {
    "text": "text", "string": "text", "строка": "text", "текст": "text", "long text": "long_text",
    "textarea": "long_text", "многострочный текст": "long_text", "number": "integer", "integer": "integer",
    "int": "integer", "целое": "integer", "целое число": "integer", "число": "integer", "decimal": "decimal",
    "float": "decimal", "дробное": "decimal", "money": "money", "деньги": "money", "currency": "money",
    "boolean": "boolean", "bool": "boolean", "checkbox": "boolean", "flag": "boolean", "флажок": "boolean",
    "логическое": "boolean", "date": "date", "дата": "date", "datetime": "datetime", "timestamp": "datetime",
    "дата и время": "datetime", "time": "time", "время": "time", "email": "email", "phone": "phone",
    "телефон": "phone", "url": "url", "link": "url", "ссылка": "url",
}  # fmt: skip
_FLAGS = re.compile(
    r"^(?:is |are )?(required|optional|unique|mandatory|not required|обязател\w+|необязател\w+|уникал\w+|"
    r"не обязател\w+|must be unique|auto\w*|и т ?д|и т ?п|etc|и др|и другое|and so on|nullable|primary key)$",
    re.IGNORECASE,
)


def text_of(nodes: Sequence[Node]) -> str:
    return " ".join(_text(node) for node in nodes).strip()


def _text(node: Node) -> str:
    if isinstance(node, Number):
        return f"{node.value:g}" if abs(node.value) < 1e6 else f"{node.value:.0f}"
    return node.text


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


def segments(nodes: Sequence[Node]) -> Iterator[Segment]:
    """The list cut at its commas and "and"s; what stands in parentheses stays whole."""
    current: list[Node] = []
    depth = 0
    for node in nodes:
        depth += _depth(node)
        if depth <= 0 and _separates(node):
            if current:
                yield tuple(current)
            current = [node] if node == Mark(";") else []
        else:
            current.append(node)
    if current:
        yield tuple(current)


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


def _depth(node: Node) -> int:
    return {"(": 1, "[": 1, ")": -1, "]": -1}.get(node.text, 0) if isinstance(node, Mark) else 0


def _separates(node: Node) -> bool:
    if isinstance(node, Mark):
        return node.text in {",", ";", "/", "|"}
    return isinstance(node, Cue) and node.kind == "and"


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
    if (alone := _without_flag(phrase)) is not phrase:
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


def _without_flag(phrase: Phrase) -> Phrase:
    """ "a unique code": what is said of the code is not part of its name."""
    first = phrase.units[0]
    flagged = len(phrase.units) > 1 and len(first.words) == 1 and _UNIQUE.match(first.last.low)
    return replace(phrase, units=phrase.units[1:]) if flagged else phrase


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
    return sum(_depth(node) for node in tail[:index]) > 0


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


def is_state(text: str) -> bool:
    return state_key(text) is not None


def state_key(text: str) -> str | None:
    index = lexicon.state_index(is_cyrillic(text))
    return index.get(lemmas(text))


def _run_of_choices(parts: list[Segment], at: int, item: Item, tail: Segment) -> tuple[list[Item], int]:
    """ "status new, packed, sent": values follow their attribute without a mark."""
    following = parts[at + 1 :]
    taken = _while_unknown(following)
    first = text_of(tail)
    if taken == 0 or _FLAGS.match(first) or _rules(item, first) != item:
        return [_with_tail(item, tail)], 1
    return [replace(item, choices=(first, *(text_of(part) for part in following[:taken])))], 1 + taken


def _side_by_side(phrase: Phrase, tail: Segment) -> list[Item]:
    """Items without commas between them, and what is said of the last."""
    items: list[Item] = []
    current, said, attached = phrase, list[Node](), False
    depth = 0
    for node in tail:
        depth += _depth(node)
        flag = isinstance(node, Phrase) and _FLAGS.match(node.text)
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
    item = _rules(item, text_of(outside))
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
        depth += _depth(node)
        if _depth(node) > 0 and depth == 1:
            group = []
        elif _depth(node) < 0 and depth <= 0:
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
    if _YES_NO.search(whole):
        return replace(item, type="boolean")
    left: list[str] = []
    for part in parts:
        text = text_of(part)
        changed = _rules(item, text)
        if changed == item and not _FLAGS.match(text):
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
        and not _YES_NO.search(text_of(group))
        and Mark(",") not in group
        and len(parts) == 2
        and all(len(part) == 1 for part in parts)
    )


def _looks_nested(parts: Sequence[Segment], item: Item) -> bool:
    return bool(item.phrase.thing) and _mostly_known(parts)


def _rules(item: Item, text: str) -> Item:
    """What a few words say about an attribute."""
    low = re.sub(r"(^|from|between|от) ?- (?=\d)", r"\1 -", text.lower()).strip()
    if not low:
        return item
    if low in _TYPES:
        return replace(item, type=_TYPES[low])
    if _OPTIONAL.search(low):
        item = replace(item, optional=True)
    elif _REQUIRED.search(low):
        item = replace(item, required=True)
    if _UNIQUE.search(low):
        item = replace(item, unique=True)
    if _YES_NO.search(low):
        item = replace(item, type="boolean")
    if found := _NOT_BEFORE.search(low):
        item = replace(item, not_before=found.group(1))
    return _limits(_measured(item, low), low)


def _limits(item: Item, low: str) -> Item:
    if found := _RANGE.search(low):
        least, most = float(found.group(1)), float(found.group(2))
        return replace(item, minimum=least, maximum=most) if least <= most else item
    if found := _MOST.search(low):
        item = replace(item, maximum=float(found.group(1)))
    if (found := _LEAST.search(low)) and not (low.startswith("от") and item.maximum is not None):
        item = replace(item, minimum=float(found.group(1)))
    return replace(item, minimum=0.0) if _POSITIVE.search(low) else item


def _measured(item: Item, low: str) -> Item:
    words = low.split()
    unit = next((_UNITS[word] for word in words if word in _UNITS), None)
    whole = (len(words) <= 3 or words[0] in {"in", "в"}) and unit is not None
    return replace(item, unit=unit) if whole and unit else item


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


__all__ = ["Item", "Shape", "Verb", "is_state", "read_items", "segments", "shape", "state_key", "text_of"]
