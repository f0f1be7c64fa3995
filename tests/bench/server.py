"""The real server over stdio: how fast it is there, how much it holds, how long an application takes."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path
from typing import Any

from samokoder.cli.client import Client, start
from tests.bench.figures import median, percentile, show

SERVE = (sys.executable, "-m", "samokoder", "serve")
SAMPLE = (
    "A library for our reading club. Each book has a title, an author, an ISBN and a year. "
    "Members have a name, an email and a phone. A loan says which member has which book, when it is due and "
    "whether it is open, overdue or returned. I want to search books, see overdue loans and export the list."
)
CLUBS = ("our chess club", "our village", "our school", "our choir", "our company")
"""Whose library it is: no run is another's again."""
STARTS, WARM_RUNS, SECONDS_UNDER_LOAD = 7, 5, 30.0


async def measure(folder: Path) -> dict[str, float]:
    os.environ["SAMOKODER_STATE"] = str(folder / "state")
    return {**await _starting(), **await _generating(folder), **await _answering(folder)}


async def _starting() -> dict[str, float]:
    times, held = [], []
    for _ in range(STARTS):
        began = time.perf_counter()
        client = await start(SERVE)
        times.append(time.perf_counter() - began)
        await asyncio.sleep(0.3)
        held.append(_resident(client))
        await client.leave()
    return {
        **show("start to initialize response, median", median(times), "s", "≤ 0.5"),
        **show("resident at rest, median", median(held), "MiB", "≤ 60"),
    }


def _resident(client: Client) -> float:
    pid = client._process.pid
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(row for row in status.splitlines() if row.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


async def _generating(folder: Path) -> dict[str, float]:
    """One server; the first run prepares the environment, the others are warm."""
    client = await start(SERVE)
    times = []
    for n in range(1 + WARM_RUNS):
        began = time.perf_counter()
        end = await _generate(client, folder / f"app{n}", CLUBS[n % len(CLUBS)])
        times.append(time.perf_counter() - began)
        assert end == "verified", end
    files = sum(1 for path in (folder / "app0").rglob("*") if path.is_file())
    await client.leave()
    return {
        **show("files of the sample application", files, "", "≥ 10"),
        **show("generated and verified, first run", times[0], "s"),
        **show("generated and verified, warm, median", median(times[1:]), "s", "≤ 4"),
        **show("generated and verified, warm, slowest", max(times[1:]), "s"),
    }


async def _generate(client: Client, target: Path, club: str) -> str:
    description = SAMPLE.replace("our reading club", club)
    started = await client.command("generate", description=description, target=str(target))
    return await _end_of(client, started["runId"])


async def _end_of(client: Client, run_id: str) -> str:
    while (message := await client.messages.get()) is not None:
        method, params = message
        if method == "samokoder/status" and params["runId"] == run_id and _is_over(params):
            return str(params["state"])
    raise RuntimeError("the server has ended")


def _is_over(status: dict[str, Any]) -> bool:
    return status["state"] not in ("running", "waiting")


async def _answering(folder: Path) -> dict[str, float]:
    """Round trips of ordinary editor requests while two runs are going."""
    client = await start(SERVE)
    stop = time.perf_counter() + SECONDS_UNDER_LOAD
    times: list[float] = []
    load = asyncio.create_task(_two_at_a_time(client, folder, stop))
    while not load.done():
        began = time.perf_counter()
        await client.command("runs")
        times.append(time.perf_counter() - began)
        await asyncio.sleep(0.02)
    await load
    await client.leave()
    return {
        **show("request with two runs going, p50", 1000 * percentile(times, 0.5), "ms"),
        **show("request with two runs going, p95", 1000 * percentile(times, 0.95), "ms", "≤ 50"),
        **show("request with two runs going, slowest", 1000 * max(times), "ms"),
    }


async def _two_at_a_time(client: Client, folder: Path, stop: float) -> None:
    """Begin a new run whenever one ends, until the time is over."""
    n, going = 0, set()
    while going or time.perf_counter() < stop:
        while len(going) < 2 and time.perf_counter() < stop:
            n += 1
            started = await client.command("generate", description=SAMPLE, target=str(folder / f"load{n}"))
            going.add(started["runId"])
        message = await client.messages.get()
        if message is None:
            raise RuntimeError("the server has ended")
        method, params = message
        if method == "samokoder/status" and _is_over(params):
            going.discard(params["runId"])
