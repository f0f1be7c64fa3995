"""An engine whose disk is really full: installing says so, and leaves no half environment."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import anyio
import pytest

from samokoder.adapters.sandbox.containers import Engine
from samokoder.adapters.sandbox.dependencies.contained import Contained
from samokoder.adapters.sandbox.dependencies.policy import DependencyPolicy
from samokoder.adapters.sandbox.policy import IMAGES
from samokoder.errors import InstallFailed, SandboxError, SandboxUnavailable
from tests.adapters.engines import OwnEngine, own_engine
from tests.adapters.sandboxes import needs
from tests.adapters.test_install_contained import recipe

pytestmark = pytest.mark.docker


@pytest.fixture(scope="module")
def own() -> Iterator[OwnEngine]:
    with own_engine(IMAGES["python"]) as engine:
        yield engine


@contextmanager
def small(place: Path, options: str) -> Iterator[None]:
    """A disk of this size in the place of a folder of the engine's."""
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)], check=False)
    needs("engine", done.returncode == 0)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


WRITES = "mkdir /env/packages && head -c 3000000 /dev/zero > /env/packages/much"
FULL: dict[str, tuple[str, str, type[SandboxError], str]] = {
    "while it is written": ("volumes", "size=1m", InstallFailed, "The disk is full"),
    "before the volume is made": ("volumes", "size=1m,nr_inodes=1", SandboxUnavailable, "Free some space"),
    "before the container is made": (
        "containers",
        "size=1m,nr_inodes=1",
        SandboxUnavailable,
        "Free some space",
    ),
}


@pytest.mark.parametrize(("folder", "options", "kind", "hint"), FULL.values(), ids=FULL)
async def test_a_full_disk_of_the_engine_is_told_and_leaves_no_half_volume(
    own: OwnEngine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    folder: str,
    options: str,
    kind: type[SandboxError],
    hint: str,
) -> None:
    monkeypatch.setenv("DOCKER_HOST", own.address)
    engine = Engine(IMAGES["python"])
    contained = Contained(engine, anyio.CapacityLimiter(4), tmp_path / "cache", DependencyPolicy())
    wanted = recipe(WRITES)
    with small(own.folder / "data" / folder, options), anyio.fail_after(60):
        with pytest.raises(kind) as caught:
            await contained.made(wanted)
        assert hint in caught.value.hint
        assert not [one for one in engine.client.volumes.list() if wanted.digest[:32] in one.name]
    with anyio.fail_after(60):
        assert await contained.made(wanted)
    engine.close()
