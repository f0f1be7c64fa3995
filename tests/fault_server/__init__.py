"""A chat completions endpoint on loopback that misbehaves on demand, down to the bytes on the wire."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

Behaviour = Callable[[asyncio.StreamWriter, dict[str, Any]], Awaitable[None]]
"""What is done to one request; the connection is closed after it."""


@dataclass
class FaultServer:
    url: str
    behaviours: list[Behaviour]
    """One a request, the last one for ever."""
    asked: list[dict[str, Any]] = field(default_factory=list)
    """The requests' bodies."""
    left: int = 0
    """Requests whose asker went away before the end."""

    def next(self) -> Behaviour:
        return self.behaviours.pop(0) if len(self.behaviours) > 1 else self.behaviours[0]


@asynccontextmanager
async def fault_server(*behaviours: Behaviour) -> AsyncIterator[FaultServer]:
    server = FaultServer("", list(behaviours))
    going: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        going.add(task)
        try:
            await _serve(server, reader, writer)
        except ConnectionError:
            server.left += 1
        finally:
            going.discard(task)
            writer.close()

    listening = await asyncio.start_server(connected, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/v1"
    try:
        yield server
    finally:
        listening.close()
        for task in list(going):
            task.cancel()
        await asyncio.gather(*going, return_exceptions=True)


async def _serve(server: FaultServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One request; who asks and goes away ends the behaviour."""
    with suppress(asyncio.IncompleteReadError):
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        size = int(head.split("content-length:")[1].split("\r\n")[0]) if "content-length:" in head else 0
        body = json.loads(await reader.readexactly(size) or b"{}")
        server.asked.append(body)
        behaving = asyncio.ensure_future(server.next()(writer, body))
        gone = asyncio.ensure_future(reader.read(1))
        try:
            await asyncio.wait((behaving, gone), return_when=asyncio.FIRST_COMPLETED)
            if not behaving.done():
                server.left += 1
            elif error := behaving.exception():
                raise error
        finally:
            behaving.cancel()
            gone.cancel()


# ------------------------------------------------------------------------------------ the behaviours


def says(
    text: str = "{}",
    *,
    latency: float = 0,
    rate: float = 0,
    finish: str | None = "stop",
    end: bytes = b"data: [DONE]\n\n",
    model: str = "m-1",
    usage: dict[str, Any] | None = None,
    piece: int = 4,
) -> Behaviour:
    """A stream, ``rate`` pieces a second (0: as fast as it goes); without finish and end it just stops."""

    async def behave(writer: asyncio.StreamWriter, body: dict[str, Any]) -> None:
        await asyncio.sleep(latency)
        _head(writer, 200, {"content-type": "text/event-stream"})
        for at in range(0, len(text), piece):
            _chunk(writer, event({"content": text[at : at + piece]}, None, model))
            await writer.drain()
            if rate:
                await asyncio.sleep(1 / rate)
        if finish:
            _chunk(writer, event({}, finish, model))
        if usage:
            last = {"model": model, "choices": [], "usage": usage}
            _chunk(writer, b"data: " + json.dumps(last).encode() + b"\n\n")
        _chunk(writer, end)
        writer.write(b"0\r\n\r\n")
        await writer.drain()

    return behave


def then(text: str, what: str, piece: int = 4) -> Behaviour:
    """A stream that says this much and then ``hangs``, is ``cut``, has an ``error`` or is ``garbage``."""

    async def behave(writer: asyncio.StreamWriter, body: dict[str, Any]) -> None:
        _head(writer, 200, {"content-type": "text/event-stream"})
        for at in range(0, len(text), piece):
            _chunk(writer, event({"content": text[at : at + piece]}, None, "m-1"))
        await writer.drain()
        if what == "hangs":
            await asyncio.sleep(3600)
        elif what == "error":
            _chunk(writer, b'data: {"error": {"message": "overloaded", "type": "overloaded_error"}}\n\n')
            writer.write(b"0\r\n\r\n")
        elif what == "garbage":
            _chunk(writer, b'data: {"choices": [{"del\n\n')
            writer.write(b"0\r\n\r\n")
        else:
            writer.write(b"ff\r\ndata: {")  # promises 255 bytes
        await writer.drain()

    return behave


def refuses(status: int, message: str = "no", code: str = "", **headers: str) -> Behaviour:
    content = json.dumps({"error": {"message": message, "code": code}}).encode()
    return gives(content, status, "application/json", **headers)


def gives(content: bytes, status: int = 200, kind: str = "application/json", **headers: str) -> Behaviour:
    """These bytes, all at once."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    async def behave(writer: asyncio.StreamWriter, body: dict[str, Any]) -> None:
        _head(writer, status, {"content-type": kind, **named})
        _chunk(writer, content)
        writer.write(b"0\r\n\r\n")
        await writer.drain()

    return behave


async def hangs(writer: asyncio.StreamWriter, body: dict[str, Any]) -> None:
    """Takes the request and never says a word."""
    await asyncio.sleep(3600)


async def slams(writer: asyncio.StreamWriter, body: dict[str, Any]) -> None:
    """Closes the connection instead of answering."""


async def is_cut(writer: asyncio.StreamWriter, body: dict[str, Any]) -> None:
    """An answer in one piece that ends before its announced length."""
    writer.write(b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{"choices')
    await writer.drain()


async def never_stops(writer: asyncio.StreamWriter, body: dict[str, Any]) -> None:
    """A stream without an end, as fast as it is read."""
    _head(writer, 200, {"content-type": "text/event-stream"})
    while True:
        _chunk(writer, event({"content": "x" * 100_000}, None, "m-1"))
        await writer.drain()


def event(delta: dict[str, Any], finish: str | None, model: str) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    chunk = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": model, "choices": [choice]}
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


def _head(writer: asyncio.StreamWriter, status: int, headers: dict[str, str]) -> None:
    rows = {**headers, "transfer-encoding": "chunked", "connection": "close"}
    lines = "".join(f"{name}: {value}\r\n" for name, value in rows.items())
    writer.write(f"HTTP/1.1 {status} X\r\n{lines}\r\n".encode())


def _chunk(writer: asyncio.StreamWriter, content: bytes) -> None:
    if content:
        writer.write(b"%x\r\n%s\r\n" % (len(content), content))
