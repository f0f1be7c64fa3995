"""Things while they are being put together: what was said of each, by key, in the order of first mention."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from samokoder.offline.understanding import lexicon
from samokoder.offline.understanding.facts import (
    Belongs,
    Decision,
    Fact,
    Fields,
    HasMany,
    Life,
    Mention,
    PartOf,
    Strength,
)
from samokoder.offline.understanding.item import Item
from samokoder.offline.understanding.phrases import Phrase, verb_lemma
from samokoder.offline.understanding.subjects import is_container, is_noise, is_place

MOST_THINGS = 12
# Nouns of everyday speech: a record of them is kept only where the text says so.
_EVERYDAY = frozenset(
    """item word work service key note message section answer copy group place tag wish part goal subject
    comment document review estimate account category news idea risk statement contact machine debt fee plot
    apartment building hall menu route training friend child parent schedule_entry collection promotion
    result policy interview registration transaction owner room company partner agent call delivery
    income expense expenditure revenue budget
    purchase sale question visit photograph standing hotel dream field_plot author employee team club client
    customer department warehouse license reminder doctor person teacher user""".split()
)


@dataclass
class Draft:
    """One thing, growing as facts come in."""

    key: str
    label: str
    strength: Strength
    plural_seen: bool = False
    attribute_too: bool = False
    items: list[Item] = field(default_factory=list)
    parents: list[tuple[str, bool]] = field(default_factory=list)
    """Keys of the things each record belongs to, and whether that is required."""
    owned: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    states: tuple[str, ...] = ()
    decisions: list[tuple[str, str]] = field(default_factory=list)
    """State and role."""
    whole: str | None = None
    """Key of what each record is a part of, where the text says so."""
    brought: bool = False
    """Not named in the text: added because the work needs it."""

    @property
    def known(self) -> lexicon.Thing | None:
        return lexicon.things().get(self.key)


Drafts = dict[str, Draft]


def key_of(phrase: Phrase) -> str:
    """A lexicon key, or the words of an unknown noun."""
    if phrase.thing is not None:
        return phrase.thing
    of = phrase.complement
    if phrase.russian and of is not None and of.thing is not None and phrase.attribute is not None:
        return f"own:{phrase.lemmas[-1]} {of.thing}"
    nouns = [unit for unit in phrase.units if not unit.adjective] or list(phrase.units)
    return "own:" + " ".join(word.lemma for unit in nouns[-2:] for word in unit.words)


def _label_of(phrase: Phrase) -> str:
    if phrase.thing is not None:
        text = " ".join(word.text for word in phrase.head.words)
        spoken = len(phrase.head.words) > 1 and verb_lemma(phrase.head.words[0].low) == "log"
        return lexicon.things()[phrase.thing].label.en if spoken else text
    own = " ".join(word.text for unit in phrase.units[-3:] for word in unit.words)
    if phrase.russian and phrase.complement is not None and (phrase.attribute or not phrase.complement.thing):
        own = f"{own} {phrase.complement.text}"
    return own


def collect(facts: Sequence[Fact]) -> Drafts:
    drafts: Drafts = {}
    for fact in facts:
        for phrase, strength in _named(fact):
            _note(drafts, phrase, strength)
    kept = {key for key, draft in drafts.items() if _is_kept(draft)}
    kept |= {key for key, draft in drafts.items() if _is_needed(draft, kept)}
    for fact in facts:
        if isinstance(fact, PartOf):
            drafts[key_of(fact.part)].whole = key_of(fact.whole)
    return {key: draft for key, draft in drafts.items() if key in kept}


def _named(fact: Fact) -> list[tuple[Phrase, Strength]]:
    match fact:
        case Mention(thing=thing, strength=strength):
            return [(thing, strength)]
        case Fields(thing=thing) if thing is not None:
            return [(thing, Strength.described)]
        case Belongs(child=child, parent=parent, sure=True):
            return [(child, Strength.kept), (parent, Strength.kept)]
        case PartOf(part=part, whole=whole):
            return [(part, Strength.described), (whole, Strength.kept)]
        case HasMany(owner=owner, owned=owned):
            return [(owner, Strength.kept), (owned, Strength.kept)]
        case Life(thing=thing) | Decision(thing=thing) if thing is not None:
            return [(thing, Strength.kept)]
        case _:
            return []


def _note(drafts: Drafts, phrase: Phrase, strength: Strength) -> None:
    key = key_of(phrase)
    draft = drafts.get(key)
    if draft is None:
        drafts[key] = draft = Draft(key, _label_of(phrase), strength)
        draft.attribute_too = phrase.attribute is not None
        if phrase.thing is None and (is_container(phrase) or is_place(phrase) or is_noise(phrase)):
            draft.strength = Strength.nothing if strength < Strength.described else strength
    draft.strength = max(draft.strength, strength) if draft.strength else draft.strength
    draft.plural_seen |= phrase.plural


def _is_kept(draft: Draft) -> bool:
    if draft.known is None:
        return draft.strength >= Strength.kept and not _bare_attribute(draft)
    if draft.attribute_too:
        return draft.strength >= Strength.described or (draft.strength >= Strength.kept and draft.plural_seen)
    return draft.strength >= Strength.kept or draft.key not in _EVERYDAY


def _is_needed(draft: Draft, kept: set[str]) -> bool:
    """An everyday noun that something kept usually refers to, or that must refer to something kept."""
    known = draft.known
    if known is None or not draft.strength or (draft.attribute_too and draft.key != "category"):
        return False
    wanted = any(ref.thing == draft.key for key in kept for ref in _refs(key))
    return wanted or any(ref.required and ref.thing in kept for ref in known.refs)


def _refs(key: str) -> tuple[lexicon.Reference, ...]:
    known = lexicon.things().get(key)
    return known.refs if known is not None else ()


def _bare_attribute(draft: Draft) -> bool:
    return draft.attribute_too and draft.strength < Strength.described


def strongest(drafts: Drafts) -> Drafts:
    """At most so many things as an application can show; what was only spoken of goes first."""
    if len(drafts) <= MOST_THINGS:
        return drafts
    ranked = sorted(drafts.values(), key=lambda draft: -draft.strength)[:MOST_THINGS]
    chosen = {draft.key for draft in ranked}
    return {key: draft for key, draft in drafts.items() if key in chosen}
