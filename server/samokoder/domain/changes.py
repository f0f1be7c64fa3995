"""What a proposal changes, piece by piece, and any part of it applied: what a person's review rests on."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection

from samokoder.domain.files import Digest, digest_of
from samokoder.domain.value import Value

CONTEXT = 3
"""Unchanged lines shown around a change."""


class Change(Value):
    """A piece of a file that differs. Lines keep their ends, which only the last of a file may lack."""

    id: str
    """Of what is changed, and where in the proposed text: it stays while other pieces come and go."""
    start: int
    """First line in the text that is there, from 0."""
    new_start: int
    """First line in the proposed text, from 0."""
    removed: tuple[str, ...]
    added: tuple[str, ...]

    @property
    def end(self) -> int:
        return self.start + len(self.removed)

    @property
    def new_end(self) -> int:
        return self.new_start + len(self.added)

    @property
    def what(self) -> Digest:
        """Of the change alone, wherever it stands."""
        return self.id.partition("-")[0]


class Judgement(Value):
    """What a person said of one file that was proposed."""

    proposed: Digest
    rejected: tuple[str, ...] = ()
    """Ids of changes, of this and of earlier proposals."""
    settled: bool = False
    """Whether everything in this proposal was accepted or rejected."""


def changes(before: str | None, after: str | None) -> tuple[Change, ...]:
    """From what is there to what is proposed; None is no file, which one change makes or removes whole."""
    if before is None or after is None:
        return () if before == after else (_change(0, 0, lines_of(before), lines_of(after)),)
    old, new = lines_of(before), lines_of(after)
    matched = difflib.SequenceMatcher(None, old, new, autojunk=False)
    return tuple(
        _change(i1, j1, old[i1:i2], new[j1:j2])
        for tag, i1, i2, j1, j2 in matched.get_opcodes()
        if tag != "equal"
    )


def applied(before: str | None, after: str | None, chosen: Collection[str]) -> str | None:
    """The text that is there, with only the chosen changes."""
    found = changes(before, after)
    if before is None or after is None:
        return after if found and found[0].id in chosen else before
    lines: list[str] = []
    at, old = 0, lines_of(before)
    for change in found:
        lines += old[at : change.start]
        lines += change.added if change.id in chosen else change.removed
        at = change.end
    return "".join([*lines, *old[at:]])


def to_judge(found: tuple[Change, ...], proposed: Digest, judged: Judgement | None) -> tuple[Change, ...]:
    """What was not rejected before: this piece of this proposal, or the same change in an earlier one."""
    if judged is None:
        return found
    if judged.proposed == proposed:
        return () if judged.settled else tuple(c for c in found if c.id not in judged.rejected)
    rejected = {id.partition("-")[0] for id in judged.rejected}
    return tuple(change for change in found if change.what not in rejected)


def unified(change: Change, before: str | None) -> tuple[str, tuple[str, ...]]:
    """Header and lines of a unified diff of this change alone."""
    old = lines_of(before)
    above, below = old[max(change.start - CONTEXT, 0) : change.start], old[change.end : change.end + CONTEXT]
    start, new_start = change.start - len(above), change.new_start - len(above)
    around = len(above) + len(below)
    here, there = _range(start, around + len(change.removed)), _range(new_start, around + len(change.added))
    rows = [
        *(f" {line}" for line in above),
        *(f"-{line}" for line in change.removed),
        *(f"+{line}" for line in change.added),
        *(f" {line}" for line in below),
    ]
    return f"@@ -{here} +{there} @@", tuple(row.rstrip("\r\n") for row in rows)


def _range(start: int, length: int) -> str:
    """As diff counts: from 1, and an empty range by the line before it."""
    return f"{start + 1 if length else start},{length}"


def _change(start: int, new_start: int, removed: list[str], added: list[str]) -> Change:
    text = "\0".join(["".join(removed), "".join(added)])
    what = digest_of(text.encode("utf-8", "surrogatepass"))[:12]
    return Change(
        id=f"{what}-{new_start}", start=start, new_start=new_start, removed=tuple(removed), added=tuple(added)
    )


_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+")


def lines_of(text: str | None) -> list[str]:
    """As editors count them; other characters that Python takes for line ends stay inside."""
    return _LINE.findall(text or "")
