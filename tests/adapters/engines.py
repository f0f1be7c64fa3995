"""Engines of the tests' own, beside the machine's: a Docker that can be killed, gVisor and Podman."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest

from samokoder.adapters.sandbox.choose import Runner
from samokoder.adapters.sandbox.docker import DockerSandbox
from samokoder.adapters.sandbox.environments import Environments
from samokoder.adapters.sandbox.policy import IMAGES, SandboxPolicy
from tests.adapters.sandboxes import ANY_AGE, living, needs, runner

STARTING = 30.0
"""Seconds an engine has to answer."""


OTHER_NAMES = ("runsc", "podman")
OTHERS: list[Any] = [pytest.param(name, marks=pytest.mark.docker) for name in OTHER_NAMES]
"""Engines that are not a plain Docker: for ``OtherEngines``."""
GVISOR = {"path": "runsc", "runtimeArgs": ["--platform=ptrace", "--network=none"]}
"""As docs/security.md has it: without a network, on the platform that works in a virtual machine too."""


class OwnEngine:
    """A dockerd."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.address = folder, f"unix://{folder}/engine.sock"
        (folder / "daemon.json").write_text(json.dumps({"runtimes": {"runsc": GVISOR}}))
        told = (folder / "log").open("wb")
        places = {"data-root": "data", "exec-root": "exec", "pidfile": "pid"}
        self._process = subprocess.Popen(
            [
                # in a network of its own: an engine without a bridge removes the one of the machine's engine
                *("unshare", "--net", "dockerd"),
                *(f"--{name}={folder}/{place}" for name, place in places.items()),
                f"--host={self.address}",
                f"--config-file={folder}/daemon.json",
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
        _clear(self.folder)


@contextmanager
def own_engine(image: str) -> Iterator[OwnEngine]:
    """The test is skipped where one cannot be started, or fails where it must."""
    needs("engine", _root_has("dockerd"))
    engine = OwnEngine(Path(mkdtemp(prefix="engine-")))
    try:
        needs("engine", engine.answers())
        engine.take(image)
        yield engine
    finally:
        engine.end()


class OwnPodman:
    """Podman's service, with images and containers of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.address = folder, f"unix://{folder}/podman.sock"
        self._words = ["podman", f"--root={folder}/root", f"--runroot={folder}/run"]
        self._log = folder / "log"
        with self._log.open("wb") as told:
            self._process = subprocess.Popen(
                [*self._words, "system", "service", "--time=0", self.address], stdout=told, stderr=told
            )

    def answers(self) -> bool:
        deadline = time.monotonic() + STARTING
        while self._process.poll() is None and time.monotonic() < deadline:
            if Path(self.address.removeprefix("unix://")).is_socket():
                return True
            time.sleep(0.1)
        return False

    def take(self, image: str) -> None:
        saved = subprocess.run(["docker", "save", image], capture_output=True, check=True)
        subprocess.run([*self._words, "load", "--quiet"], input=saved.stdout, capture_output=True, check=True)

    def end(self) -> None:
        """With its containers and what it has mounted."""
        subprocess.run([*self._words, "rm", "--all", "--force"], capture_output=True, check=False)
        self._process.terminate()
        self._process.wait()
        subprocess.run([*self._words, "unmount", "--all", "--force"], capture_output=True, check=False)
        _clear(self.folder)


class OtherEngines:
    """Started when a test first asks for one; ended with the tests."""

    def __init__(self) -> None:
        self._begun: dict[str, OwnEngine | OwnPodman] = {}
        self._sandboxes: dict[str, DockerSandbox] = {}

    async def sandbox(self, name: str, monkeypatch: pytest.MonkeyPatch) -> Runner:
        """The runner of this name, tried out, on whichever engine it needs."""
        if name not in OTHER_NAMES:
            return await runner(name)
        made = self._other(name, monkeypatch)
        await made.probe()
        return made

    def _other(self, name: str, monkeypatch: pytest.MonkeyPatch) -> DockerSandbox:
        """One for all tests: it remembers that it was tried out. Skips or fails as ``needs``."""
        needs(name, _root_has(*_PROGRAMS[name]))
        if name not in self._begun:
            self._begun[name] = engine = _KINDS[name](Path(mkdtemp(prefix="engine-")))
            needs(name, engine.answers())
            engine.take(IMAGES["python"])
            policy = SandboxPolicy(runtime="runsc" if name == "runsc" else "")
            self._sandboxes[name] = DockerSandbox(Environments(policy=ANY_AGE), policy)
        monkeypatch.setenv("DOCKER_HOST", self._begun[name].address)
        return self._sandboxes[name]

    def end(self) -> None:
        for engine in self._begun.values():
            engine.end()


_PROGRAMS = {"runsc": ("dockerd", "runsc"), "podman": ("podman", "docker")}
_KINDS: dict[str, type[OwnEngine] | type[OwnPodman]] = {"runsc": OwnEngine, "podman": OwnPodman}


def _root_has(*programs: str) -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0 and all(map(shutil.which, programs))


def _clear(folder: Path) -> None:
    """Of what an engine leaves: its containerd, what watches its containers, mounts and files."""
    for process in living(str(folder)):
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    mounted = [line.split()[1] for line in Path("/proc/self/mounts").read_text().splitlines()]
    for place in reversed(mounted):
        if place.startswith(f"{folder}/"):
            subprocess.run(["umount", "--lazy", place], check=False)
    shutil.rmtree(folder, ignore_errors=True)
