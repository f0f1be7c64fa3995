"""Installing in a container of its own, on a real engine: what it reaches, leaves, and finds again."""

from __future__ import annotations

import os
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import anyio
import pytest

from samokoder.adapters.sandbox.containers import Container, Engine
from samokoder.adapters.sandbox.dependencies.contained import Contained, why_not
from samokoder.adapters.sandbox.dependencies.egress import MIB, Egress
from samokoder.adapters.sandbox.dependencies.indexes import python_indexes
from samokoder.adapters.sandbox.dependencies.policy import DependencyPolicy
from samokoder.adapters.sandbox.dependencies.python import Interpreter
from samokoder.adapters.sandbox.dependencies.recipes import Recipe
from samokoder.adapters.sandbox.dependencies.volumes import KIND, MARK, OWNER, PREFIX, Volumes
from samokoder.adapters.sandbox.dependencies.workshop import Materials, workshop
from samokoder.adapters.sandbox.environments import Environments
from samokoder.adapters.sandbox.owners import myself
from samokoder.adapters.sandbox.policy import IMAGES
from samokoder.domain.architecture import Dependency
from samokoder.domain.files import digest_of
from samokoder.errors import EgressDenied, InstallFailed
from samokoder.ports import EnvironmentSpec
from tests.adapters.npm_registry import npm_registry
from tests.adapters.sandboxes import needs, runner
from tests.adapters.test_sandbox_environments import wheel
from tests.adapters.test_sandbox_node import PACKAGES, node

pytestmark = pytest.mark.docker
FINISHING = {"work": ".work", "packages": "packages", "compile": True, "links": {}, "texts": {}}


@dataclass
class Docker:
    engine: Engine
    limiter: anyio.CapacityLimiter


@pytest.fixture
async def docker() -> AsyncIterator[Docker]:
    await runner("docker")
    engine = Engine(IMAGES["python"])
    before = {volume.name for volume in engine.client.volumes.list()}
    try:
        yield Docker(engine, anyio.CapacityLimiter(8))
    finally:
        for volume in engine.client.volumes.list(filters={"label": KIND}):
            if volume.name not in before and volume.name.startswith(PREFIX):
                volume.remove(force=True)
        engine.close()


@pytest.fixture
def volumes(docker: Docker, tmp_path: Path) -> Volumes:
    return Volumes(docker.engine.client, tmp_path / "used")


@pytest.fixture
def contained(docker: Docker, tmp_path: Path) -> Contained:
    return Contained(
        docker.engine, docker.limiter, tmp_path / "cache", DependencyPolicy(environment_bytes=8 * MIB)
    )


def recipe(script: str = "true", **changes: object) -> Recipe:
    made = Recipe(
        digest_of(uuid.uuid4().bytes), Materials(Egress(frozenset())), ("sh", "-c", script), {}, FINISHING
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def inside(docker: Docker, volume: str, command: str) -> tuple[int, str]:
    container: Container = docker.engine.start(volume)
    try:
        return container.run(["sh", "-c", command])
    finally:
        container.remove()


# -------------------------------------------------------------------------------- what it can reach

REACHES = """
import socket, sys, urllib.error, urllib.request
try:
    urllib.request.urlopen(sys.argv[1], timeout=5)
except urllib.error.URLError as error:
    sys.exit(str(error))
"""
TOUCHES = """
import errno, os, socket
for act in (
    lambda: socket.create_connection(("93.184.216.34", 443), 3),
    lambda: socket.getaddrinfo("example.com", 443),
    lambda: os.unlink("/egress/proxy"),
    lambda: os.rename("/egress/proxy", "/egress/other"),
    lambda: open("/egress/mine", "w"),
    lambda: [os.kill(int(p), 9) for p in os.listdir("/proc") if p.isdigit() and b"/egress/proxy" in
             open(f"/proc/{p}/cmdline", "rb").read()],
):
    try:
        act()
        print("done")
    except socket.gaierror:
        print("no name")
    except OSError as error:
        print(errno.errorcode[error.errno])
"""


@pytest.mark.parametrize(
    "address", ["https://example.com/", "https://169.254.169.254/", "http://example.com/"]
)
async def test_a_host_that_no_index_uses_is_denied_by_name(contained: Contained, address: str) -> None:
    asking = recipe(command=("python3", "-I", "-c", REACHES, address))
    with pytest.raises(EgressDenied, match=address.split("/")[2]) as caught:
        await contained.made(asking)
    assert "configured" in caught.value.hint


async def test_there_is_no_other_way_out_and_the_one_there_is_cannot_be_replaced(docker: Docker) -> None:
    async with workshop(docker.engine, docker.limiter, Materials(Egress(frozenset()))) as shop:
        told = (await shop.run(["python3", "-I", "-c", TOUCHES], {}, MIB)).splitlines()
    assert told == ["ENETUNREACH", "no name", "EROFS", "EROFS", "EROFS", "EPERM"]


async def test_the_installer_is_told_nothing_of_this_machine(docker: Docker) -> None:
    os.environ["OPENAI_API_KEY"] = "sk-secret"
    try:
        async with workshop(docker.engine, docker.limiter, Materials(Egress(frozenset()))) as shop:
            told = await shop.run(["env"], {"WANTED": "yes"}, MIB)
    finally:
        del os.environ["OPENAI_API_KEY"]
    names = {line.partition("=")[0] for line in told.splitlines()}
    assert "WANTED" in names and names <= {"WANTED", "PATH", "LANG", "HOME"} | {
        f"{scheme}_proxy" for scheme in ("http", "https")
    } | {"HTTP_PROXY", "HTTPS_PROXY", "_", "PWD", "SHLVL", ""}


# -------------------------------------------------------------------------------------- the volumes


async def test_what_was_made_is_found_again_and_nobody_can_change_it(
    docker: Docker, contained: Contained
) -> None:
    made = recipe("mkdir /env/packages && echo 'x = 1' > /env/packages/shelf.py")
    first = await contained.made(made)
    again = await contained.made(replace(made, command=("false",)))
    assert again == first and first.modules == {"shelf"} and first.size > 0
    assert inside(docker, first.name, "ls /env/packages/__pycache__; touch /env/new")[0] != 0


async def test_an_install_that_fails_leaves_no_volume(docker: Docker, contained: Contained) -> None:
    failing = recipe("echo half > /env/half; echo it went wrong; exit 3")
    with pytest.raises(InstallFailed, match="it went wrong"):
        await contained.made(failing)
    assert not [v for v in docker.engine.client.volumes.list() if failing.digest[:32] in v.name]


async def test_a_volume_that_was_left_unfinished_is_made_anew(
    docker: Docker, contained: Contained, volumes: Volumes
) -> None:
    made = recipe("test ! -e /env/half && mkdir /env/packages")
    name = volumes.begin(made.digest, docker.engine.image.name)
    async with workshop(docker.engine, docker.limiter, Materials(Egress(frozenset()), volume=name)) as shop:
        await shop.run(["sh", "-c", "echo half > /env/half"], {}, MIB)
    assert volumes.find(made.digest) is None
    assert (await contained.made(made)).name == name


async def test_what_grows_larger_than_it_may_is_ended_while_it_grows(
    docker: Docker, contained: Contained
) -> None:
    growing = recipe("i=0; while sleep 0.1; do i=$((i+1)); head -c 2000000 /dev/urandom > /env/$i; done")
    with anyio.fail_after(60), pytest.raises(InstallFailed, match="8 MiB"):
        await contained.made(growing)
    assert not [v for v in docker.engine.client.volumes.list() if growing.digest[:32] in v.name]


async def test_what_a_lock_says_is_too_large_is_not_even_begun(contained: Contained) -> None:
    with pytest.raises(InstallFailed, match="8 MiB"):
        await contained.made(recipe(bytes=9 * MIB))


async def test_beyond_the_bound_the_least_recently_used_go_but_never_one_in_use(
    docker: Docker, volumes: Volumes
) -> None:
    digests = [digest_of(uuid.uuid4().bytes) for _ in range(3)]
    names = [volumes.begin(digest, docker.engine.image.name) for digest in digests]
    for at, name in enumerate(names):
        volumes.finish(name, 100, frozenset())
        os.utime(volumes._used / name, (at + 1, at + 1))
    os.utime(volumes._used / names[1], (9, 9))
    others = sum(size for name, size in volumes.sizes().items() if name not in names)
    container = docker.engine.start(names[0])
    try:
        for volume in volumes.sizes():
            if volume not in names:  # of other tests and servers: as if just used
                (volumes._used / volume).touch()
        assert volumes.tidy(others + 250) == [names[2]], "the oldest is in use, the newest fits"
    finally:
        container.remove()
    assert volumes.find(digests[1]) and volumes.find(digests[0]) and not volumes.find(digests[2])


async def test_what_a_dead_server_left_is_removed_and_what_a_living_one_makes_stays(
    docker: Docker, volumes: Volumes
) -> None:
    dead, living = (PREFIX + uuid.uuid4().hex for _ in range(2))
    nobody = myself().rpartition("/")[0] + "/0"
    docker.engine.client.volumes.create(dead, labels={KIND: "contents", OWNER: nobody})
    docker.engine.client.volumes.create(living, labels={KIND: "contents", OWNER: myself()})
    assert dead in volumes.tidy(1 << 60)
    assert living in {volume.name for volume in docker.engine.client.volumes.list()}
    docker.engine.client.volumes.get(living).remove()


async def test_a_mark_without_its_volume_is_no_environment(docker: Docker, volumes: Volumes) -> None:
    digest = digest_of(uuid.uuid4().bytes)
    name = volumes.begin(digest, docker.engine.image.name)
    volumes.finish(name, 1, frozenset())
    docker.engine.client.volumes.get(name).remove()
    assert volumes.find(digest) is None
    volumes.tidy(1 << 60)
    assert name + MARK not in {volume.name for volume in docker.engine.client.volumes.list()}


# ------------------------------------------------------------------------------------ real installers


async def test_uv_installs_a_lock_of_wheels_and_python_uses_it(docker: Docker, tmp_path: Path) -> None:
    wheel(tmp_path / "wheels", "shelf", "1.0", "text = 'on the shelf'")
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path / "home"),
        "UV_NO_INDEX": "1",
        "UV_FIND_LINKS": str(tmp_path / "wheels"),
        "UV_CACHE_DIR": str(tmp_path / "uv"),
    }
    assert why_not(docker.engine, python_indexes(environ)) == ""
    spec = EnvironmentSpec(language="python", dependencies=(Dependency(name="shelf", version="1.0"),))
    python = docker.engine.start(None)
    executable, version = python.run(
        [
            "python3",
            "-c",
            "import os, sys; print(os.path.realpath(sys.executable), '%d.%d' % sys.version_info[:2])",
        ]
    )[1].split()
    python.remove()
    interpreter = Interpreter(executable, version, docker.engine.image.id)
    made = await Environments(tmp_path / "cache", environ).prepare_on(
        docker.engine, docker.limiter, spec, interpreter
    )
    assert made.has("shelf") and made.volume
    code, output = inside(
        docker, made.volume, "/env/bin/python -c 'import shelf; print(shelf.text, shelf.__cached__)'"
    )
    assert code == 0 and "on the shelf /env/lib" in output


@pytest.fixture
def registry() -> Iterator[str]:
    with npm_registry(*PACKAGES) as address:
        yield address


async def test_npm_installs_from_the_configured_registry_alone_and_runs_no_scripts(
    docker: Docker, tmp_path: Path, registry: str
) -> None:
    needs("docker", bool(docker.engine.client.images.list(IMAGES["node"])))
    engine = Engine(IMAGES["node"])
    environ = {"HOME": str(tmp_path), "npm_config_registry": registry, "npm_config_globalconfig": "/dev/null"}
    environments = Environments(tmp_path / "cache", environ)
    try:
        asked = node("book@1.0.0", "loud@1.0.0", "partly@1.0.0")
        made = await environments.prepare_on(engine, docker.limiter, asked, Interpreter("", "", ""))
        show = "ls /env/node_modules; cd /env && node -p \"require('book')\"; ls node_modules/loud"
        output = inside(Docker(engine, docker.limiter), made.volume, show)[1].split()
        assert {"book", "shelf", "loud", "partly", "first"} <= set(output)
        assert "ran.txt" not in output and "elsewhere" not in output
        offline = Environments(tmp_path / "cache", environ)
        assert await offline.prepare_on(engine, docker.limiter, asked, Interpreter("", "", "")) == made
    finally:
        engine.close()
