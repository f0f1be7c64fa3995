"""Dependency environments: made once for each list of pins and interpreter, then only read.

An environment is a folder: for Python laid out like a virtual environment, for Node with ``node_modules``.
Nothing of a dependency runs while it is made: wheels are unpacked and compiled, npm runs no scripts.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import anyio
import anyio.to_thread
import platformdirs

from samokoder.adapters.sandbox.containers import Engine, in_thread
from samokoder.adapters.sandbox.dependencies import node, python
from samokoder.adapters.sandbox.dependencies.contained import Contained, why_not
from samokoder.adapters.sandbox.dependencies.failures import INSTALL_SECONDS
from samokoder.adapters.sandbox.dependencies.folders import complete, finish, making, tidy
from samokoder.adapters.sandbox.dependencies.indexes import npm_indexes, python_indexes
from samokoder.adapters.sandbox.dependencies.locks import Locks
from samokoder.adapters.sandbox.dependencies.node import NodeRuntime
from samokoder.adapters.sandbox.dependencies.pins import node_pins, python_name, python_pins
from samokoder.adapters.sandbox.dependencies.policy import DependencyPolicy
from samokoder.adapters.sandbox.dependencies.python import Interpreter
from samokoder.adapters.sandbox.dependencies.recipes import ROOT, Recipe, node_recipe, python_recipe
from samokoder.adapters.sandbox.dependencies.vetting import Resolver, plain, vetted
from samokoder.adapters.sandbox.dependencies.volumes import Finished
from samokoder.adapters.sandbox.subprocesses import finished
from samokoder.domain.files import Digest, digest_of
from samokoder.errors import InstallFailed
from samokoder.ports import EnvironmentSpec


@dataclass(frozen=True, slots=True)
class Environment:
    folder: Path
    digest: Digest
    packages: Path
    """Its site-packages, or its ``node_modules``."""
    language: Literal["python", "node"] = "python"
    programs: tuple[Path, ...] = ()
    """Folders of this machine its programs lie in, beside the system's own."""
    volume: str = ""
    """The Docker volume it is in, when it is in one; then ``folder`` is where that is mounted."""
    modules: frozenset[str] = frozenset()
    """What is at the top of its packages, for one in a volume."""

    def links(self, root: str) -> dict[str, str]:
        """Folders beside the files of a check, and those in here (``root`` there) whose entries they show."""
        return {node.MODULES: f"{root}/{node.MODULES}"} if self.language == "node" else {}

    def has(self, module: str) -> bool:
        """Whether a Python module was installed."""
        if self.language != "python":
            return False
        top = module.partition(".")[0]
        if self.volume:
            return top in self.modules
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

    def __init__(
        self,
        cache: Path | None = None,
        environ: Mapping[str, str] | None = None,
        policy: DependencyPolicy | None = None,
    ) -> None:
        self._cache = cache or default_cache()
        self._locks = Locks(self._cache / "locks")
        self._policy = policy or DependencyPolicy()
        self._environ = dict(os.environ if environ is None else environ)

    async def prepare_here(self, spec: EnvironmentSpec) -> Environment:
        """For this machine's own Python or Node. Raises InstallFailed or SandboxUnavailable."""
        if spec.language == "python":
            return await self.prepare(spec, own_interpreter())
        return await self.prepare_node(spec, await node.own_node(self._environ))

    async def prepare_on(
        self,
        engine: Engine,
        limiter: anyio.CapacityLimiter,
        spec: EnvironmentSpec,
        interpreter: Interpreter,
        compiler: Compiler | None = None,
    ) -> Environment:
        """For the image of an engine, in a volume there; where no install can be contained, unpacked here."""
        if spec.language == "node":
            return await self._node_on(engine, limiter, spec)
        indexes = python_indexes(self._environ)
        if await in_thread(limiter, why_not, engine, indexes):
            return await self.prepare(spec, interpreter, compiler)
        async with self._python_lock(spec, interpreter) as lock:
            recipe = python_recipe(lock, interpreter, indexes)
            made = await Contained(engine, limiter, self._cache, self._policy).made(recipe)
        return _in_volume(recipe, made, "python")

    async def _node_on(
        self, engine: Engine, limiter: anyio.CapacityLimiter, spec: EnvironmentSpec
    ) -> Environment:
        pins, indexes = node_pins(spec), npm_indexes(self._environ)
        if why := await in_thread(limiter, why_not, engine, indexes):
            raise InstallFailed(f"Node packages cannot be installed in a container: {why}.", hint=_ELSEWHERE)
        contained = Contained(engine, limiter, self._cache, self._policy)
        about = await self._locks.get(["node", engine.image.id], lambda _: contained.about_node())
        runtime = node.runtime_of(about, engine.image.id)

        async def resolved(_: Path) -> str:
            async with contained.npm(pins, runtime, indexes) as npm:
                return await self._vetted(spec, node.resolver(pins, npm))

        async with self._locks.of([runtime.installer, indexes.npm, pins], resolved) as lock:
            recipe = node_recipe(pins, lock, runtime, indexes, self._policy.install_scripts)
            made = await contained.made(recipe)
        return _in_volume(recipe, made, "node")

    async def prepare(
        self, spec: EnvironmentSpec, interpreter: Interpreter, compiler: Compiler | None = None
    ) -> Environment:
        """The environment of these pins, made now if it is not there. Raises InstallFailed."""
        async with self._python_lock(spec, interpreter) as lock:
            key = [lock, python.installer(), interpreter.executable, interpreter.build, interpreter.platform]
            digest = digest_of(json.dumps(key).encode())
            environment = _at(self._cache / digest[:32], digest, interpreter)

            async def make(folder: Path) -> None:
                packages = folder / environment.packages.relative_to(environment.folder)
                await python.unpack(lock, interpreter, packages, self._environ)
                await (compiler or compile_here)(packages)
                _as_virtual_environment(folder, interpreter)

            await self._made(environment.folder, make)
        return environment

    def _python_lock(
        self, spec: EnvironmentSpec, interpreter: Interpreter
    ) -> AbstractAsyncContextManager[str]:
        pins = python_pins(spec)

        async def resolved(folder: Path) -> str:
            trusted = [python_name(plain(d.name)) for d in spec.dependencies if self._policy.allows(d)]
            resolver = python.resolver(pins, interpreter, folder, self._environ, trusted)
            return await self._vetted(spec, resolver)

        return self._locks.of([python.installer(), pins, interpreter.version, interpreter.platform], resolved)

    async def _made(self, folder: Path, make: Callable[[Path], Awaitable[None]]) -> None:
        """Complete, made now if it was not; then the cache is brought within its bound."""
        if complete(folder):
            return
        async with making(folder) as partial:
            if partial is not None:
                await make(partial)
                await anyio.to_thread.run_sync(finish, partial, self._policy.environment_bytes)
        await anyio.to_thread.run_sync(tidy, self._cache, self._policy.total_bytes)

    async def _vetted(self, spec: EnvironmentSpec, resolver: Resolver) -> str:
        """Only ever asked of pins that have no lock yet: of new dependencies."""
        return await vetted(spec.dependencies, resolver, self._policy)

    async def prepare_node(self, spec: EnvironmentSpec, runtime: NodeRuntime) -> Environment:
        """``node_modules`` of these pins, and ``bin`` with node and npm. Raises InstallFailed."""
        pins = node_pins(spec)

        async def resolved(folder: Path) -> str:
            await anyio.Path(folder / node.MANIFEST).write_text(node.manifest(pins), encoding="utf-8")
            npm = node.OwnNpm(runtime, folder, self._environ)
            return await self._vetted(spec, node.resolver(pins, npm))

        async with self._locks.of([runtime.installer, pins], resolved) as lock:
            key = [lock, runtime.installer, runtime.executable, runtime.version, runtime.build]
            digest = digest_of(json.dumps(key).encode())
            folder = self._cache / digest[:32]

            async def make(partial: Path) -> None:
                await node.install(pins, lock, runtime, partial, self._environ)
                _with_programs(partial, runtime)

            await self._made(folder, make)
        return Environment(folder, digest, folder / node.MODULES, "node", node.prefixes(runtime))


_ELSEWHERE = "Install Node.js with npm on this machine and choose the bubblewrap runner."


def _in_volume(recipe: Recipe, made: Finished, language: Literal["python", "node"]) -> Environment:
    root = Path(ROOT)
    packages = root / str(recipe.finishing["packages"])
    return Environment(root, recipe.digest, packages, language, (), made.name, made.modules)


def _at(folder: Path, digest: Digest, interpreter: Interpreter) -> Environment:
    return Environment(folder, digest, folder / "lib" / f"python{interpreter.version}" / "site-packages")


async def compile_here(packages: Path) -> None:
    """With bytecode pytest and FastAPI start in 2 s instead of 6; unchecked: sources never change."""
    command = [own_interpreter().executable, *COMPILE, str(packages)]
    # A package may hold files that are not meant to compile, so the exit code says nothing here.
    await finished(command, {"PATH": os.defpath}, INSTALL_SECONDS, packages)


def _as_virtual_environment(folder: Path, interpreter: Interpreter) -> None:
    names = ("python", "python3", f"python{interpreter.version}")
    _link(folder / "bin", dict.fromkeys(names, interpreter.executable))
    home = Path(interpreter.executable).parent
    settings = f"home = {home}\ninclude-system-site-packages = false\nversion = {interpreter.version}\n"
    (folder / "pyvenv.cfg").write_text(settings)


def _with_programs(folder: Path, runtime: NodeRuntime) -> None:
    """Node and npm, and the Python that watches over a service."""
    npm = Path(runtime.npm).resolve()
    npx = npm.with_name(npm.name.replace("npm", "npx"))
    programs = {"node": runtime.executable, "npm": str(npm), "npx": str(npx)}
    _link(folder / "bin", {**programs, "python": own_interpreter().executable})


def _link(folder: Path, programs: Mapping[str, str]) -> None:
    folder.mkdir(exist_ok=True)
    for name, program in programs.items():
        link = folder / name
        link.unlink(missing_ok=True)
        link.symlink_to(program)
