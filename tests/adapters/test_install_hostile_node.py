"""Packages of npm that attack the machine they are unpacked on: nothing leads out of their folder."""

from __future__ import annotations

import os
import shutil
import tarfile
from pathlib import Path

import anyio
import pytest

from samokoder.adapters.sandbox.environments import Environments
from samokoder.errors import InstallFailed
from tests.adapters.npm_registry import Package, npm_registry
from tests.adapters.sandboxes import needs
from tests.adapters.test_sandbox_node import prepare

UP = "../" * 12
HOSTILE = {
    "a program that lies outside": Package("sly", fields={"bin": {"sly": f"{UP}outside.js"}}),
    "a program that lies at a place": Package("sly", fields={"bin": {"sly": "/etc/hostname"}}),
    "a program with a path for a name": Package("sly", fields={"bin": {f"{UP}escaped": "cli.js"}}),
    "a folder of programs outside": Package("sly", fields={"directories": {"bin": UP}}),
    "an entry outside": Package("sly", more={f"package/{UP}escaped.js": "here"}),
    "an entry at a place": Package("sly", more={"/escaped.js": "here"}),
    "a symbolic link": Package("sly", links={"package/out": (tarfile.SYMTYPE, "/etc")}),
    "a file through a link": Package(
        "sly", links={"package/out": (tarfile.SYMTYPE, UP)}, more={"package/out/escaped.js": "here"}
    ),
    "a hard link": Package("sly", links={"package/out": (tarfile.LNKTYPE, "/etc/hostname")}),
    "a pipe": Package("sly", links={"package/pipe": (tarfile.FIFOTYPE, "")}),
    "a program in place of npm": Package("sly", fields={"bin": {"npm": "cli.js", "node": "cli.js"}}),
}


@pytest.mark.parametrize("kind", HOSTILE)
async def test_a_hostile_package_leaves_nothing_outside_and_no_link_that_leads_there(
    kind: str, tmp_path: Path
) -> None:
    needs("npm", bool(shutil.which("node") and shutil.which("npm")))
    (tmp_path / "outside.js").write_text("mine")
    with npm_registry(HOSTILE[kind]) as address:
        environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path / "home"),
            "npm_config_cache": str(tmp_path / "npm"),
            "npm_config_registry": address,
        }
        with anyio.fail_after(90):
            try:
                made = await prepare(Environments(tmp_path / "cache", environ), "sly@1.0.0")
            except InstallFailed as error:
                assert error.hint
                return
    inside = made.packages.resolve()
    found = [Path(place) / name for place, folders, files in os.walk(inside) for name in (*folders, *files)]
    assert [path for path in found if path.is_symlink() and inside not in path.resolve().parents] == []
    assert all(path.is_symlink() or path.is_dir() or path.is_file() for path in found)
    assert all(path.stat().st_nlink == 1 for path in found if path.is_file() and not path.is_symlink())
    assert (tmp_path / "outside.js").read_text() == "mine"
    assert not Path("/escaped.js").exists()
    assert [path for path in tmp_path.rglob("escaped*") if inside not in path.parents] == []
