"""SpecWriter: from a description to numbered requirements, and to what only the person can decide."""

from __future__ import annotations

from samokoder.agents.agent import Agent
from samokoder.domain.files import SourceFile
from samokoder.domain.request import RequestKind
from samokoder.domain.specification import Answer, Specification
from samokoder.domain.value import Value


class SpecWriterBrief(Value):
    kind: RequestKind = "generate"
    existing: tuple[SourceFile, ...] = ()
    """The project the request is about, as far as it fits."""
    earlier: str = ""
    """What was asked of the runs that made the project."""
    description: str
    answers: tuple[Answer, ...] = ()


class SpecWriterAnswer(Value):
    """Either a specification or, when this cannot be built here, the reason."""

    specification: Specification | None = None
    out_of_scope: str = ""


def _objection(brief: SpecWriterBrief, answer: SpecWriterAnswer) -> str:
    specification = answer.specification
    if specification is None:
        return "" if answer.out_of_scope else "give a specification, or say why it is out of scope"
    ids = [requirement.id for requirement in specification.requirements]
    if not ids:
        return "a specification needs at least one requirement"
    if ids != [f"R{n}" for n in range(1, len(ids) + 1)]:
        return "requirements are numbered R1, R2, R3 … without gaps"
    answered = {given.question for given in brief.answers}
    again = [question.id for question in specification.questions if question.id in answered]
    return f"these questions were answered already: {', '.join(again)}" if again else ""


SPEC_WRITER = Agent("spec_writer", SpecWriterBrief, SpecWriterAnswer, _objection, tier="plan")
