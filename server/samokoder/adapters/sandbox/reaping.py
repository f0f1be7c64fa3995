"""Removes what servers that were killed have left on the engine: at the start, and each minute."""

from __future__ import annotations

import asyncio
import os
from contextlib import closing, suppress

import anyio

from samokoder.adapters.sandbox.connecting import socket_of
from samokoder.adapters.sandbox.containers import connected, in_thread, remove_orphans
from samokoder.errors import SandboxError

EVERY = 60.0
"""Seconds between two looks."""


async def keep_reaping(every: float = EVERY) -> None:
    """Until cancelled: nothing stays whose server is gone, or that has lived too long."""
    limiter = anyio.CapacityLimiter(1)
    while True:
        with suppress(SandboxError):  # there is no engine, or it is being restarted just now
            if os.environ.get("DOCKER_HOST") or socket_of():
                await in_thread(limiter, _reap)
        await asyncio.sleep(every)


def _reap() -> int:
    with closing(connected()) as client:
        return remove_orphans(client)
