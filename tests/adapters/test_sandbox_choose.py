"""Which runner is used, and what is said where one cannot be."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from samokoder.adapters.fakes import FakeSandbox
from samokoder.adapters.sandbox.bubblewrap import BubblewrapSandbox
from samokoder.adapters.sandbox.choose import AutoSandbox, make_sandbox, survey
from samokoder.adapters.sandbox.docker import DockerSandbox
from samokoder.adapters.sandbox.inside.attempts import ATTEMPTS
from samokoder.adapters.sandbox.local import LocalSandbox
from samokoder.adapters.sandbox.owners import alive, myself
from samokoder.adapters.sandbox.probing import MUST, separated
from samokoder.domain.evidence import Isolation
from samokoder.errors import InvalidRequest, SandboxUnavailable
from samokoder.ports import EnvironmentSpec, SandboxSession
from tests.adapters.sandboxes import NOTHING


class Trying(FakeSandbox):
    """A runner that works or does not, and remembers whether it was opened."""

    def __init__(self, works: bool) -> None:
        super().__init__()
        self.works, self.was_opened = works, False

    async def probe(self) -> Isolation:
        if not self.works:
            raise SandboxUnavailable("not here")
        return Isolation(level="none", separates=())

    @asynccontextmanager
    async def open(self, spec: EnvironmentSpec, warm: bool = True) -> AsyncIterator[SandboxSession]:
        self.was_opened = True
        await self.probe()
        async with super().open(spec) as session:
            yield session


@pytest.mark.parametrize(
    ("works", "used"),
    [((True, True, True), 0), ((False, True, True), 1), ((False, False, True), 2), ((True, False, True), 0)],
)
async def test_auto_uses_the_first_that_works(works: tuple[bool, ...], used: int) -> None:
    runners = tuple(Trying(one) for one in works)
    async with AutoSandbox(runners).open(NOTHING):
        pass
    assert [runner.was_opened for runner in runners] == [number == used for number in range(3)]


async def test_nothing_runs_without_isolation_unless_the_choice_says_unsafe(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    monkeypatch.setenv("PATH", "/nowhere")
    for choice in ("auto", "local"):
        with pytest.raises(SandboxUnavailable) as caught:
            await make_sandbox(choice).probe()
    assert (await make_sandbox("auto-unsafe").probe()).level == "none"
    with pytest.raises(SandboxUnavailable, match=r"Docker.*bubblewrap") as caught:
        await make_sandbox("auto").probe()
    assert "--allow-local" in caught.value.hint


async def test_auto_says_of_each_why_it_does_not_work() -> None:
    with pytest.raises(SandboxUnavailable, match="not here"):
        async with AutoSandbox((Trying(False), Trying(False))).open(NOTHING):
            pass


async def test_a_named_runner_never_falls_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    with pytest.raises(SandboxUnavailable, match="Docker") as caught:
        async with make_sandbox("docker").open(NOTHING):
            pass
    assert "Install Docker" in caught.value.hint
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(SandboxUnavailable, match="bubblewrap") as caught:
        async with make_sandbox("bubblewrap").open(NOTHING):
            pass
    assert caught.value.hint


def test_names_choose_runners_and_other_names_are_refused() -> None:
    assert isinstance(make_sandbox("local-unsafe"), LocalSandbox)
    assert isinstance(make_sandbox("local"), BubblewrapSandbox)
    assert isinstance(make_sandbox("docker"), DockerSandbox)
    with pytest.raises(InvalidRequest, match="podman") as caught:
        make_sandbox("podman")
    assert "bubblewrap" in caught.value.hint


async def test_a_survey_says_of_each_runner_whether_it_works_or_why_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    docker, bubblewrap, local = await survey()
    assert not docker.usable and "Docker" in docker.why_not and "docker.io" in docker.how_to_get
    assert bubblewrap.usable or bubblewrap.how_to_get
    assert local.isolation and local.isolation.separates == () and local.isolation.level == "none"


def test_docker_is_not_loaded_before_it_is_used() -> None:
    program = "import sys, samokoder.adapters.sandbox.choose as choose\n"
    program += "choose.make_sandbox('auto'); print('docker' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("reached", sorted(MUST))
def test_a_sandbox_that_lets_code_reach_what_it_must_not_is_refused(reached: str) -> None:
    with pytest.raises(SandboxUnavailable, match=reached):
        separated("It", json.dumps([reached]))


@pytest.mark.parametrize("output", ["", "Traceback", "null"])
def test_a_sandbox_that_cannot_be_tried_out_is_refused(output: str) -> None:
    with pytest.raises(SandboxUnavailable):
        separated("It", output)


def test_what_was_not_reached_is_what_is_separated() -> None:
    assert separated("It", json.dumps(["unusual system calls"])) == tuple(
        name for name in ATTEMPTS if name != "unusual system calls"
    )


@pytest.mark.skipif(sys.platform != "linux", reason="owners can be told dead from alive on Linux only")
def test_an_owner_is_dead_only_when_this_machine_can_tell() -> None:
    machine, pid, began = myself().split("/")
    assert alive(myself())
    assert not alive(f"{machine}/{pid}/{int(began) - 1}")  # its number was given to another since
    assert not alive(f"{machine}/{2**22 + 1}/{began}")
    assert alive(f"another-{machine}/{2**22 + 1}/{began}")
    assert alive("") and alive("unknown")
