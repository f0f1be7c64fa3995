"""Model servers on this machine are found by what they say, not by the port they are on."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from samokoder.adapters.models.discovery import as_it_runs, discover
from samokoder.adapters.models.endpoint import FREE, Abilities, Endpoint
from samokoder.adapters.models.providers import LOCAL, Provider
from tests.adapters.models.loopback import Answer, Asked, serving

OLLAMA: dict[str, Any] = {
    "/api/version": {"version": "0.12.3"},
    "/api/tags": {"models": [{"name": "qwen2.5-coder:7b"}, {"name": "tuned:1b"}, {"name": "warm:3b"}]},
    "/api/ps": {"models": [{"name": "warm:3b", "context_length": 16_384}]},
}
LM_STUDIO = {
    "/api/v1/models": {
        "models": [
            {
                "type": "llm",
                "key": "qwen3",
                "max_context_length": 40_960,
                "loaded_instances": [{"id": "qwen3", "config": {"context_length": 8_192}}],
            },
            {"type": "llm", "key": "gemma", "max_context_length": 8_000, "loaded_instances": []},
            {"type": "embedding", "key": "nomic", "max_context_length": 2_048, "loaded_instances": []},
        ]
    }
}
LM_STUDIO_OF_OLD = {
    "/api/v0/models": {
        "data": [
            {"id": "a", "type": "llm", "arch": "qwen", "state": "not-loaded", "max_context_length": 32_768},
            {"id": "b", "type": "embeddings", "arch": "bert", "state": "loaded", "max_context_length": 512},
        ]
    }
}
LLAMA_CPP = {
    "/props": {"default_generation_settings": {"n_ctx": 2_048}, "total_slots": 1},
    "/v1/models": {"data": [{"id": "smol.gguf", "meta": {"n_ctx_train": 8_192}}]},
}
VLLM = {
    "/version": {"version": "0.11"},
    "/v1/models": {"data": [{"id": "org/model", "owned_by": "vllm", "max_model_len": 65_536}]},
}


def ollama(asked: Asked) -> Answer:
    if asked.path == "/api/show":
        tuned = asked.body["model"] == "tuned:1b"
        return 200, {
            "parameters": "stop x\nnum_ctx   32768" if tuned else "",
            "capabilities": ["completion"] if tuned else ["completion", "tools"],
        }
    return (200, OLLAMA[asked.path]) if asked.path in OLLAMA else (404, {})


async def found(name: str, routes: Any) -> tuple[Endpoint, ...]:
    async with serving(routes) as server:
        return await discover([at(name, server.address)])


def at(name: str, address: str) -> Provider:
    usual = next(provider for provider in LOCAL if provider.name == name)
    return usual.model_copy(update={"base_url": f"{address}/v1"})


async def test_ollama_is_found_with_the_context_each_model_really_gets() -> None:
    models = await found("ollama", ollama)
    assert [(e.name, e.abilities.context, e.abilities.tools) for e in models] == [
        ("ollama/qwen2.5-coder:7b", 4_096, True),
        ("ollama/tuned:1b", 32_768, False),
        ("ollama/warm:3b", 16_384, True),
    ]


@pytest.mark.parametrize(
    ("name", "routes", "expected"),
    [
        ("lmstudio", LM_STUDIO, [("lmstudio/qwen3", 8_192), ("lmstudio/gemma", 8_000)]),
        ("lmstudio", LM_STUDIO_OF_OLD, [("lmstudio/a", 32_768)]),
        ("llamacpp", LLAMA_CPP, [("llamacpp/smol.gguf", 2_048)]),
        ("vllm", VLLM, [("vllm/org/model", 65_536)]),
    ],
)
async def test_each_server_is_known_by_its_own_words(
    name: str, routes: Mapping[str, Any], expected: list[tuple[str, int]]
) -> None:
    assert [(e.name, e.abilities.context) for e in await found(name, routes)] == expected


@pytest.mark.parametrize("name", [provider.name for provider in LOCAL])
@pytest.mark.parametrize(
    "routes",
    [
        {},
        lambda asked: (200, "<html>hello</html>"),
        lambda asked: (200, {}),
        lambda asked: (200, []),
        lambda asked: (200, {"data": [{"id": "gpt"}], "models": [1], "version": 3}),
        lambda asked: (302, {}),
    ],
    ids=["nothing", "a web page", "empty", "a list", "half alike", "a redirect"],
)
async def test_what_is_something_else_is_passed_over(name: str, routes: Any) -> None:
    assert await found(name, routes) == ()


async def test_one_server_on_anothers_port_is_not_taken_for_it() -> None:
    assert await found("ollama", LLAMA_CPP) == ()
    assert await found("vllm", LLAMA_CPP) == ()
    assert await found("llamacpp", ollama) == ()


async def test_no_key_is_sent_and_what_is_found_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary")
    async with serving(LLAMA_CPP) as server:
        models = await discover([at("llamacpp", server.address)])
    assert models and all(e.price == FREE and e.key is None for e in models)
    assert server.asked
    for asked in server.asked:
        assert "authorization" not in asked.headers
        assert "sk-canary" not in str(asked)


async def test_a_chosen_model_is_known_as_it_runs_now() -> None:
    async with serving(ollama) as server:
        provider = at("ollama", server.address)
        stale = provider.endpoint("warm:3b").model_copy(
            update={"abilities": Abilities(context=99, tools=False)}
        )
        assert (await as_it_runs(provider, stale)).abilities == Abilities(context=16_384, tools=True)
        other = provider.endpoint("unheard-of")
        assert await as_it_runs(provider, other) == other
    async with serving(LLAMA_CPP) as server:
        provider = at("llamacpp", server.address)
        assert (await as_it_runs(provider, provider.endpoint("any"))).abilities.context == 2_048


async def test_nothing_but_loopback_is_asked() -> None:
    places = [p.model_copy(update={"base_url": "http://192.0.2.1:80/v1"}) for p in LOCAL]
    assert await asyncio.wait_for(discover(places), 0.5) == ()


async def test_a_port_that_never_answers_does_not_hold_up_the_others() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    listener = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    async with listener, serving(VLLM) as server:
        places = [at("ollama", f"http://127.0.0.1:{port}"), at("vllm", server.address)]
        assert [e.name for e in await asyncio.wait_for(discover(places), 10)] == ["vllm/org/model"]
