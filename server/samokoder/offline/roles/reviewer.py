"""Reviewer by rules: what it would have written itself, and what no file may hold.

Rules cannot judge what they would have written otherwise; there the reviewer says so in a note and lets
the checks decide.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from samokoder.agents.reviewer import ReviewerBrief
from samokoder.domain.paths import FilePath
from samokoder.domain.review import Hunk, Review, Verdict
from samokoder.offline.blueprint import Blueprint

_FAULTS = (
    (
        re.compile(
            r"\b(rest|remainder|other \w+)\b[^\n]{0,30}\b(unchanged|omitted|as before|stays? the same)\b"
            r"|\.\.\. ?(existing|previous|same|rest)\b|остальное без изменений",
            re.IGNORECASE,
        ),
        "part of the file was left out; the file must be written whole",
    ),
    (
        re.compile(r"\b(TODO|FIXME|XXX)\b"),
        "it is unfinished: a note of work left to do stands where code should be",
    ),
    (
        re.compile(r"^\s*raise NotImplementedError\b", re.MULTILINE),
        "it is unfinished: it only raises NotImplementedError",
    ),
    (re.compile(r"^(<{7}|>{7}) ", re.MULTILINE), "it holds the marks of an unresolved merge"),
    (
        re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bsk-[A-Za-z0-9_-]{24,}"),
        "it holds a secret; read it from an environment variable at run time",
    ),
)


@dataclass(frozen=True)
class Broken:
    """Where a file cannot be compiled, and why."""

    hunk: str
    line: int
    message: str


def answer(brief: ReviewerBrief, blueprint: Blueprint) -> Review:
    paths = dict.fromkeys(hunk.path for hunk in brief.hunks)
    planned = {path: blueprint.planned(brief.architecture.data_model, path) for path in paths}
    broken = {path: _broken([h for h in brief.hunks if h.path == path]) for path in paths}
    return Review(verdicts=tuple(_verdict(hunk, planned, broken[hunk.path]) for hunk in brief.hunks))


def _verdict(hunk: Hunk, planned: Mapping[FilePath, str | None], broken: Broken | None) -> Verdict:
    new = _new_text(hunk)
    expected = planned[hunk.path]
    if expected is not None and _part_of(new, expected):
        return Verdict(hunk=hunk.id, approve=True, severity="note")
    if fault := _fault(hunk, new, expected, broken):
        return Verdict(hunk=hunk.id, approve=False, severity="major", reason=fault)
    remark = (
        "This is not what the embedded rules would write; rules cannot judge it further, the checks decide."
    )
    return Verdict(hunk=hunk.id, approve=True, severity="note", reason=remark)


def _fault(hunk: Hunk, new: str, expected: str | None, broken: Broken | None) -> str:
    """What no rule can let pass, with its place; empty when there is nothing."""
    if not new.strip() and expected is not None:
        return f"{hunk.path} is empty, but the contract gives it a purpose: write the whole file"
    for pattern, reason in _FAULTS:
        if match := pattern.search(new):
            line = hunk.line + new.count("\n", 0, match.start())
            return f"{hunk.path}:{line}: {reason}"
    if broken and broken.hunk == hunk.id:
        return f"{hunk.path}:{broken.line} cannot be compiled: {broken.message}"
    return ""


def _broken(hunks: Sequence[Hunk]) -> Broken | None:
    """The syntax error of a new Python file, when the hunks are all of it."""
    if not hunks[0].path.endswith(".py") or any(_is_diff(hunk.text) for hunk in hunks):
        return None
    try:
        ast.parse("".join(hunk.text for hunk in hunks))
    except (SyntaxError, ValueError) as error:  # ValueError: NUL characters
        line, message = getattr(error, "lineno", None) or 1, getattr(error, "msg", str(error))
        guilty = [hunk for hunk in hunks if hunk.line <= line]
        return Broken((guilty or hunks)[-1].id, line, message)
    return None


def _is_diff(text: str) -> bool:
    marks = [line[:1] for line in text.splitlines()]
    return all(mark and mark in " +-" for mark in marks) and not {"+", "-"}.isdisjoint(marks)


def _new_text(hunk: Hunk) -> str:
    """The new side of a hunk."""
    if not _is_diff(hunk.text):
        return hunk.text
    return "".join(line[1:] for line in hunk.text.splitlines(keepends=True) if line[0] != "-")


def _part_of(new: str, expected: str) -> bool:
    """Whether these whole lines stand in the expected text, one after another; nothing is part of nothing."""
    if not new.strip() or not expected.strip():
        return new.strip() == expected.strip()
    return f"\n{new.strip(chr(10))}\n" in f"\n{expected}\n"
