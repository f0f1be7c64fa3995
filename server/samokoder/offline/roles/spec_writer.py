"""Spec writer by rules: the needs of the understood model become numbered requirements."""

from __future__ import annotations

from collections.abc import Sequence

from samokoder.agents.architect import ArchitectBrief
from samokoder.agents.spec_writer import SpecWriterAnswer, SpecWriterBrief
from samokoder.domain.data_model import DataModel
from samokoder.domain.specification import Answer, Question, Requirement, Specification
from samokoder.offline.blueprint import Blueprint, Need, Query, understood


def answer(brief: SpecWriterBrief, blueprint: Blueprint) -> SpecWriterAnswer:
    if reason := cannot_change(brief):
        return SpecWriterAnswer(out_of_scope=reason)
    found = understood(blueprint.understand(asked(brief), given(brief.answers)))
    if isinstance(found, str):
        return SpecWriterAnswer(out_of_scope=found)
    specification = Specification(
        title=found.model.title,
        summary=_summary(found.model),
        language=found.model.language,
        requirements=_numbered(blueprint.needs(found.model)),
        assumptions=tuple(found.assumptions),
        questions=_open(found.queries, brief.answers),
    )
    return SpecWriterAnswer(specification=specification)


_CANNOT = {
    "fix": {
        "en": "The embedded model writes applications by rules; it cannot find faults in code that is there. "
        "Connect a language model for that, or describe what the application should do and extend it.",
        "ru": "Встроенная модель пишет приложения по правилам и не умеет искать ошибки в готовом коде. "
        "Подключите для этого языковую модель или опишите, что приложение должно делать, и расширьте его.",
    },
    "extend": {
        "en": "The embedded model can extend only applications it wrote itself; this folder holds none. "
        "Connect a language model to extend other projects.",
        "ru": "Встроенная модель расширяет только приложения, которые написала сама; в этой папке таких нет. "
        "Чтобы расширять другие проекты, подключите языковую модель.",
    },
}


def cannot_change(brief: SpecWriterBrief) -> str:
    """Why the rules cannot work on the project the request is about; empty when they can."""
    if brief.kind == "generate" or (brief.kind == "extend" and brief.earlier):
        return ""
    russian = sum("а" <= letter <= "я" for letter in brief.description.lower())
    return _CANNOT[brief.kind]["ru" if russian > len(brief.description) / 4 else "en"]


def asked(brief: SpecWriterBrief | ArchitectBrief) -> str:
    """Everything that was asked of the application, by earlier runs and this one."""
    return "\n\n".join(filter(None, (brief.earlier, brief.description)))


def given(answers: Sequence[Answer]) -> dict[str, str]:
    """What the person chose; a skipped question is as if it had not been asked."""
    return {answer.question: answer.text for answer in answers if not answer.skipped}


def _numbered(needs: Sequence[Need]) -> tuple[Requirement, ...]:
    return tuple(
        Requirement(id=f"R{n}", title=need.title, text=need.text, acceptance=tuple(need.acceptance))
        for n, need in enumerate(needs, 1)
    )


def _open(queries: Sequence[Query], answers: Sequence[Answer]) -> tuple[Question, ...]:
    known = {answer.question for answer in answers}
    return tuple(
        Question(id=query.id, text=query.text, options=tuple(query.options), default=query.default)
        for query in queries
        if query.id not in known
    )


def _summary(model: DataModel) -> str:
    """What is kept, who works with it, what it shows, in the language of the description."""
    things = _listed([entity.label_plural.lower() for entity in model.entities], model.language)
    users = _listed([role.label.lower() for role in model.roles], model.language)
    if model.language == "ru":
        parts = [f"Веб-приложение для учёта: {things}."]
        parts += [f"С ним работают: {users}; у каждой роли свои права."] if users else []
        parts += ["Сводка показывает главные показатели."] if model.metrics else []
        return " ".join([*parts, "Есть страницы для телефона и компьютера и JSON API."])
    parts = [f"A web application that keeps {things}."]
    parts += [f"It is used by: {users}; each role has its own rights."] if users else []
    parts += ["A dashboard shows the main figures."] if model.metrics else []
    return " ".join([*parts, "It has pages for phone and desktop, and a JSON API."])


def _listed(words: Sequence[str], language: str) -> str:
    joint = " и " if language == "ru" else " and "
    return joint.join(filter(None, (", ".join(words[:-1]), *words[-1:])))
