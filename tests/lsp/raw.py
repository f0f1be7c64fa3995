"""A client that speaks bytes: for all that a well-behaved client never does."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "tests.lsp.fake_server")
CAST = (sys.executable, "-m", "tests.lsp.cast_server")


class RawClient:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.seen: list[dict[str, Any]] = []
        """Every message that is not an answer, in order."""
        self.answers: dict[Any, dict[str, Any]] = {}
        self._news = asyncio.Condition()
        self._number = 0
        self.replies: dict[str, Any] = {}
        """What requests of the server are answered with; by method; those not here are left unanswered."""
        self._reading: asyncio.Task[None] | None = None

    def listen(self) -> None:
        self._reading = asyncio.create_task(self._read())

    async def send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        await self.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))

    async def write(self, data: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(data)
        await self.process.stdin.drain()

    async def ask(self, method: str, params: Any = None) -> dict[str, Any]:
        """The whole answer: ``result`` or ``error``."""
        number = await self.post(method, params)
        return await self.answer(number)

    async def post(self, method: str, params: Any = None) -> int:
        self._number += 1
        await self.send({"id": self._number, "method": method, "params": params})
        return self._number

    async def answer(self, number: int) -> dict[str, Any]:
        await self.until(lambda: number in self.answers)
        return self.answers[number]

    async def notify(self, method: str, params: Any = None) -> None:
        await self.send({"method": method, "params": params})

    async def command(self, name: str, **arguments: Any) -> dict[str, Any]:
        params = {"command": f"samokoder.{name}", "arguments": [arguments]}
        return await self.ask("workspace/executeCommand", params)

    async def initialize(self, options: Any = None, **capabilities: Any) -> dict[str, Any]:
        params = {"processId": os.getpid(), "rootUri": None, "capabilities": capabilities}
        answer = await self.ask("initialize", {**params, "initializationOptions": options})
        await self.notify("initialized", {})
        return answer

    async def until(self, true: Callable[[], bool], seconds: float = 20) -> None:
        async with self._news:
            await asyncio.wait_for(self._news.wait_for(true), seconds)

    async def message(self, method: str, fits: Callable[[Any], bool] = lambda params: True) -> Any:
        """Parameters of the first such message, past or to come."""

        def found() -> list[Any]:
            return [m["params"] for m in self.seen if m["method"] == method and fits(m["params"])]

        await self.until(lambda: bool(found()))
        return found()[0]

    def all(self, method: str) -> list[Any]:
        return [m["params"] for m in self.seen if m["method"] == method]

    async def exit_code(self, seconds: float = 10) -> int:
        return await asyncio.wait_for(self.process.wait(), seconds)

    async def _read(self) -> None:
        assert self.process.stdout is not None
        stream = self.process.stdout
        while line := await stream.readline():
            if not line.lower().startswith(b"content-length"):
                continue
            length = int(line.split(b":")[1])
            while (await stream.readline()).strip():
                pass
            await self._take(json.loads(await stream.readexactly(length)))

    async def _take(self, message: dict[str, Any]) -> None:
        if "method" in message and "id" in message and message["method"] in self.replies:
            await self.send({"id": message["id"], "result": self.replies[message["method"]]})
        async with self._news:
            if "method" in message:
                self.seen.append(message)
            else:
                self.answers[message["id"]] = message
            self._news.notify_all()


@asynccontextmanager
async def raw_client(
    state: Path, *arguments: str, command: tuple[str, ...] = COMMAND, **environment: str
) -> AsyncIterator[RawClient]:
    """A server over fake runs, with its state below ``state``; it is ended in any case."""
    places = {"SAMOKODER_STATE": str(state / "state"), "SAMOKODER_CACHE": str(state / "cache")}
    process = await asyncio.create_subprocess_exec(
        *command,
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=2**26,
        cwd=REPOSITORY,
        env={**os.environ, **places, **environment},
    )
    client = RawClient(process)
    client.listen()
    try:
        yield client
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        if client._reading:
            client._reading.cancel()
        process._transport.close()  # type: ignore[attr-defined]
