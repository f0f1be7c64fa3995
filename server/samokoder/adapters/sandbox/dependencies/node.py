"""Dependencies of Node projects: npm resolves exact pins to a lock, then unpacks it and runs no scripts."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import anyio

from samokoder.adapters.sandbox.dependencies.failures import INSTALL_SECONDS, failed
from samokoder.adapters.sandbox.dependencies.vetting import Release, Resolver
from samokoder.adapters.sandbox.subprocesses import finished
from samokoder.domain.architecture import Dependency
from samokoder.errors import InstallFailed, SandboxUnavailable

MANIFEST, LOCK, MODULES = "package.json", "package-lock.json", "node_modules"
QUIET = ("--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error")
RESOLVE = ("install", "--package-lock-only", *QUIET)
INSTALL = ("ci", *QUIET)
VIEW = ("--json", "--no-update-notifier", "--loglevel=error")
_PASSED_ON = re.compile(
    r"(PATH|HOME|LANG|TMPDIR|XDG_.*|NPM_CONFIG_.*|NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR)|(ALL|HTTP|HTTPS|NO)_PROXY"
    r"|SYSTEMROOT|APPDATA|LOCALAPPDATA|USERPROFILE|TEMP|TMP)",
    re.IGNORECASE,
)
ABOUT = """
const {execPath, platform, arch, version} = process;
const libc = process.report.getReport().header.glibcVersionRuntime;
console.log(JSON.stringify([execPath, version, `${platform} ${arch} ${libc ? "glibc" : ""}`]));
"""
_PROBE_SECONDS = 30.0
_GET_NODE = (
    "Install Node.js with npm (Debian, Ubuntu: apt install nodejs npm; macOS: brew install node), "
    "or use Docker, where the sandbox image holds it."
)


@dataclass(frozen=True, slots=True)
class NodeRuntime:
    """The Node that will run an environment, and the npm that makes it."""

    executable: str
    npm: str
    version: str
    """ "v20.11.1"."""
    build: str
    """All that makes packages for it different: system, machine, C library; or the image's digest."""
    installer: str
    """ "npm 10.2.4"."""
    registry: str = ""
    """The one this npm uses when nobody configures another."""


async def own_node(environ: Mapping[str, str] | None = None) -> NodeRuntime:
    """The machine's Node and npm. Raises SandboxUnavailable when one is missing."""
    given = os.environ if environ is None else environ
    node, npm = (shutil.which(name, path=given.get("PATH")) for name in ("node", "npm"))
    if node is None or npm is None:
        missing = "Node.js" if node is None else "npm"
        raise SandboxUnavailable(f"{missing} is not installed.", hint=_GET_NODE)
    clean = child_environment(given)
    about = await finished([node, "-e", ABOUT], clean, _PROBE_SECONDS, Path("/"))
    version = await finished([npm, "--version"], clean, _PROBE_SECONDS, Path("/"))
    try:
        executable, node_version, build = json.loads(about.output.strip().splitlines()[-1])
    except (ValueError, IndexError) as error:
        raise SandboxUnavailable(f"Node.js does not run: {about.output[-300:]}", hint=_GET_NODE) from error
    installer = f"npm {(version.output.split() or [''])[-1]}"
    return NodeRuntime(executable, npm, node_version, build, installer)


def runtime_of(about: str, image: str) -> NodeRuntime:
    """What an image's Node, npm, and npm's own registry have told, a line each."""
    told, npm, registry = about.strip().splitlines()[-3:]
    executable, version, machine = json.loads(told)
    return NodeRuntime(executable, "npm", version, f"{image} {machine}", f"npm {npm}", registry)


def prefixes(runtime: NodeRuntime) -> tuple[Path, ...]:
    """Where Node and npm are installed, when that is not with the system."""
    found = {Path(program).resolve().parent.parent for program in (runtime.executable, runtime.npm)}
    return tuple(sorted(prefix for prefix in found if not prefix.is_relative_to("/usr")))


def manifest(pins: Mapping[str, str]) -> str:
    """The ``package.json`` of an environment."""
    described = {"name": "environment", "version": "0.0.0", "private": True, "dependencies": dict(pins)}
    return json.dumps(described, indent=2) + "\n"


def addresses(lock: str) -> list[str]:
    """Where the packages of a lock lie, as far as it says."""
    packages: Mapping[str, Any] = json.loads(lock).get("packages", {})
    return [str(package["resolved"]) for package in packages.values() if package.get("resolved")]


def checked(lock: str) -> str:
    """A lock as npm wrote it, made fit to be installed. Raises InstallFailed for what is of no registry."""
    for address in addresses(lock):
        if not address.startswith(("https://", "http://")):
            raise InstallFailed(
                f"A dependency is fetched from {address[:200]!r}, which is no registry.",
                hint="Use a package whose dependencies are all published.",
            )
    return without_what_is_missing(lock)


def without_what_is_missing(lock: str) -> str:
    """The lock without optional packages npm could not find, as not every index has those of every platform.

    npm writes such a lock itself and then refuses to install it.
    """
    read: dict[str, Any] = json.loads(lock)
    found = {path.rpartition(f"{MODULES}/")[2] for path in read.get("packages", {})}
    for package in read.get("packages", {}).values():
        if "optionalDependencies" in package:
            wanted = package["optionalDependencies"]
            package["optionalDependencies"] = {n: v for n, v in wanted.items() if n in found}
    return json.dumps(read, indent=2) + "\n"


class Npm(Protocol):
    """npm at work in a folder that holds the ``package.json`` of the pins."""

    async def lock(self, before: str) -> str:
        """As npm writes it, of what was published before a moment. Raises InstallFailed."""
        ...

    async def view(self, *words: str) -> str:
        """What the registry tells of a package. Raises InstallFailed."""
        ...


class OwnNpm:
    """This machine's."""

    def __init__(self, runtime: NodeRuntime, folder: Path, environ: Mapping[str, str]) -> None:
        self._runtime, self._folder, self._environ = runtime, folder, environ

    async def lock(self, before: str) -> str:
        await _npm(self._runtime, (*RESOLVE, *older_than(before)), self._folder, self._environ)
        return await anyio.Path(self._folder / LOCK).read_text(encoding="utf-8")

    async def view(self, *words: str) -> str:
        return await _npm(self._runtime, ("view", *VIEW, *words), self._folder, self._environ)


def older_than(before: str) -> tuple[str, ...]:
    return (f"--before={before}",) if before else ()


def resolver(pins: Mapping[str, str], npm: Npm) -> Resolver:
    """What npm tells of packages. Of a lock's packages only the pins are looked at: each costs a request."""

    async def lock(before: str) -> str:
        return checked(await npm.lock(before))

    async def releases(lock: str) -> list[Release]:
        found = [(name, version, await times(name)) for name, version in pins.items()]
        return [Release(name, version, published.get(version, "")) for name, version, published in found]

    async def times(name: str) -> dict[str, str]:
        told = _json(await npm.view(name, "time"))
        return told if isinstance(told, dict) else {}

    async def newest(name: str, before: str) -> str:
        old = {v: at for v, at in (await times(name)).items() if v[0].isdigit() and "-" not in v}
        old = {v: at for v, at in old.items() if not before or at[:19] < before[:19]}
        return max(old, key=lambda version: old[version], default="")

    async def exists(dependency: Dependency) -> bool:
        try:
            return bool(_json(await npm.view(f"{dependency.name}@{dependency.version}", "version")))
        except InstallFailed as error:
            if "E404" in str(error):
                return False
            raise

    return Resolver("node", lock, releases, newest, exists)


def _json(output: str) -> Any:
    """What npm printed as JSON, after the warnings it may have printed before."""
    at = min((i for i in (output.find(mark) for mark in '{["') if i >= 0), default=-1)
    try:
        return json.loads(output[at:]) if at >= 0 else None
    except ValueError:
        return None


async def install(
    pins: Mapping[str, str], lock: str, runtime: NodeRuntime, folder: Path, environ: Mapping[str, str]
) -> None:
    """Unpack a lock's packages into ``node_modules``, each compared with its digest. Raises InstallFailed."""
    (folder / MANIFEST).write_text(manifest(pins), encoding="utf-8")
    (folder / LOCK).write_text(lock, encoding="utf-8")
    if pins:
        await _npm(runtime, INSTALL, folder, environ)
    (folder / MODULES).mkdir(exist_ok=True)


async def _npm(runtime: NodeRuntime, words: tuple[str, ...], folder: Path, environ: Mapping[str, str]) -> str:
    done = await finished([runtime.npm, *words], child_environment(environ), INSTALL_SECONDS, folder)
    if done.code != 0:
        raise failed(done.code, done.output)
    return done.output


def child_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """What npm needs of ours and nothing else: no keys of model providers, no tokens."""
    return {name: value for name, value in environ.items() if _PASSED_ON.fullmatch(name)}
