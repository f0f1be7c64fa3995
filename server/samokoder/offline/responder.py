"""From a chat request to its answer, by rules, from the request alone. Pure."""

from __future__ import annotations

from typing import Any

from samokoder.offline import chat
from samokoder.offline.blueprint import Blueprint, embedded
from samokoder.offline.chat import Question

_INTRODUCTION = """\
I am samokoder-offline, the model built into Samokoder. I answer by rules, without network and without a key.

I am no conversation partner. I answer the questions of Samokoder's roles (spec writer, architect, tech lead,
tester, developer, code monkey, reviewer, bug hunter, technical writer and others), and so build data-centric
web applications from a description in English or Russian: things with fields, relations and states, lists,
forms, search, roles, dashboards and a JSON API.

To use me, run: samokoder generate "A library: books, readers, loans with a due date". For anything else
connect a language model: set SAMOKODER_BASE_URL, SAMOKODER_MODEL and SAMOKODER_API_KEY."""


def respond(body: object, blueprint: Blueprint | None = None) -> dict[str, Any]:
    """The completion of a request. Raises BadRequest, or CannotServe when the rules do not reach that far."""
    question = chat.read(body)
    return chat.completion(question, say(question, blueprint))


def say(question: Question, blueprint: Blueprint | None = None) -> str:
    """What the asked role answers; who we are when no role is asked."""
    from samokoder.offline.roles import ROLES  # takes a moment: not before it is needed

    role = ROLES.get(question.answer_name)
    if role is None:
        return _INTRODUCTION
    return role.reply(question.brief, blueprint or embedded())
