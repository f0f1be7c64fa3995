"""Which runner is used: the one that was named, or the one that separates most of those that work here."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Literal, Protocol

from samokoder.adapters.sandbox.bubblewrap import BubblewrapSandbox
from samokoder.adapters.sandbox.containers import IMAGE
from samokoder.adapters.sandbox.docker import DockerSandbox
from samokoder.adapters.sandbox.environments import Environments
from samokoder.adapters.sandbox.limits import Limits
from samokoder.adapters.sandbox.local import LocalSandbox
from samokoder.domain.evidence import Isolation
from samokoder.errors import InvalidRequest, SandboxError
from samokoder.ports import EnvironmentSpec, Sandbox, SandboxSession

Choice = Literal["auto", "docker", "bubblewrap", "local"]
Name = Literal["docker", "bubblewrap", "local"]
ORDER: tuple[Name, ...] = ("docker", "bubblewrap", "local")
"""From what separates most to what separates nothing."""


class Runner(Sandbox, Protocol):
    async def probe(self) -> Isolation:
        """What it separates here; raises SandboxError when it cannot be used."""
        ...


@dataclass(frozen=True, slots=True)
class Survey:
    """Whether one runner can be used on this machine."""

    name: Name
    isolation: Isolation | None
    why_not: str = ""
    how_to_get: str = ""

    @property
    def usable(self) -> bool:
        return self.isolation is not None


def make_sandbox(
    choice: Choice | str,
    environments: Environments | None = None,
    limits: Limits | None = None,
    image: str = IMAGE,
    runtime: str | None = None,
) -> Sandbox:
    """The runner of this name, which never falls back to another; "auto" looks when it is first opened.

    Raises InvalidRequest for an unknown name.
    """
    runners = _runners(environments or Environments(), limits or Limits(), image, runtime)
    if choice == "auto":
        return AutoSandbox(runners)
    if choice not in ORDER:
        names = ", ".join(("auto", *ORDER))
        raise InvalidRequest(f"There is no sandbox {choice!r}.", hint=f"Choose one of: {names}.")
    return dict(zip(ORDER, runners, strict=True))[choice]


async def survey(image: str = IMAGE, runtime: str | None = None) -> list[Survey]:
    """Every runner, tried out."""
    runners = _runners(Environments(), Limits(), image, runtime)
    return [await _look(name, runner) for name, runner in zip(ORDER, runners, strict=True)]


async def _look(name: Name, runner: Runner) -> Survey:
    try:
        return Survey(name, await runner.probe())
    except SandboxError as error:
        return Survey(name, None, str(error), error.hint)


def _runners(
    environments: Environments, limits: Limits, image: str, runtime: str | None
) -> tuple[Runner, Runner, Runner]:
    return (
        DockerSandbox(environments, limits, image, runtime),
        BubblewrapSandbox(environments, limits),
        LocalSandbox(environments, limits),
    )


class AutoSandbox:
    """The first of these runners that works here. What it was is in the session's isolation."""

    def __init__(self, runners: tuple[Runner, ...]) -> None:
        self._runners = runners

    @asynccontextmanager
    async def open(self, spec: EnvironmentSpec) -> AsyncIterator[SandboxSession]:
        runner = await self._best()
        async with runner.open(spec) as session:
            yield session

    async def _best(self) -> Runner:
        """The last one is not tried: where nothing works, its own error says so."""
        for runner in self._runners[:-1]:
            try:
                await runner.probe()
            except SandboxError:
                continue
            return runner
        return self._runners[-1]
