"""The form of the chat completions protocol: reading a request, forming an answer, cutting it into events."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from samokoder.domain.files import digest_of
from samokoder.domain.message import Message

MODEL = "samokoder-offline"
PIECE = 400
"""Characters in one event of a stream."""


class BadRequest(ValueError):
    """A request that does not have the protocol's form."""

    def __init__(self, message: str, param: str | None = None) -> None:
        super().__init__(message)
        self.param = param


@dataclass(frozen=True)
class Question:
    """What of a request matters here."""

    messages: tuple[Message, ...]
    answer_name: str
    """Name of the JSON schema that is asked for; empty for a plain chat."""
    longest: int | None
    """Tokens the answer may have."""
    stream: bool
    stream_usage: bool

    @property
    def brief(self) -> str:
        """The first thing the user said; later messages only complain about answers."""
        return next((m.content for m in self.messages if m.role == "user"), "")


def read(body: object) -> Question:
    """Raises BadRequest."""
    if not isinstance(body, Mapping):
        raise BadRequest("The request must be a JSON object.")
    if not isinstance(body.get("model", MODEL), str):
        raise BadRequest("'model' must be a string.", "model")
    options = body.get("stream_options")
    return Question(
        messages=_messages(body.get("messages")),
        answer_name=_answer_name(body.get("response_format")),
        longest=_longest(body),
        stream=body.get("stream") is True,
        stream_usage=isinstance(options, Mapping) and options.get("include_usage") is True,
    )


def _messages(given: object) -> tuple[Message, ...]:
    if not isinstance(given, list) or not given:
        raise BadRequest("'messages' must be a list with at least one message.", "messages")
    return tuple(_message(item, f"messages[{n}]") for n, item in enumerate(given))


def _message(item: object, place: str) -> Message:
    role = item.get("role") if isinstance(item, Mapping) else None
    roles = {"system": "system", "developer": "system", "user": "user", "assistant": "assistant"}
    if not isinstance(item, Mapping) or role not in roles:
        raise BadRequest(f"'{place}' must have a role: system, user or assistant.", place)
    return Message.model_validate({"role": roles[role], "content": _content(item.get("content"), place)})


def _content(given: object, place: str) -> str:
    """A string, or the texts of a list of parts."""
    if isinstance(given, str):
        return given
    if isinstance(given, list):
        texts = [part.get("text") for part in given if isinstance(part, Mapping)]
        if len(texts) == len(given) and all(isinstance(text, str) for text in texts):
            return "".join(map(str, texts))
    raise BadRequest(f"'{place}.content' must be text.", f"{place}.content")


def _answer_name(response_format: object) -> str:
    if not isinstance(response_format, Mapping) or response_format.get("type") != "json_schema":
        return ""
    schema = response_format.get("json_schema")
    name = schema.get("name") if isinstance(schema, Mapping) else None
    if not isinstance(name, str):
        raise BadRequest("'response_format.json_schema.name' must be a string.", "response_format")
    return name


def _longest(body: Mapping[str, Any]) -> int | None:
    for name in ("max_completion_tokens", "max_tokens"):
        value = body.get(name)
        if value is None:
            continue
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise BadRequest(f"'{name}' must be a whole number of at least 1.", name)
        return value
    return None


# ----------------------------------------------------------------------------------------- answers


def completion(question: Question, text: str) -> dict[str, Any]:
    """The whole answer. Its id is made of what was asked and said: the same request, the same bytes."""
    kept = text if question.longest is None else text[: question.longest * 4]
    asked = sum(tokens(message.content) for message in question.messages)
    said = tokens(kept)
    return {
        "id": f"chatcmpl-{digest_of(f'{question.brief}{kept}'.encode())[:24]}",
        "object": "chat.completion",
        "created": 0,
        "model": MODEL,
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": kept},
                "finish_reason": "stop" if kept == text else "length",
            }
        ],
        "usage": {"prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said},
    }


def tokens(text: str) -> int:
    """Four characters a token: there is no tokenizer behind rules, but budgets need a measure."""
    return -(-len(text) // 4)


def events(question: Question, whole: Mapping[str, Any]) -> Iterator[bytes]:
    """The same answer as server-sent events."""
    head = {"id": whole["id"], "object": "chat.completion.chunk", "created": 0, "model": MODEL}
    choice = whole["choices"][0]
    text = choice["message"]["content"]
    deltas = [{"role": "assistant", "content": ""}]
    deltas += [{"content": text[at : at + PIECE]} for at in range(0, len(text), PIECE)]
    for delta in deltas:
        yield _event({**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
    last = {"index": 0, "delta": {}, "finish_reason": choice["finish_reason"]}
    yield _event({**head, "choices": [last]})
    if question.stream_usage:
        yield _event({**head, "choices": [], "usage": whole["usage"]})
    yield b"data: [DONE]\n\n"


def _event(data: Mapping[str, Any]) -> bytes:
    return b"data: " + as_json(data) + b"\n\n"


def as_json(data: object) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def error(message: str, kind: str, param: str | None = None, code: str | None = None) -> dict[str, Any]:
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}
