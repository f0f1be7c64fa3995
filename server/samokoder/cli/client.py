"""A small LSP client: starts the server and speaks JSON-RPC to it over stdio."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from collections.abc import Mapping, Sequence
from typing import Any

LEAVING = 5.0
"""Seconds the server gets to end by itself."""
LONGEST_LINE = 2**16


class ServerError(Exception):
    """The server's refusal, with its hint."""

    def __init__(self, error: Mapping[str, Any]) -> None:
        data = error.get("data") or {}
        self.hint: str = data.get("hint") or "" if isinstance(data, dict) else ""
        self.kind: str = data.get("kind") or "" if isinstance(data, dict) else ""
        self.code: int = error.get("code", 0)
        super().__init__(error.get("message", "the server refused"))


class ServerGone(Exception):
    """The server has ended although nobody asked it to."""


class Client:
    """One server process. ``messages`` are its notifications, in order; None follows the last."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self.messages: asyncio.Queue[tuple[str, dict[str, Any]] | None] = asyncio.Queue()
        self._listening = asyncio.create_task(self._listen())

    async def request(self, method: str, params: Any = None) -> Any:
        """The result. Raises ServerError or ServerGone."""
        if self._listening.done():
            raise ServerGone
        number = len(self._answers) + 1
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        await self._send({"id": number, "method": method, "params": params})
        return await answer

    async def command(self, name: str, **arguments: Any) -> Any:
        """One of our commands; arguments that are None are left out."""
        given = {key: value for key, value in arguments.items() if value is not None}
        return await self.request(
            "workspace/executeCommand", {"command": f"samokoder.{name}", "arguments": [given]}
        )

    async def notify(self, method: str, params: Any = None) -> None:
        await self._send({"method": method, "params": params})

    async def leave(self) -> None:
        """Shut the server down; ends it when it does not."""
        with contextlib.suppress(ServerError, ServerGone, TimeoutError, OSError):
            await asyncio.wait_for(self.request("shutdown"), LEAVING)
            await self.notify("exit")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._process.wait(), LEAVING)
        if self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
        await self._listening

    async def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
            await self._process.stdin.drain()
        except ConnectionError:
            raise ServerGone from None

    async def _listen(self) -> None:
        assert self._process.stdout is not None
        try:
            while (message := await _read(self._process.stdout)) is not None:
                await self._take(message)
        finally:
            for answer in self._answers.values():
                if not answer.done():
                    answer.set_exception(ServerGone())
                    answer.exception()  # nobody may be waiting
            self.messages.put_nowait(None)

    async def _take(self, message: dict[str, Any]) -> None:
        if "method" in message and "id" in message:
            error = {"code": -32601, "message": "not supported"}
            await self._send({"id": message["id"], "error": error})
        elif "method" in message:
            self.messages.put_nowait((message["method"], message.get("params") or {}))
        elif (answer := self._answers.get(message["id"])) is not None and not answer.done():
            if "error" in message:
                answer.set_exception(ServerError(message["error"]))
            else:
                answer.set_result(message.get("result"))


async def _read(stream: asyncio.StreamReader) -> dict[str, Any] | None:
    """The next message; None at the end."""
    length = 0
    while (line := await stream.readline()).strip():
        name, _, value = line.decode("ascii").partition(":")
        if name.lower() == "content-length":
            length = int(value)
    if not line:
        return None
    try:
        message: dict[str, Any] = json.loads(await stream.readexactly(length))
    except asyncio.IncompleteReadError:
        return None
    return message


async def start(command: Sequence[str]) -> Client:
    """Start a server and greet it. Ctrl-C is ours to handle, so the server is in a session of its own."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=LONGEST_LINE,
        start_new_session=True,
    )
    client = Client(process)
    wants = {"samokoder": {"status": True, "event": True, "question": True, "preview": True}}
    try:
        await client.request(
            "initialize",
            {"processId": os.getpid(), "rootUri": None, "capabilities": {"experimental": wants}},
        )
        await client.notify("initialized", {})
    except BaseException:
        await client.leave()
        raise
    return client
