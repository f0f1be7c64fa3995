"""Dependencies of Python projects: uv resolves exact pins to a lock of wheels once, then unpacks them."""

from __future__ import annotations

import os
import re
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import anyio

from samokoder.adapters.sandbox.dependencies.failures import INSTALL_SECONDS, failed
from samokoder.adapters.sandbox.dependencies.pins import python_pin
from samokoder.adapters.sandbox.dependencies.vetting import Release, Resolver
from samokoder.adapters.sandbox.pip_settings import uv_settings
from samokoder.adapters.sandbox.subprocesses import finished
from samokoder.domain.architecture import Dependency
from samokoder.errors import InstallFailed

LOCK = "pylock.toml"
_EVER = "2999-01-01T00:00:00Z"
_NOT_THERE = ("was not found in the", "there is no version of", "there are no versions of")
QUIET = ("--no-progress", "--color", "never", "--only-binary", ":all:")
_PASSED_ON = re.compile(
    r"(PATH|HOME|LANG|TMPDIR|XDG_.*|UV_.*|SSL_CERT_(FILE|DIR)|(ALL|HTTP|HTTPS|NO)_PROXY|NETRC"
    r"|SYSTEMROOT|APPDATA|LOCALAPPDATA|USERPROFILE|TEMP|TMP)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Interpreter:
    """The Python that will run an environment, there where it will run it."""

    executable: str
    version: str
    """ "3.11"."""
    build: str
    """All that makes it different from another: version, compiler, machine, or the image's digest."""
    platform: str = ""
    """As uv's ``--python-platform`` has it; empty for the machine we are on."""

    @property
    def words(self) -> list[str]:
        """What tells uv to choose wheels for it."""
        platform = ["--python-platform", self.platform] if self.platform else []
        return ["--python-version", self.version, *platform]


@dataclass(frozen=True, slots=True)
class Wheel:
    """One package of a lock."""

    name: str
    version: str
    url: str
    """Of its wheel; ``file:`` for one on this machine."""
    size: int
    uploaded: str
    """ISO 8601, UTC; empty where the index does not say."""

    @property
    def file(self) -> Path | None:
        """Where it lies on this machine, if it does."""
        parts = urlsplit(self.url)
        return Path(unquote(parts.path)) if parts.scheme == "file" else None


def wheels_of(lock: str) -> list[Wheel]:
    return [_wheel(package) for package in tomllib.loads(lock).get("packages", [])]


def _wheel(package: Mapping[str, Any]) -> Wheel:
    wheel: Mapping[str, Any] = next(iter(package.get("wheels", [])), {})
    url = wheel.get("url") or Path(wheel.get("path", "/")).resolve().as_uri()
    uploaded = wheel.get("upload-time")
    when = uploaded.isoformat() if uploaded else ""
    return Wheel(package["name"], package.get("version", ""), url, wheel.get("size", 0), when)


async def resolve(
    pins: Sequence[str],
    interpreter: Interpreter,
    folder: Path,
    environ: Mapping[str, str],
    older_than: str = "",
    whatever: Sequence[str] = (),
) -> str:
    """The lock of these pins, of files uploaded before a moment, but ``whatever`` their age of some packages.

    Raises InstallFailed.
    """
    (folder / "pins.txt").write_text("".join(f"{pin}\n" for pin in pins), encoding="utf-8")
    command = ["pip", "compile", *QUIET, "--quiet", "--no-header", "--no-annotate", "--format", LOCK]
    command += ["--output-file", LOCK, "--python", _any_python(), *interpreter.words]
    command += ["--exclude-newer", older_than] if older_than else []
    for name in whatever if older_than else ():
        command += ["--exclude-newer-package", f"{name}={_EVER}"]
    await _uv([*command, "--", "pins.txt"], folder, environ)
    return (folder / LOCK).read_text(encoding="utf-8")


def resolver(
    pins: Sequence[str],
    interpreter: Interpreter,
    folder: Path,
    environ: Mapping[str, str],
    whatever: Sequence[str] = (),
) -> Resolver:
    """What uv tells of packages, working in this folder; ``whatever`` their age of some."""

    async def lock(before: str) -> str:
        return await resolve(pins, interpreter, folder, environ, before, whatever)

    async def releases(lock: str) -> list[Release]:
        return [Release(wheel.name, wheel.version, wheel.uploaded) for wheel in wheels_of(lock)]

    async def newest(name: str, before: str) -> str:
        return (await _alone(name, interpreter, folder, environ, before)).partition("==")[2]

    async def exists(dependency: Dependency) -> bool:
        try:
            await _alone(python_pin(dependency), interpreter, folder, environ)
        except InstallFailed as error:
            if any(words in str(error) for words in _NOT_THERE):
                return False
            raise
        return True

    return Resolver("python", lock, releases, newest, exists)


async def _alone(
    wanted: str, interpreter: Interpreter, folder: Path, environ: Mapping[str, str], before: str = ""
) -> str:
    """The pin uv makes of one requirement, whatever that itself depends on."""
    await anyio.Path(folder / "one.txt").write_text(f"{wanted}\n")
    command = ["pip", "compile", *QUIET, "--no-header", "--no-annotate", "--no-deps"]
    command += ["--python", _any_python(), *interpreter.words]
    command += ["--exclude-newer", before] if before else []
    output = await _uv([*command, "--quiet", "--", "one.txt"], folder, environ)
    return next((line for line in output.splitlines() if "==" in line), "").split(" ")[0]


async def unpack(lock: str, interpreter: Interpreter, packages: Path, environ: Mapping[str, str]) -> None:
    """Put a lock's wheels, each compared with its digest, into a folder. Raises InstallFailed."""
    await anyio.Path(packages).mkdir(parents=True)
    if not wheels_of(lock):
        return
    (packages / LOCK).write_text(lock, encoding="utf-8")
    command = [*install_words(str(packages), LOCK), "--link-mode", "copy", *interpreter.words]
    await _uv([*command, "--python", _any_python()], packages, environ)
    (packages / LOCK).unlink()


def install_words(target: str, lock: str) -> list[str]:
    return ["pip", "install", *QUIET, "--no-deps", "--target", target, "--requirement", lock]


async def _uv(words: Sequence[str], folder: Path, environ: Mapping[str, str]) -> str:
    done = await finished([uv(), *words], child_environment(environ), INSTALL_SECONDS, folder)
    if done.code != 0:
        raise failed(done.code, done.output)
    return done.output


def child_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """What uv needs of ours and nothing else: no keys of model providers, no tokens."""
    own = {name: value for name, value in environ.items() if _PASSED_ON.fullmatch(name)}
    return {**own, **uv_settings(environ), "UV_PYTHON_DOWNLOADS": "never"}


def uv() -> str:
    import uv

    try:
        return uv.find_uv_bin()
    except FileNotFoundError as error:
        raise InstallFailed(
            "The installer uv is missing from Samokoder's own installation.",
            hint="Install Samokoder again; uv is one of its dependencies.",
        ) from error


def installer() -> str:
    """ "uv 0.8.0"."""
    return f"uv {version('uv')}"


def _any_python() -> str:
    return os.path.realpath(getattr(sys, "_base_executable", sys.executable) or sys.executable)
