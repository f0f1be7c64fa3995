"""Who does what: kinds of users, what they may do, and what they decide."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from samokoder.offline.understanding import lexicon
from samokoder.offline.understanding.facts import Decision, May
from samokoder.offline.understanding.names import slug
from samokoder.offline.understanding.phrases import Cue, Filler, Mark, Node, Nodes, Phrase, Verb
from samokoder.offline.understanding.subjects import is_container
from samokoder.offline.understanding.words import best_parse, is_cyrillic, lemmas

_EVERYTHING = frozenset(["everything", "anything", "all", "всё", "все", "весь"])


def subjects(said: Nodes) -> tuple[Phrase, ...]:
    """The phrases that name who acts."""
    return tuple(node for i, node in enumerate(said) if isinstance(node, Phrase) and _acts(said, i))


def role_of(phrase: Phrase) -> str | None:
    index = lexicon.role_index(phrase.russian)
    last = phrase.lemmas[-1] if phrase.lemmas else ""
    found = index.get(phrase.lemmas) or index.get((last,))
    return found or ((phrase.thing or slug(last)) if _is_person(phrase) else None)


def _is_person(phrase: Phrase) -> bool:
    """People by the lexicon, or by the ending of an English noun."""
    known = lexicon.things().get(phrase.thing or "")
    if known is not None:
        return known.person
    last = phrase.head.last
    if last.russian:
        return phrase.attribute is None and str(best_parse(last.low).tag.animacy) == "anim"
    agentive = re.search(r"(er|or|ist|ian|eer|ant|ee)s?$", last.low) is not None
    return (
        not last.russian
        and agentive
        and phrase.attribute is None
        and not is_container(phrase)
        and len(last.low) > 4
    )


def rights(said: Nodes) -> list[May]:
    """A right for each "X can ..." or "as an X I want to ..." of the sentence."""
    starts = [i for i, node in enumerate(said) if isinstance(node, Phrase) and _acts(said, i)]
    found = []
    for start, end in pairwise([*starts, len(said)]):
        right = _right(said[start], said[start + 1 : end], before=said[:start])
        if right is not None:
            found.append(right)
    return found


def _acts(said: Nodes, at: int) -> bool:
    """Whether the phrase is a role with a verb of its own after it."""
    phrase = said[at]
    assert isinstance(phrase, Phrase)
    if role_of(phrase) is None or phrase.complement is not None or phrase.quantity == "many":
        return False
    if _as_role(said[:at]):
        return True
    for node in said[at + 1 : at + 4]:
        if isinstance(node, Verb) or (isinstance(node, Cue) and node.kind in {"can", "track"}):
            return not _inside_list(said, at)
        if not (isinstance(node, Filler) or (isinstance(node, Cue) and node.kind in {"only", "not"})):
            return False
    return False


def _as_role(before: Sequence[Node]) -> bool:
    words = [node.text.lower() for node in before[-2:] if isinstance(node, Filler | Cue)]
    return "as" in words or (bool(words) and words[-1] == "как")


def _inside_list(said: Nodes, at: int) -> bool:
    """After "which" or a preposition the phrase is no subject."""
    before = said[at - 1] if at else None
    return isinstance(before, Cue) and before.kind in {"with", "have", "belong", "which"}


def _right(role: Node, rest: Sequence[Node], before: Sequence[Node]) -> May | None:
    assert isinstance(role, Phrase)
    key = role_of(role)
    verbs = [
        node for node in rest if isinstance(node, Verb) or (isinstance(node, Cue) and node.kind == "track")
    ]
    known = [action for verb in verbs if (action := _action(verb))]
    known += ["view" for node in rest if isinstance(node, Phrase) and node.attribute == "is_read"]
    actions = tuple(dict.fromkeys(known or ["change" for _ in verbs]))
    everything = any(isinstance(node, Filler | Cue) and node.text in _EVERYTHING for node in rest) or (
        "all" in actions and not any(isinstance(node, Phrase) and node.thing for node in rest)
    )
    if key is None or not (actions or everything):
        return None
    modal = (
        _as_role(before)
        or everything
        or any(
            isinstance(node, Cue) and node.kind in {"can", "only", "own"} for node in [*before[-2:], *rest]
        )
    )
    things = tuple(node for node in rest if isinstance(node, Phrase) and _object(node))
    own = any(_own(rest, i) for i in range(len(rest)))
    lemmas_said = tuple(verb.lemma for verb in verbs if isinstance(verb, Verb))
    return May(key, role.text, actions, things, own, everything, lemmas_said, modal)


def _object(phrase: Phrase) -> bool:
    named = phrase.attribute is None and phrase.plural  # whether it is a thing, all that is said decides
    return named or bool(phrase.thing) or (phrase.complement is not None and bool(phrase.complement.thing))


def _own(rest: Sequence[Node], at: int) -> bool:
    node = rest[at]
    return (isinstance(node, Cue) and node.kind == "own") or (
        isinstance(node, Phrase) and node.quantity == "own"
    )


def _action(verb: Verb | Cue) -> str | None:
    if isinstance(verb, Cue) and not is_cyrillic(verb.text):
        return "all"
    text = verb.lemma if isinstance(verb, Verb) else verb.text
    return lexicon.verb_index(is_cyrillic(text)).get(lemmas(text))


def decisions(said: Nodes, last: Phrase | None) -> Iterator[Decision]:
    """ "A manager approves or rejects requests": the states such verbs lead to."""
    table = lexicon.load("states")["decisions"]
    role = ""
    for i, node in enumerate(said):
        if isinstance(node, Phrase) and (key := role_of(node)):
            role = key
        if isinstance(node, Verb) and node.lemma in table and not node.text.lower().endswith("ed"):
            thing = next((p for p in said[i + 1 : i + 5] if isinstance(p, Phrase) and p.thing), None)
            yield Decision(thing or last, table[node.lemma], role)
        if node == Mark("."):
            role = ""
