"""Clauses with a verb: tracks, has, belongs, has many."""

from __future__ import annotations

from dataclasses import replace

from samokoder.offline.understanding.clauses import closing, is_cue, list_end, resumes
from samokoder.offline.understanding.facts import Belongs, Fact, Fields, Mention, Strength
from samokoder.offline.understanding.items import read_items
from samokoder.offline.understanding.joining import (
    belonging,
    having_many,
    is_passive,
    led_by,
    run_on,
    signing_up_for,
)
from samokoder.offline.understanding.listing import of_phrase, things_kept
from samokoder.offline.understanding.owners import owner_of, signing_up, with_another
from samokoder.offline.understanding.phrases import Cue, Filler, Mark, Nodes, Phrase, Verb
from samokoder.offline.understanding.subjects import is_thing


def statements_of(clause: Nodes) -> list[Fact]:
    found: list[Fact] = []
    at = 0
    while at < len(clause):
        facts, used = _statement(clause, at)
        found += facts
        at += used
    return found


def _statement(clause: Nodes, at: int) -> tuple[list[Fact], int]:
    node = clause[at]
    if isinstance(node, Phrase):
        return _spoken(clause, at, node)
    if isinstance(node, Verb):
        if clause[at + 1 : at + 2] == (Filler("by"),) and is_passive(clause, at):
            return belonging(clause, at + 1)[0], 1
        if (passive := run_on(clause, at)) is not None:
            return [passive], 1
        return signing_up_for(clause, at) or led_by(clause, at), 1
    if not isinstance(node, Cue):
        return [], 1
    if node.kind == "track":
        return _tracked(clause, at)
    if node.kind in {"have", "with"}:
        return _having(clause, at)
    if node.kind == "belong":
        return belonging(clause, at)
    if node.kind == "many":
        return having_many(clause, at)
    return [], 1


def _tracked(clause: Nodes, at: int) -> tuple[list[Fact], int]:
    start = at + 1
    if start < len(clause) and is_cue(clause[start], "which"):
        start = next((i for i in range(start, len(clause)) if resumes(clause[i])), len(clause))
    end = list_end(clause, start)
    items = read_items(clause[start:end])
    each = [node for node in clause[:at] if isinstance(node, Phrase) and node.quantity == "each"]
    if each and is_thing(each[0]):
        return [Mention(each[0], Strength.described), Fields(each[0], items)], max(1, end - at)
    return [*things_kept(items)], max(1, end - at)


def _spoken(clause: Nodes, at: int, phrase: Phrase) -> tuple[list[Fact], int]:
    found: list[Fact] = []
    if phrase.complement is not None:
        found += of_phrase(phrase)
    if (fields := _reported(clause, at, phrase)) is not None:
        return fields
    if at + 1 < len(clause) and clause[at + 1] == Mark("(") and is_thing(phrase):
        end = closing(clause, at + 1)
        items = read_items(clause[at : end + 1])
        if (whole := _split_by(clause, at)) is not None and items and items[0].nested:
            return [*found, Mention(whole, Strength.described), Fields(whole, items[0].nested)], end + 1 - at
        return [*found, *things_kept(items)], end + 1 - at
    if phrase.quantity in {"each", "own"} and is_thing(phrase):
        found.append(Mention(phrase, Strength.kept))
    return found, 1


def _reported(clause: Nodes, at: int, phrase: Phrase) -> tuple[list[Fact], int] | None:
    """ "residents report defects (description, location)": records, though the word often names a field."""
    opens = clause[at + 1 : at + 2] == (Mark("("),) and at > 0 and isinstance(clause[at - 1], Verb)
    if not opens or phrase.thing is not None or phrase.attribute is None or not phrase.plural:
        return None
    end = closing(clause, at + 1)
    items = read_items(clause[at + 2 : end])
    if sum(item.phrase.attribute is not None for item in items) < 2:
        return None
    thing = replace(phrase, units=(*phrase.units[:-1], replace(phrase.head, attribute=None)))
    return [Mention(thing, Strength.described), Fields(thing, items)], end + 1 - at


def _split_by(clause: Nodes, at: int) -> Phrase | None:
    """ "hours per project (date, number)": what is in parentheses is said of the hours."""
    before = clause[at - 1] if at else None
    if before not in (Filler("по"), Filler("per"), Cue("belong", "against")) or at < 2:
        return None
    thing = clause[at - 2]
    return thing if isinstance(thing, Phrase) and is_thing(thing) else None


def _having(clause: Nodes, at: int) -> tuple[list[Fact], int]:
    subject = signing_up(clause, at) or owner_of(clause, at)
    end = list_end(clause, at + 1)
    if subject is None or end == at + 1:
        return [], 1
    items = read_items(clause[at + 1 : end])
    if is_cue(clause[at], "with") and (whole := with_another(clause, at, items)) is not None:
        return [Belongs(whole, items[0].phrase)], end - at
    return [Mention(subject, Strength.described), Fields(subject, items)], end - at
