"""The lexicon: which nouns are things, attributes, states, roles. Files are read once."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, get_args

from samokoder.domain.data_model import Choice, FieldType
from samokoder.offline.understanding.words import is_cyrillic, lemmas

Language = str
Lemmas = tuple[str, ...]


@dataclass(frozen=True)
class Word2:
    """A label in both languages."""

    en: str
    ru: str

    def label(self, language: Language) -> str:
        return self.ru if language == "ru" and self.ru else self.en


@dataclass(frozen=True)
class Attribute:
    """What an attribute noun means."""

    key: str
    label: Word2
    type: FieldType
    unique: bool = False
    minimum: float | None = None
    maximum: float | None = None
    default: str | None = None
    unit: str | None = None
    """In English and Russian, "h | ч", or the same in both."""
    choices: tuple[tuple[str, Word2], ...] = ()

    def measured_in(self, language: Language) -> str | None:
        english, _, russian = (self.unit or "").partition(" | ")
        return (russian if language == "ru" and russian else english) or None

    def options(self, language: Language) -> tuple[Choice, ...]:
        return tuple(Choice(value=value, label=capital(word.label(language))) for value, word in self.choices)


@dataclass(frozen=True)
class Reference:
    thing: str
    required: bool
    brings: bool


@dataclass(frozen=True)
class Thing:
    """A thing people keep records of, and what is usually kept about it."""

    key: str
    label: Word2
    fields: tuple[tuple[str, bool, bool], ...] = ()
    """Attribute key, required, unique."""
    refs: tuple[Reference, ...] = ()
    states: tuple[str, ...] = ()
    person: bool = False
    part_of: str | None = None


@dataclass(frozen=True)
class State:
    key: str
    label: Word2
    action: Word2
    falls: bool
    ends: bool


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def words_of(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _both(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    english, _, russian = text.partition("|")
    return words_of(english), words_of(russian)


def _label(text: str) -> Word2:
    english, russian = _both(text)
    return Word2(english[0] if english else russian[0], russian[0] if russian else english[0])


@cache
def load(name: str) -> Mapping[str, Any]:
    """One file of the lexicon, as it stands."""
    text = (resources.files(__package__) / "lexicon" / f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def attributes() -> Mapping[str, Attribute]:
    data = load("attributes")
    found: dict[str, Attribute] = {}
    for type_ in get_args(FieldType):
        for key, words in data.get(type_, {}).items():
            found[key] = Attribute(
                key, _label(words), type_, choices=_choices(data, key), **data["rules"].get(key, {})
            )
    return found


def sense(thing: str, attribute: str) -> str:
    """What an attribute's word means for this thing: the "дата приёма" of an employee is the hiring."""
    senses: Mapping[str, str] = load("attributes")["senses"]
    return senses.get(f"{thing}.{attribute}", attribute)


def _choices(data: Mapping[str, Any], key: str) -> tuple[tuple[str, Word2], ...]:
    pairs = (part.partition("/") for part in words_of(data["choices"].get(key, "")))
    return tuple((english.replace(" ", "_"), Word2(english, russian)) for english, _, russian in pairs)


@cache
def things() -> Mapping[str, Thing]:
    return {key: _thing(key, entry) for key, entry in load("things").items()}


def _thing(key: str, entry: Mapping[str, Any]) -> Thing:
    return Thing(
        key,
        _label(entry["words"]),
        tuple((name.rstrip("!*"), "!" in name, "*" in name) for name in entry.get("fields", "").split()),
        tuple(
            Reference(name.rstrip("!+"), "!" in name, "+" in name) for name in entry.get("refs", "").split()
        ),
        tuple(entry.get("states", "").split()),
        entry.get("person", False),
        entry.get("part_of"),
    )


@cache
def states() -> Mapping[str, State]:
    data = load("states")
    falls, ends = (frozenset(data["sets"][name].split()) for name in ("falls", "ends"))
    found = {}
    for key, line in data["states"].items():
        parts = [part.strip() for part in line.split("|")]
        found[key] = State(
            key, Word2(parts[0], parts[1]), Word2(parts[2], parts[3]), key in falls, key in ends
        )
    return found


def _index(entries: Iterable[tuple[str, Iterable[str]]], russian: bool) -> dict[Lemmas, str]:
    """By lemmas; the first entry that claims a phrase keeps it."""
    found: dict[Lemmas, str] = {}
    for key, phrases in entries:
        for phrase in phrases:
            if is_cyrillic(phrase) == russian:
                found.setdefault(lemmas(phrase), key)
    return found


def _split(text: str) -> tuple[str, ...]:
    return words_of(text.replace("|", ","))


@cache
def attribute_index(russian: bool) -> Mapping[Lemmas, str]:
    data = load("attributes")
    return _index(
        ((key, _split(words)) for type_ in get_args(FieldType) for key, words in data.get(type_, {}).items()),
        russian,
    )


@cache
def thing_index(russian: bool) -> Mapping[Lemmas, str]:
    return _index(((key, _split(entry["words"])) for key, entry in load("things").items()), russian)


@cache
def state_index(russian: bool) -> Mapping[Lemmas, str]:
    entries = []
    for key, line in load("states")["states"].items():
        parts = line.split("|")
        entries.append((key, (parts[0].strip(), parts[1].strip(), *words_of(parts[4]))))
    return _index(entries, russian)


@cache
def choice_index() -> Mapping[Lemmas, str]:
    """Values of choices the lexicon knows, by their words in either language."""
    return {
        lemmas(text): value
        for attribute in attributes().values()
        for value, word in attribute.choices
        for text in (word.en, word.ru)
    }


@cache
def role_index(russian: bool) -> Mapping[Lemmas, str]:
    return _index(((key, _split(words)) for key, words in load("grammar")["roles"].items()), russian)


@cache
def role_labels() -> Mapping[str, Word2]:
    return {key: _label(words) for key, words in load("grammar")["roles"].items()}


@cache
def word_set(table: str, name: str, russian: bool) -> frozenset[Lemmas]:
    """A list of the grammar file, as lemmas."""
    listed = words_of(load("grammar")[table][name])
    return frozenset(lemmas(phrase) for phrase in listed if is_cyrillic(phrase) == russian)


@cache
def verb_index(russian: bool) -> Mapping[Lemmas, str]:
    """What a verb does to a record: view, create, change, delete or all."""
    return _index(((name, words_of(words)) for name, words in load("grammar")["actions"].items()), russian)


@cache
def domains(russian: bool) -> Mapping[Lemmas, tuple[str, ...]]:
    found: dict[Lemmas, tuple[str, ...]] = {}
    for entry in load("domains").values():
        for phrase in words_of(entry["words"]):
            if is_cyrillic(phrase) == russian:
                found.setdefault(lemmas(phrase), tuple(entry["things"].split()))
    return found
