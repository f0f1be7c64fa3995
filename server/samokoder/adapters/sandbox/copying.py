"""A person's folder, read so that a sandbox gets a copy of it and never the folder itself."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from samokoder.domain.paths import FORBIDDEN_ROOTS
from samokoder.domain.project import reason_to_leave_out
from samokoder.errors import InvalidRequest

FOLDERS = FORBIDDEN_ROOTS | set(
    "node_modules .venv venv __pycache__ .tox .nox .pytest_cache .mypy_cache .ruff_cache".split()
)
"""Not copied: history, our own records, and what tools make again."""


@dataclass(frozen=True, slots=True)
class Copy:
    files: dict[str, bytes]
    executable: tuple[str, ...]
    left_out: tuple[str, ...]
    """Paths with the reason."""


def copy_of(folder: Path, files: int, size: int) -> Copy:
    """Regular files, at most so many and so large together; links are not followed, secrets stay.

    Raises InvalidRequest.
    """
    if not folder.is_dir():
        raise InvalidRequest(f"{folder} is no folder.", hint="Name the folder the command shall see.")
    found: dict[str, bytes] = {}
    executable, left_out = [], []
    for path in _paths(folder):
        name, place = path.relative_to(folder).as_posix(), path.lstat()
        if reason := _reason(path):
            left_out.append(f"{name}: {reason}")
            continue
        files, size = files - 1, size - place.st_size
        if files < 0 or size < 0:
            raise InvalidRequest(
                f"{folder} is too large for a sandbox.",
                hint="Name a smaller folder, or raise sandboxPolicy.workspaceBytes and .workspaceInodes.",
            )
        found[name] = path.read_bytes()
        if place.st_mode & 0o100:
            executable.append(name)
    return Copy(found, tuple(executable), tuple(left_out))


def _reason(path: Path) -> str:
    """Why a file is not copied; empty when it is."""
    if path.is_symlink():
        return "it is a link"
    if not path.is_file():
        return "it is no regular file"
    return reason_to_leave_out(path.name, 0)


def _paths(folder: Path) -> Iterator[Path]:
    for here, folders, names in os.walk(folder):
        links = [name for name in folders if Path(here, name).is_symlink()]
        folders[:] = sorted(name for name in folders if name.lower() not in FOLDERS and name not in links)
        yield from (Path(here, name) for name in sorted([*names, *links]))
