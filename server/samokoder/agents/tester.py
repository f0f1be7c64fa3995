"""Tester: acceptance checks from the requirement, before the code and without having seen it."""

from __future__ import annotations

from samokoder.agents.agent import Agent
from samokoder.domain.architecture import Architecture
from samokoder.domain.files import SourceFile
from samokoder.domain.message import Untrusted
from samokoder.domain.plan import Task
from samokoder.domain.specification import Requirement
from samokoder.domain.value import Value


class TesterBrief(Value):
    architecture: Architecture
    task: Task
    requirements: tuple[Requirement, ...]
    existing: tuple[SourceFile, ...] = ()
    """The project that is changed, as far as it fits."""
    earlier: tuple[SourceFile, ...] = ()
    """Check files of the tasks this one stands on: fixtures to use, not to repeat."""
    given_up: str = ""
    """Why the last version of these checks cannot be used."""
    output: Untrusted | None = None


class TesterAnswer(Value):
    files: tuple[SourceFile, ...]
    """Exactly the task's check files."""
    unproved: tuple[str, ...] = ()
    """Ids of requirements these checks do not show; a run that has any does not end verified."""


def _objection(brief: TesterBrief, answer: TesterAnswer) -> str:
    wanted, given = set(brief.task.check_files), {file.path for file in answer.files}
    if wanted != given:
        return f"write exactly these files: {', '.join(sorted(wanted))}"
    if unknown := set(answer.unproved) - {requirement.id for requirement in brief.requirements}:
        return f"unproved names requirements this task does not have: {', '.join(sorted(unknown))}"
    if empty := [file.path for file in answer.files if not file.text.strip() and "__init__" not in file.path]:
        return f"these files are empty: {', '.join(empty)}"
    return ""


TESTER = Agent("tester", TesterBrief, TesterAnswer, _objection)
