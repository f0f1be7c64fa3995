"""Programs of the host end, whatever happens to whoever waits for them, who never waits in vain."""

from __future__ import annotations

import asyncio
import secrets

import anyio
import pytest

from samokoder.adapters.sandbox.subprocesses import started
from tests.adapters.sandboxes import living


@pytest.mark.parametrize("turns", range(8))
async def test_a_start_that_is_cancelled_at_any_moment_ends_at_once_and_leaves_nothing(turns: int) -> None:
    marker, pipe = secrets.token_hex(8), asyncio.subprocess.PIPE
    command = ("sh", "-c", "sleep 600", marker)
    starting = asyncio.create_task(started(command, stdin=pipe, stdout=pipe, start_new_session=True))
    for _ in range(turns):
        await asyncio.sleep(0)
    starting.cancel()
    with anyio.fail_after(5):
        try:
            process = await starting
        except asyncio.CancelledError:
            assert living(marker) == []
        else:  # it was there before
            process.kill()
            await process.wait()
