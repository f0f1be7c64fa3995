"""What an endpoint can do with a model, found out by trying: five calls of a few words each."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import anyio

from samokoder.adapters.models.endpoint import Abilities, Endpoint
from samokoder.adapters.models.fetching import Fetched, asking

PATIENCE = 60.0
"""Seconds for one call; a local server may have to load the model first."""
LONGEST = 256
"""Tokens of one answer; models that think need some for that."""

Chat = Callable[[Mapping[str, Any]], Awaitable[str]]

_ASK = 'Answer with the JSON object {"ok": true} and nothing else.'
_SCHEMA = {
    "type": "object",
    "properties": {"ok": {"type": "boolean"}},
    "required": ["ok"],
    "additionalProperties": False,
}
_FORMAT = {"type": "json_schema", "json_schema": {"name": "answer", "schema": _SCHEMA, "strict": True}}
_TOOL = {"type": "function", "function": {"name": "answer", "parameters": _SCHEMA}}
_CHOSEN = {"type": "function", "function": {"name": "answer"}}

WAYS: Mapping[str, Mapping[str, Any]] = {
    "streaming": {"stream": True},
    "json_schema": {"response_format": _FORMAT},
    "tools": {"tools": [_TOOL], "tool_choice": _CHOSEN},
    "json_mode": {"response_format": {"type": "json_object"}},
    "reasoning_effort": {"reasoning_effort": "low"},
}
"""What is added to a plain question to try each ability."""


async def probe(endpoint: Endpoint) -> Abilities:
    """What is known already, with what was found. Raises Fetched when the endpoint answers nothing at all."""
    found: dict[str, bool | None] = {}

    async with _chat(endpoint) as ask:
        await ask({})  # whoever does not answer this has no abilities to be tried

        async def look(name: str) -> None:
            found[name] = await _can(name, ask)

        async with anyio.create_task_group() as group:
            for name in WAYS:
                group.start_soon(look, name)
    return endpoint.abilities.model_copy(update=found)


@asynccontextmanager
async def _chat(endpoint: Endpoint) -> AsyncIterator[Chat]:
    async with asking(
        endpoint.base_url,
        headers=authorization(endpoint),
        query=endpoint.query,
        seconds=PATIENCE,
        by_proxy=not endpoint.local,
    ) as ask:
        plain = {
            "model": endpoint.model,
            "messages": [{"role": "user", "content": _ASK}],
            endpoint.limit: LONGEST,
        }

        async def chat(more: Mapping[str, Any]) -> str:
            return str(await ask("/chat/completions", {**plain, **more}, raw=True))

        yield chat


def authorization(endpoint: Endpoint) -> dict[str, str]:
    if endpoint.key is None or endpoint.headers:
        return endpoint.headers
    return {"Authorization": f"Bearer {endpoint.key.get_secret_value()}"}


async def _can(name: str, ask: Chat) -> bool | None:
    """None when the trial showed nothing: it was cut off, or something else went wrong."""
    try:
        said = await ask(WAYS[name])
    except Fetched as refusal:
        return False if refusal.status in (400, 404, 415, 422, 501) else None
    if name == "streaming":
        return said.lstrip().startswith(("data:", ":", "event:"))
    try:
        answer = json.loads(said)
        choice = answer["choices"][0]
        return SHOWS[name](choice["message"], answer) or (
            False if choice.get("finish_reason") == "stop" else None
        )
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        return None


def _is_json(message: Mapping[str, Any], answer: Mapping[str, Any]) -> bool:
    try:
        return isinstance(json.loads(message["content"])["ok"], bool)
    except (ValueError, KeyError, TypeError):
        return False


def _called(message: Mapping[str, Any], answer: Mapping[str, Any]) -> bool:
    return bool(message.get("tool_calls"))


def _thought(message: Mapping[str, Any], answer: Mapping[str, Any]) -> bool:
    """Many endpoints take any field and pay no heed; one that counts or shows its thoughts does."""
    details = (answer.get("usage") or {}).get("completion_tokens_details") or {}
    return bool("reasoning_tokens" in details or message.get("reasoning") or message.get("reasoning_content"))


SHOWS: Mapping[str, Callable[[Mapping[str, Any], Mapping[str, Any]], bool]] = {
    "json_schema": _is_json,
    "tools": _called,
    "json_mode": _is_json,
    "reasoning_effort": _thought,
}
"""Whether an answer shows the ability."""
