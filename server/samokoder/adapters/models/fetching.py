"""Small questions to an endpoint that are no chat: what it is, which models it has."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import anyio
import anyio.to_thread

from samokoder.errors import SetupError

MOST = 8 * 2**20
"""Bytes of an answer; a list of every model there is has less than one million."""

Ask = Callable[..., Awaitable[Any]]
"""``await ask(path, body=None, raw=False)``: the JSON of the answer, or its text. Raises Fetched."""


class Fetched(Exception):
    """There was no answer, or no success, or no JSON in it."""

    def __init__(self, status: int | None, words: str) -> None:
        super().__init__(words)
        self.status, self.words = status, words


@asynccontextmanager
async def asking(
    address: str,
    *,
    headers: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    seconds: float,
    by_proxy: bool = True,
) -> AsyncIterator[Ask]:
    """Follows no redirect: it could lead a key away."""
    options = {"headers": dict(headers or {}), "params": dict(query or {}), "timeout": seconds}
    try:
        client = await anyio.to_thread.run_sync(partial(_client, address, by_proxy, options))
    except SetupError as error:
        raise Fetched(None, str(error)) from None

    async def ask(path: str, body: Any = None, raw: bool = False) -> Any:
        import httpx2

        method = "GET" if body is None else "POST"
        try:
            with anyio.fail_after(seconds):
                async with client.stream(method, f"{address}{path}", json=body) as answer:
                    text = await _read(answer)
            return text if raw else json.loads(text)
        except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError, OSError, ValueError) as error:
            raise Fetched(None, type(error).__name__) from None

    async with client:
        yield ask


def _client(address: str, by_proxy: bool, options: Any) -> Any:
    from samokoder.adapters.models import wire

    return wire.client(address, by_proxy=by_proxy, follow_redirects=False, **options)


async def _read(answer: Any) -> str:
    kept = bytearray()
    async for piece in answer.aiter_bytes():
        kept += piece
        if len(kept) > MOST:
            raise Fetched(answer.status_code, "a longer answer than any such list has")
    if answer.status_code != 200:
        raise Fetched(answer.status_code, kept[:2_000].decode("utf-8", "replace"))
    return kept.decode("utf-8", "replace")
