"""Developer: what goes into each file of a task, so that the files can be written side by side."""

from __future__ import annotations

from samokoder.agents.agent import Agent
from samokoder.domain.architecture import Architecture
from samokoder.domain.files import SourceFile
from samokoder.domain.plan import Task
from samokoder.domain.specification import Requirement
from samokoder.domain.value import Value
from samokoder.domain.work import Breakdown


class DeveloperBrief(Value):
    architecture: Architecture
    task: Task
    requirements: tuple[Requirement, ...]
    existing: tuple[SourceFile, ...] = ()
    """The project that is changed, as far as it fits."""


def _objection(brief: DeveloperBrief, answer: Breakdown) -> str:
    ordered = [order.path for order in answer.orders]
    if sorted(ordered) != sorted(brief.task.files):
        return f"give exactly one order for each of: {', '.join(brief.task.files)}"
    return ""


DEVELOPER = Agent("developer", DeveloperBrief, Breakdown, _objection, tier="plan")
