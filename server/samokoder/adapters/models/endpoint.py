"""One model at one address: all that is needed to call it. Values only; nothing here touches the network."""

from __future__ import annotations

import math
from collections.abc import Mapping

from pydantic import Field, SecretStr

from samokoder.domain.value import Value


class Price(Value):
    """US dollars for a million tokens, which is millionths of a dollar for one."""

    input: float = Field(default=0, ge=0)
    output: float = Field(default=0, ge=0)
    cached: float | None = Field(default=None, ge=0)
    """For input tokens the provider had cached; None: as any other input."""

    def of(self, tokens_in: int, tokens_out: int, tokens_cached: int = 0) -> int:
        """Millionths of a dollar, rounded up."""
        cached = self.input if self.cached is None else self.cached
        cost = (tokens_in - tokens_cached) * self.input + tokens_cached * cached + tokens_out * self.output
        return math.ceil(round(cost, 6))


FREE = Price()


class Abilities(Value):
    """What an endpoint can do with a model. None: nobody has tried."""

    context: int | None = Field(default=None, ge=1)
    """Tokens of question and answer together."""
    max_output: int | None = Field(default=None, ge=1)
    """Tokens one answer may have."""
    streaming: bool | None = None
    json_schema: bool | None = None
    tools: bool | None = None
    json_mode: bool | None = None
    reasoning_effort: bool | None = None


UNKNOWN = Abilities()


class Endpoint(Value):
    """A model, where it is, how to be let in, and what is known of it."""

    provider: str
    """Short name: ``groq``, ``ollama``; ``custom`` for an address of the person's own."""
    base_url: str
    """Ends where ``/chat/completions`` follows."""
    model: str
    """As the endpoint calls it."""
    key: SecretStr | None = None
    key_header: str = "Authorization"
    """Azure wants the bare key in ``api-key``; with ``Authorization`` it is sent as a bearer token."""
    query: Mapping[str, str] = {}
    """Added to every address: Azure's ``api-version``."""
    limit: str = "max_tokens"
    """What it calls the cap on the answer's length."""
    local: bool = False
    """On this machine: no key, no price."""
    abilities: Abilities = UNKNOWN
    price: Price | None = None
    """None: unknown, which is not the same as free."""

    @property
    def name(self) -> str:
        """As the person chose it: ``groq/llama-3.3-70b-versatile``."""
        return f"{self.provider}/{self.model}"

    @property
    def headers(self) -> dict[str, str]:
        """What the key is sent as, when that is not a bearer token."""
        if self.key is None or self.key_header == "Authorization":
            return {}
        return {self.key_header: self.key.get_secret_value()}
