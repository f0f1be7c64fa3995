"""What the application shall do: numbered requirements a check can prove."""

from __future__ import annotations

from typing import Literal

from samokoder.domain.value import Value


class Requirement(Value):
    """One requirement in EARS form (Mavin et al., 2009)."""

    id: str
    """``R1``, ``R2``, …"""
    title: str
    text: str
    """"WHEN …, the system SHALL …" in the language of the description."""
    acceptance: tuple[str, ...] = ()


class Question(Value):
    """Something only the person can decide; the default is assumed when it is skipped."""

    id: str
    text: str
    options: tuple[str, ...] = ()
    default: str = ""


class Answer(Value):
    """What the person answered; a skipped question carries the default."""

    question: str
    text: str
    skipped: bool = False


class Specification(Value):
    """The spec writer's answer."""

    title: str
    summary: str
    language: Literal["en", "ru"] = "en"
    requirements: tuple[Requirement, ...]
    assumptions: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()


class OutOfScope(Value):
    """The spec writer's other answer: the model at work cannot serve this description."""

    reason: str
    """In the person's language: what it is, what can be done instead."""
