"""BugHunter, before anything has run: dependencies that must not be installed are replaced or left out."""

from __future__ import annotations

from samokoder.agents.agent import Agent
from samokoder.domain.architecture import Architecture, Dependency, Refusal
from samokoder.domain.value import Value


class RefusedBrief(Value):
    architecture: Architecture
    refused: tuple[Refusal, ...]


class Replacement(Value):
    """The whole list of dependencies, as it is to be from now on."""

    cause: str
    """What was wrong, and what is done about it, in a sentence."""
    dependencies: tuple[Dependency, ...]


def _objection(brief: RefusedBrief, answer: Replacement) -> str:
    refused = {refusal.dependency for refusal in brief.refused}
    if again := [d.pin for d in answer.dependencies if d in refused]:
        return f"these were refused and cannot be used: {', '.join(again)}"
    names = [d.name.lower() for d in answer.dependencies]
    return "name each package once" if len(set(names)) != len(names) else ""


DEPENDENCY_HUNTER = Agent("dependency_hunter", RefusedBrief, Replacement, _objection, tier="review")
