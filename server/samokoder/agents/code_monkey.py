"""CodeMonkey: one file each, side by side."""

from __future__ import annotations

from samokoder.agents.agent import Agent
from samokoder.domain.architecture import Architecture
from samokoder.domain.files import SourceFile
from samokoder.domain.plan import Task
from samokoder.domain.review import Finding
from samokoder.domain.specification import Requirement
from samokoder.domain.value import Value
from samokoder.domain.work import FileOrder


class CodeMonkeyBrief(Value):
    architecture: Architecture
    task: Task
    requirements: tuple[Requirement, ...]
    approach: str
    order: FileOrder
    current: tuple[SourceFile, ...] = ()
    """The file as it is, when it exists."""
    neighbours: tuple[SourceFile, ...] = ()
    """Files it works with, as far as they are written."""
    existing: tuple[SourceFile, ...] = ()
    """Other files of the project that is changed, as far as they fit."""
    findings: tuple[Finding, ...] = ()
    """What was wrong with the last version."""


class WrittenFile(Value):
    text: str
    """The whole file, nothing left out."""


def _objection(brief: CodeMonkeyBrief, answer: WrittenFile) -> str:
    if not answer.text.strip() and not brief.order.path.endswith(("__init__.py", ".gitkeep", "py.typed")):
        return "the file is empty"
    if "\0" in answer.text:
        return "the file holds NUL characters"
    return ""


CODE_MONKEY = Agent("code_monkey", CodeMonkeyBrief, WrittenFile, _objection)
