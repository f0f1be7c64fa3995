"""The runner in a hardened container: one warm container for each session, commands by exec."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import anyio

from samokoder.adapters.sandbox.containers import Container, Engine, ExecStream, in_thread
from samokoder.adapters.sandbox.dependencies.python import Interpreter
from samokoder.adapters.sandbox.environments import COMPILE, Compiler, Environments, compile_here
from samokoder.adapters.sandbox.hardening import PATH
from samokoder.adapters.sandbox.place import KEEPER, SHARED, SWEEP, Link
from samokoder.adapters.sandbox.policy import Language, SandboxPolicy
from samokoder.adapters.sandbox.session import Session, session_in
from samokoder.adapters.sandbox.trial import Trial, try_out
from samokoder.domain.evidence import Isolation
from samokoder.errors import SandboxError, SandboxLost
from samokoder.ports import EnvironmentSpec

THREADS = 32
"""Each stream to a keeper holds one while it waits."""
LEAVE = 12.0
"""Seconds a keeper has to end what it started."""


class DockerSandbox:
    """Runs checks in containers without network, privileges or the machine's files."""

    def __init__(
        self,
        environments: Environments | None = None,
        policy: SandboxPolicy | None = None,
    ) -> None:
        self._environments = environments or Environments()
        self._policy = policy or SandboxPolicy()
        self._effective: Mapping[str, float] = {}
        self._tried: dict[str, Trial] = {}

    @property
    def effective(self) -> Mapping[str, float]:
        return self._effective

    async def probe(self) -> Isolation:
        """What a container of the image really separates; raises SandboxUnavailable."""
        async with self._engine("python") as (engine, limiter):
            return (await self._try_out(engine, limiter)).isolation

    @asynccontextmanager
    async def open(self, spec: EnvironmentSpec, warm: bool = True) -> AsyncIterator[Session]:
        async with self._engine(spec.language) as (engine, limiter):
            trial = await self._try_out(engine, limiter)
            environment = await self._environments.prepare_on(
                engine, limiter, spec, trial.interpreter, compiler(engine, limiter, trial.interpreter)
            )
            mounted = environment.volume or environment.folder
            async with (
                DockerPlace(engine, limiter, trial.isolation, mounted) as place,
                session_in(place, environment, self._policy, warm) as session,
            ):
                yield session

    @asynccontextmanager
    async def _engine(self, language: Language) -> AsyncIterator[tuple[Engine, anyio.CapacityLimiter]]:
        limiter = anyio.CapacityLimiter(THREADS)
        engine = await in_thread(limiter, Engine, self._policy.image_for(language), self._policy)
        try:
            yield engine, limiter
        finally:
            with anyio.CancelScope(shield=True):
                await in_thread(limiter, engine.close)

    async def _try_out(self, engine: Engine, limiter: anyio.CapacityLimiter) -> Trial:
        """Once for each image; orphans of dead servers are removed on the way."""
        if engine.image.id not in self._tried:
            await in_thread(limiter, engine.remove_orphans)
            self._tried[engine.image.id] = await in_thread(limiter, try_out, engine)
        self._effective = self._tried[engine.image.id].effective
        return self._tried[engine.image.id]


def compiler(engine: Engine, limiter: anyio.CapacityLimiter, interpreter: Interpreter) -> Compiler:
    """Bytecode is the same for all builds of one version of Python; for another the image makes it."""
    if interpreter.version == f"{sys.version_info.major}.{sys.version_info.minor}":
        return compile_here

    async def compile_there(packages: Path) -> None:
        await in_thread(limiter, engine.compile, packages, [interpreter.executable, *COMPILE, str(packages)])

    return compile_there


class ContainerLink:
    """A keeper in a container."""

    def __init__(self, stream: ExecStream, limiter: anyio.CapacityLimiter) -> None:
        self._stream, self._limiter = stream, limiter
        self._turn = anyio.Lock()
        self.ended = False

    async def send(self, data: bytes) -> None:
        async with self._turn:
            await in_thread(self._limiter, self._stream.send, data)

    async def receive(self) -> bytes:
        data = await in_thread(self._limiter, self._stream.receive)
        self.ended = self.ended or not data
        return data

    async def end(self) -> bool:
        """Close its stdin and wait until it is gone; whether it went of its own accord."""
        await in_thread(self._limiter, self._stream.finish)
        with anyio.move_on_after(LEAVE):
            while not self.ended:
                await self.receive()
        await in_thread(self._limiter, self._stream.close)
        return self.ended


class DockerPlace:
    """One container. A keeper that was lost has its orphans swept; a container that hangs is replaced."""

    path = PATH
    root = "/env"
    names = {"/env": "/env"}

    def __init__(
        self, engine: Engine, limiter: anyio.CapacityLimiter, isolation: Isolation, environment: Path | str
    ) -> None:
        self.isolation = isolation
        self._engine, self._limiter, self._environment = engine, limiter, environment
        self._container: Container | None = None
        self._turn = anyio.Lock()
        self._keepers = 0

    async def __aenter__(self) -> DockerPlace:
        await self._running()
        return self

    async def __aexit__(self, *_: object) -> None:
        with anyio.CancelScope(shield=True):
            if self._container is not None:
                await self._discard(self._container)

    @asynccontextmanager
    async def keeper(self, warm: bool, program: str = KEEPER) -> AsyncIterator[Link]:
        python = ["/env/bin/python"] if warm else ["python3", "-S"]
        self._keepers += 1
        base = f"/sandbox/{self._keepers}"
        container, stream = await self._connected([*python, "-c", program, base, *SHARED])
        link = ContainerLink(stream, self._limiter)
        try:
            yield link
        finally:
            with anyio.CancelScope(shield=True):
                lost = link.ended  # before we asked it to leave
                if not await link.end():
                    await self._discard(container)
                elif lost:
                    await self._clear(container)

    async def _connected(self, command: list[str]) -> tuple[Container, ExecStream]:
        """Once more on a new container when this one is gone, say because somebody tidied up."""
        container = await self._running()
        try:
            return container, await in_thread(self._limiter, container.connect, command)
        except SandboxError:
            await self._discard(container)
        container = await self._running()
        return container, await in_thread(self._limiter, container.connect, command)

    async def _running(self) -> Container:
        async with self._turn:
            if self._container is None:
                self._container = await in_thread(self._limiter, self._engine.start, self._environment)
            return self._container

    async def _clear(self, container: Container) -> None:
        """After a keeper was lost. Raises SandboxLost when its container went with it, or the engine."""
        if await in_thread(self._limiter, container.runs):
            await self._sweep(container)
            return
        await self._discard(container)
        raise SandboxLost("The container that checks ran in is gone: somebody or something has removed it.")

    async def rest(self) -> None:
        if self._container is not None:
            await self._discard(self._container)

    async def _sweep(self, container: Container) -> None:
        """Kill what a lost keeper left behind; when that does not work, the whole container."""
        with anyio.move_on_after(LEAVE):
            try:
                code, _ = await in_thread(self._limiter, container.run, ["python3", "-I", "-S", "-c", SWEEP])
            except SandboxError:
                code = 1
            if code == 0:
                return
        await self._discard(container)

    async def _discard(self, container: Container) -> None:
        """Remove it; the next keeper starts a new one."""
        if container is self._container:
            self._container = None
            await in_thread(self._limiter, container.remove)
