"""What can go wrong with an engine: each is an error with a name that says what to do."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import anyio
import pytest

from samokoder.adapters.sandbox.connecting import socket_of, translated
from samokoder.adapters.sandbox.containers import EXPIRES, OWNER, Engine
from samokoder.adapters.sandbox.docker import DockerSandbox
from samokoder.adapters.sandbox.hardening import SILENCE
from samokoder.adapters.sandbox.outside import limits_outside
from samokoder.adapters.sandbox.owners import myself
from samokoder.adapters.sandbox.policy import IMAGES, SandboxPolicy
from samokoder.adapters.sandbox.probing import LIMITS, kept
from samokoder.adapters.sandbox.reaping import keep_reaping
from samokoder.bootstrap import upkeep
from samokoder.domain.evidence import CommandReport
from samokoder.domain.paths import FilePath
from samokoder.errors import (
    DockerUnavailable,
    ImageMissing,
    PolicyUnsupported,
    RuntimeUnavailable,
    SandboxError,
    SandboxLost,
    SandboxUnavailable,
)
from samokoder.settings import read_settings
from tests.adapters.engines import OTHER_NAMES, OtherEngines, own_engine
from tests.adapters.sandboxes import NOTHING, check, living, runner

PROGRAM = FilePath("program.py")
SLEEPS = b"import time; print('begun', flush=True); time.sleep(600)"


@pytest.fixture
async def docker() -> None:
    await runner("docker")


def ours(label: str) -> list[Any]:
    engine = Engine(IMAGES["python"])
    found = engine.client.containers.list(all=True, filters={"label": label})
    engine.close()
    return list(found)


# ------------------------------------------------------------------------------- before it is used


async def test_without_an_engine_it_is_said_how_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    with pytest.raises(DockerUnavailable) as caught:
        await DockerSandbox().probe()
    for word in ("apt install docker.io", "Docker Desktop", "DOCKER_HOST", "bubblewrap"):
        assert word in caught.value.hint


async def test_an_engine_that_does_not_listen_is_to_be_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / "dead.sock"))
        monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/dead.sock")
        with pytest.raises(DockerUnavailable) as caught:
            await DockerSandbox().probe()
    assert "systemctl start docker" in caught.value.hint


@pytest.mark.skipif(sys.platform == "win32", reason="users of POSIX")
async def test_a_socket_one_may_not_use_says_how_to_be_allowed(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as engine:
        engine.bind(str(tmp_path / "engine.sock"))
        engine.listen()
        (tmp_path / "engine.sock").chmod(0)
        for folder in (tmp_path, *tmp_path.parents[:2]):
            folder.chmod(0o755)
        told = _as_nobody(f"unix://{tmp_path}/engine.sock")
    assert told["kind"] == "DockerUnavailable" and "usermod -aG docker" in told["hint"]


def _as_nobody(address: str) -> dict[str, str]:
    """In a process of its own, since one cannot become root again; the SDK is loaded before."""
    import docker  # noqa: F401

    heard, tell = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if os.geteuid() == 0:
                os.seteuid(65534)
            os.environ["DOCKER_HOST"] = address
            try:
                Engine(IMAGES["python"])
            except SandboxError as error:
                os.write(tell, json.dumps({"kind": type(error).__name__, "hint": error.hint}).encode())
        finally:
            os._exit(0)
    os.close(tell)
    with os.fdopen(heard) as file:
        told = file.read()
    os.waitpid(child, 0)
    return dict(json.loads(told))


@pytest.mark.docker
@pytest.mark.usefixtures("docker")
async def test_a_missing_image_says_how_to_build_it() -> None:
    policy = SandboxPolicy(image="samokoder-no-such-image:none")
    with pytest.raises(ImageMissing, match="no-such-image") as caught:
        await DockerSandbox(policy=policy).probe()
    assert "samokoder sandbox build" in caught.value.hint


@pytest.mark.docker
@pytest.mark.usefixtures("docker")
@pytest.mark.parametrize("name", ["no-such-runtime", "sysbox-runc", "kata"])
async def test_an_unknown_runtime_is_named_with_where_to_add_it(name: str) -> None:
    if name in Engine(IMAGES["python"]).client.info()["Runtimes"]:
        pytest.skip(f"{name} is known here")
    with pytest.raises(RuntimeUnavailable, match=name) as caught:
        await DockerSandbox(policy=SandboxPolicy(runtime=name)).probe()
    assert "daemon.json" in caught.value.hint and "sandboxPolicy.runtime" in caught.value.hint


@pytest.mark.docker
async def test_podman_is_not_taken_at_its_word_about_a_runtime(
    other_engines: OtherEngines, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would run its own all the same, and the person would believe in a kernel apart."""
    await other_engines.sandbox("podman", monkeypatch)
    with pytest.raises(RuntimeUnavailable, match="not by kata") as caught:
        await DockerSandbox(policy=SandboxPolicy(runtime="kata")).probe()
    assert "containers.conf" in caught.value.hint


@pytest.mark.docker
async def test_gvisor_and_podman_are_told_by_their_level_and_engine(
    other_engines: OtherEngines, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = {}
    for name in OTHER_NAMES:
        sandbox = await other_engines.sandbox(name, monkeypatch)
        isolation = await sandbox.probe()
        told[name] = (isolation.level, isolation.engine.split()[0], set(LIMITS) - set(sandbox.effective))
    assert told == {"runsc": ("runsc", "Docker", {"workspace_inodes"}), "podman": ("podman", "Podman", set())}


def test_the_sockets_of_other_engines_are_found(tmp_path: Path) -> None:
    (tmp_path / "podman").mkdir()
    with socket.socket(socket.AF_UNIX) as podman:
        podman.bind(str(tmp_path / "podman/podman.sock"))
        found = socket_of({"XDG_RUNTIME_DIR": str(tmp_path)}, usual=tmp_path / "docker.sock")
        with socket.socket(socket.AF_UNIX) as docker:
            docker.bind(str(tmp_path / "docker.sock"))
            first = socket_of({"XDG_RUNTIME_DIR": str(tmp_path)}, usual=tmp_path / "docker.sock")
    assert found == f"unix://{tmp_path}/podman/podman.sock"
    assert first == f"unix://{tmp_path}/docker.sock"


def test_docker_host_goes_before_any_socket_that_is_found() -> None:
    assert socket_of({"DOCKER_HOST": "tcp://127.0.0.1:1"}) is None


# ------------------------------------------------------------------------------------ its refusals


@pytest.mark.parametrize(
    ("status", "text", "kind", "hint"),
    [
        (404, "No such container: abc", SandboxLost, "try again"),
        (409, "container abc is not running", SandboxLost, "try again"),
        (500, "mkdir /var/lib/docker/x: no space left on device", SandboxUnavailable, "docker system prune"),
        (400, "Unknown runtime specified runsc", RuntimeUnavailable, "daemon.json"),
        (400, "unknown or invalid runtime name: runsc", RuntimeUnavailable, "daemon.json"),
        (500, "something else", SandboxError, ""),
    ],
)
def test_a_refusal_of_the_engine_has_a_name(
    status: int, text: str, kind: type[SandboxError], hint: str
) -> None:
    import docker.errors
    import requests

    answer = requests.Response()
    answer.status_code = status
    with pytest.raises(SandboxError) as caught, translated():
        raise docker.errors.APIError("refused", answer, text)
    assert type(caught.value) is kind and text in str(caught.value) and hint in caught.value.hint


# --------------------------------------------------------------------------------- limits read back

GOOD: dict[str, float] = {name: float(getattr(SandboxPolicy(), name)) for name in LIMITS}
GOOD |= {"core": 0, "main_uid": 1001, "exec_uid": 1000, "read_only": 1}


def test_limits_that_hold_are_told() -> None:
    assert kept("It", json.dumps(GOOD), SandboxPolicy()) == GOOD


@pytest.mark.parametrize("name", GOOD)
def test_a_limit_that_cannot_be_read_back_refuses_the_sandbox_with_its_name(name: str) -> None:
    with pytest.raises(PolicyUnsupported, match=name):
        kept("It", json.dumps({**GOOD, name: None}), SandboxPolicy())


@pytest.mark.parametrize("name", LIMITS)
def test_a_limit_that_is_looser_than_asked_refuses_the_sandbox(name: str) -> None:
    with pytest.raises(PolicyUnsupported, match=name):
        kept("It", json.dumps({**GOOD, name: GOOD[name] * 2}), SandboxPolicy())


def test_what_cannot_be_read_inside_is_read_outside_and_is_held_to_the_same() -> None:
    hidden = {**GOOD, "memory": None, "pids": None}
    inside, outside = json.dumps(hidden), {"memory": GOOD["memory"], "pids": GOOD["pids"]}
    assert kept("It", inside, SandboxPolicy(), outside=outside) == GOOD
    with pytest.raises(PolicyUnsupported, match="pids") as caught:
        kept("It", inside, SandboxPolicy(), outside={**outside, "pids": GOOD["pids"] + 1})
    assert "Delegate" in caught.value.hint and "--ignore-cgroups" in caught.value.hint
    with pytest.raises(PolicyUnsupported, match="cpus"):  # what is read inside counts
        kept("It", json.dumps({**GOOD, "cpus": GOOD["cpus"] * 2}), SandboxPolicy(), outside=GOOD)


FIRST_VERSION = {
    "memory/docker/abc/memory.limit_in_bytes": "1024", "pids/docker/abc/pids.max": "9",
    "cpu/docker/abc/cpu.cfs_quota_us": "50000", "cpu/docker/abc/cpu.cfs_period_us": "100000",
}  # fmt: skip
SECOND_VERSION = {
    "x/abc.scope/memory.max": "1024",
    "x/abc.scope/pids.max": "9",
    "x/abc.scope/cpu.max": "50000 100000",
}
UNLIMITED = {
    "x/abc.scope/memory.max": "max",
    "x/abc.scope/pids.max": "max",
    "x/abc.scope/cpu.max": "max 100000",
}


@pytest.mark.parametrize(
    ("files", "groups", "found"),
    [
        (FIRST_VERSION, "4:memory:/docker/abc\n3:cpu,cpuacct:/docker/abc\n2:pids:/docker/abc\n0::/", True),
        (SECOND_VERSION, "0::/x/abc.scope", True),
        (UNLIMITED, "0::/x/abc.scope", False),
        (SECOND_VERSION, "0::/x/another.scope", False),
        ({}, "0::/x/abc.scope", False),
    ],
)
def test_limits_outside_are_those_of_the_control_groups_of_that_container(
    tmp_path: Path, files: dict[str, str], groups: str, found: bool
) -> None:
    for name, text in {**files, "proc/7/cgroup": groups}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text + "\n")
    limits = limits_outside("abc", 7, tmp_path, tmp_path / "proc")
    assert limits == ({"memory": 1024, "pids": 9, "cpus": 0.5} if found else {})
    assert limits_outside("abc", 8, tmp_path, tmp_path / "proc") == {}


@pytest.mark.parametrize("output", ["", "Traceback", "[1]"])
def test_limits_that_cannot_be_asked_for_refuse_the_sandbox(output: str) -> None:
    with pytest.raises(PolicyUnsupported):
        kept("It", output, SandboxPolicy())


@pytest.mark.docker
@pytest.mark.usefixtures("docker")
async def test_an_engine_keeps_a_policy_that_is_not_the_default() -> None:
    policy = SandboxPolicy(
        memory=512 << 20, cpus=0.5, pids=77, workspace_bytes=32 << 20, workspace_inodes=1000,
        tmp_bytes=16 << 20, shm_bytes=8 << 20, open_files=99, file_size=5 << 20, main_uid=2002, exec_uid=2003,
    )  # fmt: skip
    sandbox = DockerSandbox(policy=policy)
    await sandbox.probe()
    asked = {name: getattr(policy, name) for name in LIMITS}
    assert {name: sandbox.effective[name] for name in LIMITS} == asked
    assert (sandbox.effective["main_uid"], sandbox.effective["exec_uid"]) == (2002, 2003)


# ------------------------------------------------------------------------------- while it is used


def remove_all() -> None:
    """Those of this process, as far as they are not gone by themselves."""
    import docker.errors

    for container in ours(f"{OWNER}={myself()}"):
        with suppress(docker.errors.APIError):
            container.remove(force=True)


class Passage:
    """A socket in front of the engine's own, which can be cut as if the engine had been killed."""

    def __init__(self, place: Path, engine: str) -> None:
        self.place, self._engine = place, engine
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(place))
        self._listener.listen()
        self._open: list[socket.socket] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                here, _ = self._listener.accept()
                there = socket.socket(socket.AF_UNIX)
                there.connect(self._engine)
                self._open += [here, there]
                for pair in ((here, there), (there, here)):
                    threading.Thread(target=self._pass, args=pair, daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
        with suppress(OSError):
            target.shutdown(socket.SHUT_WR)

    def cut(self) -> None:
        for one in (self._listener, *self._open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


@contextmanager
def passage(folder: Path) -> Iterator[Passage]:
    made = Passage(folder / "engine.sock", "/var/run/docker.sock")
    try:
        yield made
    finally:
        made.cut()


async def _once_begun(session: Any, then: Any) -> CommandReport:
    begun = asyncio.Event()
    running = asyncio.create_task(
        session.run({PROGRAM: SLEEPS}, check("python", "program.py"), lambda _: begun.set())
    )
    with anyio.fail_after(30):
        await begun.wait()
        then()
        return await running  # type: ignore[no-any-return]


@pytest.mark.docker
@pytest.mark.usefixtures("docker")
async def test_an_engine_killed_in_mid_command_is_no_result_of_the_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with passage(tmp_path) as engine:
        monkeypatch.setenv("DOCKER_HOST", f"unix://{engine.place}")
        with pytest.raises(DockerUnavailable):
            async with DockerSandbox().open(NOTHING) as session:
                await _once_begun(session, engine.cut)
    monkeypatch.delenv("DOCKER_HOST")
    remove_all()


@pytest.mark.docker
@pytest.mark.timeout(180)
@pytest.mark.usefixtures("docker")
async def test_when_the_engine_itself_is_killed_it_is_told_and_its_containers_end_without_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    marker, begun = secrets.token_hex(8), asyncio.Event()
    with own_engine(IMAGES["python"]) as engine:
        monkeypatch.setenv("DOCKER_HOST", engine.address)
        with anyio.fail_after(60), pytest.raises(DockerUnavailable) as caught:
            async with DockerSandbox().open(NOTHING) as session:
                command = check("python", "program.py", marker)
                running = asyncio.create_task(session.run({PROGRAM: SLEEPS}, command, lambda _: begun.set()))
                await begun.wait()
                assert living(marker)
                engine.kill()
                await running
        assert caught.value.hint
        with anyio.fail_after(2 * SILENCE):
            while living(marker):
                await asyncio.sleep(0.1)


@pytest.mark.docker
@pytest.mark.usefixtures("docker")
async def test_a_container_that_goes_again_and_again_is_no_result_of_the_check() -> None:
    heard: list[bytes] = []
    async with DockerSandbox().open(NOTHING) as session:
        running = asyncio.create_task(
            session.run({PROGRAM: SLEEPS}, check("python", "program.py"), heard.append)
        )
        with anyio.fail_after(60):
            for times in (1, 2):
                while len(heard) < times:
                    await asyncio.sleep(0.05)
                remove_all()
            with pytest.raises(SandboxLost):
                await running


# ------------------------------------------------------------------------------------------ clean-up


@pytest.mark.docker
@pytest.mark.usefixtures("docker")
async def test_a_container_that_has_lived_too_long_is_removed_and_others_stay() -> None:
    engine = Engine(IMAGES["python"])
    word = secrets.token_hex(8)
    labels = {OWNER: myself(), "test": word}
    for until in (time.time() - 1, time.time() + 600):
        expires = {EXPIRES: str(int(until))}
        engine.client.containers.create(IMAGES["python"], ["true"], labels={**labels, **expires})
    engine.remove_orphans()
    left = ours(f"test={word}")
    for container in left:
        container.remove(force=True)
    engine.close()
    assert [int(container.labels[EXPIRES]) > time.time() for container in left] == [True]


def left_by_the_dead(word: str) -> None:
    """A container like those of this process, of one that has ended."""
    dead = subprocess.run([sys.executable, "-c", OWN], capture_output=True, text=True, check=True)
    engine = Engine(IMAGES["python"])
    engine.client.containers.create(
        IMAGES["python"], ["true"], labels={OWNER: dead.stdout.strip(), "test": word}
    )
    engine.close()


OWN = "from samokoder.adapters.sandbox.owners import myself; print(myself())"


async def gone(word: str) -> None:
    with anyio.fail_after(30):
        while ours(f"test={word}"):
            await asyncio.sleep(0.1)


@pytest.mark.docker
@pytest.mark.usefixtures("docker")
async def test_a_server_removes_what_dead_ones_have_left_at_its_start_and_again_and_again() -> None:
    word = secrets.token_hex(8)
    left_by_the_dead(word)
    reaper = asyncio.create_task(keep_reaping(every=0.2))
    await gone(word)
    left_by_the_dead(word)
    await gone(word)
    reaper.cancel()
    await asyncio.wait([reaper])


@pytest.mark.docker
@pytest.mark.usefixtures("docker")
async def test_a_real_server_removes_them_before_any_run_begins() -> None:
    word = secrets.token_hex(8)
    left_by_the_dead(word)
    kept_up = asyncio.create_task(upkeep(read_settings({"sandbox": "docker"}, {})))
    await gone(word)
    kept_up.cancel()
    await asyncio.wait([kept_up])


async def test_without_an_engine_nothing_is_reaped_and_nothing_breaks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1):
            await keep_reaping(every=0.05)


@pytest.mark.docker
@pytest.mark.usefixtures("docker")
async def test_a_container_nobody_uses_goes_and_comes_back_when_it_is_needed() -> None:
    before = len(ours(f"{OWNER}={myself()}"))
    async with DockerSandbox(policy=SandboxPolicy(idle_stop_seconds=0.5)).open(NOTHING) as session:
        assert (await session.run({}, check("true"))).passed
        with anyio.fail_after(20):
            while len(ours(f"{OWNER}={myself()}")) > before:
                await asyncio.sleep(0.1)
        assert (await session.run({}, check("true"))).passed


KILLED = """
import asyncio, sys
from samokoder.adapters.sandbox.docker import DockerSandbox
from samokoder.adapters.sandbox.owners import myself
from tests.adapters.sandboxes import NOTHING, check

async def main():
    async with DockerSandbox().open(NOTHING) as session:
        print(myself(), flush=True)
        await session.run({}, check("sleep", "600"))

asyncio.run(main())
"""


@pytest.mark.docker
@pytest.mark.usefixtures("docker")
async def test_when_the_server_is_killed_its_container_goes_by_itself() -> None:
    """How soon is measured (docs/security.md); what reads the time here is only a bound on waiting."""
    server = subprocess.Popen(
        [sys.executable, "-c", KILLED], cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    owner = server.stdout.readline().strip()
    server.stdout.close()
    assert ours(f"{OWNER}={owner}")
    server.send_signal(signal.SIGKILL)
    server.wait()
    with anyio.fail_after(15):
        while ours(f"{OWNER}={owner}"):
            await asyncio.sleep(0.1)
