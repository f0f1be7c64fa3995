"""Wheels that attack the machine they are unpacked on: nothing runs, and nothing leaves its folder."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import anyio
import pytest

from samokoder.adapters.sandbox.environments import Environments
from samokoder.errors import InstallFailed
from tests.adapters.test_sandbox_environments import environ, folders_in, prepare, wheel

__all__ = ["environ"]
HARM = "open({!r}, 'w').write('it ran')"


@pytest.fixture
def environments(tmp_path: Path, environ: dict[str, str]) -> Environments:
    wheel(tmp_path / "wheels", "book", "2.1")
    return Environments(tmp_path / "cache", environ)


def add(folder: Path, **files: str) -> None:
    with zipfile.ZipFile(folder / "wheels" / "book-2.1-py3-none-any.whl", "a") as archive:
        for name, text in files.items():
            archive.writestr(name, text)


def replace(folder: Path, name: str, text: str) -> None:
    path = folder / "wheels" / "book-2.1-py3-none-any.whl"
    with zipfile.ZipFile(path) as archive:
        kept = {one: archive.read(one) for one in archive.namelist()}
    assert name in kept
    with zipfile.ZipFile(path, "w") as archive:
        for one, content in {**kept, name: text.encode()}.items():
            archive.writestr(one, content)


async def test_nothing_that_runs_at_a_start_of_python_runs_while_it_is_installed(
    environments: Environments, tmp_path: Path
) -> None:
    harm = HARM.format(str(tmp_path / "harmed"))
    names = ("sitecustomize.py", "usercustomize.py", "compileall.py", "encodings/__init__.py", "setup.py")
    add(tmp_path, **{"book.pth": f"import os; {harm}\n", **dict.fromkeys(names, harm)})
    with anyio.fail_after(60):
        made = await prepare(environments, "book==2.1")
    assert not (tmp_path / "harmed").exists()
    reading = "import site, sys; site.addsitedir(sys.argv[1])"  # it would have: whoever reads it, runs it
    subprocess.run([sys.executable, "-I", "-c", reading, str(made.packages)], check=False)
    assert (tmp_path / "harmed").exists()


async def test_a_record_that_lies_neither_adds_nor_removes_anything(
    environments: Environments, tmp_path: Path
) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    record = "book.py,sha256=wrong,1\n../../../../../../mine.txt,,\n/etc/hostname,,\nabsent.py,,\n"
    replace(tmp_path, "book-2.1.dist-info/RECORD", record)
    with anyio.fail_after(60):
        try:
            made = await prepare(environments, "book==2.1")
        except InstallFailed:
            assert not folders_in(tmp_path / "cache")
        else:
            assert (made.packages / "book.py").is_file() and not (made.packages / "absent.py").exists()
    assert (tmp_path / "mine.txt").read_text() == "mine"


@pytest.mark.parametrize("name", ["../escaped.py", "../../../../../escaped.py", "/{}/escaped.py"])
async def test_an_entry_out_of_the_root_is_written_nowhere(
    environments: Environments, tmp_path: Path, name: str
) -> None:
    add(tmp_path, **{name.format(tmp_path): "here"})
    with anyio.fail_after(60):
        try:
            made = await prepare(environments, "book==2.1")
        except InstallFailed:
            assert not folders_in(tmp_path / "cache")
        else:
            assert (made.packages / "book.py").is_file()
    assert not list(tmp_path.glob("escaped.py")) and not list((tmp_path / "cache").rglob("escaped.py"))
