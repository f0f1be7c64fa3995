"""What a preview adds to a running application: from a socket of this machine into the sandbox and back."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from samokoder.adapters.sandbox.bubblewrap import BubblewrapSandbox
from samokoder.adapters.sandbox.docker import DockerSandbox
from samokoder.domain.architecture import Service
from samokoder.domain.paths import FilePath
from samokoder.errors import SandboxError
from samokoder.ports import EnvironmentSpec
from tests.bench.figures import median, percentile, show

ANSWERING = b"""
import asyncio, os

async def answer(reader, writer):
    while line := await reader.readline():
        if line == b"\\r\\n":
            writer.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok")
            await writer.drain()
    writer.close()

async def main():
    server = await asyncio.start_server(answer, "127.0.0.1", int(os.environ["PORT"]))
    await server.serve_forever()

asyncio.run(main())
"""
REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
SERVICE = Service(command=("python", "serve.py"), port=8000)
NOTHING = EnvironmentSpec(language="python", dependencies=())
TIMES = 300


async def measure(folder: Path) -> dict[str, float]:
    """Of each runner that can be had here."""
    figures: dict[str, float] = {}
    for name, sandbox in (("Docker", DockerSandbox()), ("bubblewrap", BubblewrapSandbox())):
        try:
            figures |= await _in(name, sandbox)
        except SandboxError as error:
            print(f"  not measured in {name}: {error}")
    return figures


async def _in(name: str, sandbox: DockerSandbox | BubblewrapSandbox) -> dict[str, float]:
    files = {FilePath("serve.py"): ANSWERING}
    async with sandbox.open(NOTHING, warm=False) as session, session.serve(files, SERVICE) as running:
        while running.state.kind == "starting":
            await running.changed(running.state)
        assert running.state.kind == "ready", running.log()
        host, port = running.url.removeprefix("http://").rstrip("/").split(":")
        kept = await _kept(host, int(port))
        fresh = [await _fresh(host, int(port)) for _ in range(TIMES // 3)]
    return {
        **show(f"preview in {name}: round trip, p50", 1000 * median(kept), "ms", "< 5"),
        **show(f"preview in {name}: round trip, p95", 1000 * percentile(kept, 0.95), "ms"),
        **show(f"preview in {name}: with a new connection, p50", 1000 * median(fresh), "ms"),
    }


async def _kept(host: str, port: int) -> list[float]:
    """Seconds of each request of a browser that keeps its connection."""
    reader, writer = await asyncio.open_connection(host, port)
    times = [await _asked(reader, writer) for _ in range(TIMES)]
    writer.close()
    return times


async def _fresh(host: str, port: int) -> float:
    began = time.perf_counter()
    reader, writer = await asyncio.open_connection(host, port)
    await _asked(reader, writer)
    seconds = time.perf_counter() - began
    writer.close()
    return seconds


async def _asked(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> float:
    began = time.perf_counter()
    writer.write(REQUEST)
    head = await reader.readuntil(b"\r\n\r\nok")
    assert head.startswith(b"HTTP/1.1 200"), head
    return time.perf_counter() - began
