"""What an endpoint says of its models (``GET /models``), in the words of each provider. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from samokoder.adapters.models.endpoint import Abilities, Endpoint, Price
from samokoder.adapters.models.providers import Provider

CONTEXT = ("loaded_context_length", "max_model_len", "context_window", "context_length", "max_context_length")
"""LM Studio, vLLM, Groq, OpenRouter, LM Studio before it has loaded the model."""
NO_CHAT = frozenset({"embeddings", "embedding"})


def endpoints(provider: Provider, answer: Any) -> tuple[Endpoint, ...]:
    """Every model of a list; what makes no sense in it is left out."""
    return tuple(
        provider.endpoint(item["id"]).model_copy(
            update={"abilities": _abilities(item), "price": _price(item)}
        )
        for item in items(answer)
        if item.get("type") not in NO_CHAT
    )


def items(answer: Any) -> Iterator[dict[str, Any]]:
    """The entries that name a model."""
    listed = answer.get("data") if isinstance(answer, dict) else None
    for item in listed if isinstance(listed, list) else ():
        if isinstance(item, dict) and isinstance(item.get("id"), str) and item["id"]:
            yield item


def _abilities(item: dict[str, Any]) -> Abilities:
    provided = item.get("top_provider")
    most = provided.get("max_completion_tokens") if isinstance(provided, dict) else None
    can = item.get("supported_parameters")
    known = {
        "json_schema": "structured_outputs",
        "tools": "tools",
        "json_mode": "response_format",
        "reasoning_effort": "reasoning",
    }
    said = {name: word in can for name, word in known.items()} if isinstance(can, list) else {}
    context = next((n for name in CONTEXT if (n := positive(item.get(name)))), None)
    return Abilities(context=context, max_output=positive(most or item.get("max_completion_tokens")), **said)


def _price(item: dict[str, Any]) -> Price | None:
    """OpenRouter's: dollars a token, as text; a negative one means that it varies."""
    listed = item.get("pricing")
    if not isinstance(listed, dict):
        return None
    try:
        prompt, answer = float(listed["prompt"]) * 1e6, float(listed["completion"]) * 1e6
        cached = float(listed["input_cache_read"]) * 1e6 if listed.get("input_cache_read") else None
        return Price(input=prompt, output=answer, cached=cached)
    except (KeyError, TypeError, ValueError):
        return None


def positive(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None
