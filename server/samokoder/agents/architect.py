"""Architect: the stack, the data model and the typed contract parallel coders build against."""

from __future__ import annotations

from samokoder.agents.agent import Agent
from samokoder.domain.architecture import Architecture
from samokoder.domain.commands import objection, proves_nothing
from samokoder.domain.files import SourceFile, case_twins
from samokoder.domain.request import RequestKind
from samokoder.domain.specification import Answer, Specification
from samokoder.domain.value import Value


class ArchitectBrief(Value):
    kind: RequestKind = "generate"
    existing: tuple[SourceFile, ...] = ()
    """The project the request is about, as far as it fits."""
    earlier: str = ""
    """What was asked of the runs that made the project."""
    description: str
    answers: tuple[Answer, ...] = ()
    specification: Specification


def _objection(brief: ArchitectBrief, answer: Architecture) -> str:
    paths = [module.path for module in answer.contract]
    if not paths:
        return "the contract names no file"
    if len(set(paths)) != len(paths) or case_twins(paths):
        return "the contract names one file twice"
    if protected := [path for path in paths if path.protected]:
        return f"these are not yours to write: {', '.join(protected)}"
    if not answer.test_command:
        return "say how checks are run (test_command)"
    commands = (answer.test_command, *((answer.service.command,) if answer.service else ()))
    faults = (objection(answer.language, command) for command in commands)
    return next(filter(None, faults), "") or proves_nothing(answer.language, answer.test_command)


ARCHITECT = Agent("architect", ArchitectBrief, Architecture, _objection, tier="plan")
