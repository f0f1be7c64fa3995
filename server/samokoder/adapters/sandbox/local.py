"""The runner without isolation: a clean environment and limits, nothing more. Only for those who name it."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import anyio.to_thread

from samokoder.adapters.sandbox.environments import (
    Environment,
    Environments,
    names_of_python,
    own_interpreter,
)
from samokoder.adapters.sandbox.place import KEEPER, Link, environment_of
from samokoder.adapters.sandbox.policy import SandboxPolicy
from samokoder.adapters.sandbox.process_link import process_link
from samokoder.adapters.sandbox.session import Session, session_in
from samokoder.domain.evidence import Isolation
from samokoder.errors import SandboxUnavailable
from samokoder.ports import EnvironmentSpec

ISOLATION = Isolation(
    level="none",
    separates=(),
    engine="local process: it runs as you, with your files and network; only environment and limits are kept",
)


class LocalSandbox:
    """Runs checks as the person who runs the server."""

    def __init__(self, environments: Environments | None = None, policy: SandboxPolicy | None = None) -> None:
        self._environments = environments or Environments()
        self._policy = policy or SandboxPolicy()

    @property
    def effective(self) -> Mapping[str, float]:
        return {}

    async def probe(self) -> Isolation:
        """Raises SandboxUnavailable."""
        if not hasattr(os, "fork"):
            raise SandboxUnavailable(
                "The local runner needs Linux or macOS.", hint="Use Docker, or run Samokoder inside WSL."
            )
        return ISOLATION

    @asynccontextmanager
    async def open(self, spec: EnvironmentSpec, warm: bool = True) -> AsyncIterator[Session]:
        await self.probe()
        environment = await self._environments.prepare_here(spec)
        async with session_in(LocalPlace(environment), environment, self._policy, warm) as session:
            yield session


class LocalPlace:
    def __init__(self, environment: Environment) -> None:
        self.isolation = ISOLATION
        self.root = str(environment.folder)
        self.path = f"{self.root}/bin:{self.root}/node_modules/.bin:/usr/local/bin:/usr/bin:/bin"
        self.names = {str(environment.folder): "/env", **names_of_python()}

    async def rest(self) -> None:
        """Its keepers are all there is."""

    @asynccontextmanager
    async def keeper(self, warm: bool, program: str = KEEPER) -> AsyncIterator[Link]:
        base = await anyio.to_thread.run_sync(_fresh_folder)
        python = [f"{self.root}/bin/python"] if warm else [own_interpreter().executable, "-S"]
        try:
            async with process_link(
                [*python, "-c", program, str(base)], environment_of(self.path), base
            ) as link:
                yield link
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(_sweep, base)


def _fresh_folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="samokoder-")).resolve()


def _sweep(base: Path) -> None:
    """Kill what still carries this folder in its environment, then remove the folder."""
    if not base.exists():  # a keeper that left in good order has removed it
        return
    for entry in Path("/proc").glob("[0-9]*") if sys.platform == "linux" else ():
        try:
            if os.fsencode(base) in (entry / "environ").read_bytes():
                os.kill(int(entry.name), signal.SIGKILL)
        except OSError:
            continue
    shutil.rmtree(base, ignore_errors=True)
