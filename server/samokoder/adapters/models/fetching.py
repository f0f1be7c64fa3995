"""Small questions to an endpoint that are no chat: what it is, which models it has."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import anyio
import anyio.to_thread

MOST = 8 * 2**20
"""Bytes of an answer; a list of every model there is has less than one million."""

Ask = Callable[..., Awaitable[Any]]
"""``await ask(path, body=None)``: the JSON, or None when there is none to be had."""


class Fetched(Exception):
    """The endpoint's answer was no success; for callers that want to say why."""

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
    client = await anyio.to_thread.run_sync(
        _client, dict(headers or {}), dict(query or {}), seconds, by_proxy
    )

    async def ask(path: str, body: Any = None) -> Any:
        """Raises Fetched."""
        import httpx2

        method = "GET" if body is None else "POST"
        try:
            with anyio.fail_after(seconds):
                async with client.stream(method, f"{address}{path}", json=body) as answer:
                    return await _read(answer)
        except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError, OSError, ValueError) as error:
            raise Fetched(None, type(error).__name__) from None

    async with client:
        yield ask


def _client(headers: dict[str, str], query: dict[str, str], seconds: float, by_proxy: bool) -> Any:
    import httpx2

    return httpx2.AsyncClient(
        headers=headers, params=query, timeout=seconds, trust_env=by_proxy, follow_redirects=False
    )


async def _read(answer: Any) -> Any:
    import json

    kept = bytearray()
    async for piece in answer.aiter_bytes():
        kept += piece
        if len(kept) > MOST:
            raise Fetched(answer.status_code, "a longer answer than any such list has")
    if answer.status_code != 200:
        raise Fetched(answer.status_code, kept[:2_000].decode("utf-8", "replace"))
    return json.loads(kept)
