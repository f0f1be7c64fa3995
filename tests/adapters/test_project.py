"""Reading a person's project from disk."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from samokoder.adapters.project import read_project
from samokoder.domain.project import MAX_FILE, MAX_FILES
from samokoder.errors import InvalidRequest


def read(folder: Path) -> tuple[set[str], dict[str, str]]:
    found = read_project(str(folder), relative=True)
    return set(found.files), dict(entry.split(": ", 1) for entry in found.left_out)


def write(folder: Path, *paths: str) -> None:
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(path, "utf-8")


def test_links_are_neither_followed_nor_read(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    write(outside, "secret.txt")
    write(tmp_path / "project", "a.py")
    (tmp_path / "project" / "link.txt").symlink_to(outside / "secret.txt")
    (tmp_path / "project" / "folder").symlink_to(outside)
    files, left_out = read(tmp_path / "project")
    assert files == {"a.py"}
    assert set(left_out) == {"link.txt", "folder"}


def test_what_git_ignores_is_not_read(tmp_path: Path) -> None:
    write(tmp_path, "a.py", "app.db", "logs/today.log", "logs/keep.txt")
    (tmp_path / ".gitignore").write_text("*.db\nlogs/*.log\n", "utf-8")
    assert read(tmp_path)[0] == {"a.py", ".gitignore", "logs/keep.txt"}


def test_large_and_odd_files_are_left_out_and_named(tmp_path: Path) -> None:
    write(tmp_path, "a.py", "two\nlines.py", "id_rsa", "server.pem")
    (tmp_path / "large.bin").write_bytes(b"\0" * (MAX_FILE + 1))
    os.mkfifo(tmp_path / "pipe")
    files, left_out = read(tmp_path)
    assert files == {"a.py"}
    assert set(left_out) == {"two\nlines.py", "id_rsa", "server.pem", "large.bin", "pipe"}


def test_more_than_a_run_can_work_on_is_refused(tmp_path: Path) -> None:
    for n in range(MAX_FILES + 1):
        (tmp_path / f"f{n}").touch()
    with pytest.raises(InvalidRequest, match="more than 5,000 files"):
        read(tmp_path)


def test_a_file_is_no_project(tmp_path: Path) -> None:
    write(tmp_path, "a.py")
    with pytest.raises(InvalidRequest, match="no project"):
        read(tmp_path / "a.py")
