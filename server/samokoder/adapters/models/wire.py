"""The HTTP client under the ``openai`` client; imported with it, before the first call.

On aiohttp, whose parser is compiled: the usual transport takes each chunk of a stream apart in Python, at
three times the cost (decision 0021).
"""

from __future__ import annotations

import asyncio
import time
import urllib.request
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import httpx2
from httpx_aiohttp.httpx2 import AiohttpTransport

from samokoder.adapters.models.providers import on_loopback
from samokoder.errors import SetupError

HELD = 256
"""Bytes after which nothing more is taken from a socket before somebody reads: what a stream brings
meanwhile gathers in the socket, and is taken in one go."""
FLOWING = 0.1
"""Seconds after which a stream is one that flows; a short answer is read as it comes."""
GATHER = 0.045
"""Seconds between two reads of it: each has its price, however little it brings."""
PLENTY = 16_000
"""Bytes of a piece after which the next is there already."""
CONNECTIONS = 1_000
"""At once, as in the ``openai`` client."""
IDLE = 5.0
"""Seconds a connection is kept for the next call."""


def client(base_url: str, *, by_proxy: bool = True, **options: Any) -> httpx2.AsyncClient:
    """For calls of this address; ``options`` are the client's own.

    Raises SetupError for a proxy that cannot be used.
    """
    proxy = proxy_for(base_url) if by_proxy else None
    return httpx2.AsyncClient(transport=_Transport(proxy=httpx2.Proxy(proxy) if proxy else None), **options)


def proxy_for(url: str) -> str | None:
    """The person's, from the environment or the system; none for this machine itself."""
    parts = urlsplit(url)
    if on_loopback(url) or urllib.request.proxy_bypass(parts.netloc.rpartition("@")[2]):
        return None
    found = urllib.request.getproxies()
    proxy = found.get(parts.scheme) or found.get("all")
    if not proxy:
        return None
    if "://" not in proxy:
        return f"http://{proxy}"
    kind = urlsplit(proxy).scheme
    if kind not in ("http", "https"):
        raise SetupError(
            f"Model endpoints cannot be reached by a proxy of the kind {kind}.",
            hint="Set HTTPS_PROXY to an HTTP proxy, or NO_PROXY to the endpoint's host.",
        )
    return proxy


class _Transport(AiohttpTransport):
    def get_client(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=CONNECTIONS, keepalive_timeout=IDLE, ssl=self.ssl_context),
            cookie_jar=aiohttp.DummyCookieJar(),
            read_bufsize=HELD,
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        try:
            response = await super().handle_async_request(request)
        except httpx2.ConnectTimeout as error:  # no connection and a lost one go by this name there
            if isinstance(error.__cause__, TimeoutError):
                raise
            never = isinstance(error.__cause__, aiohttp.ClientConnectorError)
            kind = httpx2.ConnectError if never else httpx2.RemoteProtocolError
            raise kind(str(error)) from error.__cause__
        response.stream = _Gathered(response.stream)
        return response


class _Gathered(httpx2.AsyncByteStream):
    """The same bytes in fewer pieces: between them, time for the next ones to gather in the socket."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        began = time.monotonic()
        async for piece in self._stream:
            yield piece
            if len(piece) < PLENTY and time.monotonic() - began > FLOWING:
                await asyncio.sleep(GATHER)

    async def aclose(self) -> None:
        await self._stream.aclose()
