"""What a verb makes records of: "volunteers walk dogs: who, when, how long" keeps walks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from samokoder.offline.understanding import lexicon
from samokoder.offline.understanding.facts import Belongs, Fact, Fields, Mention, Strength
from samokoder.offline.understanding.item import Item
from samokoder.offline.understanding.items import read_items
from samokoder.offline.understanding.phrases import Node, Nodes, Phrase, Unit, Verb, nodes, verb_lemma
from samokoder.offline.understanding.subjects import is_thing
from samokoder.offline.understanding.words import is_known, tokens

_ASKED = re.compile(
    r"^(?P<said>[^:]{5,120}?)"
    r"(?::| -|,? we (?:note|record|track|write down)|,? (?:мы )?(?:записываем|отмечаем|фиксируем)) "
    r"(?P<asked>(?:who|whom|when|which|what|where|how|"
    r"кто|кого|кому|когда|какой|какая|какую|что|где|сколько|как|до|на)\b.+)$",
    re.IGNORECASE,
)
_PLACE = re.compile(r"^[^:,.]{3,40}: (?=[^:]+ [^:]+(?:: | - ))")
_PARTS = re.compile(r"\s+(?=until when|до когда)|\s*(?:,|;|\band\b|(?<=\s)и(?=\s))\s*", re.IGNORECASE)
_WHO = re.compile(r"^(who|whom|by whom|кто|кого|кому)\b", re.IGNORECASE)
_WHICH = re.compile(r"^(which|what|какой|какая|какую|какие|какого|у какой|у какого) (?=\w)", re.IGNORECASE)
_ANSWERS = (
    (re.compile(r"^(until when|till when|до когда)\b", re.IGNORECASE), "due date", "срок возврата"),
    (re.compile(r"^(from when|since when|с какого числа)\b", re.IGNORECASE), "date", "дата"),
    (re.compile(r"^(when|on what day|когда)\b", re.IGNORECASE), "date", "дата"),
    (re.compile(r"^(how many|на сколько|сколько) (hours|часов)\b", re.IGNORECASE), "hours", "часы"),
    (
        re.compile(
            r"^((for )?how long|how many minutes|(на )?сколько (времени|минут)|как долго)\b", re.IGNORECASE
        ),
        "duration",
        "длительность",
    ),
    (re.compile(r"^(where|где)\b", re.IGNORECASE), "location", "место"),
    (re.compile(r"^(why|почему|зачем)\b", re.IGNORECASE), "reason", "причина"),
    (re.compile(r"^(how much|how many|сколько)$", re.IGNORECASE), "quantity", "количество"),
    (
        re.compile(r"^(what it cost|how much (it|did it) cost|сколько стоил\w*)$", re.IGNORECASE),
        "cost",
        "стоимость",
    ),
    (
        re.compile(r"^(what (was|is) (?:it )?\w+|что (сделано|привезли|отремонтировали))$", re.IGNORECASE),
        "description",
        "описание",
    ),
    (re.compile(r"^(how many|сколько) (?P<of>\w+)", re.IGNORECASE), "", ""),
)  # fmt: skip


def happening(sentence: str) -> list[Fact]:
    """A record for each time it happens, with what is asked about it and who did it to what."""
    asked = _ASKED.match(_PLACE.sub("", sentence.rstrip(" .!")))
    if asked is None:
        return []
    said = nodes(asked.group("said"))
    questions = [part for part in _PARTS.split(asked.group("asked")) if part]
    done = _done(said)
    if done is None or sum(_is_question(part) for part in questions) < 2:
        return []
    who, record, what = done
    items = [item for part in questions for item in _answer(part)]
    found: list[Fact] = [Mention(record, Strength.described), Fields(record, tuple(items))]
    named = {item.phrase.thing for item in items if item.phrase.thing}
    for other in (who, what):
        if other is not None and other.thing not in named and _kept(other, questions):
            found += [Mention(other, Strength.kept), Belongs(record, other)]
    return found


def _kept(phrase: Phrase, questions: list[str]) -> bool:
    return is_thing(phrase) and (phrase.thing is not None or any(_WHO.match(part) for part in questions))


def _is_question(part: str) -> bool:
    return bool(_WHO.match(part) or _WHICH.match(part)) or any(ask.match(part) for ask, _, _ in _ANSWERS)


def _answer(part: str) -> Iterator[Item]:
    """What a question is answered by; "who" is answered by the one who does it."""
    if _WHO.match(part):
        return
    for ask, english, russian in _ANSWERS:
        if found := ask.match(part):
            if "of" in found.groupdict():
                yield from (_counted(item) for item in read_items(nodes(found.group("of"))))
            else:
                yield from read_items(nodes(russian if tokens(part)[0].russian else english))
            return
    yield from read_items(nodes(_WHICH.sub("", part)))


def _counted(item: Item) -> Item:
    """ "how many people": a number of them, and no record of each."""
    weighed = re.match(r"kilo|gram|ton|кило|грамм|тонн", item.phrase.text, re.IGNORECASE)
    if item.phrase.attribute and not item.phrase.thing:
        return item
    return replace(item, minimum=0, type="decimal" if weighed else "integer")


def _done(said: Nodes) -> tuple[Phrase | None, Phrase, Phrase | None] | None:
    """Who does it, the record of its being done, and what it is done to."""
    said = tuple(_acting(said))
    for at, node in enumerate(said):
        who = said[at - 1] if at and isinstance(said[at - 1], Phrase) else None
        what = next((n for n in said[at + 1 : at + 3] if isinstance(n, Phrase)), None)
        acts, what = _act(node, what, who is not None)
        if acts is not None and what is not None and (isinstance(who, Phrase) and who.plural):
            record = _record(acts, node)
            return (who, record, what) if record is not None else None
    each = next((n for n in said if isinstance(n, Phrase) and n.quantity == "each"), None)
    return (None, each, None) if each is not None and is_thing(each) else None


def _acting(said: Nodes) -> Iterator[Node]:
    """ "Members of our allotment water the plots", "donors drop off food": verbs that look like nouns."""
    for before, node in zip((None, *said), said, strict=False):
        of = node.complement if isinstance(node, Phrase) and not node.russian else None
        if isinstance(node, Phrase) and node.plural and of is not None and _does(of.units[-1]):
            yield from (replace(node, complement=None), Verb(of.words[-1].low, of.words[-1].text))
        elif isinstance(node, Phrase) and len(node.units) > 2 and _subject(node):
            yield from (Phrase(node.units[:1]), Verb(node.units[1].last.low, node.units[1].last.text))
            yield Phrase(node.units[2:])
        elif isinstance(node, Phrase) and isinstance(before, Phrase) and before.plural and _does(node.head):
            yield Verb(node.head.last.low, node.head.last.text)
        else:
            yield node


def _subject(phrase: Phrase) -> bool:
    """ "Electricians repair street lamps", read as one noun."""
    return not phrase.russian and phrase.units[0].last.plural and _does(phrase.units[1])


def _does(unit: Unit) -> bool:
    return len(unit.words) == 1 and unit.last.low in lexicon.load("grammar")["happenings"]


def _act(node: Node, what: Phrase | None, subject: bool) -> tuple[str | None, Phrase | None]:
    """The verb, and what it is done to; "walk dogs" is one phrase where the verb is a noun, too."""
    if isinstance(node, Verb):
        return node.lemma, what
    joined = isinstance(node, Phrase) and subject and not node.russian and len(node.units) > 1
    if joined and isinstance(node, Phrase) and len(node.units[0].words) == 1:
        return node.units[0].last.low, Phrase(node.units[1:])
    return None, None


def _record(act: str, node: Node) -> Phrase | None:
    word = _noun(act, tokens(act)[0].russian)
    found = next((n for n in nodes(word) if isinstance(n, Phrase)), None) if word else None
    return found or (Phrase((Unit(tokens(word)),)) if word else None)


@cache
def _noun(act: str, russian: bool) -> str | None:
    """The noun of a verb: "walk", "feeding", "прогулка"; Russian ones by the dictionary."""
    known = lexicon.load("grammar")["happenings"]
    if act in known:
        return str(known[act])
    if russian:
        stem = act.removesuffix("ся").removesuffix("ть")
        forms = (f"{stem}ние", f"{stem[:-1]}ение", f"{stem[:-2]}ка", f"{stem[:-3]}ка", f"{stem[:-3]}")
        return next((form for form in forms if is_known(form)), None)
    base = verb_lemma(act) or act
    return f"{base.removesuffix('e') if not base.endswith('ee') else base}ing"
