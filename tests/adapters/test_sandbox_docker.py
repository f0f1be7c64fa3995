"""What only containers can do wrong."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import anyio
import pytest

from samokoder.adapters.sandbox.containers import OWNER, Engine
from samokoder.adapters.sandbox.docker import DockerSandbox
from samokoder.adapters.sandbox.environments import COMPILE
from samokoder.adapters.sandbox.owners import myself
from samokoder.adapters.sandbox.policy import IMAGES
from samokoder.domain.paths import FilePath
from tests.adapters.sandboxes import NOTHING, check, python, runner

pytestmark = pytest.mark.docker

PROGRAM = FilePath("program.py")


@pytest.fixture
async def docker() -> DockerSandbox:
    made = await runner("docker")
    assert isinstance(made, DockerSandbox)
    return made


def containers(owner: str) -> list[str]:
    engine = Engine(IMAGES["python"])
    found = engine.client.containers.list(all=True, filters={"label": f"{OWNER}={owner}"})
    engine.close()
    return [str(container.id) for container in found]


def remove_all(owner: str) -> None:
    engine = Engine(IMAGES["python"])
    for found in containers(owner):
        engine.client.containers.get(found).remove(force=True)
    engine.close()


async def test_a_session_leaves_no_container(docker: DockerSandbox) -> None:
    before = containers(myself())
    async with docker.open(NOTHING) as session:
        assert len(containers(myself())) == len(before) + 1
        assert (await session.run({PROGRAM: b""}, check("python", "program.py"))).passed
    assert containers(myself()) == before


async def test_containers_of_a_dead_server_are_removed_and_those_of_living_ones_stay(
    docker: DockerSandbox,
) -> None:
    machine = myself().split("/")[0]
    dead = f"{machine}/{2**22 + 1}/1"
    engine = Engine(IMAGES["python"])
    orphan = engine.client.containers.create(IMAGES["python"], ["true"], labels={OWNER: dead})
    kept = engine.client.containers.create(IMAGES["python"], ["true"], labels={OWNER: myself()})
    try:
        await DockerSandbox().probe()
        assert containers(dead) == [] and kept.id in containers(myself())
    finally:
        kept.remove(force=True)
        remove_all(dead)
        engine.close()
    assert orphan.id not in containers(dead)


ATTACKS = """
import json, os, socket, ctypes
libc = ctypes.CDLL(None, use_errno=True)

def opens(*arguments):
    socket.socket(*arguments).close()

def writes(path):
    open(path, "w").close()

def calls(result):
    if result == -1:
        raise OSError(ctypes.get_errno(), "refused")

attacks = {
    "vsock": lambda: opens(40, socket.SOCK_STREAM),
    "packet socket": lambda: opens(socket.AF_PACKET, socket.SOCK_RAW, 3),
    "raw socket": lambda: opens(socket.AF_INET, socket.SOCK_RAW, 1),
    "alg socket": lambda: opens(38, socket.SOCK_SEQPACKET),
    "name resolution": lambda: socket.getaddrinfo("example.org", 80),
    "new user namespace": lambda: calls(libc.unshare(0x10000000)),
    "new mount namespace": lambda: calls(libc.unshare(0x00020000)),
    "mount": lambda: calls(libc.mount(b"none", b"/tmp", b"tmpfs", 0, None)),
    "ptrace": lambda: calls(libc.ptrace(16, 1, 0, 0)),
    "io_uring": lambda: calls(libc.syscall(425, 1, 0)),
    "bpf": lambda: calls(libc.syscall(321, 0, 0, 0)),
    "keyring": lambda: calls(libc.syscall(250, 0, -3, 0)),
    "perf": lambda: calls(libc.syscall(298, 0, 0, 0, 0, 0)),
    "first process": lambda: os.kill(1, 9),
    "first process's environment": lambda: open("/proc/1/environ", "rb").read(1),
    "root": lambda: os.setuid(0),
    "engine's socket": lambda: os.stat("/var/run/docker.sock"),
    "system folder": lambda: writes("/usr/bin/x"),
    "environment": lambda: writes("/env/x"),
    "dependencies": lambda: writes("/env/lib/x"),
    "kernel settings": lambda: writes("/proc/sys/kernel/hostname"),
    "kernel triggers": lambda: writes("/proc/sysrq-trigger"),
    "device": lambda: os.mknod("/tmp/device", 0o60600, os.makedev(8, 0)),
    "host name": lambda: socket.sethostname("x"),
    "priority": lambda: os.nice(-5),
    "clock": lambda: __import__("time").clock_settime(0, 0),
}
reached = []
for name, attack in attacks.items():
    try:
        attack()
    except (OSError, AttributeError):
        continue
    reached.append(name)
print(json.dumps(reached))
"""


@pytest.mark.parametrize("name", ["docker", pytest.param("bubblewrap", marks=pytest.mark.skipif(
    sys.platform != "linux", reason="Linux only"))])  # fmt: skip
async def test_none_of_these_attacks_succeeds(name: str) -> None:
    made = await runner(name)
    async with made.open(NOTHING) as session:
        report = await session.run({PROGRAM: ATTACKS.encode()}, check("python", "program.py"))
    allowed = {"docker": [], "bubblewrap": ["first process", "first process's environment"]}[name]
    assert [one for one in json.loads(report.output) if one not in allowed] == []


async def test_dependencies_can_be_imported_and_not_changed(docker: DockerSandbox) -> None:
    program = b"import iniconfig; open(iniconfig.__file__, 'a')"
    async with docker.open(python("iniconfig")) as session:
        report = await session.run({PROGRAM: program}, check("python", "program.py"))
    assert report.exit_code == 1 and "Error" in report.output and "/env/lib/python" in report.output


async def test_a_container_removed_by_somebody_else_is_replaced(docker: DockerSandbox) -> None:
    async with docker.open(NOTHING) as session:
        remove_all(myself())
        with anyio.fail_after(60):
            report = await session.run({PROGRAM: b"print('fine')"}, check("python", "program.py"))
    assert report.passed


async def test_the_image_compiles_for_its_own_python(docker: DockerSandbox, tmp_path: Path) -> None:
    (tmp_path / "book.py").write_text("raise SystemExit('it was imported')")
    engine = Engine(IMAGES["python"])
    engine.compile(tmp_path, ["python3", *COMPILE, str(tmp_path)])
    engine.close()
    assert [file.name.split(".")[0] for file in (tmp_path / "__pycache__").iterdir()] == ["book"]
