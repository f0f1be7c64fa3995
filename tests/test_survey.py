"""Which models can be reached, and whether a key works."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import SecretStr

from samokoder.adapters.models.keys import no_editor
from samokoder.lsp.results.models import ModelResult
from samokoder.settings import read_settings
from samokoder.survey import Survey
from tests.adapters.models.loopback import Answer, Asked, serving
from tests.adapters.models.test_abilities import able

LISTED = {
    "data": [
        {"id": "big", "context_length": 9_000, "pricing": {"prompt": "0.000002", "completion": "0.000003"}},
        {"id": "text-embedding-3", "object": "model"},
        {"id": "plain"},
    ]
}


def provider(asked: Asked) -> Answer:
    if asked.headers.get("authorization") != "Bearer sk-right":
        return 401, {"error": {"message": f"bad key: {asked.headers.get('authorization')}"}}
    return (200, LISTED) if asked.path == "/v1/models" else able(asked)


def survey(folder: Path, address: str, secret: Any = no_editor, **options: Any) -> Survey:
    endpoints = {"work": {"baseUrl": f"{address}/v1"}}
    nobody = {
        name: {"baseUrl": "http://127.0.0.1:1/v1"} for name in ("ollama", "lmstudio", "llamacpp", "vllm")
    }
    given = {"state": str(folder), "endpoints": {**endpoints, **nobody}, **options}
    return Survey(read_settings(given, {}), {}, secret)


async def right(name: str) -> SecretStr | None:
    return SecretStr("sk-right") if name == "work" else None


async def wrong(name: str) -> SecretStr | None:
    return SecretStr("sk-wrong") if name == "work" else None


async def test_what_a_provider_with_a_key_lists_is_shown_with_size_and_price(tmp_path: Path) -> None:
    async with serving(provider) as server:
        listed = await survey(tmp_path, server.address, right).look(probe=False)
    found = {item.name: item for item in listed.models}
    assert list(found) == ["", "work/big", "work/plain"]
    assert found["work/big"].context == 9_000
    price = found["work/big"].price
    assert price is not None and (round(price.input, 6), round(price.output, 6)) == (2, 3)
    assert found[""].works_as == ("all",)


async def test_a_provider_with_a_key_that_cannot_be_asked_is_told_of(tmp_path: Path) -> None:
    listed = await survey(tmp_path, "http://127.0.0.1:1", right).look(probe=False)
    assert listed.unreachable == ("work cannot be reached (ConnectError).",)


async def test_without_a_key_nothing_is_sent_and_it_is_said_how_to_set_one(tmp_path: Path) -> None:
    result = await survey(tmp_path, "http://127.0.0.1:1").test("groq/llama-3.3-70b-versatile")
    assert not result.ok and result.error == "There is no key for groq/llama-3.3-70b-versatile."
    assert "samokoder key set groq" in result.hint and "GROQ_API_KEY" in result.hint


async def test_a_chosen_model_that_cannot_be_reached_is_shown_with_the_reason(tmp_path: Path) -> None:
    async with serving(provider) as server:
        for secret, reason in (
            (wrong, "work refused the key (HTTP 401)."),
            (right, "work does not list this model."),
        ):
            listed = await survey(tmp_path, server.address, secret, model="work/other").look(probe=False)
            item = next(item for item in listed.models if item.name == "work/other")
            assert (item.reachable, item.why_not, item.works_as) == (False, reason, ("all",))


def tried(item: ModelResult) -> bool | None:
    return item.abilities.tools


async def test_free_models_are_tried_by_themselves_and_paid_ones_on_request(tmp_path: Path) -> None:
    prices = {"work/plain": {"input": 1, "output": 1}}
    async with serving(provider) as server:
        free = await survey(tmp_path / "a", server.address, right, model="work/plain").look(False)
        paid = await survey(tmp_path / "b", server.address, right, model="work/plain", prices=prices).look(
            False
        )
        asked = await survey(tmp_path / "b", server.address, right, model="work/plain", prices=prices).look(
            True
        )
        later = await survey(tmp_path / "b", server.address, right, model="work/plain", prices=prices).look(
            False
        )
    results = [
        next(i for i in listed.models if i.name == "work/plain") for listed in (free, paid, asked, later)
    ]
    assert [tried(item) for item in results] == [True, None, True, True]
    assert results[1].probed is None and results[3].probed == results[2].probed


async def test_a_key_is_tested_with_one_call(tmp_path: Path) -> None:
    async with serving(provider) as server:
        result = await survey(tmp_path, server.address, right, model="work/plain").test(None)
        calls = [asked for asked in server.asked if asked.path == "/v1/chat/completions"]
    assert (result.ok, result.model, result.tokens_out, len(calls)) == (True, "work/plain", 5, 1)
    assert calls[0].body["max_tokens"] <= 256


async def test_a_key_that_is_refused_is_said_to_be_and_not_shown(tmp_path: Path) -> None:
    async with serving(provider) as server:
        result = await survey(tmp_path, server.address, wrong).test("work/plain")
    assert not result.ok and "refused the key (HTTP 401)" in result.error
    assert "sk-wrong" not in result.model_dump_json()


async def test_a_server_that_is_not_there_is_said_to_be_unreachable(tmp_path: Path) -> None:
    result = await survey(tmp_path, "http://127.0.0.1:1", right).test("work/plain")
    assert not result.ok and "cannot be reached" in result.error
