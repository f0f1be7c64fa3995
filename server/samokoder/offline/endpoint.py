"""The embedded model's HTTP surface, whoever carries it: a method, a path and a body become a reply."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass

from samokoder.offline import chat
from samokoder.offline.blueprint import Blueprint, CannotServe
from samokoder.offline.chat import BadRequest
from samokoder.offline.responder import say

LARGEST = 32 * 1024 * 1024
"""Bytes a request may have."""

log = logging.getLogger(__name__)

_MODELS = {
    "object": "list",
    "data": [{"id": chat.MODEL, "object": "model", "created": 0, "owned_by": "samokoder"}],
}


@dataclass(frozen=True)
class Reply:
    status: int
    content: bytes | tuple[bytes, ...]
    """All at once, or the events of a stream."""

    @property
    def content_type(self) -> str:
        streamed = isinstance(self.content, tuple)
        return "text/event-stream; charset=utf-8" if streamed else "application/json"

    @property
    def headers(self) -> dict[str, str]:
        """Rules give the same answer twice: asking again is no use."""
        return {"content-type": self.content_type, "x-should-retry": "false"}


def answer(method: str, path: str, content: bytes, blueprint: Blueprint | None = None) -> Reply:
    """Takes CPU time: milliseconds when warm, more for the first question."""
    match method, path.rstrip("/"):
        case "GET", "/v1/models":
            return _json(200, _MODELS)
        case "GET", "/v1/models/samokoder-offline":
            return _json(200, _MODELS["data"][0])
        case "POST", "/v1/chat/completions":
            return _fenced(content, blueprint)
        case _, "/v1/models" | "/v1/chat/completions":
            return _refusal(405, f"{method} is not possible here.")
        case _:
            return _refusal(404, "There are /v1/models and /v1/chat/completions.")


def _fenced(content: bytes, blueprint: Blueprint | None) -> Reply:
    """A fault of ours costs this answer, nothing else."""
    try:
        return _completion(content, blueprint)
    except BadRequest as error:
        return _refusal(400, str(error), error.param)
    except CannotServe as error:
        return _refusal(400, str(error), code="cannot_serve")
    except Exception as error:
        log.exception("the embedded model failed")
        return _json(500, chat.error(f"The embedded model failed: {type(error).__name__}.", "server_error"))


def _completion(content: bytes, blueprint: Blueprint | None) -> Reply:
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        raise BadRequest("The request is not JSON.") from None
    question = chat.read(body)
    whole = chat.completion(question, say(question, blueprint))
    if question.stream:
        return Reply(200, tuple(chat.events(question, whole)))
    return _json(200, whole)


def _refusal(status: int, message: str, param: str | None = None, code: str | None = None) -> Reply:
    return _json(status, chat.error(message, "invalid_request_error", param, code))


def _json(status: int, data: object) -> Reply:
    return Reply(status, chat.as_json(data))
