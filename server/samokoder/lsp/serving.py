"""The server's own event loop: stdio or one loopback connection, and every way it can end.

pygls' own loop swallows the exit code, reads stdin through the pool its handlers use, dies at
SIGTERM without tidying up, and stops when the client stops reading.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import sys
import threading
from collections.abc import Awaitable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, BinaryIO, Protocol, cast

from pygls.io_ import StdinAsyncReader, run_async

from samokoder.errors import SetupError
from samokoder.lsp.backend import Backend
from samokoder.lsp.greeting import Greeting, Reread
from samokoder.lsp.marks import is_alive
from samokoder.lsp.server import Server
from samokoder.lsp.writer import BACKLOG, DrainingWriter

logger = logging.getLogger(__name__)

PARENT_LOOK = 2.0
"""Seconds between looks whether the editor still lives."""
LAST_MOMENTS = 3.0
"""Seconds given to what still has to be stopped when everybody has gone."""
LONGEST_MESSAGE = 64 * 2**20
HOST = "127.0.0.1"


class Reader(Protocol):
    def readline(self) -> Awaitable[bytes]: ...
    def readexactly(self, n: int) -> Awaitable[bytes]: ...


def serve_stdio(backend: Backend, greeting: Greeting | None = None) -> int:
    """Serve the client at the other end of stdin and stdout; returns the exit code."""
    out = sys.stdout.buffer
    sys.stdout = sys.stderr  # a stray print must not get between the messages
    return _run(_stdio(backend, sys.stdin.buffer, out, greeting or Greeting(b"")))


def serve_tcp(backend: Backend, port: int) -> int:
    """Serve one client that connects from this machine; the port is printed, and chosen when it is 0."""
    return _run(_tcp(backend, port))


COLLECTING = (10_000, 20, 20)
"""A whole collection stops everything for 100 ms, and at Python's own pace there is one in each run."""


def _run(main: Any) -> int:
    gc.set_threshold(*COLLECTING)
    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("pygls").setLevel(logging.WARNING)  # at INFO it logs every message whole
    logging.getLogger("pygls.protocol").setLevel(logging.CRITICAL)  # our errors come with their traceback
    code = asyncio.new_event_loop().run_until_complete(main)
    logging.shutdown()
    sys.stderr.flush()
    os._exit(code)  # the thread that reads stdin may be blocked for ever


async def _stdio(backend: Backend, stdin: BinaryIO, stdout: BinaryIO, greeting: Greeting) -> int:
    again = cast(BinaryIO, Reread(greeting.read, stdin))
    reader = StdinAsyncReader(again, ThreadPoolExecutor(1, thread_name_prefix="from the client"))
    gone = asyncio.Event()
    loop = asyncio.get_running_loop()
    writer = DrainingWriter(stdout, partial(_from_thread, loop, gone))
    return await _serve(Server(backend, greeting.answered), reader, writer, gone)


def _from_thread(loop: asyncio.AbstractEventLoop, gone: asyncio.Event) -> None:
    loop.call_soon_threadsafe(gone.set)


async def _tcp(backend: Backend, port: int) -> int:
    connected: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
    gone = asyncio.Event()
    _listen_for_signals(gone)
    try:
        listener = await asyncio.start_server(
            lambda reader, writer: connected.put_nowait((reader, writer)), HOST, port, limit=LONGEST_MESSAGE
        )
    except (OSError, OverflowError) as error:
        raise SetupError(f"Port {port} cannot be used: {error}.", hint="Choose another one.") from None
    print(f"listening on {HOST}:{listener.sockets[0].getsockname()[1]}", file=sys.stderr, flush=True)
    client, leave = asyncio.create_task(connected.get()), asyncio.create_task(gone.wait())
    await asyncio.wait({client, leave}, return_when=asyncio.FIRST_COMPLETED)
    listener.close()
    if not client.done():
        return 1
    reader, stream = client.result()
    return await _serve(Server(backend), _Lenient(reader), _StreamWriter(stream, gone), gone)


class _Lenient:
    """A stream whose end in the middle of a message is an end like any other."""

    def __init__(self, stream: asyncio.StreamReader) -> None:
        self._stream = stream

    async def readline(self) -> bytes:
        try:
            return await self._stream.readline()
        except (ConnectionError, ValueError):
            return b""

    async def readexactly(self, n: int) -> bytes:
        try:
            return await self._stream.readexactly(n)
        except (ConnectionError, asyncio.IncompleteReadError):
            return b""


class _StreamWriter:
    """As DrainingWriter: nobody waits for a client that stops reading, and it is given up at last."""

    def __init__(self, stream: asyncio.StreamWriter, gone: asyncio.Event) -> None:
        self._stream, self._gone = stream, gone

    def write(self, data: bytes) -> None:
        if self._stream.is_closing() or self._stream.transport.get_write_buffer_size() > BACKLOG:
            self._gone.set()
        else:
            self._stream.write(data)

    def close(self, timeout: float = 1.0) -> None:
        self._stream.close()


# ------------------------------------------------------------------------------------ until it ends


async def _serve(
    server: Server, reader: Reader, writer: DrainingWriter | _StreamWriter, gone: asyncio.Event
) -> int:
    """0 after shutdown and exit in this order; 1 when the client vanished or a signal came."""
    stop = server._stop_event = threading.Event()
    server.protocol.set_writer(writer)
    _listen_for_signals(gone)
    pump = asyncio.create_task(
        run_async(stop_event=stop, reader=reader, protocol=server.protocol, logger=logger)
    )
    others = [asyncio.create_task(gone.wait()), asyncio.create_task(_until_orphaned(server))]
    await asyncio.wait({pump, server.exited, *others}, return_when=asyncio.FIRST_COMPLETED)
    await server.close()
    if server.closing is not None:
        await asyncio.wait({server.closing}, timeout=LAST_MOMENTS)
    writer.close()
    return server.exited.result() if server.exited.done() else 1


def _listen_for_signals(gone: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for name in ("SIGTERM", "SIGINT", "SIGHUP"):
        if (number := getattr(signal, name, None)) is None:
            continue
        try:
            loop.add_signal_handler(number, gone.set)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(gone.set))


async def _until_orphaned(server: Server) -> None:
    """Returns when the client's process has died; one we could never see (a container's) is not watched."""
    while not server.saw_client or is_alive(server.process_id):  # noqa: ASYNC110 - nobody tells us
        await asyncio.sleep(PARENT_LOOK)
