"""What a few words say about an attribute: that it is required, unique, of a type, within limits."""

from __future__ import annotations

import re
from dataclasses import replace

from samokoder.domain.data_model import FieldType
from samokoder.offline.understanding.item import Item
from samokoder.offline.understanding.phrases import Phrase

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
YES_NO = re.compile(
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
FLAGS = re.compile(
    r"^(?:is |are )?(required|optional|unique|mandatory|not required|обязател\w+|необязател\w+|уникал\w+|"
    r"не обязател\w+|must be unique|auto\w*|и т ?д|и т ?п|etc|и др|и другое|and so on|nullable|primary key)$",
    re.IGNORECASE,
)


def said_of(item: Item, text: str) -> Item:
    """What a few words say about an attribute."""
    low = re.sub(r"(^|from|between|от) ?- (?=\d)", r"\1 -", text.lower()).strip()
    if not low:
        return item
    if low in {"on", "at"} and item.phrase.head.last.low.endswith("ed"):
        return replace(item, type="date" if low == "on" else "datetime")  # "installed on"
    if low in _TYPES:
        return replace(item, type=_TYPES[low])
    if _OPTIONAL.search(low):
        item = replace(item, optional=True)
    elif _REQUIRED.search(low):
        item = replace(item, required=True)
    if _UNIQUE.search(low):
        item = replace(item, unique=True)
    if YES_NO.search(low):
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


def without_flag(phrase: Phrase) -> Phrase:
    """ "a unique code": what is said of the code is not part of its name."""
    first = phrase.units[0]
    flagged = len(phrase.units) > 1 and len(first.words) == 1 and _UNIQUE.match(first.last.low)
    return replace(phrase, units=phrase.units[1:]) if flagged else phrase
