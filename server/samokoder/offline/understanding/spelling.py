"""Slips of the keyboard: a letter left out, doubled or swapped in a word of the lexicon."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache

from samokoder.offline.understanding import lexicon
from samokoder.offline.understanding.words import Token, is_known, singular, tokens

_SHORTEST = {False: 6, True: 5}
"""Letters below which a word one letter off is too often another word: English, Russian."""
_LETTERS = {False: "abcdefghijklmnopqrstuvwxyz", True: "абвгдежзийклмнопрстуфхцчшщъыьэюя"}


def corrected(found: tuple[Token, ...]) -> tuple[Token, ...]:
    return tuple(_corrected(token) for token in found)


def _corrected(token: Token) -> Token:
    if token.low in _said_wrong():
        return tokens(_said_wrong()[token.low])[0]
    if token.kind != "word" or not token.low.isalpha() or len(token.low) < _SHORTEST[token.russian]:
        return token
    meant = _meant(token.low, token.russian)
    return token if meant is None else tokens(meant)[0]


@cache
def _said_wrong() -> dict[str, str]:
    return dict(lexicon.load("grammar")["typos"])


@lru_cache(maxsize=20_000)
def _meant(word: str, russian: bool) -> str | None:
    """The one word of the lexicon that is a slip away; None for known words, and where two would do."""
    if _is_word(word, russian):
        return None
    found = {form for form in _slips(word, russian) if _named(form, russian)}
    lemmas = {tokens(form)[0].lemma for form in found}
    return min(found, key=lambda form: (abs(len(form) - len(word) - 1), form)) if len(lemmas) == 1 else None


def _is_word(word: str, russian: bool) -> bool:
    return is_known(word) if russian else singular(word) in _known(False) or word in _spared()


def _named(form: str, russian: bool) -> bool:
    if not russian:
        lemma = singular(form)
        return lemma in _known(False) and len(lemma) >= _SHORTEST[False]
    return is_known(form) and tokens(form)[0].lemma in _known(True)


@cache
def _known(russian: bool) -> frozenset[str]:
    """Single words the lexicon gives a meaning; in English every word it has, for none of them is a slip."""
    entries = [*lexicon.thing_index(russian), *lexicon.attribute_index(russian)]
    entries += lexicon.word_set("containers", "words", russian)
    return frozenset(word for entry in entries for word in entry if russian or word.isascii())


@cache
def _spared() -> frozenset[str]:
    """English words that are no slips, though a letter away from one of the lexicon's."""
    grammar = lexicon.load("grammar")
    listed = [grammar["right"]["en"], grammar["functions"]["en"], grammar["verbs"]["en"]]
    listed += [*grammar["cues"].values(), *grammar["actions"].values(), grammar["noise"]["en"]]
    listed += [grammar["venues"]["words"], *grammar["roles"].values()]
    return frozenset(word for text in listed for phrase in lexicon.words_of(text) for word in phrase.split())


def _slips(word: str, russian: bool) -> Iterator[str]:
    """Words from which this one comes by leaving out, adding or swapping a letter after the first.

    An English ending stays as it is: "produces" is no slip for "producers".
    """
    last = len(word) if russian else len(word) - 1
    for at in range(1, last):
        yield word[:at] + word[at + 1 :]
        yield word[:at] + word[at : at + 2][::-1] + word[at + 2 :]
    for at in range(1, last + russian):
        for letter in _LETTERS[russian]:
            yield word[:at] + letter + word[at:]
