"""CodeMonkey: one file each, side by side."""

from __future__ import annotations

from typing import Literal

from samokoder.agents.agent import Agent
from samokoder.domain.architecture import Architecture
from samokoder.domain.edits import Edit, Refused, applied
from samokoder.domain.files import SourceFile
from samokoder.domain.guards import gap, misspelt, shrunk
from samokoder.domain.plan import Task
from samokoder.domain.review import Finding
from samokoder.domain.specification import Requirement
from samokoder.domain.value import Value
from samokoder.domain.work import FileOrder

LARGE = 6_000
"""Characters from which on a file is changed by edits: writing it again costs more and loses more."""
MAY_BE_EMPTY = ("__init__.py", ".gitkeep", "py.typed")


class CodeMonkeyBrief(Value):
    architecture: Architecture
    task: Task
    requirements: tuple[Requirement, ...]
    approach: str
    order: FileOrder
    wanted: Literal["text", "edits"] = "text"
    """What of the answer is to be given: the whole file, or edits of the one that is there."""
    current: tuple[SourceFile, ...] = ()
    """The file as it is, when it exists."""
    neighbours: tuple[SourceFile, ...] = ()
    """Files it works with, as far as they are written."""
    existing: tuple[SourceFile, ...] = ()
    """Other files of the project that is changed, as far as they fit."""
    findings: tuple[Finding, ...] = ()
    """What was wrong with the last version."""

    @property
    def before(self) -> str:
        return self.current[0].text if self.current else ""


class WrittenFile(Value):
    text: str = ""
    """The whole file, nothing left out; empty when there are edits."""
    edits: tuple[Edit, ...] = ()
    """Changes to the file as it is."""

    def content(self, before: str) -> str:
        """The file that comes of it. Raises Refused when an edit does not name one place without doubt."""
        return applied(before, self.edits) if self.edits else self.text


def wanted(current: tuple[SourceFile, ...]) -> Literal["text", "edits"]:
    return "edits" if current and len(current[0].text) >= LARGE else "text"


def _objection(brief: CodeMonkeyBrief, answer: WrittenFile) -> str:
    if answer.edits and answer.text:
        return "give the whole text or edits, not both"
    if answer.edits and not brief.current:
        return "there is no file to edit; give its whole text"
    try:
        text = answer.content(brief.before)
    except Refused as fault:
        return f"no edit was applied: {fault}"
    return objection(brief.order.path, brief.before, text) or (
        "" if answer.edits else shrunk(brief.before, text)
    )


def objection(path: str, before: str, text: str) -> str:
    """What is wrong with a version of a file, as far as one can tell without running it."""
    if not text.strip():
        return "" if path.endswith(MAY_BE_EMPTY) else "the file is empty"
    if "\0" in text:
        return "the file holds NUL characters"
    return gap(before, text) or misspelt(path, text)


CODE_MONKEY = Agent("code_monkey", CodeMonkeyBrief, WrittenFile, _objection)
