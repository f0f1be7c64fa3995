"""Many connections over one stream of bytes; the same at both ends, so it imports nothing but the library.

Each direction of each connection has a window: what was sent and not yet taken by the socket at the other
end. So one that is read slowly holds up no other, and nothing is stored beyond the window.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Protocol

HEAD = struct.Struct(">BII")
OPEN, DATA, END, RESET, CREDIT, LOG, TOLD = range(1, 8)
"""What a frame is: of a connection, or (LOG, TOLD) of the service behind it."""
CHUNK, WINDOW = 1 << 15, 1 << 18
"""Bytes: the longest frame, and what may be under way in one direction of a connection."""
CONNECTIONS = 256
"""At once; more are refused."""
COUNT = struct.Struct(">I")

Send = Callable[[bytes], Awaitable[None]]


class BrokenChannel(Exception):
    """What came cannot have been sent by the other end as we know it."""


def frame(kind: int, number: int = 0, data: bytes = b"") -> bytes:
    return HEAD.pack(kind, number, len(data)) + data


class Splitter:
    """Turns a stream of bytes, cut anywhere, back into frames."""

    def __init__(self) -> None:
        self._data = bytearray()

    def feed(self, data: bytes) -> list[tuple[int, int, bytes]]:
        """Kind, connection and content of every frame that is complete now. Raises BrokenChannel."""
        self._data += data
        found = []
        while len(self._data) >= HEAD.size:
            kind, number, size = HEAD.unpack_from(self._data)
            if not OPEN <= kind <= TOLD or size > CHUNK:
                raise BrokenChannel(f"a frame of kind {kind} with {size} bytes")
            if len(self._data) < HEAD.size + size:
                break
            found.append((kind, number, bytes(self._data[HEAD.size : HEAD.size + size])))
            del self._data[: HEAD.size + size]
        return found


class Source(Protocol):
    async def read(self, n: int, /) -> bytes: ...


class Connection:
    """One connection, seen from one end."""

    def __init__(self, number: int, send: Send) -> None:
        self.number = number
        self.task: asyncio.Task[None] | None = None
        self._send = send
        self._arrived: asyncio.Queue[bytes] = asyncio.Queue()
        self._held = self._taken = 0
        self._over = False
        self._credit, self._more = WINDOW, asyncio.Event()

    def arrive(self, data: bytes) -> None:
        """For the socket here; empty means that no more will come. Raises BrokenChannel."""
        if self._over:
            raise BrokenChannel(f"connection {self.number} was sent more after its end")
        self._over = not data
        self._held += len(data)
        if self._held > WINDOW:
            raise BrokenChannel(f"connection {self.number} was sent more than its window")
        self._arrived.put_nowait(data)

    def allow(self, data: bytes) -> None:
        """The other end has taken so many bytes."""
        self._credit = min(WINDOW, self._credit + int.from_bytes(data[:4], "big"))
        self._more.set()

    async def carry(self, reader: Source, writer: asyncio.StreamWriter) -> None:
        """Until both directions have ended, or one has failed."""
        whole = False
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._out(reader))
                both.create_task(self._in(writer))
            whole = True
        except* OSError:
            await self._send(frame(RESET, self.number))
        finally:
            if not whole:
                writer.transport.abort()
            await closed(writer)

    async def _out(self, reader: Source) -> None:
        while True:
            while self._credit == 0:
                self._more.clear()
                await self._more.wait()
            data = await reader.read(min(CHUNK, self._credit))
            self._credit -= len(data)
            await self._send(frame(DATA if data else END, self.number, data))
            if not data:
                return

    async def _in(self, writer: asyncio.StreamWriter) -> None:
        while data := await self._arrived.get():
            writer.write(data)
            await writer.drain()
            self._held -= len(data)
            self._taken += len(data)
            if self._taken >= WINDOW // 4:
                taken, self._taken = self._taken, 0
                await self._send(frame(CREDIT, self.number, COUNT.pack(taken)))
        if writer.can_write_eof():
            writer.write_eof()


async def closed(writer: asyncio.StreamWriter) -> None:
    """Closed for good; a person who left first does no harm."""
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()


class Channel:
    """All connections of one end."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._connections: dict[int, Connection] = {}

    @property
    def full(self) -> bool:
        return len(self._connections) >= CONNECTIONS

    def begin(self, number: int, work: Callable[[Connection], Awaitable[None]]) -> asyncio.Task[None]:
        """A new connection that lives as long as this work on it."""
        connection = self._connections[number] = Connection(number, self._send)
        connection.task = asyncio.ensure_future(self._alive(connection, work))
        return connection.task

    async def _alive(self, connection: Connection, work: Callable[[Connection], Awaitable[None]]) -> None:
        try:
            await work(connection)
        finally:
            self._connections.pop(connection.number, None)

    def take(self, kind: int, number: int, data: bytes) -> None:
        """A frame for a connection; what comes for one that has ended is dropped. Raises BrokenChannel."""
        connection = self._connections.get(number)
        if connection is None:
            return
        if kind == CREDIT:
            connection.allow(data)
        elif kind == RESET:
            if connection.task:
                connection.task.cancel()
        elif kind in (DATA, END):
            connection.arrive(data if kind == DATA else b"")

    async def close(self) -> None:
        """End them all; returns when nothing of them is left."""
        tasks = [c.task for c in self._connections.values() if c.task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
