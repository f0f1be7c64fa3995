"""Delivery: the container image and the CI workflow of the generated project."""

from __future__ import annotations

from samokoder.agents.agent import Agent
from samokoder.domain.architecture import Architecture
from samokoder.domain.files import SourceFile
from samokoder.domain.paths import FilePath
from samokoder.domain.value import Value

MAY_WRITE = (
    FilePath("Dockerfile"),
    FilePath("compose.yaml"),
    FilePath(".github/workflows/ci.yml"),
)
"""The one role that writes where CI services look; and nowhere else there."""


class DeliveryBrief(Value):
    architecture: Architecture
    allowed: tuple[FilePath, ...] = MAY_WRITE


class DeliveryAnswer(Value):
    files: tuple[SourceFile, ...]


def _objection(brief: DeliveryBrief, answer: DeliveryAnswer) -> str:
    outside = [file.path for file in answer.files if file.path not in MAY_WRITE]
    if outside:
        return f"only these may be written: {', '.join(MAY_WRITE)}"
    if not any(file.path == "Dockerfile" for file in answer.files):
        return "a Dockerfile is needed"
    return ""


DELIVERY = Agent("delivery", DeliveryBrief, DeliveryAnswer, _objection, tier="summary")
