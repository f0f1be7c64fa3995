"""The small part of Markdown our documents are made of: headings, paragraphs, list items. Pure.

Text from a model or a person may look like markup, so what would be read as such is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

BYTE_ORDER_MARK = "\ufeff"
"""Some editors begin every file with it."""
_MARKUP = re.compile(r"^(#|-( |$)|\\|<!--)")
_HEADING = re.compile(r"^(#{1,3})(?: (.*))?$")


class Misread(Exception):
    """A line that makes no sense where it stands."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line, self.message = line, message


@dataclass(frozen=True)
class Block:
    """A heading, a list item or a paragraph; ``line`` counts from 0."""

    kind: Literal["h1", "h2", "h3", "item", "text"]
    text: str
    line: int


def tidy(text: str) -> str:
    """What survives being written and read: lines without outer blanks, single blank lines between."""
    lines = [" ".join(line.split()) for line in text.splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def paragraph(text: str) -> str:
    return "\n".join(_escaped(line) for line in tidy(text).split("\n"))


def item(text: str) -> str:
    """A list item; its further lines are indented."""
    first, *rest = _flat(text)
    return "\n".join([f"- {first}", *(f"  {_escaped(line)}" for line in rest)])


def one_line(text: str) -> str:
    return " ".join(text.split())


def _flat(text: str) -> list[str]:
    return [line for line in tidy(text).split("\n") if line] or [""]


def _escaped(line: str) -> str:
    return f"\\{line}" if _MARKUP.match(line) else line


def _plain(line: str) -> str:
    return line[1:] if line.startswith("\\") else line


def blocks(text: str) -> Iterator[Block]:
    """The blocks in order; comments and blank lines only separate."""
    open_block: list[str] = []
    begun = 0
    kind: Literal["item", "text"] = "text"

    def closed() -> Iterator[Block]:
        if words := tidy("\n".join(open_block)):
            yield Block(kind, words, begun)
        open_block.clear()

    for number, raw in enumerate(text.removeprefix(BYTE_ORDER_MARK).splitlines()):
        line = raw.rstrip()
        heading = _HEADING.match(line)
        if heading:
            yield from closed()
            level: Literal["h1", "h2", "h3"] = ("h1", "h2", "h3")[len(heading[1]) - 1]
            yield Block(level, (heading[2] or "").strip(), number)
        elif line.startswith("<!--"):
            yield from closed()
        elif line.startswith("- ") or line == "-":
            yield from closed()
            kind, begun = "item", number
            open_block.append(line[2:])
        elif not line:
            if kind == "item":
                yield from closed()
                kind = "text"
            elif open_block:
                open_block.append("")
        else:
            if kind == "item" and not raw.startswith(" "):
                yield from closed()
                kind = "text"
            if not open_block:
                begun, kind = number, "text"
            open_block.append(_plain(line.strip()))
    yield from closed()
