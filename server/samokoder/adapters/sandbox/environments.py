"""Dependency environments: made once for each list of pins and interpreter, then only read.

An environment is a folder laid out like a virtual environment. Nothing of a dependency runs while it is made:
only wheels are taken, and they are unpacked and compiled, not imported.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import anyio
import anyio.to_thread
import platformdirs

from samokoder.adapters.sandbox.locking import locked
from samokoder.adapters.sandbox.pip_settings import uv_settings
from samokoder.adapters.sandbox.subprocesses import finished
from samokoder.domain.architecture import Dependency
from samokoder.domain.files import Digest, digest_of
from samokoder.errors import InstallFailed
from samokoder.ports import EnvironmentSpec

INSTALL_SECONDS = 600.0
SHOWN = 2000
"""Characters of the installer's output that an error shows."""
STAMP = ".complete"
_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?(\[[A-Za-z0-9._,-]+\])?")
_VERSION = re.compile(  # PEP 440, one exact version
    r"(\d+!)?\d+(\.\d+)*((a|b|rc)\d+)?(\.post\d+)?(\.dev\d+)?(\+[A-Za-z0-9]+(\.[A-Za-z0-9]+)*)?"
)
_PASSED_ON = re.compile(
    r"(PATH|HOME|LANG|TMPDIR|XDG_.*|UV_.*|SSL_CERT_(FILE|DIR)|(ALL|HTTP|HTTPS|NO)_PROXY|NETRC"
    r"|SYSTEMROOT|APPDATA|LOCALAPPDATA|USERPROFILE|TEMP|TMP)",
    re.IGNORECASE,
)
_CREDENTIALS = re.compile(r"://[^/\s@]+@")


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


@dataclass(frozen=True, slots=True)
class Environment:
    folder: Path
    digest: Digest
    packages: Path
    """Its site-packages."""

    def has(self, module: str) -> bool:
        top = module.partition(".")[0]
        return (self.packages / top).is_dir() or (self.packages / f"{top}.py").is_file()


COMPILE = ("-I", "-m", "compileall", "-q", "-j", "2", "--invalidation-mode", "unchecked-hash")

Compiler = Callable[[Path], Awaitable[None]]
"""Turns the sources in a folder to bytecode, by the interpreter that will run them."""


def own_interpreter() -> Interpreter:
    """The Python that runs us, without our virtual environment."""
    base = getattr(sys, "_base_executable", sys.executable) or sys.executable
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    machine = os.uname().machine if hasattr(os, "uname") else sys.platform
    return Interpreter(os.path.realpath(base), version, f"{sys.version} {machine}")


def names_of_python() -> dict[str, str]:
    """Where our Python lies, and what it is called in recorded output; nothing for the system's own."""
    prefix = os.path.realpath(sys.base_prefix)
    return {} if prefix in {"/usr", "/usr/local"} else {prefix: "/python"}


def default_cache() -> Path:
    return platformdirs.user_cache_path("samokoder") / "environments"


class Environments:
    """The cache of environments in one folder; safe for several processes at once."""

    def __init__(self, cache: Path | None = None, environ: Mapping[str, str] | None = None) -> None:
        self._cache = cache or default_cache()
        self._environ = dict(os.environ if environ is None else environ)

    async def prepare(
        self, spec: EnvironmentSpec, interpreter: Interpreter, compiler: Compiler | None = None
    ) -> Environment:
        """The environment of these pins, made now if it is not there. Raises InstallFailed."""
        pins = sorted({_pin(dependency) for dependency in spec.dependencies})
        environment = self._environment(pins, interpreter)
        if _complete(environment):
            return environment
        try:
            async with self._partial(environment) as partial:
                if partial is not None:
                    await self._install(pins, interpreter, partial.packages)
                    await (compiler or compile_here)(partial.packages)
                    _finish(partial.folder, pins, interpreter)
        except OSError as error:
            hint = "Free some space, or choose another cache folder in the settings."
            raise InstallFailed(f"The dependency cache cannot be written: {error}", hint=hint) from error
        return environment

    def _environment(self, pins: list[str], interpreter: Interpreter) -> Environment:
        key = [pins, f"uv {_uv_version()}", interpreter.executable, interpreter.build, interpreter.platform]
        digest = digest_of(json.dumps(key).encode())
        return _at(self._cache / digest[:32], digest, interpreter)

    @asynccontextmanager
    async def _partial(self, wanted: Environment) -> AsyncIterator[Environment | None]:
        """A fresh folder that takes the wanted one's place when all went well; None if another made it."""
        self._cache.mkdir(parents=True, exist_ok=True)
        async with locked(self._cache / f"{wanted.folder.name}.lock"):
            if _complete(wanted):
                yield None
                return
            for left in [wanted.folder, *self._cache.glob(f"{wanted.folder.name}.partial-*")]:
                await _discard(left)
            folder = Path(tempfile.mkdtemp(prefix=f"{wanted.folder.name}.partial-", dir=self._cache))
            try:
                yield Environment(folder, wanted.digest, folder / wanted.packages.relative_to(wanted.folder))
                await anyio.to_thread.run_sync(folder.rename, wanted.folder)
            finally:
                with anyio.CancelScope(shield=True):
                    await _discard(folder)

    async def _install(self, pins: list[str], interpreter: Interpreter, packages: Path) -> None:
        await anyio.Path(packages).mkdir(parents=True)
        if not pins:
            return
        command = [_uv(), "pip", "install", "--no-progress", "--color", "never", "--only-binary", ":all:"]
        command += [
            "--link-mode",
            "copy",
            "--target",
            str(packages),
            "--python",
            own_interpreter().executable,
        ]
        command += ["--python-version", interpreter.version]
        if interpreter.platform:
            command += ["--python-platform", interpreter.platform]
        done = await finished([*command, "--", *pins], self._child_environment(), INSTALL_SECONDS, packages)
        if done.code != 0:
            raise _failed(done.code, done.output)

    def _child_environment(self) -> dict[str, str]:
        """What uv needs of ours and nothing else: no keys of model providers, no tokens."""
        own = {name: value for name, value in self._environ.items() if _PASSED_ON.fullmatch(name)}
        return own | uv_settings(self._environ)


def _at(folder: Path, digest: Digest, interpreter: Interpreter) -> Environment:
    return Environment(folder, digest, folder / "lib" / f"python{interpreter.version}" / "site-packages")


def _complete(environment: Environment) -> bool:
    return (environment.folder / STAMP).is_file()


async def _discard(folder: Path) -> None:
    await anyio.to_thread.run_sync(lambda: shutil.rmtree(folder, ignore_errors=True))


def _pin(dependency: Dependency) -> str:
    if not _NAME.fullmatch(dependency.name) or not _VERSION.fullmatch(dependency.version):
        raise InstallFailed(
            f"{dependency.pin[:120]!r} is not a package at one exact version.",
            hint="Dependencies are a plain name and a version such as 1.2.3; no addresses, paths or options.",
        )
    name, bracket, extras = dependency.name.partition("[")
    return f"{re.sub(r'[-_.]+', '-', name).lower()}{bracket}{extras}=={dependency.version}"


def _uv() -> str:
    import uv

    try:
        return uv.find_uv_bin()
    except FileNotFoundError as error:
        raise InstallFailed(
            "The installer uv is missing from Samokoder's own installation.",
            hint="Install Samokoder again; uv is one of its dependencies.",
        ) from error


def _uv_version() -> str:
    from importlib.metadata import version

    return version("uv")


async def compile_here(packages: Path) -> None:
    """With bytecode pytest and FastAPI start in 2 s instead of 6; unchecked: sources never change."""
    command = [own_interpreter().executable, *COMPILE, str(packages)]
    # A package may hold files that are not meant to compile, so the exit code says nothing here.
    await finished(command, {"PATH": os.defpath}, INSTALL_SECONDS, packages)


def _finish(folder: Path, pins: list[str], interpreter: Interpreter) -> None:
    """What makes the folder a virtual environment, and last of all the stamp."""
    (folder / "bin").mkdir(exist_ok=True)
    for name in ("python", "python3", f"python{interpreter.version}"):
        link = folder / "bin" / name
        link.unlink(missing_ok=True)
        link.symlink_to(interpreter.executable)
    home = Path(interpreter.executable).parent
    settings = f"home = {home}\ninclude-system-site-packages = false\nversion = {interpreter.version}\n"
    (folder / "pyvenv.cfg").write_text(settings)
    folder.chmod(0o755)
    (folder / STAMP).write_text("\n".join(pins) + "\n")


def _failed(code: int | None, output: str) -> InstallFailed:
    lines = _CREDENTIALS.sub("://…@", output)[-SHOWN:]
    if code is None:
        return InstallFailed(f"Installing took more than {INSTALL_SECONDS:g} s.\n{lines}", hint=_OFFLINE)
    return InstallFailed(f"The dependencies could not be installed:\n{lines}", hint=_hint(output))


_OFFLINE = "Is the machine offline, or behind a proxy? Set HTTPS_PROXY, or an index that pip or uv can reach."


def _hint(output: str) -> str:
    text = output.lower()
    if any(
        word in text
        for word in ("error sending request", "dns error", "timed out", "failed to fetch", "connect")
    ):
        return _OFFLINE
    if "no wheels" in text or "no usable wheels" in text or "no-binary" in text:
        return "A pinned package has no wheel for this Python and system; choose another version of it."
    if "no solution found" in text or "was not found" in text:
        return "A pinned version does not exist, or the pins contradict one another."
    return ""
