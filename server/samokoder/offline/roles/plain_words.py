"""Requirements in EARS form said again as people say it: rules understand descriptions, not duties."""

from __future__ import annotations

import re

_SYSTEM = r"(?:the|this) (?:system|application|app)"
_RUSSIAN = r"(?:система|приложение)"
_CONDITION = re.compile(
    rf"^\s*(?:WHEN|WHILE|WHERE|IF|КОГДА|ПОКА|ЕСЛИ|ГДЕ)\b.*?(?=\b(?:{_SYSTEM} shall|{_RUSSIAN} должн))",
    re.IGNORECASE | re.DOTALL,
)
_WORDS = tuple(
    (re.compile(pattern, re.IGNORECASE), words)
    for pattern, words in (
        (rf"\b{_SYSTEM} shall (?:let|allow|permit) (\w+)(?: to)?\b", r"\1 can"),
        (rf"\b{_SYSTEM} shall (?:keep|store|hold)\b", "It keeps"),
        (rf"\b{_SYSTEM} shall\b", "People can"),
        (r"\bshall have\b", "has"),
        (r"\bshall be\b", "is"),
        (r"\bshall\b", "can"),
        (rf"\b{_RUSSIAN} должн[ао] (?:позволять|уметь|давать возможность)\b", "можно"),
        (rf"\b{_RUSSIAN} должн[ао] (?:хранить|вести)\b", "ведётся учёт:"),
        (rf"\b{_RUSSIAN} должн[ао]\b", "можно"),
        (r"\bдолж(?:ен|на|но|ны) быть\b", "есть"),
        (r"\bдолж(?:ен|на|но|ны) (?:иметь|содержать)\b", "имеет"),
    )
)


def plain(text: str) -> str:
    """Without the condition it depends on, and with the system's duty as what people can do."""
    text = _CONDITION.sub("", text)
    for pattern, words in _WORDS:
        text = pattern.sub(words, text)
    return text[:1].upper() + text[1:]
