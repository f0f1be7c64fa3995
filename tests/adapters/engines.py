"""An engine of a test's own, beside the one of this machine, which can be killed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp

from tests.adapters.sandboxes import living, needs

STARTING = 30.0
"""Seconds an engine has to answer."""


class OwnEngine:
    def __init__(self, folder: Path) -> None:
        self.folder, self.address = folder, f"unix://{folder}/engine.sock"
        told = (folder / "log").open("wb")
        places = {"data-root": "data", "exec-root": "exec", "pidfile": "pid"}
        self._process = subprocess.Popen(
            [
                # in a network of its own: an engine without a bridge removes the one of the machine's engine
                *("unshare", "--net", "dockerd"),
                *(f"--{name}={folder}/{place}" for name, place in places.items()),
                f"--host={self.address}",
                *"--bridge=none --iptables=false --ip6tables=false".split(),
            ],
            stdout=told,
            stderr=told,
        )
        told.close()

    def answers(self) -> bool:
        deadline = time.monotonic() + STARTING
        while self._process.poll() is None and time.monotonic() < deadline:
            if self.client("version").returncode == 0:
                return True
            time.sleep(0.2)
        return False

    def client(self, *words: str, given: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            ["docker", "-H", self.address, *words], input=given, capture_output=True, check=False
        )

    def take(self, image: str) -> None:
        saved = subprocess.run(["docker", "save", image], capture_output=True, check=True)
        assert self.client("load", given=saved.stdout).returncode == 0

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def end(self) -> None:
        """With what it started for itself and what it has mounted."""
        self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(20)
        self.kill()
        for process in living(str(self.folder)):  # its containerd, and what holds its containers
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        mounted = [line.split()[1] for line in Path("/proc/self/mounts").read_text().splitlines()]
        for place in reversed(mounted):
            if place.startswith(f"{self.folder}/"):
                subprocess.run(["umount", "--lazy", place], check=False)
        shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def own_engine(image: str) -> Iterator[OwnEngine]:
    """The test is skipped where one cannot be started, or fails where it must."""
    needs("engine", hasattr(os, "geteuid") and os.geteuid() == 0 and bool(shutil.which("dockerd")))
    engine = OwnEngine(Path(mkdtemp(prefix="engine-")))
    try:
        needs("engine", engine.answers())
        engine.take(image)
        yield engine
    finally:
        engine.end()
