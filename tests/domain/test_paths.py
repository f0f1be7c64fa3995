"""The one path type: what it lets through, what it refuses."""

from __future__ import annotations

from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samokoder.domain.files import case_twins
from samokoder.domain.paths import FilePath, UnsafePath

TEMPTING = st.text(alphabet="ab./\\:~.. \0\n%Cc\u202e-*", max_size=30)


@pytest.mark.parametrize(
    "text", ["app/main.py", "README.md", "a/b/c/d.txt", ".gitignore", "файл.txt", "a b.txt"]
)
def test_ordinary_paths_are_paths(text: str) -> None:
    assert FilePath(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/etc/passwd",
        "../up",
        "a/../../b",
        "a/./b",
        "a//b",
        "a/",
        "C:/x",
        "c:x",
        "a\\b",
        "a\0b",
        "a\nb",
        ".git/hooks/pre-commit",
        "sub/.GIT/config",
        ".samokoder/spec.md",
        "con",
        "a/nul.txt",
        "a./b",
        "a /b",
        "x" * 300,
        "e\u0301.txt",
        "a\u202eb.txt",
    ],
)
def test_paths_that_could_leave_or_mean_something_else_are_refused(text: str) -> None:
    with pytest.raises(UnsafePath):
        FilePath(text)


@given(TEMPTING)
def test_whatever_is_let_through_stays_below_the_folder(text: str) -> None:
    try:
        path = FilePath(text)
    except UnsafePath:
        return
    for flavour in (PurePosixPath(path), PureWindowsPath(path)):
        assert not flavour.is_absolute()
        assert not flavour.drive
        assert ".." not in flavour.parts


def test_folders_that_others_run_from_are_known() -> None:
    assert FilePath(".github/workflows/ci.yml").protected
    assert FilePath(".VSCode/tasks.json").protected
    assert not FilePath("github/ci.yml").protected


def test_two_paths_that_are_one_file_on_some_disks_are_found() -> None:
    assert case_twins([FilePath("a/B.py"), FilePath("a/b.py")]) == ("a/B.py", "a/b.py")
    assert case_twins([FilePath("a/b.py"), FilePath("a/c.py")]) is None
