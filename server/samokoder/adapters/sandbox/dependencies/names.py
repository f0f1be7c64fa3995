"""Names that look like a well-known package's and are not it: of those who mistype, and those who imitate."""

from __future__ import annotations

import functools
import re
from importlib.resources import files
from typing import Literal

Language = Literal["python", "node"]
SHORT, LONG = 4, 12
"""Letters below which a name has too many honest neighbours, and from which two slips may be meant."""
_LOOKS_LIKE = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("0", "o"), ("1", "l"), ("i", "l"), ("5", "s"))


@functools.cache
def well_known(language: Language) -> frozenset[str]:
    """The dated list that is shipped; a name ending in "/" is a whole scope."""
    text = (files(f"{__package__}.popular") / f"{language}.txt").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return frozenset(word for line in lines for word in line.split())


def imitated(name: str, language: Language) -> str:
    """The well-known package this name could be mistaken for; empty for an honest one."""
    known = well_known(language)
    if name in known:
        return ""
    if name.startswith("@"):
        return _imitated_scope(name, known)
    names = sorted(word for word in known if not word.endswith("/"))
    return next((word for word in names if _near(name, word)), "")


def _imitated_scope(name: str, known: frozenset[str]) -> str:
    """Whoever owns a well-known scope owns all in it; outside, only the scope can deceive."""
    scope, _, rest = name.partition("/")
    if f"{scope}/" in known:
        return ""
    scopes = sorted(word.rstrip("/") for word in known if word.endswith("/"))
    return next((f"{word}/{rest}" for word in scopes if _near(scope[1:], word[1:])), "")


def _near(name: str, word: str) -> bool:
    """The same to the eye or the ear, or one slip of the finger away."""
    if _squashed(name) == _squashed(word) or _seen(name) == _seen(word):
        return True
    length = min(len(name), len(word))
    if length < SHORT or abs(len(name) - len(word)) > 2:
        return False
    return distance(name, word) <= (2 if length >= LONG else 1)


def _squashed(name: str) -> str:
    """Without what people leave out or put in: separators, and the language's own name around it."""
    bare = re.sub(r"^(python|py|node|js)[-_.]|[-_.](python|py|js|node)$", "", name.lower())
    return re.sub(r"[-_./@]", "", bare)


def _seen(name: str) -> str:
    for looks, like in _LOOKS_LIKE:
        name = name.replace(looks, like)
    return name


def distance(one: str, other: str) -> int:
    """Letters inserted, left out, replaced, or swapped with their neighbour."""
    before, row = [0] * (len(other) + 1), list(range(len(other) + 1))
    for i, left in enumerate(one, 1):
        last, before, row = before, row, [i] + [0] * len(other)
        for j, right in enumerate(other, 1):
            row[j] = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (left != right))
            if i > 1 and j > 1 and left == other[j - 2] and one[i - 2] == right:
                row[j] = min(row[j], last[j - 2] + 1)
    return row[-1]
