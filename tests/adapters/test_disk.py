"""What only a real disk can do wrong: links, half-written files, full disks, killed servers."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import anyio
import pytest

from samokoder.adapters.disk import DiskWorkspace, _explained
from samokoder.domain.files import digest_of
from samokoder.domain.paths import FilePath
from samokoder.errors import InvalidRequest

APP = FilePath("app.py")
NOBODY = 65534


@pytest.fixture(params=[True, False], ids=["relative", "by path"])
def disk(request: pytest.FixtureRequest) -> Iterator[DiskWorkspace]:
    yield DiskWorkspace(relative=request.param)


async def test_a_target_that_is_a_file_is_refused(disk: DiskWorkspace, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    for target in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(InvalidRequest, match="file"):
            await disk.check(str(target))


async def test_a_link_into_a_git_folder_is_refused(disk: DiskWorkspace, tmp_path: Path) -> None:
    (tmp_path / ".git" / "hooks").mkdir(parents=True)
    (tmp_path / "innocent").symlink_to(tmp_path / ".git" / "hooks")
    with pytest.raises(InvalidRequest, match=r"\.git"):
        await disk.check(str(tmp_path / "innocent"))


@contextmanager
def somebody() -> Iterator[Path]:
    """A folder of somebody's who is not root, and meanwhile we are them: root may write anywhere."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    folder = Path(tempfile.mkdtemp(prefix="somebody-"))
    if root:
        os.chown(folder, NOBODY, NOBODY)
        os.seteuid(NOBODY)
    try:
        yield folder
    finally:
        if root:
            os.seteuid(0)
        folder.chmod(0o700)
        shutil.rmtree(folder)


async def test_a_folder_without_write_permission_is_refused(disk: DiskWorkspace) -> None:
    with somebody() as folder:
        await disk.check(str(folder / "app"))
        folder.chmod(0o500)
        with pytest.raises(InvalidRequest, match="cannot be written"):
            await disk.check(str(folder / "app"))


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder nobody can write into")
async def test_a_place_where_no_folder_can_be_made_is_refused(disk: DiskWorkspace) -> None:
    with pytest.raises(InvalidRequest):
        await disk.check("/proc/self/app")


async def test_no_file_is_read_or_written_through_a_link(disk: DiskWorkspace, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_text("theirs")
    target = tmp_path / "target"
    target.mkdir()
    (target / "folder").symlink_to(outside)
    (target / "leaf").symlink_to(outside / "secret")
    (target / "dangling").symlink_to(outside / "new")
    for path in ("folder/secret", "folder/new", "leaf", "dangling"):
        with pytest.raises(InvalidRequest, match="link"):
            await disk.digests(str(target), [FilePath(path)])
        with pytest.raises(InvalidRequest, match="link"):
            await disk.replace(str(target), FilePath(path), b"ours", None)
    assert [file.name for file in outside.iterdir()] == ["secret"]
    assert (outside / "secret").read_text() == "theirs"


async def test_a_pipe_in_the_place_of_a_file_does_not_hang(disk: DiskWorkspace, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "app.py")
    with anyio.fail_after(5):
        assert not await disk.replace(str(tmp_path), APP, b"ours", None)


async def test_new_files_are_readable_and_replaced_ones_keep_their_mode(
    disk: DiskWorkspace, tmp_path: Path
) -> None:
    await disk.replace(str(tmp_path), APP, b"one", None)
    assert stat.S_IMODE((tmp_path / "app.py").stat().st_mode) == 0o644
    (tmp_path / "app.py").chmod(0o755)
    await disk.replace(str(tmp_path), APP, b"two", digest_of(b"one"))
    assert stat.S_IMODE((tmp_path / "app.py").stat().st_mode) == 0o755


async def test_an_open_file_keeps_its_old_content_so_nobody_reads_half_of_a_file(
    disk: DiskWorkspace, tmp_path: Path
) -> None:
    await disk.replace(str(tmp_path), APP, b"old" * 100_000, None)
    with (tmp_path / "app.py").open("rb") as reader:
        await disk.replace(str(tmp_path), APP, b"new", digest_of(b"old" * 100_000))
        assert reader.read() == b"old" * 100_000


async def test_temporary_files_are_gone_also_those_of_a_killed_server(
    disk: DiskWorkspace, tmp_path: Path
) -> None:
    left = tmp_path / f".samokoder-{'0' * 16}.tmp"
    left.write_text("half")
    os.utime(left, (0, 0))
    fresh = tmp_path / f".samokoder-{'1' * 16}.tmp"
    fresh.write_text("another server is writing this")
    await disk.replace(str(tmp_path), APP, b"one", None)
    await disk.replace(str(tmp_path), APP, b"two", digest_of(b"not this"))
    assert sorted(file.name for file in tmp_path.iterdir()) == [fresh.name, "app.py"]


async def test_of_many_writers_of_one_new_file_exactly_one_wins(disk: DiskWorkspace, tmp_path: Path) -> None:
    won: list[bytes] = []

    async def write(content: bytes) -> None:
        if await disk.replace(str(tmp_path), APP, content, None):
            won.append(content)

    async with anyio.create_task_group() as group:
        for number in range(20):
            group.start_soon(write, b"%d" % number)
    assert won == [(tmp_path / "app.py").read_bytes()]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EDQUOT, errno.EACCES])
def test_what_the_disk_refuses_is_said_in_words(number: int) -> None:
    with pytest.raises(InvalidRequest) as caught, _explained("/home/me/app"):
        raise OSError(number, "as the system says it")
    assert "/home/me/app" in str(caught.value) and caught.value.hint


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_named_when_a_write_hits_it() -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    with pytest.raises(InvalidRequest, match="full"), _explained("/home/me/app"):
        os.write(full, b"x")
    os.close(full)
