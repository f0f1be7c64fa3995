"""Words and their forms, English by rules and Russian by dictionary. Knows nothing of meaning."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import pymorphy3

Kind = Literal["word", "number", "mark"]
PartOfSpeech = Literal["noun", "adjective", "verb", "other"]

_TOKEN = re.compile(
    r"-->|->|=>|[→⇒➜›>]|\d+(?:[.,]\d+)*|[A-Za-zА-Яа-яЁё]+(?:[-'’.][A-Za-zА-Яа-яЁё]+)*'?|²|[^\s\w]|\w"
)
_CYRILLIC = re.compile(r"[А-Яа-яЁё]")
_IRREGULAR = {
    "people": "person",
    "children": "child",
    "men": "man",
    "women": "woman",
    "feet": "foot",
    "teeth": "tooth",
    "mice": "mouse",
    "geese": "goose",
    "data": "data",
    "media": "media",
    "series": "series",
    "species": "species",
    "news": "news",
    "movies": "movie",
    "cookies": "cookie",
    "lives": "life",
    "knives": "knife",
    "wives": "wife",
    "leaves": "leaf",
    "shelves": "shelf",
    "halves": "half",
    "criteria": "criterion",
    "phenomena": "phenomenon",
    "analyses": "analysis",
    "diagnoses": "diagnosis",
    "indices": "index",
    "vertices": "vertex",
    "quizzes": "quiz",
    "buses": "bus",
    "statuses": "status",
    "viruses": "virus",
    "bonuses": "bonus",
    "campuses": "campus",
    "gas": "gas",
    "goods": "goods",
    "details": "details",
    "staff": "staff",
    "equipment": "equipment",
    "hardware": "hardware",
    "merchandise": "merchandise",
    "livestock": "livestock",
    "software": "software",
    "dues": "dues",
    "caches": "cache",
    "lens": "lens",
    "chaos": "chaos",
}
_IRREGULAR_PLURAL = {
    singular: plural for plural, singular in reversed(_IRREGULAR.items()) if plural not in {"data"}
} | {"data": "data", "person": "people"}
_UNCOUNTABLE = frozenset(
    ["equipment", "hardware", "merchandise", "livestock", "software", "news", "data", "media"]
)


@dataclass(frozen=True)
class Token:
    """A word, number or mark of a sentence."""

    text: str
    kind: Kind
    lemma: str
    pos: PartOfSpeech = "other"
    plural: bool = False
    genitive: bool = False
    """Only the genitive reading is possible (Russian)."""
    oblique: bool = False
    """Could be a genitive (Russian)."""
    nominative: bool = True

    @property
    def low(self) -> str:
        return self.text.lower()

    @property
    def russian(self) -> bool:
        return is_cyrillic(self.text)


def is_cyrillic(text: str) -> bool:
    return bool(_CYRILLIC.search(text))


def tokens(text: str) -> tuple[Token, ...]:
    return tuple(_token(found) for found in _TOKEN.findall(text))


@lru_cache(maxsize=20_000)
def _token(text: str) -> Token:
    if text[0].isdecimal():
        return Token(text, "number", text)
    if not text[0].isalpha():
        return Token(text, "mark", text)
    text = text.rstrip("'")
    return _russian(text) if is_cyrillic(text) else _english(text)


def _english(text: str) -> Token:
    low = text.lower().replace("’", "'")
    low = low.removesuffix("'s")
    lemma = singular(low)
    return Token(text, "word", lemma, "noun", plural=lemma != low or low in _UNCOUNTABLE)


@lru_cache(maxsize=20_000)
def singular(word: str) -> str:
    """The singular of an English noun, by spelling; a word that is no plural comes back as it is."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is", "'s")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y" if len(word) > 4 else word[:-1]
    if word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    return word[:-1]


def plural(word: str) -> str:
    """The plural of an English noun phrase: its last word changes."""
    first, _, last = word.rpartition(" ")
    low = last.lower()
    if low in _UNCOUNTABLE:
        return word
    if low in _IRREGULAR_PLURAL:
        changed = _IRREGULAR_PLURAL[low]
        changed = changed.capitalize() if last[:1].isupper() else changed
    elif re.search(r"[^aeiou]y$", low):
        changed = last[:-1] + "ies"
    elif low.endswith(("s", "x", "z", "ch", "sh")):
        changed = last + "es"
    else:
        changed = last + "s"
    return f"{first} {changed}".strip()


@cache
def _analyzer() -> pymorphy3.MorphAnalyzer:
    import pymorphy3  # its dictionary takes 20 MiB: only for texts with Russian words

    return pymorphy3.MorphAnalyzer()


@lru_cache(maxsize=20_000)
def parses(word: str) -> tuple[Any, ...]:
    return tuple(_analyzer().parse(word))


def is_known(word: str) -> bool:
    """Whether the Russian dictionary has this form."""
    return bool(_analyzer().word_is_known(word))


_POS: dict[str, PartOfSpeech] = {
    "NOUN": "noun",
    "ADJF": "adjective",
    "ADJS": "adjective",
    "PRTF": "adjective",
    "PRTS": "adjective",
    "VERB": "verb",
    "INFN": "verb",
    "GRND": "verb",
}


def best_parse(word: str) -> Any:
    """The reading taken when nothing around the word decides: nouns before rarer verbs and short forms."""
    found = parses(word)
    proper = {"Name", "Surn", "Patr", "Geox", "Abbr"}
    plain = [parse for parse in found if not proper & set(parse.tag.grammemes)] or list(found)
    best = plain[0]
    if best.tag.POS in {"NOUN", "VERB", "INFN"}:
        return best
    nouns = [parse for parse in plain if parse.tag.POS == "NOUN" and parse.score >= 0.3]
    return (
        nouns[0] if nouns and best.tag.POS not in {"ADJF", "PRTF", "PREP", "CONJ", "NPRO", "PRCL"} else best
    )


def _russian(text: str) -> Token:
    low = text.lower()
    best = best_parse(low)
    pos = _POS.get(str(best.tag.POS), "other")
    lemma = best.normal_form.replace("ё", "е")
    if pos == "noun":
        same = [p for p in parses(low) if p.normal_form == best.normal_form and p.tag.POS == "NOUN"]
        cases = {str(p.tag.case) for p in same}
        return Token(
            text,
            "word",
            lemma,
            pos,
            plural=_is_plural(same),
            genitive=cases <= {"gent", "gen2", "accs", "loct", "datv", "ablt"}
            and bool(cases & {"gent", "gen2"}),
            oblique=bool(cases & {"gent", "gen2"}),
            nominative="nomn" in cases,
        )
    return Token(text, "word", lemma, pos, plural=str(best.tag.number) == "plur")


def _is_plural(same: list[Any]) -> bool:
    """Plural when some nominative, accusative or genitive reading is; "книги" is read as many."""
    numbers = {str(parse.tag.number) for parse in same if str(parse.tag.case) in {"nomn", "accs"}}
    return "plur" in (numbers or {str(parse.tag.number) for parse in same})


def lemmas(text: str) -> tuple[str, ...]:
    """The dictionary forms of a phrase's words: what phrases are compared by."""
    return tuple(token.lemma for token in tokens(text) if token.kind != "mark")
