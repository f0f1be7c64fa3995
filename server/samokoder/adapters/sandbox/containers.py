"""The one door to the docker SDK: hardened containers, streams into them, and the removal of orphans.

Everything blocks; callers come by ``in_thread``.
"""

from __future__ import annotations

import functools
import os
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import anyio
import anyio.to_thread

from samokoder.adapters.sandbox.owners import alive, myself
from samokoder.adapters.sandbox.place import environment_of
from samokoder.adapters.sandbox.policy import SandboxPolicy
from samokoder.adapters.sandbox.seccomp import profile_text
from samokoder.errors import SandboxError, SandboxUnavailable

PATH = "/env/bin:/usr/local/bin:/usr/bin:/bin"
OWNER = "dev.samokoder.owner"
SECONDS = 60
"""For any single answer of the engine."""
HOW_TO_BUILD = (
    "Build it with .ci/sandbox-image in Samokoder's sources, or pull one and name it in the settings; "
    "or choose another runner."
)
HOW_TO_GET = (
    "Install Docker (Debian, Ubuntu: apt install docker.io; macOS, Windows: Docker Desktop), start it, and "
    "make sure you may use its socket; DOCKER_HOST names another one. Or choose another runner."
)

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


@contextmanager
def translated() -> Iterator[None]:
    """The SDK raises its own errors, and those of requests when the engine dies in the middle."""
    import docker.errors
    import requests

    try:
        yield
    except docker.errors.ImageNotFound as error:
        raise SandboxUnavailable(
            f"The sandbox image is missing: {error.explanation}", hint=HOW_TO_BUILD
        ) from error
    except docker.errors.APIError as error:
        raise SandboxError(f"Docker refused: {error.explanation or error}") from error
    except (docker.errors.DockerException, requests.RequestException) as error:
        raise SandboxUnavailable(f"No Docker engine answers: {error}", hint=HOW_TO_GET) from error


@dataclass(frozen=True, slots=True)
class Image:
    """What is known of the sandbox image without running it."""

    name: str
    id: str
    engine: str


class Engine:
    """A connection to the Docker engine of this machine."""

    def __init__(self, image: str, policy: SandboxPolicy | None = None) -> None:
        """Raises SandboxUnavailable."""
        import docker

        self.policy = policy or SandboxPolicy()

        with translated():
            self.client = docker.from_env(timeout=SECONDS)
            try:
                version = self.client.version()
                found = self.client.images.get(image)
            except BaseException:
                self.client.close()
                raise
        self.runtime = self.policy.runtime or None
        self.image = Image(image, str(found.id), f"Docker {version['Version']}")
        self.cpus = min(self.policy.cpus, float(self.client.info()["NCPU"]))

    def close(self) -> None:
        self.client.close()

    def start(self, environment: Path | str | None, **changes: Any) -> Container:
        """A container that lives as long as the stream to its first process.

        ``environment`` is a folder of this machine, or the name of a volume; ``changes`` replace what the
        engine is told otherwise.
        """
        created = self.client.containers.create(**{**self._hardened(environment), **changes})
        try:
            stream = created.attach_socket(params={"stdin": 1, "stream": 1})
            created.start()
        except BaseException:
            created.remove(force=True)
            raise
        return Container(self, str(created.id), stream)

    def _hardened(self, environment: Path | str | None) -> dict[str, Any]:
        from docker.types import LogConfig, Mount, Ulimit

        policy, user = self.policy, self.policy.exec_uid
        kind = "bind" if isinstance(environment, Path) else "volume"
        mounts = [Mount("/env", str(environment), type=kind, read_only=True)] if environment else []
        return {
            "image": self.image.name,
            "command": ["sh", "-c", "cat >/dev/null"],
            "entrypoint": [],
            "stdin_open": True,
            "auto_remove": True,
            "init": True,
            "user": f"{policy.main_uid}:{policy.main_uid}",
            "working_dir": "/",
            "hostname": "sandbox",
            "network_mode": "none",
            "read_only": True,
            "cap_drop": ["ALL"],
            "security_opt": ["no-new-privileges:true", f"seccomp={profile_text()}"],
            "ipc_mode": "private",
            "pids_limit": policy.pids,
            "mem_limit": policy.memory,
            "memswap_limit": policy.memory,
            "nano_cpus": int(self.cpus * 1e9),
            "oom_score_adj": 500,
            "shm_size": policy.shm_bytes,
            "ulimits": [
                Ulimit(name=name, soft=value, hard=value)
                for name, value in (("nofile", policy.open_files), ("fsize", policy.file_size), ("core", 0))
            ],
            "tmpfs": {
                "/tmp": f"rw,nosuid,nodev,size={policy.tmp_bytes},mode=1777",
                "/sandbox": f"rw,nosuid,nodev,exec,size={policy.workspace_bytes},"
                f"nr_inodes={policy.workspace_inodes},uid={user},gid={user},mode=0700",
            },
            "mounts": mounts,
            "log_config": LogConfig(type="none"),
            "environment": environment_of(PATH),
            "labels": {OWNER: myself()},
            "runtime": self.runtime,
        }

    def compile(self, packages: Path, command: list[str]) -> None:
        """Turn the sources in a folder to bytecode by the image's own Python, which imports none of them."""
        from docker.types import Mount

        wanted = self._hardened(None) | {
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
        """Containers whose server is gone; those of living servers, and of other machines, stay."""
        removed = 0
        for container in self.client.containers.list(all=True, filters={"label": OWNER}):
            if not alive(container.labels.get(OWNER, "")):
                with suppress(Exception):  # another server may be removing it too
                    container.remove(force=True)
                    removed += 1
        return removed


class Container:
    """A running container and the stream that keeps it alive."""

    def __init__(self, engine: Engine, identity: str, stream: Any) -> None:
        self.id = identity
        self._api, self._stream = engine.client.api, stream
        self._user = f"{engine.policy.exec_uid}:{engine.policy.exec_uid}"

    def remove(self) -> None:
        """Never raises: what cannot be removed now ends with its stream, or with the next server's start."""
        import docker.errors
        import requests

        with suppress(docker.errors.DockerException, requests.RequestException):
            self._api.remove_container(self.id, force=True)
        with suppress(OSError):
            self._stream.close()

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
