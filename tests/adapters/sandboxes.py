"""The runners that tests use, with one shared cache of environments."""

from __future__ import annotations

import functools
import os
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from samokoder.adapters.sandbox.bubblewrap import BubblewrapSandbox
from samokoder.adapters.sandbox.choose import Runner
from samokoder.adapters.sandbox.dependencies.policy import DependencyPolicy
from samokoder.adapters.sandbox.docker import DockerSandbox
from samokoder.adapters.sandbox.environments import Environments
from samokoder.adapters.sandbox.local import LocalSandbox
from samokoder.adapters.sandbox.policy import SandboxPolicy
from samokoder.domain.architecture import Dependency, Service
from samokoder.domain.evidence import Check
from samokoder.errors import SandboxUnavailable
from samokoder.ports import EnvironmentSpec

ANY_AGE = DependencyPolicy(minimum_age_days=0)
"""What these tests need may be as new as what is installed beside them."""
NOTHING = EnvironmentSpec(language="python", dependencies=())
RUNNERS: list[Any] = [
    "local",
    pytest.param("bubblewrap", marks=pytest.mark.skipif(sys.platform != "linux", reason="Linux only")),
    pytest.param("docker", marks=pytest.mark.docker),
]
SEPARATED = RUNNERS[1:]
"""Those that stand between the code and the machine."""
_KINDS: dict[str, type[LocalSandbox] | type[BubblewrapSandbox] | type[DockerSandbox]] = {
    "local": LocalSandbox,
    "bubblewrap": BubblewrapSandbox,
    "docker": DockerSandbox,
}


async def runner(name: str, policy: SandboxPolicy | None = None) -> Runner:
    """The runner, tried out; the test is skipped where it cannot work, or fails where it must."""
    made = _made(name, policy)
    try:
        await made.probe()
    except SandboxUnavailable as error:
        if "does not keep" in str(error):
            pytest.fail(str(error))
        if os.environ.get(f"SAMOKODER_REQUIRE_{name.upper()}") == "1":
            pytest.fail(f"{name} is required here: {error} {error.hint}")
        pytest.skip(f"{name}: {error} {error.hint}")
    return made


def needs(what: str, there: bool) -> None:
    """Skip the test where this is missing, or fail where it must be there."""
    if there:
        return
    if os.environ.get(f"SAMOKODER_REQUIRE_{what.upper()}") == "1":
        pytest.fail(f"{what} is required here")
    pytest.skip(f"{what} is missing here")


@functools.cache
def _made(name: str, policy: SandboxPolicy | None) -> Runner:
    """One for all tests: it remembers that it was tried out."""
    return _KINDS[name](Environments(policy=ANY_AGE), policy)


def check(*command: str, service: Service | None = None) -> Check:
    return Check(id="check", title="a check", command=command, service=service)


def python(*packages: str) -> EnvironmentSpec:
    """These packages, at the versions we are tested with."""
    pins = tuple(Dependency(name=name, version=version(name)) for name in packages)
    return EnvironmentSpec(language="python", dependencies=pins)


def living(marker: str) -> list[int]:
    """Processes of this machine with this word on their command line, those in containers too."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if marker.encode() in (entry / "cmdline").read_bytes() and int(entry.name) != os.getpid():
                found.append(int(entry.name))
        except OSError:
            continue
    return found
