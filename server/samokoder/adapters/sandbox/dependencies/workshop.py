"""The container dependencies are installed in: no network but the proxy, nothing of the person's files."""

from __future__ import annotations

import asyncio
import functools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread

from samokoder.adapters.sandbox.containers import Container, Engine, ExecStream, in_thread
from samokoder.adapters.sandbox.dependencies.egress import MIB, Egress
from samokoder.adapters.sandbox.dependencies.failures import INSTALL_SECONDS, failed, too_large
from samokoder.adapters.sandbox.dependencies.proxy import Proxy
from samokoder.adapters.sandbox.hardening import SILENCE, ulimits
from samokoder.adapters.sandbox.place import text_of
from samokoder.adapters.sandbox.subprocesses import Finished
from samokoder.errors import EgressDenied

OUT = "/egress"
"""Where the proxy's socket lies, read-only."""
PORT = 3128
_HERE = f"http://127.0.0.1:{PORT}"
CLEAN = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LANG": "C.UTF-8",
    "HOME": "/sandbox",
    "HTTPS_PROXY": _HERE,
    "HTTP_PROXY": _HERE,
    "https_proxy": _HERE,
    "http_proxy": _HERE,
}
"""The environment of an installer: the proxy, and nothing of this machine's."""
LOOK = 2.0
"""Seconds between two looks at how large an environment has become."""
OUTPUT = 4 * MIB
"""Bytes of an installer's output that are kept, the last ones."""
_TELLING = '"$@" 2>&1; printf "\\n%s" "$?"'
"""Runs a command; the last line is its exit code."""


@dataclass(frozen=True, slots=True)
class Materials:
    """What an install container is given, all of it read-only but the volume."""

    egress: Egress
    places: Mapping[str, Path] = field(default_factory=dict)
    """Files of this machine, by their place inside."""
    certificates: Path | None = None
    files: Mapping[str, str] = field(default_factory=dict)
    """Small files beside the socket, by name."""
    volume: str = ""
    """Mounted at ``/env``."""


class Workshop:
    """One running install container."""

    def __init__(self, limiter: anyio.CapacityLimiter, container: Container, proxy: Proxy) -> None:
        self._limiter, self._container, self.proxy = limiter, container, proxy

    async def run(self, command: Sequence[str], environment: Mapping[str, str], largest: int) -> str:
        """What it printed. Raises InstallFailed, or EgressDenied when it asked for what no index uses."""
        words = [f"{name}={value}" for name, value in {**CLEAN, **environment}.items()]
        done = await self._finished(["env", "-i", *words, *command], largest)
        if done.code == 0:
            return done.output
        for passage in self.proxy.passages:
            if passage.forbidden:
                raise EgressDenied(
                    f"The installer asked for {passage.host}:{passage.port}: {passage.verdict}."
                )
        raise failed(done.code, done.output)

    async def _finished(self, command: list[str], largest: int) -> Finished:
        """Within its time and its size; what runs longer or grows larger ends with the container."""
        stream = await in_thread(
            self._limiter, self._container.connect, ["sh", "-c", _TELLING, "sh", *command]
        )
        heard = bytearray()
        watching = asyncio.create_task(self._watch(largest))
        listening = asyncio.create_task(self._listen(stream, heard))
        try:
            done, _ = await asyncio.wait(
                {watching, listening}, timeout=INSTALL_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            watching.cancel()
            with anyio.CancelScope(shield=True):
                await in_thread(self._limiter, stream.close)  # ends the listening, too
                await asyncio.wait({watching, listening})
        if watching in done:
            watching.result()
        if not done:
            return Finished(None, "")
        output, _, code = heard.decode("utf-8", "replace").rpartition("\n")
        return Finished(int(code) if code.isdigit() else 1, output)

    async def _listen(self, stream: ExecStream, heard: bytearray) -> None:
        while data := await in_thread(self._limiter, stream.receive):
            heard += data
            del heard[:-OUTPUT]

    async def _watch(self, largest: int) -> None:
        """Raises InstallFailed when the environment has grown larger than it may."""
        while True:
            await asyncio.sleep(LOOK)
            words = (await in_thread(self._limiter, self._container.run, ["du", "-sxk", "/env"]))[1].split()
            if words and words[0].isdigit() and int(words[0]) * 1024 > largest:
                raise too_large(largest)


@asynccontextmanager
async def workshop(
    engine: Engine, limiter: anyio.CapacityLimiter, materials: Materials
) -> AsyncIterator[Workshop]:
    """A container with a way out to the given origins; leaving removes it and closes the way."""
    proxy = Proxy(materials.egress)
    folder = await anyio.to_thread.run_sync(_laid_out, materials)
    try:
        async with proxy.serving(folder / "out" / "proxy"):
            changes = _changes(folder / "out", materials)
            changes["ulimits"] = ulimits(engine.policy, engine.is_podman, any_size=True)
            container = await in_thread(limiter, functools.partial(engine.start, None, **changes))
            try:
                yield Workshop(limiter, container, proxy)
            finally:
                with anyio.CancelScope(shield=True):
                    await in_thread(limiter, container.remove)
    finally:
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(lambda: shutil.rmtree(folder, ignore_errors=True))


def _laid_out(materials: Materials) -> Path:
    """A folder nobody else of this machine can enter; what is mounted of it lies one deeper and is open."""
    folder = Path(tempfile.mkdtemp(prefix="samokoder-"))
    out = folder / "out"
    out.mkdir(mode=0o755)
    for name, text in materials.files.items():
        (out / name).write_text(text, encoding="utf-8")
    if materials.certificates:
        shutil.copyfile(materials.certificates, out / "certificates")
    for file in out.iterdir():
        file.chmod(0o644)
    out.chmod(0o755)
    return folder


def _changes(out: Path, materials: Materials) -> dict[str, Any]:
    """What is different from the container checks run in."""
    from docker.types import Mount

    mounts = [Mount(OUT, os.fspath(out), type="bind", read_only=True)]
    if materials.volume:
        mounts.append(Mount("/env", materials.volume, type="volume", no_copy=True))
    for inside, place in materials.places.items():
        mounts.append(Mount(inside, os.fspath(place), type="bind", read_only=True))
    shim = ["python3", "-I", "-S", "-c", text_of("shim"), f"{OUT}/proxy", str(PORT), str(SILENCE)]
    return {"command": shim, "mounts": mounts}
