"""Sentences as nodes: noun phrases, verbs, numbers, marks and the words that hold them together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Literal

from samokoder.offline.understanding import lexicon
from samokoder.offline.understanding.spelling import corrected
from samokoder.offline.understanding.words import Token, is_cyrillic, tokens

CueKind = Literal[
    "have", "with", "belong", "many", "each", "own", "their", "only", "can", "and", "not", "such", "track",
    "which", "states", "arrow",
]  # fmt: skip


@dataclass(frozen=True)
class Unit:
    """A run of words that means one thing: an entry of the lexicon, or a single word."""

    words: tuple[Token, ...]
    thing: str | None = None
    attribute: str | None = None

    @property
    def last(self) -> Token:
        return self.words[-1]

    @property
    def adjective(self) -> bool:
        return len(self.words) == 1 and self.last.pos == "adjective" and not (self.thing or self.attribute)

    @property
    def noun(self) -> Token:
        """The word that carries number and case."""
        if not self.last.russian:
            return self.last
        return next((word for word in self.words if word.pos == "noun"), self.last)


@dataclass(frozen=True)
class Phrase:
    """A noun phrase. Its complement is the Russian genitive after the head, the English part after "of"."""

    units: tuple[Unit, ...]
    complement: Phrase | None = None
    quantity: str = ""
    """"each", "many", "their" or "own", when such a word stands before it."""

    @cached_property
    def head(self) -> Unit:
        return self.units[-1]

    @property
    def thing(self) -> str | None:
        return self.head.thing

    @property
    def attribute(self) -> str | None:
        return self.head.attribute

    @property
    def plural(self) -> bool:
        return self.head.noun.plural

    @property
    def russian(self) -> bool:
        return self.head.last.russian

    @cached_property
    def words(self) -> tuple[Token, ...]:
        return tuple(word for unit in self.units for word in unit.words)

    @cached_property
    def lemmas(self) -> tuple[str, ...]:
        return tuple(word.lemma for word in self.words)

    @property
    def text(self) -> str:
        own = " ".join(word.text for word in self.words)
        if self.complement is None:
            return own
        return f"{own} {self.complement.text}" if self.russian else f"{own} of {self.complement.text}"


@dataclass(frozen=True)
class Cue:
    kind: CueKind
    text: str


@dataclass(frozen=True)
class Verb:
    lemma: str
    text: str


@dataclass(frozen=True)
class Number:
    value: float


@dataclass(frozen=True)
class Mark:
    text: str


@dataclass(frozen=True)
class Filler:
    """A word without weight of its own: an article, a preposition."""

    text: str


Node = Phrase | Cue | Verb | Number | Mark | Filler
Nodes = tuple[Node, ...]

_LONGEST = 6
_MEASURES = frozenset(["kg", "km", "cm", "mm", "min", "kwh", "m²", "usd", "eur", "litre", "litres", "liters"])
_MAYBE_NOUN = frozenset(["note"]) | frozenset(
    ["record", "log", "list", "store", "register", "catalog", "catalogue", "keep", "contacts", "contact"]
)
_VERB_BEFORE = frozenset(
    [
        "to",
        "i",
        "we",
        "you",
        "they",
        "and",
        "me",
        "please",
        "can",
        "should",
        "could",
        "will",
        "lets",
        "let's",
        "where",
        "who",
        "that",
    ]
)


def nodes(sentence: str) -> Nodes:
    return tuple(_with_having(list(_with_complements(list(_joined(_parts(corrected(tokens(sentence)))))))))


@cache
def _cues() -> Mapping[tuple[str, ...], CueKind]:
    index: dict[tuple[str, ...], CueKind] = {}
    for kind, listed in lexicon.load("grammar")["cues"].items():
        for phrase in lexicon.words_of(listed):
            index.setdefault(tuple(token.low for token in tokens(phrase)), kind)
    return index


@cache
def _functions() -> frozenset[str]:
    return frozenset(lexicon.words_of(lexicon.load("grammar")["functions"]["en"]))


@cache
def _verbs() -> frozenset[str]:
    return frozenset(lexicon.words_of(lexicon.load("grammar")["verbs"]["en"]))


@cache
def verb_lemma(word: str) -> str | None:
    """The base form of an English verb we know, by spelling; None for other words."""
    for base in _bases(word):
        if base in _verbs():
            return base
    return None


def _bases(word: str) -> Iterator[str]:
    yield word
    for ending, instead in (("ies", "y"), ("es", ""), ("s", ""), ("ied", "y"), ("ed", ""), ("ed", "e"),
                            ("ing", ""), ("ing", "e")):  # fmt: skip
        if word.endswith(ending) and len(word) > len(ending) + 1:
            stem = word.removesuffix(ending)
            yield stem + instead
            if len(stem) > 2 and stem[-1] == stem[-2]:
                yield stem[:-1]


def _parts(found: tuple[Token, ...]) -> Iterator[Unit | Node]:
    position = 0
    while position < len(found):
        part, length = _part(found, position)
        yield part
        position += length


def _part(found: tuple[Token, ...], at: int) -> tuple[Unit | Node, int]:
    cue, cue_length = _cue(found, at)
    unit, unit_length = _entry(found, at)
    if cue is not None and cue_length >= unit_length and _is_cue(found, at, cue):
        return Cue(cue, " ".join(token.low for token in found[at : at + cue_length])), cue_length
    if unit is not None and not (unit_length == 1 and _acts(found, at)):
        return unit, unit_length
    return _single(found, at), 1


def _cue(found: tuple[Token, ...], at: int) -> tuple[CueKind | None, int]:
    for length in range(min(_LONGEST, len(found) - at), 0, -1):
        kind = _cues().get(tuple(token.low for token in found[at : at + length]))
        if kind is not None:
            return kind, length
    return None, 0


def _is_cue(found: tuple[Token, ...], at: int, cue: CueKind) -> bool:
    token = found[at]
    if cue == "track" and token.low in _MAYBE_NOUN:
        last = at + 1 == len(found) or found[at + 1].kind == "mark" or found[at + 1].low == "and"
        return at == 0 or (found[at - 1].low in _VERB_BEFORE and not (last and found[at - 1].low == "and"))
    return not (cue == "have" and at == 0 and token.low in {"fields", "columns"} and len(found) > 3)


def _entry(found: tuple[Token, ...], at: int) -> tuple[Unit | None, int]:
    """The longest entry of the lexicon that begins here."""
    russian = found[at].russian
    for length in range(min(_LONGEST, len(found) - at), 0, -1):
        words = found[at : at + length]
        if words[-1].kind == "mark" or words[0].kind != "word":
            continue
        key = tuple(word.lemma for word in words if word.kind != "mark")
        if len(key) != length:
            continue
        thing = lexicon.thing_index(russian).get(key)
        attribute = lexicon.attribute_index(russian).get(key)
        if thing or attribute:
            return Unit(words, thing, attribute), length
    return None, 0


def _acts(found: tuple[Token, ...], at: int) -> bool:
    """Whether an English word that may be noun or verb is a verb here."""
    token = found[at]
    if token.russian:
        return token.pos == "verb"
    if verb_lemma(token.low) is None or at == 0 or token.plural:
        return False
    before = found[at - 1]
    if before.low in _VERB_BEFORE - {"and"} or _cues().get((before.low,)) == "can":
        return not (before.low == "to" and at > 1 and found[at - 2].low in {"belongs", "belong", "relates"})
    thing = lexicon.thing_index(False).get((before.lemma,))
    known = lexicon.things().get(thing or "")
    return known is not None and known.person and before.plural


def _single(found: tuple[Token, ...], at: int) -> Unit | Node:
    token = found[at]
    if token.kind == "number":
        return Number(_number(token.text))
    if token.kind == "mark":
        return Mark(token.text)
    if token.russian:
        if token.pos == "verb":
            return Verb(token.lemma, token.text)
        return Unit((token,)) if token.pos in {"noun", "adjective"} else Filler(token.low)
    if token.low in _functions() or token.lemma in _functions() or token.low in _MEASURES:
        return Filler(token.low)
    if _participle(found, at):
        return Unit((token,))
    verb = verb_lemma(token.low)
    known_noun = (token.lemma,) in lexicon.word_set("containers", "words", False)
    if verb is not None and (not known_noun or _acts(found, at)):
        return Verb(verb, token.text)
    return Unit((token,))


def _participle(found: tuple[Token, ...], at: int) -> bool:
    """ "closing date", "requested amount": a form in -ing or -ed before a noun, with no subject before it."""
    token = found[at]
    if not token.low.endswith(("ing", "ed")) or at + 1 >= len(found):
        return False
    following, before = found[at + 1], found[at - 1] if at else None
    noun = following.kind == "word" and following.low not in _functions() and (following.low,) not in _cues()
    opens = (
        before is None
        or before.kind == "mark"
        or before.low in {"a", "an", "the", "and", "with", "has", "have"}
    )
    return noun and opens and verb_lemma(following.low) != following.low


def _number(text: str) -> float:
    whole, mark, rest = text.replace(",", ".").partition(".")
    digits = rest.replace(".", "")
    return float(f"{whole[:15]}.{digits[:15]}" if mark and digits else whole[:15])


def _joined(parts: Iterator[Unit | Node]) -> Iterator[Node]:
    """Runs of units become phrases."""
    run: list[Unit] = []
    quantity = ""
    for part in parts:
        if isinstance(part, Unit):
            run.append(part)
            continue
        yield from _phrases(run, quantity)
        quantity = (
            part.kind
            if isinstance(part, Cue) and part.kind in {"each", "many", "their", "own"}
            else (quantity if isinstance(part, Filler) and not run else "")
        )
        run = []
        yield part
    yield from _phrases(run, quantity)


def _phrases(run: list[Unit], quantity: str) -> Iterator[Phrase]:
    for group in _groups(run):
        yield _phrase(group, quantity)
        quantity = ""


def _groups(run: Sequence[Unit]) -> Iterator[list[Unit]]:
    """Cuts a run where two phrases stand side by side without a comma."""
    listed = sum(unit.attribute is not None for unit in run) >= 3
    group: list[Unit] = []
    for unit in run:
        if group and _breaks(group, unit, listed):
            yield group
            group = []
        group.append(unit)
    if group:
        yield group


def _breaks(group: list[Unit], unit: Unit, listed: bool) -> bool:
    before = group[-1]
    if unit.last.russian != before.last.russian:
        return False
    if not unit.last.russian:
        if before.attribute == "status" and not unit.attribute:
            return True
        both = bool(before.attribute and unit.attribute)
        return (listed and both) or (before.thing is not None and before.noun.plural)
    if before.adjective:
        return False
    if unit.adjective:
        return not unit.last.text.lower().endswith(("ого", "его", "ой", "ей", "ых", "их"))
    if before.attribute and not before.thing and unit.noun.oblique and not listed:
        return False
    if before.noun.genitive and unit.noun.oblique:
        return False
    known = bool((unit.thing or unit.attribute) and (before.thing or before.attribute))
    return not unit.noun.oblique or (known and unit.noun.nominative and unit.noun.plural)


def _phrase(group: Sequence[Unit], quantity: str) -> Phrase:
    if not group[-1].last.russian:
        return Phrase(tuple(group), quantity=quantity)
    head = next((i for i, unit in enumerate(group) if not unit.adjective), len(group) - 1)
    rest = group[head + 1 :]
    return Phrase(tuple(group[: head + 1]), _phrase(rest, "") if rest else None, quantity)


def _with_complements(found: list[Node]) -> Iterator[Node]:
    """Joins "X of Y" into one phrase."""
    at = 0
    while at < len(found):
        node = found[at]
        if isinstance(node, Phrase) and node.russian and node.complement is None:
            yield_, length = _of_mine(found, at + 1)
            if yield_ is not None:
                node, at = replace(node, complement=yield_), at + length
        elif isinstance(node, Phrase) and not node.russian:
            of, length = _of(found, at + 1)
            if of is not None:
                node, at = replace(node, complement=of), at + length
        yield node
        at += 1


def _of_mine(found: list[Node], at: int) -> tuple[Phrase | None, int]:
    """ "список моих растений": the pronoun stands between the noun and its genitive."""
    following = found[at + 1] if at + 1 < len(found) else None
    pronoun = found[at] if at < len(found) else None
    if isinstance(pronoun, Cue) and pronoun.kind == "their" and isinstance(following, Phrase):
        return (following, 2) if following.head.noun.oblique else (None, 0)
    return None, 0


def _with_having(found: list[Node]) -> Iterator[Node]:
    """ "у студента имя и почта", "у каждой лодки номер": the Russian "has" is often left out."""
    for at, node in enumerate(found):
        yield node
        following = found[at + 1] if at + 1 < len(found) else None
        if isinstance(node, Phrase) and isinstance(following, Phrase) and _behind_at(found, at):
            unknown = node.attribute is None and following.attribute is not None
            if node.thing is not None or unknown:
                yield Cue("have", "у")


def _behind_at(found: list[Node], at: int) -> bool:
    before = found[at - 1] if at else None
    return before == Filler("у") or (isinstance(before, Cue) and before.text.startswith("у "))


def _of(found: list[Node], at: int) -> tuple[Phrase | None, int]:
    if at >= len(found) or not (isinstance(found[at], Filler) and found[at] == Filler("of")):
        return None, 0
    for length in range(1, 5):
        node = found[at + length] if at + length < len(found) else None
        if isinstance(node, Phrase):
            return node, length + 1
        if not isinstance(node, Filler) and not (isinstance(node, Cue) and node.kind in {"their", "each"}):
            break
    return None, 0


def plain(phrase: Phrase) -> str:
    """The phrase as written, in small letters, for comparing."""
    return re.sub(r"\s+", " ", phrase.text).strip().lower().replace("ё", "е")


def language_of(text: str) -> Literal["en", "ru"]:
    cyrillic = sum(is_cyrillic(letter) for letter in text)
    latin = sum(letter.isascii() and letter.isalpha() for letter in text)
    return "ru" if cyrillic > latin * 0.4 and cyrillic else "en"
