"""Reviewer: reads every changed file, new ones too, and answers for each hunk."""

from __future__ import annotations

from samokoder.agents.agent import Agent
from samokoder.domain.architecture import Architecture
from samokoder.domain.plan import Task
from samokoder.domain.review import Finding, Hunk, Review
from samokoder.domain.specification import Requirement
from samokoder.domain.value import Value


class ReviewerBrief(Value):
    architecture: Architecture
    task: Task
    requirements: tuple[Requirement, ...]
    approach: str
    hunks: tuple[Hunk, ...]
    rejected: tuple[Finding, ...] = ()
    """Why the last version of these files was sent back."""


def _objection(brief: ReviewerBrief, answer: Review) -> str:
    asked, given = [hunk.id for hunk in brief.hunks], [verdict.hunk for verdict in answer.verdicts]
    if sorted(asked) != sorted(given):
        return f"give exactly one verdict for each hunk: {', '.join(asked)}"
    if silent := [v.hunk for v in answer.verdicts if not v.approve and not v.reason.strip()]:
        return f"say what is wrong with {', '.join(silent)}"
    return ""


REVIEWER = Agent("reviewer", ReviewerBrief, Review, _objection, tier="review")
