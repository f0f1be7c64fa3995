"""Model servers on this machine, found on their usual ports and asked, each in its own words, what they are.

A port is no proof: anything may listen there. What does not answer as Ollama, LM Studio, llama.cpp or vLLM do
is passed over. Only loopback is looked at, past any proxy, and no key is ever sent.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import anyio

from samokoder.adapters.models import listing
from samokoder.adapters.models.endpoint import FREE, Abilities, Endpoint
from samokoder.adapters.models.fetching import Ask, Fetched, asking
from samokoder.adapters.models.providers import LOCAL, Provider, on_loopback

PATIENCE = 1.0
"""Seconds for each question; a server on this machine answers in milliseconds."""
OLLAMA_CONTEXT = 4_096
"""What Ollama gives a model that is not told otherwise, whatever the model could take."""

Recognise = Callable[[Provider, Ask], Awaitable[tuple[Endpoint, ...]]]


async def discover(providers: Iterable[Provider] = LOCAL) -> tuple[Endpoint, ...]:
    """Every model of every server that was recognised, in the order of the providers."""
    places = [provider for provider in providers if provider.name in RECOGNISE]
    found: dict[str, tuple[Endpoint, ...]] = {}

    async def look(provider: Provider) -> None:
        found[provider.name] = await models_of(provider)

    async with anyio.create_task_group() as group:
        for provider in places:
            group.start_soon(look, provider)
    return tuple(endpoint for provider in places for endpoint in found[provider.name])


async def models_of(provider: Provider) -> tuple[Endpoint, ...]:
    """Nothing when nobody is there, or somebody else."""
    if not on_loopback(provider.base_url):
        return ()
    parts = urlsplit(provider.base_url)
    async with asking(f"{parts.scheme}://{parts.netloc}", seconds=PATIENCE, by_proxy=False) as ask:
        try:
            found = await RECOGNISE[provider.name](provider, ask)
        except (Fetched, KeyError, TypeError, AttributeError):  # it does not speak as this server does
            return ()
    return tuple(e if e.price else e.model_copy(update={"price": FREE}) for e in found)


async def as_it_runs(provider: Provider, endpoint: Endpoint) -> Endpoint:
    """With the context its server gives it now; the same when the server does not say."""
    listed = await models_of(provider)
    found = next((e for e in listed if e.model == endpoint.model), None)
    if found is None and len(listed) == 1 and provider.name == "llamacpp":
        found = listed[0]  # it serves one model under any name
    if found is None:
        return endpoint
    said = endpoint.abilities.model_copy(update=found.abilities.model_dump(exclude_none=True))
    return endpoint.model_copy(update={"abilities": said})


async def _ollama(provider: Provider, ask: Ask) -> tuple[Endpoint, ...]:
    if not isinstance((await ask("/api/version"))["version"], str):
        return ()
    names = [item["name"] for item in (await ask("/api/tags"))["models"] if isinstance(item["name"], str)]
    running = {item["name"]: item for item in (await ask("/api/ps")).get("models") or ()}
    return tuple([await _of_ollama(provider, ask, name, running.get(name, {})) for name in names])


async def _of_ollama(provider: Provider, ask: Ask, name: str, running: Mapping[str, Any]) -> Endpoint:
    about = await ask("/api/show", {"model": name})
    set_to = re.search(r"^num_ctx\s+(\d+)", str(about.get("parameters") or ""), re.MULTILINE)
    context = listing.positive(running.get("context_length")) or int(set_to[1] if set_to else OLLAMA_CONTEXT)
    can = about.get("capabilities")
    tools = "tools" in can if isinstance(can, list) else None
    return provider.endpoint(name).model_copy(update={"abilities": Abilities(context=context, tools=tools)})


async def _lm_studio(provider: Provider, ask: Ask) -> tuple[Endpoint, ...]:
    """Its own address of today, else that of its earlier versions; others have only ``/v1``."""
    with suppress(Fetched, KeyError):
        models = (await ask("/api/v1/models"))["models"]
        return tuple(_of_lm_studio(provider, item) for item in models if item["type"] == "llm")
    answer = await ask("/api/v0/models")
    if not all({"type", "arch", "state"} <= item.keys() for item in listing.items(answer)):
        return ()
    return listing.endpoints(provider, answer)


def _of_lm_studio(provider: Provider, item: Mapping[str, Any]) -> Endpoint:
    loaded = [instance["config"]["context_length"] for instance in item["loaded_instances"]]
    context = listing.positive(loaded[0] if loaded else item["max_context_length"])
    endpoint: Endpoint = provider.endpoint(item["key"])
    return endpoint.model_copy(update={"abilities": Abilities(context=context)})


async def _llama_cpp(provider: Provider, ask: Ask) -> tuple[Endpoint, ...]:
    about = await ask("/props")
    context = listing.positive(about["default_generation_settings"]["n_ctx"])
    found = listing.endpoints(provider, await ask("/v1/models"))
    return tuple(e.model_copy(update={"abilities": Abilities(context=context)}) for e in found)


async def _vllm(provider: Provider, ask: Ask) -> tuple[Endpoint, ...]:
    if not isinstance((await ask("/version"))["version"], str):
        return ()
    answer = await ask("/v1/models")
    if not all(item.get("owned_by") == "vllm" for item in listing.items(answer)):
        return ()
    return listing.endpoints(provider, answer)


RECOGNISE: dict[str, Recognise] = {
    "ollama": _ollama,
    "lmstudio": _lm_studio,
    "llamacpp": _llama_cpp,
    "vllm": _vllm,
}
