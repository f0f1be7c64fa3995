"""Whether a question fits a model's context, before it is sent."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from samokoder.adapters.models.abilities import authorization
from samokoder.adapters.models.endpoint import Endpoint
from samokoder.adapters.models.fetching import Fetched, asking
from samokoder.errors import ContextTooLarge
from samokoder.ports import ModelRequest

ANSWER = 4_096
"""Tokens kept free for the answer; a quarter of the context where that is less."""
OVERHEAD = 32
"""Tokens a message may cost beside its text."""
PATIENCE = 5.0


async def see_that_it_fits(endpoint: Endpoint, request: ModelRequest, at_most: int) -> None:
    """Raises ContextTooLarge. ``at_most``: tokens the question certainly does not exceed.

    Only where those would not fit, the endpoint is asked for its own count, if it has one.
    """
    context = endpoint.abilities.context
    if context is None:
        return
    room = context - min(ANSWER, context // 4)
    if at_most <= room:
        return
    tokens = await own_count(endpoint, request)
    if tokens is None or tokens > room:
        about = f"about {at_most:,}" if tokens is None else f"{tokens:,}"
        raise ContextTooLarge(
            f"The {request.agent}'s question has {about} tokens; {endpoint.name} takes {room:,} "
            f"(its context of {context:,}, less room for the answer).",
            hint="Choose a model with a larger context, or give the local server a larger one.",
        )


async def own_count(endpoint: Endpoint, request: ModelRequest) -> int | None:
    """As llama.cpp and vLLM count; None for everybody else, and when they do not answer."""
    if endpoint.provider not in COUNTING:
        return None
    texts = [message.content for message in request.messages]
    texts.append(json.dumps(request.answer_schema, ensure_ascii=False))
    parts = urlsplit(endpoint.base_url)
    address = f"{parts.scheme}://{parts.netloc}"
    headers = authorization(endpoint)
    try:
        async with asking(address, headers=headers, seconds=PATIENCE, by_proxy=not endpoint.local) as ask:
            answer = await ask("/tokenize", COUNTING[endpoint.provider](endpoint, "\n".join(texts)))
            counted = len(answer["tokens"])
    except (Fetched, KeyError, TypeError):
        return None
    return counted + OVERHEAD * len(request.messages)


def _llama_cpp(endpoint: Endpoint, text: str) -> dict[str, Any]:
    return {"content": text}


def _vllm(endpoint: Endpoint, text: str) -> dict[str, Any]:
    return {"model": endpoint.model, "prompt": text}


COUNTING = {"llamacpp": _llama_cpp, "vllm": _vllm}
"""Bodies of their ``/tokenize``."""
