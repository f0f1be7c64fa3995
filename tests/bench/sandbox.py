"""The sandbox: what a command costs beyond itself, what files cost, and whether many block the server."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from contextlib import AsyncExitStack
from pathlib import Path

from samokoder.adapters.sandbox.containers import OWNER, Engine
from samokoder.adapters.sandbox.docker import DockerSandbox
from samokoder.adapters.sandbox.policy import IMAGES
from samokoder.adapters.sandbox.session import Session
from samokoder.domain.evidence import Check
from samokoder.domain.paths import FilePath
from samokoder.errors import SandboxError
from samokoder.ports import EnvironmentSpec
from tests.bench.figures import median, percentile, show

NOTHING = EnvironmentSpec(language="python", dependencies=())
TRUE = Check(id="true", title="does nothing", command=("true",))
COMMANDS, PROJECTS, EACH = 30, 10, 5
SMALL = {FilePath(f"folder{n % 20}/file{n}.txt"): b"x" * 200 for n in range(1000)}
SERVER = """
import asyncio
from samokoder.adapters.sandbox.docker import DockerSandbox
from samokoder.adapters.sandbox.owners import myself
from samokoder.ports import EnvironmentSpec

async def main():
    async with DockerSandbox().open(EnvironmentSpec(language="python", dependencies=())):
        print(myself(), flush=True)
        await asyncio.sleep(600)

asyncio.run(main())
"""


async def measure(folder: Path) -> dict[str, float]:
    """Nothing where no engine answers."""
    sandbox = DockerSandbox()
    try:
        await sandbox.probe()
    except SandboxError as error:
        print(f"  not measured: {error}")
        return {}
    return {**await _one_at_a_time(sandbox), **await _many(sandbox), **await _killed()}


async def _one_at_a_time(sandbox: DockerSandbox) -> dict[str, float]:
    async with sandbox.open(NOTHING) as session:
        await _timed(session, {})
        empty = [await _timed(session, {}) for _ in range(COMMANDS)]
        full = [await _timed(session, SMALL) for _ in range(5)]
    return {
        **show("a command in the sandbox, median", median(empty) * 1000, "ms", "< 60"),
        **show("1000 small files in, median", (median(full) - median(empty)) * 1000, "ms", "< 100"),
    }


async def _timed(session: Session, files: dict[FilePath, bytes]) -> float:
    began = time.perf_counter()
    report = await session.run(files, TRUE)
    assert report.passed, report
    return time.perf_counter() - began


async def _many(sandbox: DockerSandbox) -> dict[str, float]:
    """Ten projects, each with a container of its own and some commands, all at once."""
    lags: list[float] = []
    watching = asyncio.create_task(_watch(lags))
    began = time.perf_counter()
    async with AsyncExitStack() as stack:
        opened = [stack.enter_async_context(sandbox.open(NOTHING)) for _ in range(PROJECTS)]
        sessions = [await one for one in opened]
        await asyncio.gather(*(_some(session) for session in sessions))
        seconds = time.perf_counter() - began
    watching.cancel()
    return {
        **show("ten projects at once, five commands each", seconds, "s"),
        **show("event loop held up meanwhile, longest", max(lags) * 1000, "ms", "≤ 50"),
        **show("event loop held up meanwhile, p95", percentile(lags, 0.95) * 1000, "ms"),
    }


async def _some(session: Session) -> None:
    for _ in range(EACH):
        await _timed(session, {})


async def _watch(lags: list[float]) -> None:
    while True:
        began = time.perf_counter()
        await asyncio.sleep(0.005)
        lags.append(time.perf_counter() - began - 0.005)


async def _killed() -> dict[str, float]:
    server = subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    owner = server.stdout.readline().strip()
    server.kill()
    began = time.perf_counter()
    server.wait()
    server.stdout.close()
    engine = Engine(IMAGES["python"])
    while engine.client.containers.list(all=True, filters={"label": f"{OWNER}={owner}"}):
        await asyncio.sleep(0.02)
    seconds = time.perf_counter() - began
    engine.close()
    return show("nothing left of a killed server after", seconds, "s", "< 2")
