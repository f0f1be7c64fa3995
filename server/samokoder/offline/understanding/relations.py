"""How drafts refer to one another: one to many, many to many, parts of a whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from samokoder.offline.understanding import lexicon
from samokoder.offline.understanding.drafts import Draft, Drafts, key_of
from samokoder.offline.understanding.facts import Belongs, Fact, HasMany, May, PartOf, Strength
from samokoder.offline.understanding.fields import relation
from samokoder.offline.understanding.item import Item
from samokoder.offline.understanding.phrases import Phrase


@dataclass
class Relations:
    """References (child, parent, required, label) and links (owner, target), each pair once."""

    references: list[tuple[str, str, bool, str]]
    links: list[tuple[str, str]]

    def joined(self, one: str, other: str) -> bool:
        pairs = {(child, parent) for child, parent, _, _ in self.references} | set(self.links)
        return (one, other) in pairs or (other, one) in pairs


_SHARED = frozenset({"tag", "group", "category"})
"""Many of these on one record, and many records under each."""


def relate(facts: Sequence[Fact], drafts: Drafts) -> Relations:
    found = Relations([], [])
    many = {(key_of(f.owner), key_of(f.owned)) for f in facts if isinstance(f, HasMany)}
    many |= _many_in_lists(drafts)
    for owner, owned in sorted(many, key=lambda pair: (_rank(pair[0], drafts), _rank(pair[1], drafts))):
        if owner in drafts and owned in drafts and ((owned, owner) in many or owned in _SHARED):
            _link(found, owner, owned)
    _said_singly(found, drafts)
    for fact in facts:
        if isinstance(fact, PartOf):
            _refer(found, key_of(fact.part), key_of(fact.whole), True, drafts)
        if isinstance(fact, Belongs) and fact.second:
            _two(found, key_of(fact.child), fact.parent, drafts)
    for fact in facts:
        if isinstance(fact, Belongs):
            _refer(found, key_of(fact.child), key_of(fact.parent), True, drafts)
    for fact in facts:
        if isinstance(fact, May) and "create" in fact.actions and fact.things:
            made = key_of(fact.things[0])
            if not any(_refers(third, made) and _refers(third, fact.role) for third in drafts):
                _refer(found, made, fact.role, False, drafts)
    for owner, owned in sorted(many, key=lambda pair: (_rank(pair[0], drafts), _rank(pair[1], drafts))):
        _own(found, owner, owned, drafts)
    _usual(found, drafts)
    return found


def _rank(key: str, drafts: Drafts) -> int:
    return list(drafts).index(key) if key in drafts else len(drafts)


def _many_in_lists(drafts: Drafts) -> set[tuple[str, str]]:
    return {
        (draft.key, related.key)
        for draft in drafts.values()
        for item in draft.items
        if (related := relation(item, draft, drafts)) is not None and related.many
    }


def _link(found: Relations, owner: str, owned: str) -> None:
    if not found.joined(owner, owned):
        found.links.append((owner, owned))


def _said_singly(found: Relations, drafts: Drafts) -> None:
    """ "Loans: book, reader": each item in the singular that names a thing."""
    for draft in list(drafts.values()):
        for item in draft.items:
            related = relation(item, draft, drafts)
            if related is None or related.many or related.key not in drafts:
                continue
            if (draft.key, related.key, related.label) not in {(c, p, n) for c, p, _, n in found.references}:
                found.references.append(
                    (draft.key, related.key, _required(draft, related.key, item), related.label)
                )


def _required(draft: Draft, target: str, item: Item | None) -> bool:
    if item is not None and (item.required or item.optional):
        return item.required
    known = draft.known
    return known is not None and any(ref.thing == target and ref.required for ref in known.refs)


def _two(found: Relations, child: str, parent: Phrase, drafts: Drafts) -> None:
    key, word = key_of(parent), parent.head.last.lemma
    if child in drafts and key in drafts and not found.joined(child, key):
        names = ("первый", "второй") if parent.russian else ("home", "away")
        named = [f"{name} {word}" for name in names]
        found.references += [(child, key, True, label[:1].upper() + label[1:]) for label in named]


def _refer(found: Relations, child: str, parent: str, required: bool, drafts: Drafts) -> None:
    if child in drafts and parent in drafts and child != parent and not found.joined(child, parent):
        found.references.append((child, parent, required, ""))


def _own(found: Relations, owner: str, owned: str, drafts: Drafts) -> None:
    """Many of one thing: the many refer to the one, unless a third thing stands between them."""
    if owner not in drafts or owned not in drafts or found.joined(owner, owned):
        return
    if _refers(owner, owned) and not _refers(owned, owner):
        _refer(found, owner, owned, False, drafts)
    elif not any(_refers(third, owner) and _refers(third, owned) for third in drafts):
        _refer(found, owned, owner, _refers(owned, owner), drafts)


def _refers(child: str, parent: str) -> bool:
    known = lexicon.things().get(child)
    return known is not None and any(ref.thing == parent for ref in known.refs)


def _usual(found: Relations, drafts: Drafts) -> None:
    """What things of a kind usually refer to, where both are kept and nothing was said."""
    for draft in drafts.values():
        known = draft.known
        for ref in known.refs if known is not None else ():
            _refer(found, draft.key, ref.thing, ref.required, drafts)
    _usual_pairs(found, drafts)
    tagged = next(
        (key for key, draft in drafts.items() if key not in {"tag", "category", "ingredient"}), None
    )
    if "tag" in drafts and tagged is not None and not any("tag" in link for link in found.links):
        _link(found, tagged, "tag")


_BETWEEN = frozenset(
    [
        "loan",
        "booking",
        "reservation",
        "rental",
        "handover",
        "registration",
        "visit",
        "appointment",
        "sale",
        "review",
    ]
)


def _usual_pairs(found: Relations, drafts: Drafts) -> None:
    """A loan or booking of things the lexicon has no word for refers to the first two kept beside it."""
    for key in drafts:
        if key in _BETWEEN and not any(key in (child, parent) for child, parent, _, _ in found.references):
            for other in [k for k in drafts if k not in _BETWEEN and k not in {"tag", "category"}][:2]:
                _refer(found, key, other, True, drafts)


def bring(drafts: Drafts, language: str) -> None:
    """Adds the things that items of lists refer to, and the tags and categories spoken of."""
    for draft in list(drafts.values()):
        for item in draft.items:
            related = relation(item, draft, drafts)
            if related is not None and related.key not in drafts:
                drafts[related.key] = Draft(
                    related.key, _label(item, related.key), Strength.kept, brought=True
                )
        for ref in draft.known.refs if draft.known is not None and not draft.items else ():
            if ref.brings and ref.thing not in drafts:
                label = lexicon.things()[ref.thing].label.label(language)
                drafts[ref.thing] = Draft(ref.thing, label, Strength.kept, brought=True)


def _label(item: Item, key: str) -> str:
    """The words of the item that name the thing."""
    unit = next((unit for unit in item.phrase.units if unit.thing == key), item.phrase.head)
    return " ".join(word.text for word in unit.words)
