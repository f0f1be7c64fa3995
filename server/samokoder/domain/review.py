"""What the reviewer says, hunk by hunk, and findings that stay with a file."""

from __future__ import annotations

import difflib
from typing import Literal

from samokoder.domain.files import Digest, digest_of
from samokoder.domain.paths import FilePath
from samokoder.domain.value import Value

CONTEXT = 3
WHOLE = 120
"""Lines; a new file longer than this is shown to the reviewer in pieces."""


class Hunk(Value):
    """A piece of change the reviewer must give a verdict on."""

    id: str
    """``path#n``; unique within a review."""
    path: FilePath
    line: int
    """First line in the new file, from 1."""
    text: str


class Verdict(Value):
    """The reviewer's word on one hunk."""

    hunk: str
    approve: bool
    severity: Literal["note", "minor", "major"] = "major"
    reason: str = ""
    """Required when not approved: what is wrong and what would be right."""


class Review(Value):
    """The reviewer's answer: exactly one verdict a hunk."""

    verdicts: tuple[Verdict, ...]


class Finding(Value):
    """Something wrong with a file, shown where it is."""

    id: Digest
    task: str
    source: Literal["reviewer", "scanner", "check", "dependency", "person"]
    path: FilePath | None
    line: int
    message: str
    severity: Literal["error", "warning", "note"]
    waived: str = ""
    """The reason a person gave for letting it be."""


class Danger(Value):
    """What was seen in a file before anything ran it."""

    path: FilePath
    line: int
    message: str
    action: Literal["block", "ask", "note"]
    """``block`` is mended before it runs, ``ask`` is for the person to decide, ``note`` is only shown."""


def finding_id(task: str, source: str, path: str | None, message: str) -> Digest:
    """Stable over runs of the same problem, so that a waiver stays."""
    return digest_of(f"{task}\0{source}\0{path}\0{message}".encode())[:12]


def hunks(path: FilePath, old: str | None, new: str) -> tuple[Hunk, ...]:
    """The pieces in which a change is reviewed: a new file in blocks, a changed one in diff hunks."""
    pieces = _blocks(new) if old is None else _diff(old, new)
    return tuple(
        Hunk(id=f"{path}#{n}", path=path, line=line, text=text) for n, (line, text) in enumerate(pieces, 1)
    )


def _blocks(text: str) -> list[tuple[int, str]]:
    lines = text.splitlines(keepends=True)
    found: list[tuple[int, str]] = []
    start = 0
    while start < len(lines):
        end = min(start + WHOLE, len(lines))
        if end < len(lines):  # end a block before an unindented line, so that functions stay whole
            starts = [
                i
                for i in range(end, start + WHOLE // 2, -1)
                if lines[i].strip() and lines[i][0] not in " \t)]}"
            ]
            end = starts[0] if starts else end
        found.append((start + 1, "".join(lines[start:end])))
        start = end
    return found or [(1, "")]


def _unindented(line: str) -> bool:
    return bool(line.strip()) and line[0] not in " \t)]}"


def _diff(old: str, new: str) -> list[tuple[int, str]]:
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    found = []
    for group in difflib.SequenceMatcher(None, before, after, autojunk=False).get_grouped_opcodes(CONTEXT):
        rows: list[str] = []
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                rows += [" " + line for line in before[i1:i2]]
            else:
                rows += ["-" + line for line in before[i1:i2]] + ["+" + line for line in after[j1:j2]]
        found.append((group[0][3] + 1, "".join(rows)))
    return found
