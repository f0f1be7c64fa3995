"""Refused dependencies by rules: what could take their place does, the others are left out."""

from __future__ import annotations

from samokoder.agents.dependencies import RefusedBrief, Replacement
from samokoder.domain.architecture import Dependency
from samokoder.offline.blueprint import Blueprint


def answer(brief: RefusedBrief, blueprint: Blueprint) -> Replacement:
    instead = {refusal.dependency: refusal.instead for refusal in brief.refused}
    kept: dict[str, Dependency] = {}
    for dependency in brief.architecture.dependencies:
        if (chosen := instead.get(dependency, dependency)) is not None:
            kept.setdefault(chosen.name.lower(), chosen)
    cause = " ".join(refusal.reason for refusal in brief.refused)
    return Replacement(cause=cause, dependencies=tuple(kept.values()))
