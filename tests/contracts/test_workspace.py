"""What every Workspace promises: the same tests on the one in memory and the one on disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from samokoder.adapters.disk import DiskWorkspace
from samokoder.adapters.fakes import MemoryWorkspace
from samokoder.domain.files import digest_of
from samokoder.domain.paths import FilePath
from samokoder.errors import InvalidRequest
from samokoder.ports import Workspace

APP, DEEP = FilePath("app.py"), FilePath("a/b/c.py")


@pytest.fixture(params=["memory", "disk", "disk without relative opens"])
def workspace(request: pytest.FixtureRequest) -> Workspace:
    if request.param == "memory":
        return MemoryWorkspace()
    return DiskWorkspace() if request.param == "disk" else DiskWorkspace(relative=False)


@pytest.fixture
def target(tmp_path: Path) -> str:
    return str(tmp_path / "new" / "app")


async def test_a_new_folder_passes_and_is_not_created(workspace: Workspace, target: str) -> None:
    await workspace.check(target)
    assert not Path(target).exists()


@pytest.mark.parametrize("bad", ["", "relative/folder", "/some\0where", "/home/me/project/.git/hooks"])
async def test_a_target_that_cannot_be_used_is_refused(workspace: Workspace, bad: str) -> None:
    with pytest.raises(InvalidRequest):
        await workspace.check(bad)


async def test_files_that_are_not_there_have_no_digest(workspace: Workspace, target: str) -> None:
    assert await workspace.digests(target, [APP, DEEP]) == {APP: None, DEEP: None}


async def test_what_was_put_in_place_is_what_is_there(workspace: Workspace, target: str) -> None:
    assert await workspace.replace(target, DEEP, b"one", None)
    assert await workspace.digests(target, [DEEP, APP]) == {DEEP: digest_of(b"one"), APP: None}


async def test_a_file_is_replaced_over_what_is_expected(workspace: Workspace, target: str) -> None:
    await workspace.replace(target, APP, b"one", None)
    assert await workspace.replace(target, APP, b"two", digest_of(b"one"))
    assert await workspace.digests(target, [APP]) == {APP: digest_of(b"two")}


async def test_anything_unexpected_stays_as_it_is(workspace: Workspace, target: str) -> None:
    await workspace.replace(target, APP, b"theirs", None)
    assert not await workspace.replace(target, APP, b"ours", None)
    assert not await workspace.replace(target, APP, b"ours", digest_of(b"older"))
    assert not await workspace.replace(target, DEEP, b"ours", digest_of(b"gone"))
    assert await workspace.digests(target, [APP, DEEP]) == {APP: digest_of(b"theirs"), DEEP: None}


async def test_a_file_never_becomes_a_folder_nor_a_folder_a_file(workspace: Workspace, target: str) -> None:
    await workspace.replace(target, FilePath("a"), b"file", None)
    assert not await workspace.replace(target, DEEP, b"ours", None)
    await workspace.replace(target, FilePath("d/e"), b"file", None)
    assert not await workspace.replace(target, FilePath("d"), b"ours", None)
    assert (await workspace.digests(target, [FilePath("a"), DEEP, FilePath("d")])) == {
        FilePath("a"): digest_of(b"file"),
        DEEP: None,
        FilePath("d"): None,
    }


async def test_a_project_is_read_without_secrets_and_what_tools_have_made(
    workspace: Workspace, target: str
) -> None:
    for path in ("app.py", "a/b/c.py", ".env", "node_modules/x.js", "__pycache__/a.pyc"):
        await workspace.replace(target, FilePath(path), path.encode(), None)
    read = await workspace.read(target)
    assert read.files == {APP: b"app.py", DEEP: b"a/b/c.py"}
    assert [entry.split(":")[0] for entry in read.left_out] == [".env"]


async def test_where_there_is_nothing_there_is_no_project(workspace: Workspace, target: str) -> None:
    with pytest.raises(InvalidRequest, match="no project"):
        await workspace.read(target)
