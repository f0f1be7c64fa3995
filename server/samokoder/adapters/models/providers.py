"""Where models are served, and what a name like ``groq/llama-…`` stands for. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from ipaddress import ip_address
from urllib.parse import quote, urlsplit

from samokoder.adapters.models.endpoint import Endpoint
from samokoder.domain.value import Value
from samokoder.errors import SetupError

CUSTOM = "custom"
"""The provider at an address of the person's own (setting ``baseUrl``)."""
AZURE_VERSION = "2024-10-21"
"""Of Azure's dated API; ``v1`` is the one without dates."""


class Provider(Value):
    name: str
    """As names of models begin, and as its key is called."""
    title: str
    base_url: str
    """``{model}`` in it stands for the model, as in Azure's deployment addresses."""
    variable: str = ""
    """Environment variable its own tools read the key from."""
    key_header: str = "Authorization"
    query: Mapping[str, str] = {}
    limit: str = "max_tokens"
    local: bool = False

    def endpoint(self, model: str) -> Endpoint:
        """Without a key: whoever calls it finds that."""
        return Endpoint(
            provider=self.name,
            base_url=self.base_url.replace("{model}", quote(model, safe="")).rstrip("/"),
            model=model,
            key_header=self.key_header,
            query=self.query,
            limit=self.limit,
            local=self.local,
        )


REMOTE = (
    Provider(
        name="openai",
        title="OpenAI",
        base_url="https://api.openai.com/v1",
        variable="OPENAI_API_KEY",
        limit="max_completion_tokens",
    ),
    Provider(
        name="anthropic",
        title="Anthropic",
        base_url="https://api.anthropic.com/v1",
        variable="ANTHROPIC_API_KEY",
    ),
    Provider(name="groq", title="Groq", base_url="https://api.groq.com/openai/v1", variable="GROQ_API_KEY"),
    Provider(
        name="openrouter",
        title="OpenRouter",
        base_url="https://openrouter.ai/api/v1",
        variable="OPENROUTER_API_KEY",
    ),
)
LOCAL = (
    Provider(name="ollama", title="Ollama", base_url="http://127.0.0.1:11434/v1", local=True),
    Provider(name="lmstudio", title="LM Studio", base_url="http://127.0.0.1:1234/v1", local=True),
    Provider(name="llamacpp", title="llama.cpp", base_url="http://127.0.0.1:8080/v1", local=True),
    Provider(name="vllm", title="vLLM", base_url="http://127.0.0.1:8000/v1", local=True),
)
RESERVED = frozenset({"azure", CUSTOM, *(provider.name for provider in REMOTE)})
"""Names no endpoint of the person's own may take: their keys would go to another address."""


def azure(address: str, version: str = "") -> Provider:
    """``azure/DEPLOYMENT`` of the resource at this address."""
    host, version = address.rstrip("/"), version or AZURE_VERSION
    dated = version != "v1"
    return Provider(
        name="azure",
        title="Azure OpenAI",
        base_url=f"{host}/openai/deployments/{{model}}" if dated else f"{host}/openai/v1",
        variable="AZURE_OPENAI_API_KEY",
        key_header="api-key",
        query={"api-version": version} if dated else {},
        limit="max_completion_tokens",
    )


def custom(base_url: str) -> Provider:
    """The provider at an address: one of those known when it is theirs."""
    known = {provider.base_url: provider for provider in (*REMOTE, *LOCAL)}
    address = base_url.rstrip("/")
    return known.get(address) or Provider(
        name=CUSTOM, title=urlsplit(address).hostname or address, base_url=address, local=on_loopback(address)
    )


class Providers:
    """Those built in, Azure when it is set up, and the person's own; and where plain names go."""

    def __init__(self, own: Iterable[Provider] = (), base_url: str = "") -> None:
        self.default = custom(base_url) if base_url else REMOTE[0]
        self.known = {p.name: p for p in (*REMOTE, *LOCAL, *own, self.default)}

    def endpoint(self, name: str) -> Endpoint:
        """``provider/model``; a name that begins with no provider is one of ``baseUrl``, else of OpenAI."""
        provider, _, model = name.partition("/")
        if model and provider in self.known:
            return self.known[provider].endpoint(model)
        if model and provider == "azure":
            raise SetupError(
                f"{name} needs the address of your Azure resource.",
                hint="Set azure.endpoint (or AZURE_OPENAI_ENDPOINT), like https://NAME.openai.azure.com.",
            )
        return self.default.endpoint(name)


def on_loopback(address: str) -> bool:
    """Whether what is sent there stays on this machine. A name that must be resolved does not count."""
    host = urlsplit(address).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
