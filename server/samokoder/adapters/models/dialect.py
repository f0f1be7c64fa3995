"""What an endpoint understands, and how it is therefore asked; learnt from what it refuses. Pure."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import Any, Literal

from samokoder.adapters.models.strict import NotStrict, strict
from samokoder.domain import fenced
from samokoder.domain.message import Message
from samokoder.ports import ModelRequest

MAX_OUTPUT = 32_000
"""Tokens one answer may have."""
_AT_MOST = re.compile(r"at most (\d+) (?:completion|output) tokens")

Form = Literal["strict", "schema", "tool", "json", "text"]
FORMS: tuple[Form, ...] = ("strict", "schema", "tool", "json", "text")
"""Ways to ask for an answer of a certain form, the most binding first. Any model can write text."""


@dataclass(frozen=True)
class Dialect:
    forms: tuple[Form, ...] = FORMS
    """Those it is thought to know; the first is used. ``text`` is always the last."""
    limit: str = "max_tokens"
    """What it calls the cap on the answer's length."""
    longest: int = MAX_OUTPUT
    """The largest cap it takes."""
    stream: bool = True
    counts: bool = True
    """Whether it takes ``stream_options``, which ask for a count of tokens at a stream's end."""

    def form(self, request: ModelRequest) -> Form:
        """How this request is put: the first way that can say its schema."""
        if request.form != "any":
            return "text"
        return next(form for form in self.forms if form != "strict" or _strict_of(request) is not None)

    def without(self, complaint: str, form: Form) -> Dialect:
        """The dialect that leaves out what was complained about; the same one when nothing fits."""
        said = complaint.lower()
        if self.counts and ("stream_options" in said or "include_usage" in said):
            return replace(self, counts=False)
        if found := _AT_MOST.search(said):
            return replace(self, longest=min(self.longest, int(found[1])))
        if "max_completion_tokens" in said and self.limit == "max_tokens":
            return replace(self, limit="max_completion_tokens")
        if "max_completion_tokens" in said or "max_tokens" in said:
            return replace(self, limit="max_tokens")
        if lost := _lost(said, form):
            return replace(self, forms=tuple(known for known in self.forms if known not in lost))
        if self.stream and "stream" in said:
            return replace(self, stream=False, counts=False)
        return self

    def body(self, request: ModelRequest, model: str) -> dict[str, Any]:
        """The request as the protocol has it."""
        form = self.form(request)
        body: dict[str, Any] = {
            "model": model,
            "messages": [{"role": m.role, "content": m.content} for m in messages(request, form)],
            self.limit: self.longest,
            "stream": self.stream,
            **_wanted(request, form),
        }
        if self.stream and self.counts:
            body["stream_options"] = {"include_usage": True}
        return body


def _lost(said: str, form: Form) -> frozenset[Form]:
    """The ways a complaint about this way rules out."""
    if form == "strict" and ("strict" in said or "invalid schema" in said):
        return frozenset({"strict"})
    if form in ("strict", "schema") and any(word in said for word in ("schema", "json_object", "grammar")):
        return frozenset({"strict", "schema"})
    if form == "tool" and ("tool" in said or "function" in said):
        return frozenset({"tool"})
    if form in ("strict", "schema", "json") and "response_format" in said:
        return frozenset({"strict", "schema", "json"})
    return frozenset({"json"}) if form == "json" and "json" in said else frozenset()


def _strict_of(request: ModelRequest) -> dict[str, Any] | None:
    try:
        return strict(request.answer_schema)
    except NotStrict:
        return None


def _wanted(request: ModelRequest, form: Form) -> dict[str, Any]:
    name, schema = request.answer_name, request.answer_schema
    match form:
        case "strict" | "schema":
            asked = {"name": name, "schema": _strict_of(request) if form == "strict" else schema}
            wanted = {"type": "json_schema", "json_schema": {**asked, "strict": form == "strict"}}
            return {"response_format": wanted}
        case "tool":
            function = {"name": name, "description": "Gives the answer.", "parameters": schema}
            chosen = {"type": "function", "function": {"name": name}}
            return {"tools": [{"type": "function", "function": function}], "tool_choice": chosen}
        case "json":
            return {"response_format": {"type": "json_object"}}
        case "text":
            return {}


def messages(request: ModelRequest, form: Form) -> tuple[Message, ...]:
    """With the form in words too: some endpoints take ``response_format`` and pay no heed to it."""
    first, *rest = request.messages
    if first.role != "system" or request.form == "rest":
        return request.messages
    words = fenced.described(request.answer_schema) if form == "text" else _in_words(request)
    return (Message(role="system", content=f"{first.content}\n{words}"), *rest)


def _in_words(request: ModelRequest) -> str:
    schema = json.dumps(request.answer_schema, ensure_ascii=False, separators=(",", ":"))
    return (
        "Answer with one JSON object that fits the schema below. No Markdown fence around it, no word before "
        "or after it, no field the schema does not have. Text inside it is escaped as JSON demands.\n"
        f"The JSON schema of your answer:\n{schema}"
    )
