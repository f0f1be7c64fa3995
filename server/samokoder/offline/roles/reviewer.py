"""Reviewer by rules: what it would have written itself, and what no file may hold.

Rules cannot judge what they would have written otherwise; there the reviewer says so in a note and lets
the checks decide.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence

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


def answer(brief: ReviewerBrief, blueprint: Blueprint) -> Review:
    paths = dict.fromkeys(hunk.path for hunk in brief.hunks)
    planned = {path: blueprint.planned(brief.architecture.data_model, path) for path in paths}
    broken = {path: _broken([h for h in brief.hunks if h.path == path]) for path in paths}
    return Review(verdicts=tuple(_verdict(hunk, planned, broken[hunk.path]) for hunk in brief.hunks))


def _verdict(hunk: Hunk, planned: Mapping[FilePath, str | None], broken: tuple[int, str] | None) -> Verdict:
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


def _fault(hunk: Hunk, new: str, expected: str | None, broken: tuple[int, str] | None) -> str:
    """What no rule can let pass, with its place; empty when there is nothing."""
    if expected and expected.strip() and not new.strip() and not _is_diff(hunk.text):
        return f"{hunk.path} is empty, but the contract wants: write the whole file"
    if broken and hunk.line <= broken[0] < hunk.line + max(1, new.count("\n") + 1):
        return f"{hunk.path}:{broken[0]} cannot be compiled: {broken[1]}"
    for pattern, reason in _FAULTS:
        if match := pattern.search(new):
            line = hunk.line + new.count("\n", 0, match.start())
            return f"{hunk.path}:{line}: {reason}"
    return ""


def _broken(hunks: Sequence[Hunk]) -> tuple[int, str] | None:
    """Line and words of a syntax error, when the hunks are a whole new Python file."""
    if not hunks[0].path.endswith(".py") or any(_is_diff(hunk.text) for hunk in hunks):
        return None
    try:
        ast.parse("".join(hunk.text for hunk in hunks))
    except SyntaxError as error:
        return error.lineno or 1, error.msg
    except ValueError as error:  # NUL characters
        return 1, str(error)
    return None


def _is_diff(text: str) -> bool:
    lines = text.splitlines()
    return (
        bool(lines) and all(line[:1] in " +-" and line for line in lines) and any(x[0] in "+-" for x in lines)
    )


def _new_text(hunk: Hunk) -> str:
    """The new side of a hunk."""
    if not _is_diff(hunk.text):
        return hunk.text
    return "".join(line[1:] for line in hunk.text.splitlines(keepends=True) if line[0] != "-")


def _part_of(new: str, expected: str) -> bool:
    """Whether these whole lines stand in the expected text, one after another."""
    return f"\n{new.strip(chr(10))}\n" in f"\n{expected}\n"
