"""A running service: its address on this machine, its state and its log."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Literal

import anyio
from pydantic import ValidationError

from samokoder.adapters.sandbox.inside.channel import (
    LOG,
    OPEN,
    TOLD,
    BrokenChannel,
    Channel,
    Connection,
    Splitter,
    frame,
)
from samokoder.adapters.sandbox.place import Link
from samokoder.adapters.sandbox.preview.host import REFUSED, Stranger, begun
from samokoder.adapters.sandbox.preview.ring import Ring
from samokoder.domain.value import Value
from samokoder.errors import SandboxError
from samokoder.ports import ServiceState

HOST = "127.0.0.1"
SENDING = 64
"""Frames that wait for the link; who has more to send waits, too."""
HEAD_SECONDS = 30.0
"""In which a connection must say for which host it is: one that says nothing takes the place of another."""
_ORDER = ("starting", "ready", "failed", "stopped")
LOST = "what ran has killed or halted the process that watched over it"
Neutral = Callable[[str, str], str]
"""Text as it is wherever it ran, given the folder it ran in."""


class Word(Value):
    """What the relay says of the service."""

    state: Literal["starting", "ready", "failed"]
    why: str = ""
    folder: str = ""


class Served:
    """A RunningService. What comes from inside is not believed to be in order."""

    def __init__(self, link: Link, neutral: Neutral) -> None:
        self.url = ""
        self.state = ServiceState(kind="starting")
        self.used = time.monotonic()
        self._link, self._neutral, self._folder = link, neutral, ""
        self._log, self._moved = Ring(), asyncio.Event()
        self._sending: asyncio.Queue[bytes] = asyncio.Queue(SENDING)
        self._channel, self._numbers = Channel(self._sending.put), itertools.count(1)

    def log(self) -> str:
        return self._neutral(self._log.text(), self._folder)

    async def changed(self, known: ServiceState) -> ServiceState:
        while self.state == known:
            await self._moved.wait()
        return self.state

    def become(self, state: ServiceState) -> None:
        """Never back, and failed and stopped are for good."""
        if self.state.kind in ("failed", "stopped"):
            return
        if _ORDER.index(state.kind) <= _ORDER.index(self.state.kind):
            return
        self.state = state
        self._moved.set()
        self._moved = asyncio.Event()

    async def send(self) -> None:
        """One after the other, each whole: a connection that is given up must not cut a frame in two."""
        while True:
            await self._link.send(await self._sending.get())

    async def listen(self) -> None:
        """Until the relay has ended, or says what it cannot."""
        splitter, why = Splitter(), LOST
        try:
            while data := await self._link.receive():
                for kind, number, content in splitter.feed(data):
                    self._take(kind, number, content)
        except (BrokenChannel, ValidationError):
            why = f"{LOST}: it no longer speaks as it should"
        except SandboxError as error:
            why = str(error)
        self.become(ServiceState(kind="failed", why=why))
        await self._channel.close()

    def _take(self, kind: int, number: int, content: bytes) -> None:
        if kind == LOG:
            self._log.add(content)
        elif kind == TOLD:
            word = Word.model_validate_json(content)
            self._folder = self._folder or word.folder
            why = self._neutral(word.why, self._folder)
            self.become(ServiceState.model_validate({"kind": word.state, "why": why}))
        else:
            self.used = time.monotonic()
            self._channel.take(kind, number, content)

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of a browser; refused when there are too many, or nobody to lead it to."""
        if self._channel.full or self.state.kind in ("failed", "stopped"):
            writer.transport.abort()
            return
        self.used = time.monotonic()
        number = next(self._numbers)

        async def work(connection: Connection) -> None:
            try:
                async with asyncio.timeout(HEAD_SECONDS):
                    source = await begun(reader)
                await self._sending.put(frame(OPEN, number))
                await connection.carry(source, writer)
            except Stranger:
                writer.write(REFUSED)
                with suppress(OSError):
                    await writer.drain()
                writer.close()
            except OSError:  # it left, or said nothing in time
                pass
            finally:
                writer.transport.abort()

        self._channel.begin(number, work)

    async def close(self) -> None:
        self.become(ServiceState(kind="stopped"))
        await self._channel.close()


@asynccontextmanager
async def served(link: Link, neutral: Neutral) -> AsyncIterator[Served]:
    """What the relay at the other end of this link runs."""
    running = Served(link, neutral)
    try:
        listener = await asyncio.start_server(running.accept, HOST, 0)
    except OSError as error:
        raise SandboxError(f"No port of this machine can be listened on: {error}") from error
    running.url = f"http://{HOST}:{listener.sockets[0].getsockname()[1]}/"
    work = [asyncio.create_task(running.listen()), asyncio.create_task(running.send())]
    try:
        yield running
    finally:
        listener.close()
        with anyio.CancelScope(shield=True):
            await running.close()
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)
