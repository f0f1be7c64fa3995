"""The members of lists, and how a list is cut into them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from samokoder.domain.data_model import FieldType
from samokoder.offline.understanding import lexicon
from samokoder.offline.understanding.phrases import Cue, Mark, Node, Number, Phrase
from samokoder.offline.understanding.words import is_cyrillic, lemmas


@dataclass(frozen=True)
class Item:
    """One member of a list, with what was said about it."""

    phrase: Phrase
    choices: tuple[str, ...] = ()
    required: bool = False
    optional: bool = False
    unique: bool = False
    minimum: float | None = None
    maximum: float | None = None
    unit: str | None = None
    type: FieldType | None = None
    not_before: str | None = None
    nested: tuple[Item, ...] = ()
    about: tuple[Phrase, ...] = ()
    """What follows it after a preposition: "comments on tasks"."""


Segment = tuple[Node, ...]


def text_of(nodes: Sequence[Node]) -> str:
    return " ".join(_text(node) for node in nodes).strip()


def _text(node: Node) -> str:
    if isinstance(node, Number):
        return f"{node.value:g}" if abs(node.value) < 1e6 else f"{node.value:.0f}"
    return node.text


def segments(nodes: Sequence[Node]) -> Iterator[Segment]:
    """The list cut at its commas and "and"s; what stands in parentheses stays whole."""
    current: list[Node] = []
    depth = 0
    for node in nodes:
        depth += nesting(node)
        if depth <= 0 and _separates(node):
            if current:
                yield tuple(current)
            current = [node] if node == Mark(";") else []
        else:
            current.append(node)
    if current:
        yield tuple(current)


def nesting(node: Node) -> int:
    return {"(": 1, "[": 1, ")": -1, "]": -1}.get(node.text, 0) if isinstance(node, Mark) else 0


def _separates(node: Node) -> bool:
    if isinstance(node, Mark):
        return node.text in {",", ";", "/", "|"}
    return isinstance(node, Cue) and node.kind == "and"


def is_state(text: str) -> bool:
    return state_key(text) is not None


def state_key(text: str) -> str | None:
    index = lexicon.state_index(is_cyrillic(text))
    return index.get(lemmas(text))
