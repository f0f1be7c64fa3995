"""What a person reads: phrases of the text in the singular or plural nominative, first letter large."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from samokoder.offline.understanding import words
from samokoder.offline.understanding.lexicon import capital
from samokoder.offline.understanding.words import Token, is_cyrillic

# Where the dictionary's first plural is the rarer one.
_USUAL_PLURALS = {"учители": "учителя", "докторы": "доктора", "тренеры": "тренеры", "мастеры": "мастера"}
_ABBREVIATIONS = frozenset(
    [
        "isbn",
        "sku",
        "vin",
        "imei",
        "url",
        "id",
        "cv",
        "ean",
        "iban",
        "инн",
        "кпп",
        "огрн",
        "снилс",
        "фио",
        "ндс",
        "vip",
        "ceo",
        "crm",
        "hr",
        "api",
        "usb",
        "gps",
    ]
)


@lru_cache(maxsize=4096)
def singular(label: str) -> str:
    return capital(_russian(label, plural=False) if is_cyrillic(label) else _english(label, plural=False))


@lru_cache(maxsize=4096)
def plural(label: str) -> str:
    """The plural of a label that is singular already."""
    return capital(_russian(label, plural=True) if is_cyrillic(label) else _english(label, plural=True))


@lru_cache(maxsize=4096)
def as_written(label: str) -> str:
    """The nominative of an attribute's name, its number kept: "названием" → "Название"."""
    if is_cyrillic(label):
        return capital(_russian(label, plural=None))
    return capital(" ".join(_cased(word) for word in label.split()))


def _cased(word: str) -> str:
    low = word.lower()
    return low.upper() if low in _ABBREVIATIONS else low


def _english(label: str, plural: bool) -> str:
    first, _, last = label.lower().rpartition(" ")
    last = words.plural(words.singular(last)) if plural else words.singular(last)
    return " ".join(_cased(word) for word in f"{first} {last}".split())


def _russian(label: str, plural: bool | None) -> str:
    """Head noun and the adjectives before it are put into the nominative; what follows stays."""
    parts = words.tokens(label)
    head = next((i for i, token in enumerate(parts) if token.pos == "noun"), None)
    if head is None or not parts[head].russian:
        return " ".join(_cased(word) for word in label.split())
    many = parts[head].plural if plural is None else plural
    noun = _noun(parts[head].low)
    before = [_agreeing(token, noun, many) for token in parts[:head]]
    after = [_cased(token.low) for token in parts[head + 1 :]]
    return " ".join([*before, _cased(_nominative(parts[head].low, noun, many)), *after])


@lru_cache(maxsize=4096)
def _noun(word: str) -> Any:
    found = [parse for parse in words.parses(word) if parse.tag.POS == "NOUN"]
    best = words.best_parse(word)
    return best if best.tag.POS == "NOUN" else found[0]


def _nominative(word: str, noun: Any, many: bool) -> str:
    changed = noun.inflect({"plur" if many else "sing", "nomn"}) or noun.inflect({"nomn"})
    found = str(changed.word) if changed is not None else word
    return _USUAL_PLURALS.get(found, found)


def dative(label: str) -> str:
    """ "Заказ клиента" -> "заказу клиента": for sentences with "относится к"."""
    return _in_case(label, "datv")


def genitive(label: str) -> str:
    """ "Заказ" -> "заказа": for what is a part of it."""
    return _in_case(label, "gent")


def _in_case(label: str, case: str) -> str:
    parts = words.tokens(label)
    head = next((i for i, token in enumerate(parts) if token.pos == "noun" and token.russian), None)
    if head is None:
        return label.lower()
    noun = _noun(parts[head].low)
    wanted = {case, "sing"}
    changed = noun.inflect(wanted)
    before = [_inflected(token, wanted | {str(noun.tag.gender or "masc")}) for token in parts[:head]]
    after = [token.low for token in parts[head + 1 :]]
    return " ".join([*before, str(changed.word) if changed is not None else parts[head].low, *after])


def _inflected(token: Token, wanted: set[str]) -> str:
    parse = next((p for p in words.parses(token.low) if p.tag.POS in {"ADJF", "PRTF"}), None)
    changed = parse.inflect(wanted) if parse is not None else None
    return str(changed.word) if changed is not None else token.low


def _agreeing(token: Token, noun: Any, many: bool) -> str:
    if token.pos != "adjective":
        return token.low
    wanted = {"nomn", "plur"} if many else {"nomn", "sing", str(noun.tag.gender or "masc")}
    return _inflected(token, wanted)


def gender(label: str) -> str:
    """masc, femn or neut: what adjectives beside the label agree with."""
    token = next((token for token in words.tokens(label) if token.pos == "noun" and token.russian), None)
    return str(_noun(token.low).tag.gender or "masc") if token is not None else "masc"


def agreeing_state(state: str, with_gender: str) -> str:
    """ "новый" for a feminine thing is "новая"; states that are no adjectives stay."""
    if not is_cyrillic(state):
        return state
    changed = [_in_gender(word, with_gender) for word in state.split()]
    return " ".join(changed)


def _in_gender(word: str, with_gender: str) -> str:
    parse = next(
        (p for p in words.parses(word) if p.tag.POS in {"ADJF", "PRTF", "ADJS", "PRTS"} and "sing" in p.tag),
        None,
    )
    changed = parse.inflect({"sing", with_gender}) if parse is not None else None
    return str(changed.word) if changed is not None else word
