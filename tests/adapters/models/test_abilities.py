"""Abilities are what an endpoint was seen to do, and what was seen is remembered."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from samokoder.adapters.models.abilities import probe
from samokoder.adapters.models.connecting import connect
from samokoder.adapters.models.endpoint import Abilities, Endpoint
from samokoder.adapters.models.fetching import Fetched
from samokoder.adapters.models.remembered import Remembered
from samokoder.errors import ModelUnavailable
from samokoder.survey import CHEAP
from tests.adapters.models.loopback import Answer, Asked, completion, serving

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def at(address: str, **more: Any) -> Endpoint:
    return Endpoint(provider="custom", base_url=f"{address}/v1", model="m", **more)


def able(asked: Asked) -> Answer:
    """Does all that it is asked."""
    body = asked.body
    if body.get("stream"):
        return 200, completion('{"ok": true}', streamed=True)
    answer = completion('{"ok": true}' if "response_format" in body else "Sure! ok is true.")
    if "tools" in body:
        call = {"id": "1", "type": "function", "function": {"name": "answer", "arguments": '{"ok": true}'}}
        answer["choices"][0]["message"]["tool_calls"] = [call]
    if "reasoning_effort" in body:
        answer["usage"]["completion_tokens_details"] = {"reasoning_tokens": 3}
    return 200, answer


def refusing(asked: Asked) -> Answer:
    """Knows nothing but plain chat, and says so."""
    known = {"model", "messages", "max_tokens"}
    if unknown := asked.body.keys() - known:
        return 400, {"error": {"message": f"unknown: {unknown}"}}
    return 200, completion("ok")


def heedless(asked: Asked) -> Answer:
    """Takes everything and pays no heed to it."""
    return 200, completion("Sure, here you go!")


@pytest.mark.parametrize(("server", "can"), [(able, True), (refusing, False), (heedless, False)])
async def test_an_ability_is_what_was_seen_not_what_was_accepted(server: Any, can: bool) -> None:
    async with serving(server) as loopback:
        found = await probe(at(loopback.address, abilities=Abilities(context=100)))
    assert found == Abilities(
        context=100, streaming=can, json_schema=can, tools=can, json_mode=can, reasoning_effort=can
    )


async def test_what_went_wrong_otherwise_shows_nothing() -> None:
    def busy(asked: Asked) -> Answer:
        plain = asked.body.keys() <= {"model", "messages", "max_tokens"}
        return (200, completion("ok")) if plain else (429, {"error": {"message": "slow down"}})

    async with serving(busy) as loopback:
        assert await probe(at(loopback.address)) == Abilities()


async def test_who_does_not_answer_at_all_is_not_tried() -> None:
    async with serving({}) as loopback:
        with pytest.raises(Fetched):
            await probe(at(loopback.address))
    assert len(loopback.asked) == 1


def test_what_was_found_is_remembered_with_its_day_and_without_the_key(tmp_path: Path) -> None:
    remembered = Remembered(tmp_path / "state" / "models.json")
    endpoint = at("http://x", key=SecretStr("sk-canary"))
    remembered.keep(endpoint, Abilities(tools=True), NOW)
    memory = Remembered(tmp_path / "state" / "models.json").of(endpoint)
    assert memory is not None and memory.abilities.tools
    assert not memory.stale(NOW + timedelta(days=29)) and memory.stale(NOW + timedelta(days=31))
    assert "sk-canary" not in (tmp_path / "state" / "models.json").read_text()


def test_what_is_said_today_counts_before_what_is_remembered(tmp_path: Path) -> None:
    remembered = Remembered(tmp_path / "models.json")
    remembered.keep(at("http://x"), Abilities(tools=True, context=5), NOW)
    now = remembered.known(at("http://x", abilities=Abilities(context=9)))
    assert (now.abilities.tools, now.abilities.context) == (True, 9)


def test_a_damaged_memory_is_no_memory(tmp_path: Path) -> None:
    (tmp_path / "models.json").write_text("{")
    remembered = Remembered(tmp_path / "models.json")
    assert remembered.of(at("http://x")) is None
    remembered.keep(at("http://x"), Abilities(), NOW)
    assert remembered.of(at("http://x")) is not None


async def test_what_was_tried_in_vain_is_not_asked_for_again() -> None:
    async with serving(lambda asked: (200, completion("ok"))) as loopback:
        poor = Abilities(json_schema=False, tools=False, json_mode=False, streaming=False, max_output=99)
        model = connect(at(loopback.address, abilities=poor))
        await model.complete(CHEAP.model_copy(update={"form": "any"}))
        await model.close()
    body = loopback.asked[0].body
    assert not {"response_format", "tools"} & body.keys() and not body.get("stream")
    assert body["max_tokens"] == 99


async def test_azure_gets_its_key_in_its_header_and_its_version_in_the_address() -> None:
    async with serving(lambda asked: (200, completion("ok", streamed=asked.body["stream"]))) as loopback:
        endpoint = at(
            loopback.address,
            key=SecretStr("azure-key"),
            key_header="api-key",
            query={"api-version": "2024-10-21"},
        )
        model = connect(endpoint)
        await model.complete(CHEAP)
        await model.close()
    asked = loopback.asked[0]
    assert (asked.path, asked.query) == ("/v1/chat/completions", {"api-version": ["2024-10-21"]})
    assert asked.headers["api-key"] == "azure-key"
    assert "authorization" not in asked.headers


async def test_a_refusal_that_quotes_the_key_of_another_header_does_not_show_it() -> None:
    def quoting(asked: Asked) -> Answer:
        return 401, {"error": {"message": f"bad key {asked.headers['api-key']}"}}

    async with serving(quoting) as loopback:
        model = connect(at(loopback.address, key=SecretStr("azure-canary"), key_header="api-key"))
        with pytest.raises(ModelUnavailable) as refused:
            await model.complete(CHEAP)
        await model.close()
    assert "azure-canary" not in json.dumps([str(refused.value), refused.value.hint])
