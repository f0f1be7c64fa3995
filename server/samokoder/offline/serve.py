"""The embedded model as an HTTP endpoint on the loopback interface: ``samokoder model serve --port N``.

HTTP/1.1 as far as such clients need it: keep-alive, Content-Length and chunked requests, streamed answers,
``Expect: 100-continue``, limits of size and time.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus

from samokoder.errors import SetupError
from samokoder.offline import chat
from samokoder.offline.blueprint import Blueprint
from samokoder.offline.endpoint import LARGEST, Reply, answer

HOST = "127.0.0.1"
IDLE = 75.0
"""Seconds a connection may say nothing, within a request or between two."""
HEAD = 32 * 1024
"""Bytes of request line and headers together."""

Ready = Callable[[int], None]
"""Is told the port once connections are taken."""


class Unacceptable(Exception):
    """A request that is answered with a refusal, after which the connection is closed."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Received:
    method: str
    path: str
    content: bytes
    keep_alive: bool


def serve(port: int) -> None:
    """Until SIGINT or SIGTERM. Raises SetupError when the port cannot be had."""

    def ready(taken: int) -> None:
        print(f"samokoder-offline answers on http://{HOST}:{taken}/v1 (Ctrl+C ends it)", flush=True)

    with suppress(KeyboardInterrupt):
        asyncio.run(_until_signalled(port, ready))


async def _until_signalled(port: int, ready: Ready) -> None:
    listening = asyncio.ensure_future(listen(port, ready))
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # on Windows Ctrl+C is a KeyboardInterrupt
            asyncio.get_running_loop().add_signal_handler(number, listening.cancel)
    with suppress(asyncio.CancelledError):
        await listening


async def listen(port: int, ready: Ready | None = None, blueprint: Blueprint | None = None) -> None:
    """Until cancelled; connections are closed before it returns. Port 0 is any free one."""
    connections: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        connections.add(task)
        try:
            await _converse(reader, writer, blueprint)
        finally:
            connections.discard(task)
            writer.close()

    try:
        server = await asyncio.start_server(connected, HOST, port, limit=HEAD)
    except (OSError, OverflowError) as error:
        raise SetupError(f"Port {port} cannot be used: {error}.", hint="Choose another port.") from None
    try:
        if ready:
            ready(server.sockets[0].getsockname()[1])
        await server.serve_forever()
    finally:
        server.close()
        for task in connections:
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)


# ------------------------------------------------------------------------------------- a connection


async def _converse(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, blueprint: Blueprint | None
) -> None:
    """Request after request, until the other side has no more, or one cannot be accepted."""
    with suppress(ConnectionError, TimeoutError, asyncio.IncompleteReadError):
        try:
            while received := await _receive(reader, writer):
                reply = await asyncio.to_thread(
                    answer, received.method, received.path, received.content, blueprint
                )
                await _send(writer, reply, keep_alive=received.keep_alive)
                if not received.keep_alive:
                    return
        except Unacceptable as refusal:
            content = chat.as_json(chat.error(str(refusal), "invalid_request_error"))
            await _send(writer, Reply(refusal.status, content), keep_alive=False)


async def _receive(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Received | None:
    """The next request; None when the other side has closed."""
    head = await _head(reader)
    if head is None:
        return None
    line, *rest = head.split("\r\n")
    parts = line.split(" ")
    if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
        raise Unacceptable(400, "This is not HTTP/1.1.")
    headers = dict(_header(row) for row in rest if row)
    if headers.get("expect", "").lower() == "100-continue":
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    closes = headers.get("connection", "").lower() == "close" or parts[2] == "HTTP/1.0"
    return Received(parts[0], parts[1].split("?")[0], await _content(reader, headers), not closes)


async def _head(reader: asyncio.StreamReader) -> str | None:
    try:
        async with asyncio.timeout(IDLE):
            return (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError as error:
        if error.partial.strip():
            raise Unacceptable(400, "The request ends within its headers.") from None
        return None
    except asyncio.LimitOverrunError:
        raise Unacceptable(431, f"The headers may have {HEAD} bytes.") from None


def _header(row: str) -> tuple[str, str]:
    name, colon, value = row.partition(":")
    if not colon or not name or name != name.strip():
        raise Unacceptable(400, "A header cannot be read.")
    return name.lower(), value.strip()


async def _content(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    if "transfer-encoding" in headers:
        if headers["transfer-encoding"].lower() != "chunked" or "content-length" in headers:
            raise Unacceptable(400, "This transfer encoding is not understood.")
        return await _chunks(reader)
    return await _exactly(reader, _size(headers.get("content-length", "0"), 10))


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    content = bytearray()
    while size := _size((await _line(reader)).split(";")[0].strip(), 16):
        if len(content) + size > LARGEST:
            raise Unacceptable(413, f"A request may have {LARGEST} bytes.")
        content += await _exactly(reader, size)
        await _line(reader)
    while await _line(reader):  # trailers
        pass
    return bytes(content)


async def _line(reader: asyncio.StreamReader) -> str:
    async with asyncio.timeout(IDLE):
        try:
            return (await reader.readuntil(b"\r\n")).decode("latin-1").strip()
        except asyncio.LimitOverrunError:
            raise Unacceptable(400, "The length of the request cannot be read.") from None


async def _exactly(reader: asyncio.StreamReader, size: int) -> bytes:
    async with asyncio.timeout(IDLE):
        return await reader.readexactly(size)


def _size(text: str, base: int) -> int:
    if not text.isalnum() or not text.isascii():
        raise Unacceptable(400, "The length of the request cannot be read.")
    try:
        size = int(text, base)
    except ValueError:
        raise Unacceptable(400, "The length of the request cannot be read.") from None
    if size > LARGEST:
        raise Unacceptable(413, f"A request may have {LARGEST} bytes.")
    return size


async def _send(writer: asyncio.StreamWriter, reply: Reply, *, keep_alive: bool) -> None:
    headers = {**reply.headers, "connection": "keep-alive" if keep_alive else "close"}
    if isinstance(reply.content, bytes):
        headers["content-length"] = str(len(reply.content))
        body: tuple[bytes, ...] = (reply.content,)
    else:
        headers["transfer-encoding"] = "chunked"
        body = (*(b"%x\r\n%s\r\n" % (len(event), event) for event in reply.content), b"0\r\n\r\n")
    rows = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    writer.write(f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}\r\n{rows}\r\n".encode("latin-1"))
    for piece in body:
        writer.write(piece)
        await writer.drain()
