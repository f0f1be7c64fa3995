"""From the settings to the models that answer."""

from __future__ import annotations

import os
from typing import Any

import pytest

from samokoder import models
from samokoder.adapters.models.endpoint import FREE, Price
from samokoder.bootstrap import own_environment
from samokoder.errors import SetupError
from samokoder.settings import read_settings


def chosen(options: dict[str, Any], environment: dict[str, str] | None = None) -> models.Choice:
    return models.choice(read_settings(options, environment or {}), environment or {})


def names(choice: models.Choice, tier: str) -> list[str]:
    endpoints = choice.by_tier.get(tier, choice.default)  # type: ignore[call-overload]
    return [endpoint.name for endpoint in endpoints]


def test_without_any_the_embedded_model_works_and_says_so() -> None:
    assert chosen({}).endpoints == ()
    assert "embedded" in models.name_of(read_settings({}, {}), {})


def test_each_work_has_its_model_and_its_fallbacks() -> None:
    choice = chosen(
        {
            "model": "groq/llama-3.3-70b-versatile",
            "models": {"plan": "anthropic/claude-sonnet-4-5, openai/gpt-5", "code": "groq/small"},
            "strongModel": "openai/gpt-5",
        }
    )
    assert names(choice, "plan") == ["anthropic/claude-sonnet-4-5", "openai/gpt-5"]
    assert names(choice, "review") == names(choice, "plan")
    assert names(choice, "code") == names(choice, "summary") == ["groq/small"]
    assert names(choice, "strong") == ["openai/gpt-5"]
    assert [endpoint.name for endpoint in choice.default] == ["groq/llama-3.3-70b-versatile"]


def test_models_by_role_come_from_the_environment_too() -> None:
    environment = {"SAMOKODER_MODELS_PLAN": "openai/gpt-5", "SAMOKODER_MODEL": "ollama/qwen"}
    choice = chosen({}, environment)
    assert (names(choice, "plan"), names(choice, "code")) == (["openai/gpt-5"], ["ollama/qwen"])


def test_one_model_by_role_is_enough() -> None:
    choice = chosen({"models": {"plan": "openai/gpt-5"}})
    assert names(choice, "code") == ["openai/gpt-5"]


def test_what_stands_at_base_url_is_meant_as_that_address_has_it() -> None:
    options = {"model": "openai/gpt-oss", "baseUrl": "https://models.example/v1"}
    assert [e.base_url for e in chosen(options).default] == ["https://models.example/v1"]
    assert [e.model for e in chosen(options).default] == ["openai/gpt-oss"]


def test_prices_are_the_persons_then_the_tables_and_else_unknown() -> None:
    prices = {"groq/llama-3.3-70b-versatile": {"input": 9, "output": 9}}
    choice = chosen(
        {
            "model": "groq/llama-3.3-70b-versatile, openai/gpt-5-2025-08-07, groq/unheard-of, ollama/a",
            "prices": prices,
        }
    )
    assert [e.price for e in choice.default] == [
        Price(input=9, output=9),
        Price(input=1.25, output=10, cached=0.125),
        None,
        FREE,
    ]


def test_the_price_beside_the_model_is_the_models() -> None:
    options = {"model": "mine", "baseUrl": "https://models.example/v1", "price": {"input": 2}}
    assert chosen(options).default[0].price == Price(input=2)


@pytest.mark.parametrize("name", ["openai", "azure", "custom", "Work", "a/b", ""])
def test_an_own_endpoint_takes_no_name_a_key_could_be_led_away_by(name: str) -> None:
    with pytest.raises(SetupError, match="endpoints"):
        chosen({"model": "x", "endpoints": {name: {"baseUrl": "https://evil.example"}}})


async def test_the_key_beside_base_url_goes_only_there() -> None:
    settings = read_settings({"model": "m", "baseUrl": "https://models.example/v1", "apiKey": "sk-1"}, {})
    keys, known = models.keys(settings, {}), models.providers(settings, {}).known
    found = await keys.find(known["custom"])
    assert found is not None and found.key.get_secret_value() == "sk-1"
    assert await keys.find(known["openai"]) is None


def test_no_process_inherits_a_key_from_our_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "SAMOKODER_API_KEY", "SAMOKODER_KEY_WORK"):
        monkeypatch.setenv(name, "sk-canary")
    monkeypatch.setenv("SAMOKODER_MODEL", "m")
    whole = own_environment()
    assert whole["OPENAI_API_KEY"] == "sk-canary"
    assert "sk-canary" not in os.environ.values() and os.environ["SAMOKODER_MODEL"] == "m"


def test_the_name_tells_which_model_does_what() -> None:
    settings = read_settings({"model": "groq/a", "models": {"plan": "openai/b"}}, {})
    assert models.name_of(settings, {}) == (
        "a at api.groq.com; plan: b at api.openai.com; review: b at api.openai.com"
    )
