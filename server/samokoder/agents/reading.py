"""From what a model wrote to the JSON it meant: slips of form are mended, nothing is made up. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

_STRUCTURE = re.compile(r"[\s{}\[\],:]*")
_ESCAPE = re.compile(r'\\(?:(?P<plain>["\\/bfnrt])|u(?P<code>[0-9a-fA-F]{4}))')
_GOES_ON = re.compile(r"\s*(?:[\[\]{},:\"']|-?\d|(?:true|false|null|True|False|None)\b|$)")
"""What may stand behind a string, with or without the comma that belongs there."""
_PLAIN = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


class Unreadable(ValueError):
    """No object can be read from the text without guessing."""


def json_in(text: str) -> str:
    """The one JSON object in a text, which may have words or a fence around it. Raises Unreadable."""
    start, end = text.find("{"), text.rfind("}") + 1
    if start < 0 or end <= start:
        raise Unreadable("it holds no whole JSON object")
    try:
        found, stop = json.JSONDecoder(strict=False).raw_decode(text, start)
    except (ValueError, RecursionError):
        return json.dumps(_mended(text[start:end]), ensure_ascii=False)
    if "{" in text[stop:]:
        raise Unreadable("it holds more than one JSON object")
    return json.dumps(found, ensure_ascii=False)


def _mended(text: str) -> dict[str, Any]:
    """With commas, quotes and line ends put right. Raises Unreadable when more than that would be needed."""
    import json_repair

    try:
        found = json_repair.loads(text, skip_json_loads=True)
    except (ValueError, RecursionError):
        raise Unreadable("it is not JSON") from None
    if not isinstance(found, dict) or not _faithful(text, found):
        raise Unreadable("it is not JSON, and cannot be mended without guessing")
    return found


def _faithful(text: str, value: Any) -> bool:
    """Whether the text has exactly these values in this order, and as many brackets as they need.

    Only then did mending touch nothing but the marks between values: none was cut off, left out or made up.
    """
    at, marks = 0, ""
    for token in _tokens(value):
        gap = _STRUCTURE.match(text, at)
        assert gap is not None
        end = _spelt(text, gap.end(), token)
        if end is None:
            return False
        marks += gap[0]
        at = end
    marks += text[at:]
    objects, arrays = _containers(value)
    counts = (marks.count("{"), marks.count("}"), marks.count("["), marks.count("]"))
    return bool(_STRUCTURE.fullmatch(text[at:])) and counts == (objects, objects, arrays, arrays)


def _tokens(value: Any) -> Iterator[Any]:
    """Keys and plain values, in order."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from _tokens(item)
    elif isinstance(value, list):
        for item in value:
            yield from _tokens(item)
    else:
        yield value


def _containers(value: Any) -> tuple[int, int]:
    if not isinstance(value, (dict, list)):
        return 0, 0
    inner = [_containers(item) for item in (value.values() if isinstance(value, dict) else value)]
    objects, arrays = sum(o for o, _ in inner), sum(a for _, a in inner)
    return (objects + 1, arrays) if isinstance(value, dict) else (objects, arrays + 1)


def _spelt(text: str, at: int, token: Any) -> int | None:
    """Where the token ends that stands here; None when another does."""
    if isinstance(token, str):
        return _quoted(text, at, token)
    for spelling in (json.dumps(token), str(token)):
        if text.startswith(spelling, at) and not text[at + len(spelling) : at + len(spelling) + 1].isalnum():
            return at + len(spelling)
    return None


def _quoted(text: str, at: int, token: str) -> int | None:
    """A string in either kind of quotes, its letters escaped or not.

    A bare quote is one of its letters where the text cannot go on behind it if it were its end.
    """
    quote = text[at : at + 1]
    if quote not in ('"', "'"):
        return None
    at += 1
    for letter in token:
        escape = _ESCAPE.match(text, at)
        if escape is not None and _meant(escape) == letter:
            at = escape.end()
        elif text[at : at + 1] == letter and not (letter == quote and _GOES_ON.match(text, at + 1)):
            at += 1
        else:
            return None
    return at + 1 if text[at : at + 1] == quote else None


def _meant(escape: re.Match[str]) -> str:
    if escape["code"]:
        return chr(int(escape["code"], 16))
    return _PLAIN.get(escape["plain"], escape["plain"])
