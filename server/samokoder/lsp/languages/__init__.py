"""What the server says, in the language of the person at the client.

Inside, everything is said and recorded in English, so that one state can be looked at in any language; what
leaves for people is translated on its way out. A translation stands beside its English text in ``ru.json``;
``{}`` is what is put in, ``{0}`` and ``{1}`` where the order differs. What is not ours (a model's words,
paths, what a program printed) is not in it, and stays as it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

SPOKEN = "en"
"""What everything is said in at first."""
LANGUAGES = (SPOKEN, "ru")
HUMAN = frozenset(
    {
        *("message", "title", "hint", "reason", "detail", "fault", "why", "whyNot", "error", "text"),
        *("label", "options", "default", "markdown", "value"),
    }
)
"""Fields of what is sent that are read by people."""
TOLD = frozenset({"questionId", "agent"})
"""Beside one of these, ``text`` is ours; elsewhere it is a file's."""
LONGEST = 4_000
"""Characters; whatever is longer holds a program's output, and is taken line by line."""
TELLING = 12
"""Characters by which a text is known for certain."""
_GAP = re.compile(r"\{(?:\d|:g)?\}")
_WITHIN = r"((?:(?!\. |\n).)+?)"
_PARTS = re.compile(r"(\n+|(?<=[.!?…:;,]) | · | \(|\)|^(?:[#>-]+ )|\*\*)")


def language_of(locale: str | None) -> str:
    """``ru-RU`` is ``ru``; English where we have nothing better."""
    language = re.split(r"[-_.]", (locale or "").lower())[0]
    return language if language in LANGUAGES else SPOKEN


class Phrases:
    """The translations of one language."""

    def __init__(self, translations: Mapping[str, str]) -> None:
        self._whole = {text: said for text, said in translations.items() if not _GAP.search(text)}
        patterns = [(text, said) for text, said in translations.items() if _GAP.search(text)]
        patterns.sort(key=lambda pair: len(_GAP.sub("", pair[0])), reverse=True)
        self._patterns = [(_matcher(text), said) for text, said in patterns]
        self.say = lru_cache(4096)(self._say)

    def _say(self, text: str) -> str:
        if len(text) > LONGEST:
            return text
        return self._known(text) or self._in_parts(text)

    def _known(self, text: str) -> str | None:
        if text in self._whole:
            return self._whole[text]
        for matcher, said in self._patterns:
            if found := matcher.fullmatch(text):
                return said.format(*(self.say(part) for part in found.groups()))
        return None

    def _in_parts(self, text: str) -> str:
        """Sentences and lists are made of what is known."""
        parts = _PARTS.split(text)
        if len(parts) == 1:
            return text
        return "".join(self._part(part) for part in parts)

    def _part(self, part: str) -> str:
        stop = part[-1:] if part[-1:] in ".:;," else ""
        bare = part.removesuffix(stop) if stop else part
        return self._known(part) or (self._known(bare) or bare) + stop


def _matcher(template: str) -> re.Pattern[str]:
    """Where little is fixed, what is put in stays within its sentence, and is a number where it goes first.

    Else a title of the person's own, like ``Case files``, would be taken for one of our texts.
    """
    literal = _GAP.split(template)
    told = len("".join(literal)) >= TELLING
    first, *others = map(re.escape, literal)
    anything = "(.+?)" if told else _WITHIN
    lead = anything if told or first else r"([\d.,/]+)"
    return re.compile(first + "".join((lead, anything.join(others)) if others else ()), re.DOTALL)


@lru_cache
def speaker(language: str) -> Callable[[str], str]:
    """From what we say to what this language's people read."""
    if language == SPOKEN:
        return str
    table = Path(__file__).with_name(f"{language}.json").read_text("utf-8")
    return Phrases(json.loads(table)).say


def translated(message: Any, say: Callable[[str], str], human: bool = False) -> Any:
    """The same message, with what people read in it said by ``say``."""
    match message:
        case str():
            return say(message) if human else message
        case dict():
            read = HUMAN if message.keys() & TOLD else HUMAN - {"text"}
            return {key: translated(value, say, key in read) for key, value in message.items()}
        case list() | tuple():
            return [translated(value, say, human) for value in message]
        case _:
            return message
