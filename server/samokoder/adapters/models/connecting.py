"""From an endpoint to the model that talks to it."""

from __future__ import annotations

from collections.abc import Generator
from functools import partial
from typing import TYPE_CHECKING, Any

from samokoder.adapters.models.dialect import MAX_OUTPUT, Dialect
from samokoder.adapters.models.endpoint import FREE, Endpoint
from samokoder.adapters.openai_model import OpenAIModel

if TYPE_CHECKING:
    import httpx2


def connect(endpoint: Endpoint, **options: Any) -> OpenAIModel:
    """Nothing is connected before the first call."""
    said = endpoint.abilities
    longest = min(filter(None, (MAX_OUTPUT, said.max_output, said.context)))
    special = endpoint.query or endpoint.key_header != "Authorization"
    return OpenAIModel(
        endpoint.base_url,
        endpoint.model,
        endpoint.key,
        price=endpoint.price or FREE,
        dialect=Dialect(limit=endpoint.limit),
        max_output=longest,
        http_client=partial(_client, endpoint) if special else None,
        **options,
    )


def _client(endpoint: Endpoint) -> httpx2.AsyncClient:
    """For addresses with a query, and keys that are no bearer tokens."""
    import httpx2

    class OwnHeader(httpx2.Auth):
        def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
            if endpoint.key_header != "Authorization":
                request.headers.pop("Authorization", None)
                request.headers.update(endpoint.headers)
            yield request

    return httpx2.AsyncClient(params=dict(endpoint.query), auth=OwnHeader(), follow_redirects=False)
