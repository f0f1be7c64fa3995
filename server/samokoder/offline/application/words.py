"""How requirements and messages are worded in English and Russian. Pure.

Russian labels are quoted, never inflected: «Книга» stays «Книга» in any sentence.
"""

from __future__ import annotations

from collections.abc import Iterable

from samokoder.offline.application.formatting import prose

# A sound, not a letter, decides between "a" and "an".
_VOWEL_SOUNDS = ("a", "e", "i", "o", "u", "hour", "honest", "heir", "honor", "honour")
_CONSONANT_SOUNDS = ("uni", "use", "usu", "user", "util", "euro", "one", "once", "ubiq", "ura", "eu")
_SPELT_OUT_VOWELS = "AEFHILMNORSX"


def article(noun: str) -> str:
    """``a book``, ``an order``, ``an SMS``, ``a user``."""
    first = noun.split(" ")[0]
    if first.isupper() and len(first) > 1:
        return ("an " if first[0] in _SPELT_OUT_VOWELS else "a ") + noun
    low = first.lower()
    vowel = low.startswith(_VOWEL_SOUNDS) and not low.startswith(_CONSONANT_SOUNDS)
    return ("an " if vowel else "a ") + noun


def inner(label: str) -> str:
    """The label inside an English sentence; abbreviations and names keep their capitals."""
    text = prose(label)
    return text if text[1:2].isupper() or text[1:2].isdigit() else text[:1].lower() + text[1:]


def spoken(identifier: str) -> str:
    """``order_lines`` as words; the trailing ``_id`` of references is not said."""
    return identifier.removesuffix("_id").replace("_", " ").strip()


def listed(items: Iterable[str], last: str = "and") -> str:
    """``a, b and c``."""
    *head, tail = items
    return f"{', '.join(head)} {last} {tail}" if head else tail


def quoted(label: str) -> str:
    """The label in Russian quotes."""
    return f"«{prose(label)}»"
