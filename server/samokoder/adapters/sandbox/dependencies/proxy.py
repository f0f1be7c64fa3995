"""The only way out of an install container: a proxy on a unix socket that reaches the configured indexes.

It resolves names itself, connects to the very address it has judged, counts bytes and connections, and
remembers every host that was asked for. TLS passes through it unread.
"""

from __future__ import annotations

import asyncio
import base64
import logging
import os
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import unquote, urlsplit

from samokoder.adapters.sandbox.dependencies.egress import (
    Egress,
    Origin,
    canonical,
    found,
    goes_direct,
    is_inward,
)
from samokoder.adapters.sandbox.dependencies.heads import HEAD_BYTES, Asked, Malformed, read_head

log = logging.getLogger(__name__)
CHUNK = 1 << 16
ANSWERS = 8
"""Addresses of one name that are tried."""

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a host, best first; raises OSError when it has none."""
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Refused(Exception):
    """Nothing was passed on."""

    def __init__(self, status: str, why: str) -> None:
        super().__init__(why)
        self.status = status


@dataclass(slots=True)
class Passage:
    """What one client asked for, and what came of it."""

    host: str = ""
    port: int = 0
    verdict: str = ""
    """Empty when it was passed on; else why not."""
    sent: int = 0
    received: int = 0

    @property
    def forbidden(self) -> bool:
        """Whether the rules forbade it, and not the network."""
        return self.verdict in {NOT_CONFIGURED, INWARD}


NOT_CONFIGURED = "no configured index uses this host and port"
INWARD = "the name leads to an address of this machine's own network"
TOO_MUCH = "the install has moved all the bytes it may"
TOO_MANY = "too many connections at once"


async def system_resolver(host: str, port: int) -> Sequence[str]:
    loop = asyncio.get_running_loop()
    answers = await loop.getaddrinfo(host, port, type=1)
    return [str(answer[4][0]) for answer in answers]


class Proxy:
    """One install's way out. ``passages`` lists everything that was asked of it."""

    def __init__(self, egress: Egress, resolve: Resolve = system_resolver) -> None:
        self.passages: list[Passage] = []
        self._egress, self._resolve = egress, resolve
        self._left = egress.total_bytes
        self._clients: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def serving(self, socket: Path) -> AsyncIterator[None]:
        """Listen on this path, for everybody who can reach it; leaving ends every connection."""
        server = await asyncio.start_unix_server(self._accept, socket, limit=HEAD_BYTES)
        os.chmod(socket, 0o666)  # noqa: PTH101 - it blocks no longer than the line above
        try:
            yield
        finally:
            server.close()
            for client in self._clients:
                client.cancel()
            await asyncio.gather(*self._clients, return_exceptions=True)

    @property
    def moved(self) -> int:
        """Bytes, in both directions."""
        return self._egress.total_bytes - self._left

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        client = asyncio.create_task(self._client(reader, writer))
        self._clients.add(client)
        client.add_done_callback(self._clients.discard)

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        passage = Passage()
        self.passages.append(passage)
        try:
            await self._pass((reader, writer), passage)
        except Refused as refusal:
            passage.verdict = str(refusal)
            await _say(writer, refusal.status)
        except OSError as error:
            passage.verdict = passage.verdict or f"the connection broke: {str(error) or 'time is up'}"
        finally:
            await _close(writer)
            log.info("egress %s:%s %s", passage.host, passage.port, passage.verdict or "passed")

    async def _pass(self, client: Streams, passage: Passage) -> None:
        if len(self._clients) > self._egress.connections:
            raise Refused("503 Service Unavailable", TOO_MANY)
        asked = await self._asked(client[0])
        passage.host, passage.port = asked.host, asked.port
        origin = found(self._egress.origins, asked.scheme, asked.host, asked.port)
        if origin is None:
            raise Refused("403 Forbidden", NOT_CONFIGURED)
        if self._left <= 0:
            raise Refused("403 Forbidden", TOO_MUCH)
        server = await self._connected(origin)
        try:
            await self._answer(client, server, asked)
            await self._splice(client, server, passage)
        finally:
            await _close(server[1])

    async def _asked(self, reader: asyncio.StreamReader) -> Asked:
        try:
            async with asyncio.timeout(self._egress.head_seconds):
                return read_head(await reader.readuntil(b"\r\n\r\n"))
        except asyncio.LimitOverrunError as error:
            raise Refused("431 Request Header Fields Too Large", "a head that is too long") from error
        except asyncio.IncompleteReadError as error:
            raise Refused("400 Bad Request", "a head that was not finished") from error
        except TimeoutError as error:
            raise Refused("408 Request Timeout", "a head that took too long") from error
        except Malformed as error:
            raise Refused("400 Bad Request", str(error)) from error

    async def _connected(self, origin: Origin) -> Streams:
        try:
            async with asyncio.timeout(self._egress.connect_seconds):
                if self._egress.upstream and not goes_direct(origin.host, self._egress.direct):
                    return await _through(self._egress.upstream, origin)
                return await self._directly(origin)
        except TimeoutError as error:
            raise Refused("504 Gateway Timeout", "the host does not answer in time") from error
        except OSError as error:
            raise Refused("502 Bad Gateway", f"the host cannot be reached: {error}") from error

    async def _directly(self, origin: Origin) -> Streams:
        """Judge every answer, and connect to one that was judged: there is no second look-up."""
        answers = (await self._resolve(origin.host, origin.port))[:ANSWERS]
        outward = [a for a in answers if origin.inward or not is_inward(ip_address(a.partition("%")[0]))]
        if len(outward) < len(answers):
            raise Refused("403 Forbidden", INWARD)
        fault: OSError = OSError("it has no address")
        for address in outward:
            try:
                return await asyncio.open_connection(address, origin.port, limit=CHUNK)
            except OSError as error:
                fault = error
        raise fault

    async def _answer(self, client: Streams, server: Streams, asked: Asked) -> None:
        if asked.first:
            self._count(len(asked.first))
            server[1].write(asked.first)
            await server[1].drain()
        else:
            await _say(client[1], "200 Connection established")

    async def _splice(self, client: Streams, server: Streams, passage: Passage) -> None:
        async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, field: str) -> None:
            while data := await reader.read(CHUNK):
                self._count(len(data))
                setattr(passage, field, getattr(passage, field) + len(data))
                writer.write(data)
                await writer.drain()
                idle.reschedule(_now() + self._egress.idle_seconds)
            with suppress(OSError):
                writer.write_eof()

        async with asyncio.timeout(self._egress.idle_seconds) as idle:
            try:
                async with asyncio.TaskGroup() as both:
                    both.create_task(pump(client[0], server[1], "sent"))
                    both.create_task(pump(server[0], client[1], "received"))
            except* Refused as refusals:
                passage.verdict = str(refusals.exceptions[0])
            except* OSError as errors:
                passage.verdict = f"the connection broke: {errors.exceptions[0]}"

    def _count(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise Refused("403 Forbidden", TOO_MUCH)


def _now() -> float:
    return asyncio.get_running_loop().time()


async def _through(upstream: str, origin: Origin) -> Streams:
    """A tunnel through the person's own proxy, which knows the way to hosts we may not even resolve."""
    parts = urlsplit(upstream if "://" in upstream else f"http://{upstream}")
    host = canonical(parts.hostname or "")
    if parts.scheme not in {"http", "https"} or host is None:
        raise OSError("the configured proxy is neither http:// nor https://")
    secure = ssl.create_default_context() if parts.scheme == "https" else None
    port = parts.port or (443 if secure else 80)
    reader, writer = await asyncio.open_connection(host, port, ssl=secure, limit=CHUNK)
    place = f"[{origin.host}]:{origin.port}" if ":" in origin.host else f"{origin.host}:{origin.port}"
    head = [f"CONNECT {place} HTTP/1.1", f"Host: {place}"]
    if parts.username:
        secret = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        head.append(f"Proxy-Authorization: Basic {base64.b64encode(secret.encode()).decode()}")
    writer.write("\r\n".join([*head, "", ""]).encode())
    try:
        answer = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
        await _close(writer)
        raise OSError("the configured proxy gave no answer") from error
    if b" 200 " not in answer.split(b"\r\n")[0] + b" ":
        await _close(writer)
        raise OSError(f"the configured proxy refused: {answer.split(b' ')[1:2]}")
    return reader, writer


async def _say(writer: asyncio.StreamWriter, status: str) -> None:
    with suppress(OSError):
        end = "" if status.startswith("200") else "Content-Length: 0\r\nConnection: close\r\n"
        writer.write(f"HTTP/1.1 {status}\r\n{end}\r\n".encode())
        await writer.drain()


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(OSError, TimeoutError):
        async with asyncio.timeout(1):
            await writer.wait_closed()
