"""A keeper that is a child process of the server: for the local and the bubblewrap runner."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import anyio

from samokoder.adapters.sandbox.subprocesses import kill_group, started
from samokoder.errors import SandboxUnavailable

LEAVE = 12.0
"""Seconds a keeper has to kill what it started and leave, before it is killed itself."""


class ProcessLink:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin and process.stdout
        self._process, self._stdin, self._stdout = process, process.stdin, process.stdout
        self._turn = asyncio.Lock()

    async def send(self, data: bytes) -> None:
        async with self._turn:
            try:
                self._stdin.write(data)
                await self._stdin.drain()
            except OSError:
                pass  # it is gone, as receive will tell

    async def receive(self) -> bytes:
        return await self._stdout.read(1 << 20)

    async def end(self) -> None:
        """Close its stdin, which makes it end everything; kill it when it does not."""
        self._stdin.close()
        with anyio.move_on_after(LEAVE):
            while await self._stdout.read(1 << 20):
                pass
            await self._process.wait()
        if self._process.returncode is None:
            await kill_group(self._process)


@asynccontextmanager
async def process_link(
    command: Sequence[str], environment: Mapping[str, str], folder: Path, pass_fds: Sequence[int] = ()
) -> AsyncIterator[ProcessLink]:
    try:
        process = await started(
            command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=dict(environment),
            cwd=folder,
            start_new_session=True,
            pass_fds=tuple(pass_fds),
        )
    except OSError as error:
        raise SandboxUnavailable(f"{command[0]} cannot be started: {error}") from error
    link = ProcessLink(process)
    try:
        yield link
    finally:
        with anyio.CancelScope(shield=True):
            await link.end()
