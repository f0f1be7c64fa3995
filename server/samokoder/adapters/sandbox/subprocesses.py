"""Host programs run to their end, with all they started."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio

from samokoder.errors import SandboxError


@dataclass(frozen=True, slots=True)
class Finished:
    code: int | None
    """None when it took too long."""
    output: str


async def started(command: Sequence[str], **how: Any) -> asyncio.subprocess.Process:
    """As ``create_subprocess_exec``; cancelled, it lets the process start and then kills it.

    Of a process whose start is cancelled asyncio never tells the end, and waits for it for ever.
    """
    starting = asyncio.create_task(asyncio.create_subprocess_exec(*command, **how))
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        with anyio.CancelScope(shield=True):
            await asyncio.wait([starting])
            if not starting.cancelled() and starting.exception() is None:
                await kill_group(starting.result())
        raise


async def finished(
    command: Sequence[str],
    environment: Mapping[str, str],
    seconds: float,
    folder: Path,
    pass_fds: Sequence[int] = (),
) -> Finished:
    """Its exit code and output; cancelled or late, it is killed with its process group."""
    try:
        process = await started(
            command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=dict(environment),
            cwd=folder,
            start_new_session=True,
            pass_fds=tuple(pass_fds),
        )
    except OSError as error:
        raise SandboxError(f"{command[0]} cannot be started: {error}") from error
    try:
        async with asyncio.timeout(seconds):
            output, _ = await process.communicate()
    except TimeoutError:
        return Finished(None, "")
    finally:
        if process.returncode is None:
            with anyio.CancelScope(shield=True):
                await kill_group(process)
    return Finished(process.returncode, output.decode("utf-8", "replace"))


async def kill_group(process: asyncio.subprocess.Process) -> None:
    """Kill a process that leads its own session, with everything in its group, and wait for it."""
    try:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    except ProcessLookupError:
        pass
    await process.wait()
