"""Kinds of users with different rights, from who was said to do what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from samokoder.domain.data_model import Permission, Role
from samokoder.offline.understanding import labels, lexicon
from samokoder.offline.understanding.drafts import key_of
from samokoder.offline.understanding.entities import Parts
from samokoder.offline.understanding.facts import Decision, Fact, May

Action = Literal["view", "create", "change", "delete"]
_ALL: tuple[Action, ...] = ("view", "create", "change", "delete")
_FULL = frozenset({"admin"})


def meant(facts: Sequence[Fact]) -> dict[str, str]:
    """Role keys and their labels; empty unless kinds of users differ in what they may do."""
    rights = [fact for fact in facts if isinstance(fact, May)]
    deciders = {fact.role for fact in facts if isinstance(fact, Decision) and fact.role}
    found: dict[str, str] = {}
    for right in rights:
        found.setdefault(right.role, labels.singular(right.label))
    others = set(found) - {"user"}
    differ = any(right.own or right.everything for right in rights if right.modal)
    named = {right.role for right in rights if right.modal} - {"user"}
    if not others or not (differ or len(named) >= 2 or named & _FULL or (deciders and len(others) >= 2)):
        return {}
    return found


def roles(
    facts: Sequence[Fact], named: Mapping[str, str], parts: Mapping[str, Parts], language: str
) -> tuple[Role, ...]:
    if not named:
        return ()
    found = tuple(_role(key, label, facts, parts) for key, label in named.items())
    if any(not role.permissions for role in found):
        return found
    label = lexicon.role_labels()["admin"].label("ru" if language == "ru" else "en")
    return (
        (
            Role(
                name="admin", label="Администратор" if language == "ru" else lexicon.capital("administrator")
            ),
            *found,
        )
        if label
        else found
    )


def role_name(key: str) -> str:
    return "app_user" if key == "user" else key


def _role(key: str, label: str, facts: Sequence[Fact], parts: Mapping[str, Parts]) -> Role:
    rights = [fact for fact in facts if isinstance(fact, May) and fact.role == key]
    if key in _FULL or any(right.everything and "all" in right.actions for right in rights):
        return Role(name=role_name(key), label=label)
    allowed: dict[str, set[Action]] = {}
    own: set[str] = set()
    for right in rights:
        made = _made(right, parts)
        for thing in _things(right, parts):
            allowed.setdefault(thing, {"view"}).update({"view"} if made else _actions(right))
            if right.own:
                own.add(thing)
        for thing in made:
            allowed.setdefault(thing, {"view"}).add("create")
    for fact in facts:
        if (
            isinstance(fact, Decision)
            and fact.role == key
            and fact.thing is not None
            and key_of(fact.thing) in parts
        ):
            allowed.setdefault(key_of(fact.thing), {"view"}).add("change")
    return Role(name=role_name(key), label=label, permissions=_permissions(allowed, own, parts))


def _things(right: May, parts: Mapping[str, Parts]) -> list[str]:
    if right.everything:
        return list(parts)
    keys = [key_of(p) for p in right.things] + [
        key_of(p.complement) for p in right.things if p.complement is not None
    ]
    return [key for key in dict.fromkeys(keys) if key in parts]


def _made(right: May, parts: Mapping[str, Parts]) -> list[str]:
    """What the verbs make without naming it: booking a room makes a booking."""
    makes: Mapping[str, str] = lexicon.load("grammar")["makes"]
    keys = [makes[verb] for verb in right.verbs if verb in makes]
    named = {key_of(phrase) for phrase in right.things}
    return [key for key in dict.fromkeys(keys) if key in parts and key not in named]


def _actions(right: May) -> set[Action]:
    if "all" in right.actions:
        return set(_ALL)
    return {action for action in _ALL if action in right.actions} | {"view"}


def _permissions(
    allowed: Mapping[str, set[Action]], own: set[str], parts: Mapping[str, Parts]
) -> tuple[Permission, ...]:
    """What was said; besides, whoever works with a record must see what it refers to."""
    by_name = {part.name: key for key, part in parts.items()}
    wider: dict[str, set[Action]] = {key: set(actions) for key, actions in allowed.items()}
    for key in list(wider):
        for target in [f.target for f in parts[key].fields if f.target] + [
            link.target for link in parts[key].links
        ]:
            wider.setdefault(by_name[target], {"view"})
        for child in parts.values():
            if child.parent is not None and parts[key].name in child.references:
                wider.setdefault(by_name[child.name], set(wider[key]))
    if not wider:
        wider = {key: {"view"} for key in parts}
    return tuple(
        Permission(
            entity=parts[key].name, actions=tuple(a for a in _ALL if a in wider[key]), own_only=key in own
        )
        for key in parts
        if key in wider
    )
