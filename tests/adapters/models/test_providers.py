"""What names of models stand for, and where a key goes."""

from __future__ import annotations

import pytest

from samokoder.adapters.models.providers import Provider, Providers, azure, on_loopback
from samokoder.errors import SetupError


@pytest.mark.parametrize(
    ("name", "address", "model"),
    [
        ("openai/gpt-5", "https://api.openai.com/v1", "gpt-5"),
        ("anthropic/claude-sonnet-4-5", "https://api.anthropic.com/v1", "claude-sonnet-4-5"),
        ("groq/llama-3.3-70b-versatile", "https://api.groq.com/openai/v1", "llama-3.3-70b-versatile"),
        ("openrouter/meta-llama/llama-4", "https://openrouter.ai/api/v1", "meta-llama/llama-4"),
        ("ollama/qwen2.5-coder:7b", "http://127.0.0.1:11434/v1", "qwen2.5-coder:7b"),
        ("lmstudio/a", "http://127.0.0.1:1234/v1", "a"),
        ("llamacpp/a", "http://127.0.0.1:8080/v1", "a"),
        ("vllm/org/a", "http://127.0.0.1:8000/v1", "org/a"),
        ("gpt-5", "https://api.openai.com/v1", "gpt-5"),
    ],
)
def test_a_name_begins_with_its_provider(name: str, address: str, model: str) -> None:
    endpoint = Providers().endpoint(name)
    assert (endpoint.base_url, endpoint.model) == (address, model)


def test_a_plain_name_goes_to_the_address_that_was_set() -> None:
    endpoint = Providers(base_url="https://models.example/v1/").endpoint("org/mine")
    assert (endpoint.name, endpoint.base_url) == ("custom/org/mine", "https://models.example/v1")


def test_an_address_that_is_a_provider_s_is_that_provider() -> None:
    assert Providers(base_url="https://api.groq.com/openai/v1").endpoint("llama").name == "groq/llama"


def test_azure_is_asked_at_its_deployment_with_its_version_and_its_header() -> None:
    endpoint = Providers([azure("https://me.openai.azure.com/")]).endpoint("azure/my deployment")
    assert endpoint.base_url == "https://me.openai.azure.com/openai/deployments/my%20deployment"
    assert endpoint.query == {"api-version": "2024-10-21"}
    assert endpoint.key_header == "api-key"


def test_azure_without_dates_has_one_address_and_no_version() -> None:
    endpoint = Providers([azure("https://me.openai.azure.com", "v1")]).endpoint("azure/mine")
    assert (endpoint.base_url, endpoint.query) == ("https://me.openai.azure.com/openai/v1", {})


def test_azure_that_was_not_set_up_is_said_so_and_sent_nowhere_else() -> None:
    with pytest.raises(SetupError, match="address of your Azure resource"):
        Providers().endpoint("azure/mine")


def test_an_own_endpoint_has_its_own_name() -> None:
    own = Provider(name="work", title="Work", base_url="https://llm.work.example/v1")
    assert Providers([own]).endpoint("work/big").base_url == "https://llm.work.example/v1"


@pytest.mark.parametrize(
    ("address", "is_here"),
    [
        ("http://127.0.0.1:1/v1", True),
        ("http://localhost:1", True),
        ("http://[::1]:1", True),
        ("http://127.0.0.1.evil.example", False),
        ("http://10.0.0.1", False),
        ("http://localhost@evil.example", False),
    ],
)
def test_only_loopback_is_this_machine(address: str, is_here: bool) -> None:
    assert on_loopback(address) is is_here
