"""Which phrase names the thing meant: "a list of books" means books, "our salon" means no record at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from samokoder.offline.understanding import lexicon
from samokoder.offline.understanding.phrases import Node, Phrase


def _listed(phrase: Phrase, table: str, name: str) -> bool:
    words = lexicon.word_set(table, name, phrase.russian)
    lemmas = phrase.lemmas
    return any(lemmas[start:] in words for start in range(len(lemmas)))


def is_container(phrase: Phrase) -> bool:
    return _listed(phrase, "containers", "words")


def is_venue(phrase: Phrase) -> bool:
    return _listed(phrase, "venues", "words")


def is_place(phrase: Phrase) -> bool:
    """ "our restaurant" is where the application is used; "restaurants" are kept."""
    return is_venue(phrase) and not phrase.plural


def is_noise(phrase: Phrase) -> bool:
    name = "ru" if phrase.russian else "en"
    return _listed(phrase, "noise", name)


def meant(phrase: Phrase) -> Phrase | None:
    """The thing a phrase speaks of; None when it names a program, a place or nothing to keep."""
    if phrase.thing is not None and not (is_container(phrase) and (phrase.complement or _modifying(phrase))):
        return phrase
    if phrase.head.last.pos == "adjective" and phrase.complement is not None and not phrase.thing:
        return meant(phrase.complement)  # "прочитанных книг": the books
    if is_container(phrase):
        if phrase.complement is not None:
            return None if _names_a_place(phrase.complement) else meant(phrase.complement)
        return _modifying(phrase)
    if is_place(phrase) or is_noise(phrase):
        return None
    return phrase


def _names_a_place(complement: Phrase) -> bool:
    """ "inventory of a school lab" is kept for the lab; "таблица лучших" is a table of nothing named."""
    unknown = complement.thing is None and complement.attribute is None
    return unknown and (
        complement.head.last.pos == "adjective" or not (complement.plural or complement.russian)
    )


def _modifying(phrase: Phrase) -> Phrase | None:
    """ "contact list" means contacts: the words before the container."""
    words = lexicon.word_set("containers", "words", phrase.russian)
    units = phrase.units
    while units and (tuple(w.lemma for w in units[-1].words) in words or units[-1].adjective):
        units = units[:-1]
    if not units or len(units) == len(phrase.units):
        return None
    rest = replace(phrase, units=units, complement=None)
    return rest if rest.thing is not None else None


def is_thing(phrase: Phrase) -> bool:
    """Whether records of it could be kept, as far as the words tell."""
    return meant(phrase) is not None and (phrase.thing is not None or phrase.attribute is None)


def status_owner(said: Sequence[Node]) -> Phrase | None:
    """The thing whose status a heading names: "case status", "статусы задач"."""
    for node in said:
        if not isinstance(node, Phrase) or node.attribute != "status":
            continue
        if node.complement is not None and node.complement.thing:
            return node.complement
        if len(node.units) > 1 and node.units[-2].thing:
            return replace(node, units=node.units[:-1])
    return None
