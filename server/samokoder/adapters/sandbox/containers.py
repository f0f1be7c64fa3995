"""The one door to the docker SDK: hardened containers, streams into them, and the removal of orphans.

Everything blocks; callers come by ``in_thread``.
"""

from __future__ import annotations

import functools
import os
import struct
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import anyio
import anyio.to_thread

from samokoder.adapters.sandbox.connecting import socket_of, translated
from samokoder.adapters.sandbox.hardening import SILENCE, hardened
from samokoder.adapters.sandbox.owners import alive, myself
from samokoder.adapters.sandbox.policy import SandboxPolicy
from samokoder.errors import RuntimeUnavailable

OWNER, EXPIRES = "dev.samokoder.owner", "dev.samokoder.expires"
RUNTIME_OF_PODMAN = (
    "Start its service by `podman --runtime NAME system service`, or set `runtime` in its containers.conf, "
    "or leave the setting sandboxPolicy.runtime empty."
)
SECONDS = 60
"""For any single answer of the engine."""

T = TypeVar("T")


async def in_thread(
    limiter: anyio.CapacityLimiter, function: Callable[..., T], *given: Any, **named: Any
) -> T:
    """Call it in a thread, and let nothing of the SDK's own errors out."""
    return await anyio.to_thread.run_sync(
        functools.partial(_translated, function, *given, **named), limiter=limiter, abandon_on_cancel=True
    )


def _translated(function: Callable[..., T], *given: Any, **named: Any) -> T:
    with translated():
        return function(*given, **named)


@dataclass(frozen=True, slots=True)
class Image:
    """What is known of the sandbox image without running it."""

    name: str
    id: str
    engine: str


class Engine:
    """A connection to the Docker engine of this machine."""

    def __init__(self, image: str, policy: SandboxPolicy | None = None) -> None:
        """Raises DockerUnavailable, ImageMissing, or RuntimeUnavailable."""
        self.policy = policy or SandboxPolicy()
        self.runtime = self.policy.runtime or None
        with translated():
            self.client = connected()
            try:
                version, about = self.client.version(), self.client.info()
                found = self.client.images.get(image)
            except BaseException:
                self.client.close()
                raise
        self.is_podman = any("Podman" in part.get("Name", "") for part in version.get("Components") or ())
        self.image = Image(
            image, str(found.id), f"{'Podman' if self.is_podman else 'Docker'} {version['Version']}"
        )
        default = runtime_of(str(about.get("DefaultRuntime") or "runc"))
        self.used_runtime = runtime_of(self.runtime or default)
        if self.is_podman and self.used_runtime != default:  # it would take its own, and say nothing
            self.client.close()
            raise RuntimeUnavailable(
                f"Podman runs every container of its socket by {default}, not by {self.used_runtime}.",
                hint=RUNTIME_OF_PODMAN,
            )
        self._cpus = min(self.policy.cpus, float(about["NCPU"]))

    def close(self) -> None:
        self.client.close()

    def start(self, environment: Path | str | None, **changes: Any) -> Container:
        """A container that lives as long as the stream to its first process.

        ``environment`` is a folder of this machine, or the name of a volume; ``changes`` replace what the
        engine is told otherwise.
        """
        created = self.client.containers.create(**{**self._arguments(environment), **changes})
        try:
            stream = created.attach_socket(params={"stdin": 1, "stream": 1})
            created.start()
        except BaseException:
            created.remove(force=True)
            raise
        return Container(self, str(created.id), stream)

    def _arguments(self, environment: Path | str | None) -> dict[str, Any]:
        told = hardened(self.policy, self.image.name, environment, self._cpus, self.is_podman)
        expires = str(int(time.time() + self.policy.max_life_seconds))
        return {**told, "labels": {OWNER: myself(), EXPIRES: expires}}

    def compile(self, packages: Path, command: list[str]) -> None:
        """Turn the sources in a folder to bytecode by the image's own Python, which imports none of them."""
        from docker.types import Mount

        wanted = self._arguments(None) | {
            "command": command,
            "user": f"{os.getuid()}:{os.getgid()}" if hasattr(os, "getuid") else "0:0",
            "mounts": [Mount(str(packages), str(packages), type="bind")],
            "stdin_open": False,
            "auto_remove": False,
        }
        container = self.client.containers.create(**wanted)
        try:
            container.start()
            container.wait(timeout=SECONDS * 10)
        finally:
            container.remove(force=True)

    def remove_orphans(self) -> int:
        return remove_orphans(self.client)


def runtime_of(name: str) -> str:
    """The bare name: ``io.containerd.runsc.v1`` and ``/usr/bin/runsc`` are runsc."""
    return name.rpartition("/")[2].removeprefix("io.containerd.").split(".")[0]


def remove_orphans(client: Any) -> int:
    """Containers whose server is gone, or whose time is up; others, and other machines' ones, stay."""
    removed = 0
    for container in client.containers.list(all=True, filters={"label": OWNER}):
        if _expired(container.labels) or not alive(container.labels.get(OWNER, "")):
            with suppress(Exception):  # another server may be removing it too
                container.remove(force=True)
                removed += 1
    return removed


def connected() -> Any:
    import docker

    if address := socket_of():
        return docker.DockerClient(base_url=address, timeout=SECONDS, version="auto")
    return docker.from_env(timeout=SECONDS)


def _expired(labels: Mapping[str, str]) -> bool:
    until = labels.get(EXPIRES, "")
    return until.isdigit() and int(until) < time.time()


class Container:
    """A running container and the stream that keeps it alive, by a sign of life every few seconds."""

    def __init__(self, engine: Engine, identity: str, stream: Any) -> None:
        self.id = identity
        self._api, self._stream = engine.client.api, stream
        self._user = f"{engine.policy.exec_uid}:{engine.policy.exec_uid}"
        self._over = threading.Event()
        threading.Thread(target=self._live, daemon=True, name="samokoder-container").start()

    def _live(self) -> None:
        """In a thread of its own: a server that is busy is not dead."""
        with suppress(OSError):
            while not self._over.wait(SILENCE / 4):
                getattr(self._stream, "_sock", self._stream).sendall(b"\n")

    def remove(self) -> None:
        """Never raises: what cannot be removed now ends with its stream, or with the next server's start."""
        import docker.errors
        import requests

        self._over.set()
        with suppress(docker.errors.DockerException, requests.RequestException):
            self._api.remove_container(self.id, force=True)
        with suppress(OSError):
            self._stream.close()

    def runs(self) -> bool:
        """Whether it is still there. Raises DockerUnavailable when nobody can say."""
        import docker.errors

        try:
            return bool(self._api.inspect_container(self.id)["State"]["Running"])
        except docker.errors.NotFound:
            return False

    def process(self) -> int:
        """Number of its first process, as the engine's machine counts."""
        return int(self._api.inspect_container(self.id)["State"]["Pid"])

    def run(self, command: list[str]) -> tuple[int, str]:
        """Exit code and output of a short command of ours."""
        made = self._api.exec_create(self.id, command, user=self._user, workdir="/sandbox")
        output = self._api.exec_start(made["Id"])
        return int(self._api.exec_inspect(made["Id"])["ExitCode"]), output.decode("utf-8", "replace")

    def connect(self, command: list[str]) -> ExecStream:
        """A command with its stdin and stdout joined to us."""
        made = self._api.exec_create(
            self.id, command, stdin=True, stdout=True, stderr=False, user=self._user, workdir="/sandbox"
        )
        return ExecStream(self._api.exec_start(made["Id"], socket=True))


_FRAME = struct.Struct(">BxxxL")
_STDOUT = 1


class ExecStream:
    """Bytes to and from one command. The engine frames what comes back: kind, length, payload."""

    def __init__(self, made: Any) -> None:
        self._made = made  # keeps the SDK's response, and with it the connection, open
        self._socket = getattr(made, "_sock", made)
        self._socket.settimeout(None)
        self._data = bytearray()

    def send(self, data: bytes) -> None:
        with suppress(OSError):
            self._socket.sendall(data)

    def receive(self) -> bytes:
        """Some bytes of its stdout; empty at the end."""
        while True:
            if (payload := self._next()) is not None:
                return payload
            try:
                data = self._socket.recv(1 << 16)
            except OSError:
                return b""
            if not data:
                return b""
            self._data += data

    def _next(self) -> bytes | None:
        while len(self._data) >= _FRAME.size:
            kind, size = _FRAME.unpack(self._data[: _FRAME.size])
            end = _FRAME.size + size
            if len(self._data) < end:
                return None
            payload = bytes(self._data[_FRAME.size : end])
            del self._data[:end]
            if kind == _STDOUT and payload:
                return payload
        return None

    def finish(self) -> None:
        """Close its stdin."""
        with suppress(OSError, AttributeError):
            self._socket.shutdown(1)

    def close(self) -> None:
        """Also wakes a thread that waits in ``receive``: closing alone would not."""
        with suppress(OSError, AttributeError):
            self._socket.shutdown(2)
        with suppress(OSError):
            self._made.close()
