"""TechnicalWriter: the README a new user needs."""

from __future__ import annotations

from samokoder.agents.agent import Agent
from samokoder.domain.architecture import Architecture
from samokoder.domain.plan import Plan
from samokoder.domain.specification import Specification
from samokoder.domain.value import Value


class TechnicalWriterBrief(Value):
    specification: Specification
    architecture: Architecture
    plan: Plan


class Manual(Value):
    readme: str
    """README.md: what it is, how to start it, how to run its checks, how it is built."""


def _objection(brief: TechnicalWriterBrief, answer: Manual) -> str:
    return "" if len(answer.readme.strip()) > 100 else "a README needs more than a line"


TECHNICAL_WRITER = Agent("technical_writer", TechnicalWriterBrief, Manual, _objection, tier="summary")
