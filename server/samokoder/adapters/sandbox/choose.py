"""Which runner is used: the one that was named, or the one that separates most of those that work here."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Literal, Protocol

from samokoder.adapters.sandbox.bubblewrap import BubblewrapSandbox
from samokoder.adapters.sandbox.docker import DockerSandbox
from samokoder.adapters.sandbox.environments import Environments
from samokoder.adapters.sandbox.local import LocalSandbox
from samokoder.adapters.sandbox.policy import SandboxPolicy
from samokoder.adapters.sandbox.session import Session
from samokoder.domain.evidence import Isolation
from samokoder.domain.request import SandboxChoice
from samokoder.errors import InvalidRequest, SandboxError, SandboxUnavailable
from samokoder.ports import EnvironmentSpec

Name = Literal["docker", "bubblewrap", "local-unsafe"]
ORDER: tuple[Name, ...] = ("docker", "bubblewrap", "local-unsafe")
"""From what separates most to what separates nothing."""
CHOICES: dict[SandboxChoice, tuple[Name, ...]] = {
    "auto": ("docker", "bubblewrap"),
    "auto-unsafe": ORDER,
    "docker": ("docker",),
    "bubblewrap": ("bubblewrap",),
    "local": ("bubblewrap",),
    "local-unsafe": ("local-unsafe",),
}
"""What each choice may use. A runner that separates nothing is used only where the choice says "unsafe"."""
CONSENT = (
    "Get Docker or bubblewrap (`samokoder doctor` says how). Or run the generated code without isolation, as "
    "yourself, with your files and your network: `--sandbox auto --allow-local` or `--sandbox local-unsafe`."
)


class Runner(Protocol):
    @property
    def effective(self) -> Mapping[str, float]:
        """Limits read back inside at the last probe; empty where only each run has limits."""
        ...

    async def probe(self) -> Isolation:
        """What it separates here; raises SandboxError when it cannot be used."""
        ...

    def open(self, spec: EnvironmentSpec, warm: bool = True) -> AbstractAsyncContextManager[Session]:
        """As the port has it, with a session that can do more."""
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
    choice: SandboxChoice | str,
    environments: Environments | None = None,
    policy: SandboxPolicy | None = None,
) -> Runner:
    """The runner of this choice, which never falls back to another that the choice does not allow.

    Raises InvalidRequest for an unknown choice.
    """
    for known, names in CHOICES.items():
        if known == choice:
            runners = _runners(names, environments, policy)
            return runners[0] if len(runners) == 1 else AutoSandbox(runners)
    raise InvalidRequest(f"There is no sandbox {choice!r}.", hint=f"Choose one of: {', '.join(CHOICES)}.")


async def survey(policy: SandboxPolicy | None = None) -> list[Survey]:
    """Every runner, tried out."""
    runners = _runners(ORDER, None, policy)
    return [await _look(name, runner) for name, runner in zip(ORDER, runners, strict=True)]


async def _look(name: Name, runner: Runner) -> Survey:
    try:
        return Survey(name, await runner.probe())
    except SandboxError as error:
        return Survey(name, None, str(error), error.hint)


def _runners(
    names: tuple[Name, ...], environments: Environments | None, policy: SandboxPolicy | None
) -> tuple[Runner, ...]:
    environments, policy = environments or Environments(), policy or SandboxPolicy()
    made: dict[Name, Runner] = {
        "docker": DockerSandbox(environments, policy),
        "bubblewrap": BubblewrapSandbox(environments, policy),
        "local-unsafe": LocalSandbox(environments, policy),
    }
    return tuple(made[name] for name in names)


class AutoSandbox:
    """The first of these runners that works here. What it was is in the session's isolation."""

    def __init__(self, runners: tuple[Runner, ...]) -> None:
        self._runners = runners
        self._used: Runner | None = None

    @property
    def effective(self) -> Mapping[str, float]:
        return self._used.effective if self._used else {}

    async def probe(self) -> Isolation:
        return await (await self._best()).probe()

    @asynccontextmanager
    async def open(self, spec: EnvironmentSpec, warm: bool = True) -> AsyncIterator[Session]:
        runner = await self._best()
        async with runner.open(spec, warm) as session:
            yield session

    async def _best(self) -> Runner:
        """Raises SandboxUnavailable, saying of each why it does not work."""
        why_not = []
        for runner in self._runners:
            try:
                await runner.probe()
            except SandboxError as error:
                why_not.append(str(error))
            else:
                self._used = runner
                return runner
        raise SandboxUnavailable(f"No sandbox works here: {' '.join(why_not)}", hint=CONSENT)
