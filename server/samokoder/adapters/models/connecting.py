"""From an endpoint to the model that talks to it."""

from __future__ import annotations

from collections.abc import Generator
from functools import partial
from typing import TYPE_CHECKING, Any

from samokoder.adapters.models.dialect import FORMS, MAX_OUTPUT, Dialect
from samokoder.adapters.models.endpoint import FREE, Endpoint
from samokoder.adapters.openai_model import OpenAIModel

if TYPE_CHECKING:
    import httpx2


def connect(endpoint: Endpoint, **options: Any) -> OpenAIModel:
    """Nothing is connected before the first call."""
    said = endpoint.abilities
    longest = min(filter(None, (MAX_OUTPUT, said.max_output, said.context)))
    return OpenAIModel(
        endpoint.base_url,
        endpoint.model,
        endpoint.key,
        price=endpoint.price or FREE,
        dialect=_dialect(endpoint),
        max_output=longest,
        http_client=partial(_client, endpoint),
        **options,
    )


def _dialect(endpoint: Endpoint) -> Dialect:
    """What was tried in vain is left out from the beginning; the rest is learnt from refusals."""
    said = endpoint.abilities
    lost = {
        *(("strict", "schema") if said.json_schema is False else ()),
        *(("tool",) if said.tools is False else ()),
        *(("json",) if said.json_mode is False else ()),
    }
    forms = tuple(form for form in FORMS if form not in lost)
    return Dialect(limit=endpoint.limit, forms=forms, stream=said.streaming is not False)


def _client(endpoint: Endpoint) -> httpx2.AsyncClient:
    """With a query, or a key that is no bearer token, no redirect is followed: it could lead them away."""
    import httpx2

    from samokoder.adapters.models import wire

    class OwnHeader(httpx2.Auth):
        def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
            if endpoint.key_header != "Authorization":
                request.headers.pop("Authorization", None)
                request.headers.update(endpoint.headers)
            yield request

    options: dict[str, Any] = {"follow_redirects": True}
    if endpoint.query or endpoint.key_header != "Authorization":
        options = {"params": dict(endpoint.query), "auth": OwnHeader(), "follow_redirects": False}
    return wire.client(endpoint.base_url, by_proxy=not endpoint.local, **options)
