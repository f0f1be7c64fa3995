"""The embedded model as an HTTP transport: requests of the ``openai`` client are answered in this process."""

from __future__ import annotations

import anyio
import anyio.to_thread
import httpx2

from samokoder.offline.blueprint import Blueprint
from samokoder.offline.endpoint import answer


class OfflineTransport(httpx2.AsyncBaseTransport):
    """Answers in a thread, so that the event loop goes on meanwhile; opens no connection.

    One answer at a time: rules keep a processor busy, and each further thread would only make the event
    loop wait longer for its turn.
    """

    def __init__(self, blueprint: Blueprint | None = None) -> None:
        self._blueprint = blueprint
        self._turn = anyio.CapacityLimiter(1)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        content = await request.aread()
        reply = await anyio.to_thread.run_sync(
            answer, request.method, request.url.path, content, self._blueprint, limiter=self._turn
        )
        whole = reply.content if isinstance(reply.content, bytes) else b"".join(reply.content)
        return httpx2.Response(reply.status, headers=reply.headers, content=whole, request=request)
