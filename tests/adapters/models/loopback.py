"""A server on loopback that answers as its routes say, and remembers what it was asked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: Any = None


Answer = tuple[int, Any]
Routes = Callable[[Asked], Answer]


@dataclass
class Loopback:
    routes: Routes
    port: int = 0
    asked: list[Asked] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            method, target, _ = head[0].split(" ")
            headers = {name.lower(): value.strip() for name, _, value in (h.partition(":") for h in head[1:])}
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            parts = urlsplit(target)
            asked = Asked(
                method, parts.path, parse_qs(parts.query), headers, json.loads(body) if body else None
            )
            self.asked.append(asked)
            status, answer = self.routes(asked)
            kind = "application/json"
            if isinstance(answer, str):
                kind, sent = "text/event-stream" if answer.startswith("data:") else "text/html", answer
            else:
                sent = json.dumps(answer)
            said = sent.encode()
            writer.write(
                f"HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\ncontent-length: {len(said)}\r\n"
                "connection: close\r\n\r\n".encode()
                + said
            )
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def serving(routes: Routes | Mapping[str, Any]) -> AsyncIterator[Loopback]:
    """``routes``: a function, or what each path answers; any other path is 404."""

    def of_table(asked: Asked) -> Answer:
        assert not callable(routes)
        return (200, routes[asked.path]) if asked.path in routes else (404, {"error": "no such path"})

    server = Loopback(routes if callable(routes) else of_table)
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()


def completion(
    text: str = "{}", *, model: str = "m-1", tokens: tuple[int, int] = (10, 5), streamed: bool = False
) -> Any:
    """What a chat answers."""
    usage = {"prompt_tokens": tokens[0], "completion_tokens": tokens[1], "total_tokens": sum(tokens)}
    if not streamed:
        choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
        whole = {"id": "1", "object": "chat.completion", "created": 0, "model": model}
        return {**whole, "choices": [choice], "usage": usage}
    head = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": model}
    chunks = [
        {**head, "choices": [{"index": 0, "delta": {"role": "assistant", "content": text}}]},
        {**head, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
        {**head, "choices": [], "usage": usage},
    ]
    return "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks) + "data: [DONE]\n\n"
