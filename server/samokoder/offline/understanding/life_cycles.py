"""States said of a thing: "goes through open -> done", "can be paid or cancelled"."""

from __future__ import annotations

from samokoder.offline.understanding.clauses import first_noun, first_thing, is_cue
from samokoder.offline.understanding.facts import Fact, Life
from samokoder.offline.understanding.item import is_state, segments, text_of
from samokoder.offline.understanding.phrases import Cue, Filler, Mark, Node, Nodes, Phrase
from samokoder.offline.understanding.subjects import status_owner


def life_of(clause: Nodes, last: Phrase | None) -> list[Fact]:
    arrows = [i for i, node in enumerate(clause) if isinstance(node, Cue) and node.kind == "arrow"]
    if arrows:
        return _arrow_life(clause, arrows, last)
    at = next((i for i, node in enumerate(clause) if isinstance(node, Cue) and node.kind == "states"), None)
    if at is None:
        return _from_to(clause, last) or _is_one_of(clause) or _after_status(clause, last)
    names = state_names(clause[at + 1 :])
    known = sum(is_state(name) for name in names)
    if len(names) < 2 or (known * 2 < len(names)):
        return []
    since = max((i for i, node in enumerate(clause[:at]) if node == Mark(";")), default=0)
    subject = first_thing(clause[since:at]) or first_noun(clause[since:at])
    return [Life(subject or last, names)]


def _from_to(clause: Nodes, last: Phrase | None) -> list[Fact]:
    """ "orders go from received to in progress to ready": a way of at least three states."""
    at = next((i for i, node in enumerate(clause) if node in _FROM), None)
    if at is None or sum(node in _TO for node in clause[at:]) < 2:
        return []
    names = state_names(clause[at + 1 :])
    known = sum(is_state(name) for name in names)
    if len(names) < 3 or known * 2 < len(names):
        return []
    return [Life(status_owner(clause[:at]) or first_thing(clause[:at]) or last, names)]


def _is_one_of(clause: Nodes) -> list[Fact]:
    """ "An application is submitted, accepted or rejected": a thing, and at least three states."""
    at = next((i for i, node in enumerate(clause) if node in (Filler("is"), Filler("are"))), None)
    if not at or not isinstance(thing := clause[at - 1], Phrase) or thing.thing is None:
        return []
    names = state_names(clause[at + 1 :])
    known = sum(is_state(name) for name in names)
    if len(names) < 3 or known * 2 < len(names) or any(len(name.split()) > 2 for name in names):
        return []
    return [Life(thing, names)]


_FROM = (Filler("from"), Filler("от"), Filler("из"), Filler("с"))
_TO = (Filler("to"), Filler("до"), Filler("в"), Filler("к"))


def _after_status(clause: Nodes, last: Phrase | None) -> list[Fact]:
    """ "agents set the status open, pending, solved": values follow the word, at the end of a sentence."""
    at = next((i for i, n in enumerate(clause) if isinstance(n, Phrase) and n.attribute == "status"), None)
    if at is None or any(
        node == Mark(":") or is_cue(node, "have", "with") for node in clause[max(at - 3, 0) :]
    ):
        return []
    names = state_names(tuple(n for n in clause[at + 1 :] if n not in (Filler("as"), Filler("to"))))
    if len(names) < 2 or not all(is_state(name) for name in names) or last is None:
        return []
    return [Life(status_owner(clause[: at + 1]) or last, names)]


def _arrow_life(clause: Nodes, arrows: list[int], last: Phrase | None) -> list[Fact]:
    opening = max((i for i, node in enumerate(clause[: arrows[0]]) if _opens_states(node)), default=None)
    start = opening + 1 if opening is not None else _after_thing(clause[: arrows[0]])
    names = state_names(clause[start:])
    before = clause[:start]
    return [Life(status_owner(before) or first_thing(before) or last, names)] if len(names) >= 2 else []


def _opens_states(node: Node) -> bool:
    return (
        node == Mark(":")
        or (isinstance(node, Cue) and node.kind in {"states", "have"})
        or ((isinstance(node, Phrase) and node.attribute == "status") or node == Filler("from"))
    )


def _after_thing(before: Nodes) -> int:
    return max((i + 1 for i, node in enumerate(before[:-1]) if isinstance(node, Phrase)), default=0)


def state_names(said: Nodes) -> tuple[str, ...]:
    cut: list[Node] = [
        Mark(",") if node in (Filler("to"), Filler("then")) or is_cue(node, "arrow") else node
        for node in said
    ]
    names = []
    for part in segments(cut):
        kept = [node for node in part if node not in (Filler("from"), Filler("is"), Filler("are"), Mark(";"))]
        text = text_of(kept).strip(" .:-()").lower()
        if text and len(text.split()) <= 4:
            names.append(text)
    return tuple(dict.fromkeys(names))
