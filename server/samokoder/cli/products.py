"""What is said of previews, checks and exports."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from samokoder.cli.client import Client

MARKS = {"passed": "✓", "failed": "✗", "not run": "?"}
SHOWN = 2000
"""Characters of the output of a check that did not pass."""


def exported(told: dict[str, Any]) -> None:
    print(f"{told['path']}: {told['files']} files, {told['bytes']:,} bytes; the run is {told['state']}")


def checked(told: dict[str, Any]) -> None:
    for change in told["changes"]:
        print(f"  {change['kind']} since the run: {change['path']}")
    for check in told["checks"]:
        print(
            f"  {MARKS[check['state']]} {check['title']} ({check['seconds']:.1f} s) {check['fault']}".rstrip()
        )
        if check["state"] != "passed":
            print(check["output"][-SHOWN:])
    files = "the files as they are now" if told["stale"] else "the very files of the run"
    print(f"{'Every check passed' if told['passed'] else 'Not every check passed'} on {files}.")


def preview(told: dict[str, Any]) -> None:
    if told["state"] == "ready":
        print(f"{told['url']} (Ctrl-C stops it)", flush=True)
    else:
        print(f"The application is not running: {told['state']}. {told['why']}".rstrip(), flush=True)


async def until_over(client: Client, run_id: str, stop: asyncio.Event) -> dict[str, Any] | None:
    """What was told when it was over; None when it is to be stopped first. Raises ServerGone."""
    over = asyncio.create_task(_over(client, run_id))
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait({over, stopped}, return_when=asyncio.FIRST_COMPLETED)
    for task in (over, stopped):
        if not task.done():
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
    return None if over.cancelled() else over.result()


async def _over(client: Client, run_id: str) -> dict[str, Any]:
    while (message := await client.messages.get()) is not None:
        method, told = message
        if (
            method == "samokoder/preview"
            and told["runId"] == run_id
            and told["state"] in ("failed", "stopped")
        ):
            return told
    return {"state": "stopped", "why": "The server has ended.", "url": "", "runId": run_id}
