"""Clauses and what stands where in them: lists and their ends, prepositions, the first noun."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from samokoder.offline.understanding.item import is_state, text_of
from samokoder.offline.understanding.phrases import Cue, Filler, Mark, Node, Nodes, Phrase, Verb
from samokoder.offline.understanding.subjects import meant


def is_cue(node: Node, *kinds: str) -> bool:
    return isinstance(node, Cue) and node.kind in kinds


def all_phrases(said: Iterable[Node]) -> Iterator[Phrase]:
    for node in said:
        current = node if isinstance(node, Phrase) else None
        while current is not None:
            yield current
            current = current.complement


def outside_parentheses(clause: Nodes) -> Iterator[Node]:
    """What stands in parentheses is said of an item, and names nothing by itself."""
    depth = 0
    for node in clause:
        depth += {"(": 1, ")": -1}.get(node.text, 0) if isinstance(node, Mark) else 0
        if depth <= 0:
            yield node


def cut_at_stops(said: Nodes) -> Iterator[Nodes]:
    """Cuts at full stops inside what was taken for one sentence."""
    current: list[Node] = []
    for node in said:
        if node == Mark("."):
            yield tuple(current)
            current = []
        else:
            current.append(node)
    if current:
        yield tuple(current)


def without_end(said: Nodes) -> Nodes:
    while said and isinstance(said[-1], Mark) and said[-1].text in ".!?…,;:":
        said = said[:-1]
    return tuple(node for node in said if not (isinstance(node, Mark) and node.text in "!?…\"'"))


def prepositional(clause: Nodes, at: int) -> bool:
    """Whether the phrase stands behind a preposition, and so is not what the clause is about."""
    for node in reversed(clause[:at]):
        if isinstance(node, Filler) and node.text in _ARTICLES:
            continue
        return (isinstance(node, Filler) and node.text in _PREPOSITIONS) or is_cue(node, "belong")
    return False


_ARTICLES = frozenset(["a", "an", "the", "this", "that"])


_PREPOSITIONS = frozenset(
    [
        "in",
        "on",
        "at",
        "by",
        "for",
        "from",
        "into",
        "against",
        "per",
        "to",
        "under",
        "over",
        "в",
        "во",
        "на",
        "по",
        "для",
        "к",
        "ко",
        "из",
        "от",
        "до",
        "у",
        "за",
        "при",
        "под",
    ]
)


def next_phrase(clause: Nodes, at: int) -> Phrase | None:
    for node in clause[at : at + 4]:
        if isinstance(node, Phrase):
            return node
        if not isinstance(node, Filler | Cue):
            return None
    return None


def first_thing(said: Sequence[Node]) -> Phrase | None:
    return next((phrase for phrase in all_phrases(said) if phrase.thing), None)


def first_noun(said: Sequence[Node]) -> Phrase | None:
    return next((n for n in said if isinstance(n, Phrase) and n.attribute is None and n.plural), None)


def resumes(node: Node) -> bool:
    """After "and" or a comma the verb goes on with the subject of the clause."""
    return node == Mark(",") or is_cue(node, "and")


def list_end(clause: Nodes, start: int) -> int:
    """Where a list stops: before a clause with a verb of its own."""
    separator, seen, depth = start, False, 0
    for i in range(start, len(clause)):
        node = clause[i]
        depth += {"(": 1, ")": -1}.get(node.text, 0) if isinstance(node, Mark) else 0
        if depth > 0:
            continue
        if node == Mark(",") or is_cue(node, "and"):
            separator, seen = i, False
        elif isinstance(node, Phrase):
            seen = True
        elif is_cue(node, "which"):
            aside = (
                i == separator + 1
                and i > start
                and text_of((node,)) in {"who", "which", "where", "кто", "где"}
            )
            after = next((j for j in range(i, len(clause)) if resumes(clause[j])), len(clause))
            return list_end(clause, after + 1) if aside and after < len(clause) else i
        elif not seen and i == separator + 1 and i > start + 1 and _orders(node):
            return separator
        elif seen and i > start and _begins_clause(node, clause[i - 1]):
            return separator if separator > start else i
    return len(clause)


def _orders(node: Node) -> bool:
    """A verb right after "and" or a comma: another thing to do."""
    return isinstance(node, Verb) and not node.text.lower().endswith(("ed", "ing"))


def _begins_clause(node: Node, before: Node) -> bool:
    if isinstance(node, Verb):
        if isinstance(before, Phrase) and before.attribute == "status" and is_state(node.text):
            return False  # "status open, fixed": its values
        return isinstance(before, Phrase) and not node.text.lower().endswith(
            ("ed", "ing", "done", "taken", "sold")
        )
    return is_cue(node, "can", "belong", "states", "track") or (
        is_cue(node, "have") and isinstance(before, Phrase)
    )


def closing(clause: Nodes, at: int) -> int:
    depth = 0
    for i in range(at, len(clause)):
        depth += {"(": 1, ")": -1}.get(text_of(clause[i : i + 1]), 0)
        if depth == 0:
            return i
    return len(clause) - 1


def names_known(phrase: Phrase) -> bool:
    found = meant(phrase)
    return found is not None and found.thing is not None


def first_meant(before: Sequence[Node]) -> Phrase | None:
    return next((found for phrase in all_phrases(before) if (found := meant(phrase)) is not None), None)
