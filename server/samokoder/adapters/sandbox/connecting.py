"""Finding the engine's socket, and saying what is wrong in words of our own."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from samokoder.errors import (
    DockerUnavailable,
    ImageMissing,
    RuntimeUnavailable,
    SandboxError,
    SandboxLost,
    SandboxUnavailable,
)

if TYPE_CHECKING:
    from docker.errors import APIError

HOW_TO_GET = (
    "Install Docker (Debian, Ubuntu: apt install docker.io; macOS, Windows: Docker Desktop; Podman will do), "
    "start it, and make sure you may use its socket; DOCKER_HOST names another one. Or choose another "
    "sandbox: bubblewrap on Linux."
)
HOW_TO_START = (
    "Start it: `sudo systemctl start docker` on Linux, Docker Desktop on macOS and Windows. "
    "Or choose another sandbox."
)
HOW_TO_BE_ALLOWED = (
    "On Linux join the group of the socket, `sudo usermod -aG docker $USER`, and log in again; or use "
    "rootless Docker or Podman, which need no rights. Or choose another sandbox."
)

USUAL = Path("/var/run/docker.sock")
"""Where Docker listens when nobody has said otherwise; it goes first."""


def socket_of(environ: Mapping[str, str] | None = None, usual: Path = USUAL) -> str | None:
    """Where an engine listens, beside the usual place; None leaves it to DOCKER_HOST and the default."""
    environ = os.environ if environ is None else environ
    if environ.get("DOCKER_HOST"):
        return None
    return next((f"unix://{path}" for path in (usual, *_candidates(environ)) if path.is_socket()), None)


def _candidates(environ: Mapping[str, str]) -> Iterator[Path]:
    """Rootless Docker, Docker Desktop, rootless Podman, Podman."""
    runtime = Path(
        environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid() if hasattr(os, 'getuid') else 0}"
    )
    yield runtime / "docker.sock"
    yield Path(environ.get("HOME") or "/") / ".docker/run/docker.sock"
    yield runtime / "podman/podman.sock"
    yield Path("/run/podman/podman.sock")


@contextmanager
def translated() -> Iterator[None]:
    """The SDK raises its own errors, and those of requests when the engine dies in the middle."""
    import docker.errors
    import requests

    try:
        yield
    except docker.errors.ImageNotFound as error:
        raise ImageMissing(f"The sandbox image is missing: {error.explanation}") from error
    except docker.errors.APIError as error:
        raise _refusal(error) from error
    except (docker.errors.DockerException, requests.RequestException) as error:
        raise _no_answer(error) from error


def _refusal(error: APIError) -> SandboxError:
    text = str(error.explanation or error)
    low = text.lower()
    if "runtime" in low and ("unknown" in low or "invalid" in low or "not found" in low):
        return RuntimeUnavailable(f"The engine has no such runtime: {text}")
    if "no space left" in low:
        return SandboxUnavailable(
            f"The engine's disk is full: {text}",
            hint="Free some space, for instance by `docker system prune`.",
        )
    if error.status_code == 404 or "is not running" in low or "is dead" in low:
        return SandboxLost(f"The container is gone: {text}")
    return SandboxError(f"Docker refused: {text}")


def _no_answer(error: BaseException) -> DockerUnavailable:
    """By the words of the system, which the SDK, requests and urllib3 have wrapped in theirs."""
    text = str(error)
    if "PermissionError" in text or "Permission denied" in text:
        return DockerUnavailable(f"You may not use the engine's socket: {text}", hint=HOW_TO_BE_ALLOWED)
    if "ConnectionRefused" in text or "Connection refused" in text:
        return DockerUnavailable(f"No engine listens at its socket: {text}", hint=HOW_TO_START)
    return DockerUnavailable(f"No Docker engine answers: {text}", hint=HOW_TO_GET)
