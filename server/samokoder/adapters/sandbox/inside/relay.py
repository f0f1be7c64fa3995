"""Runs one service inside a sandbox and carries connections to its port over stdin and stdout.

The first frame asks for the service; from then on stdin and stdout are a ``channel``. Nothing but the
service's own port can be reached by it. The end of stdin ends everything, so nothing outlives a server that
was killed.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from contextlib import suppress
from typing import Any

from samokoder.adapters.sandbox.inside.channel import (
    CHUNK,
    LOG,
    OPEN,
    RESET,
    TOLD,
    BrokenChannel,
    Channel,
    Connection,
    Splitter,
    frame,
)
from samokoder.adapters.sandbox.inside.command import become
from samokoder.adapters.sandbox.inside.framing import read_frame
from samokoder.adapters.sandbox.inside.processes import (
    PR_SET_CHILD_SUBREAPER,
    PR_SET_DUMPABLE,
    kill_descendants,
    prctl,
    reap,
    remove,
)
from samokoder.adapters.sandbox.inside.readiness import NOTHING, PAUSE, free_port, how, look
from samokoder.adapters.sandbox.inside.warden import Warden, exit_code

WATCH = 0.25
"""Seconds between two looks at the processes and the memory of the service."""
PACE = 0.02
"""Seconds between two pieces of the log: who floods it waits, and takes nothing from the connections."""
GRACE = 1.0
"""Seconds a service has to leave by itself."""


class Relay:
    def __init__(self, ask: dict[str, Any], folder: str, port: int, service: int) -> None:
        self.ask, self.port, self.service = ask, port, service
        self.warden = Warden(ask, folder, -1, -1)
        self.ended: dict[int, int] = {}
        self.said = b""
        self.channel = Channel(self.send)

    async def carry(self, asks: int, answers: int, output: int) -> None:
        """Until the service has ended or stdin has."""
        loop = asyncio.get_running_loop()
        protocol = asyncio.StreamReaderProtocol(asyncio.StreamReader())
        transport, _ = await loop.connect_write_pipe(lambda: protocol, os.fdopen(answers, "wb", 0))
        self.out = asyncio.StreamWriter(transport, protocol, None, loop)
        listening = asyncio.create_task(self.listen(await stream(asks)))
        logging = asyncio.create_task(self.log(await stream(output)))
        living = asyncio.create_task(self.live())
        await asyncio.wait({listening, living}, return_when=asyncio.FIRST_COMPLETED)
        stop(self.service, self.ended)
        if not living.done():
            return
        with suppress(asyncio.TimeoutError):  # the last words of what has ended
            await asyncio.wait_for(logging, GRACE)
        await self.tell("failed", living.result())
        await self.channel.close()

    async def send(self, data: bytes) -> None:
        self.out.write(data)
        await self.out.drain()

    async def tell(self, state: str, why: str = "") -> None:
        told = {"state": state, "why": why[:2000], "folder": self.warden.folder}
        await self.send(frame(TOLD, 0, json.dumps(told).encode()))

    async def listen(self, reader: asyncio.StreamReader) -> None:
        splitter = Splitter()
        while data := await reader.read(1 << 16):
            for kind, number, content in splitter.feed(data):
                if kind == OPEN:
                    self.open(number)
                else:
                    self.channel.take(kind, number, content)

    def open(self, number: int) -> None:
        async def work(connection: Connection) -> None:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            except OSError:
                await self.send(frame(RESET, number))
                return
            await connection.carry(reader, writer)

        self.channel.begin(number, work)

    async def log(self, reader: asyncio.StreamReader) -> None:
        while data := await reader.read(CHUNK):
            self.said = (self.said + data)[-2 * CHUNK :]
            await self.send(frame(LOG, 0, data))
            await asyncio.sleep(PACE)

    async def live(self) -> str:
        """Why the service is over."""
        ready = asyncio.ensure_future(self.become_ready())
        while True:
            self.ended.update(reap())
            if self.service in self.ended:
                ready.cancel()
                return f"the service ended with exit code {exit_code(self.ended[self.service])}"
            if ready.done() and ready.result():
                return ready.result()
            self.warden.weigh()
            if self.warden.fault:
                ready.cancel()
                return self.warden.fault
            await asyncio.sleep(WATCH)

    async def become_ready(self) -> str:
        """Empty once it is, else what was seen last."""
        service = self.ask["service"]
        await self.tell("starting")
        seen, deadline = NOTHING, time.monotonic() + service["seconds"]
        while time.monotonic() < deadline:
            found = await asyncio.to_thread(look, service, self.port, self.said)
            if not found:
                await self.tell("ready")
                return ""
            seen = seen if found == NOTHING else found
            await asyncio.sleep(PAUSE)
        return f"not ready within {service['seconds']:g} s by {how(service)}; last seen: {seen}"


async def stream(fd: int) -> asyncio.StreamReader:
    reader = asyncio.StreamReader(limit=CHUNK)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(fd, "rb", 0)
    )
    return reader


def stop(service: int, ended: dict[int, int]) -> None:
    """First kindly, then with everything it has started."""
    deadline = time.monotonic() + GRACE
    with suppress(OSError):
        os.killpg(service, signal.SIGTERM)
    while service not in ended and time.monotonic() < deadline:
        ended.update(reap())
        time.sleep(0.01)
    kill_descendants()


def refuse(answers: int, why: str) -> None:
    told = json.dumps({"state": "failed", "why": why, "folder": ""}).encode()
    os.write(answers, frame(TOLD, 0, told))


def start(ask: dict[str, Any], body: bytes, folder: str, port: int) -> tuple[int, int]:
    """The service's process, and where its output can be read."""
    Warden(ask, folder, -1, -1).lay_out(body)
    pipe, output = os.pipe()
    service = os.fork()
    if service == 0:
        become(
            {**ask, "env": {**ask["env"], "PORT": str(port)}},
            folder,
            output,
            os.open(os.devnull, os.O_WRONLY),
            False,
        )
    os.close(output)
    return service, pipe


def main() -> None:
    base = sys.argv[1]
    os.makedirs(base, mode=0o700, exist_ok=True)  # noqa: PTH103 - no pathlib inside
    asks, answers = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    prctl(PR_SET_DUMPABLE, 0)  # what runs here as the same user may not read or trace us
    first = read_frame(asks)
    if first is not None:
        run(*first, base, asks, answers)
    remove(base)


def run(ask: dict[str, Any], body: bytes, base: str, asks: int, answers: int) -> None:
    folder = f"{base}/{ask['id']}"
    try:
        os.mkdir(folder, 0o700)  # noqa: PTH102 - no pathlib inside
        port = free_port(ask["service"]["port"])
        service, output = start(ask, body, folder, port)
    except OSError as error:
        refuse(answers, f"the service could not be started: {error}")
        return
    with suppress(BrokenChannel, OSError):
        asyncio.run(Relay(ask, folder, port, service).carry(asks, answers, output))
    kill_descendants()
