"""Reading the project that stands in a folder: through no link, nothing secret, nothing a tool has made."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator

import pathspec

from samokoder.adapters.folders import Folder, LinkInTheWay, open_folder
from samokoder.domain.paths import FilePath, UnsafePath
from samokoder.domain.project import MAX_BYTES, MAX_FILES, folder_left_out, reason_to_leave_out
from samokoder.errors import InvalidRequest
from samokoder.ports import ProjectFiles

IGNORE = ".gitignore"
LISTED = 200
"""Files left out that are named; more are only counted."""


def read_project(target: str, relative: bool) -> ProjectFiles:
    """Raises InvalidRequest when there is no project, or more than a run can work on; OSError."""
    try:
        root = open_folder(target, relative)
    except (FileNotFoundError, NotADirectoryError):
        raise _nothing(target) from None
    files: dict[FilePath, bytes] = {}
    left_out: list[str] = []
    size = 0
    try:
        for path, content in _walk(root, "", _ignored(root)):
            if isinstance(content, bytes):
                files[FilePath(path)] = content
                size += len(content)
                _refuse_too_much(target, len(files), size)
            else:
                left_out.append(f"{path}: {content}")
    finally:
        root.close()
    if not files:
        raise _nothing(target)
    more = [f"and {len(left_out) - LISTED} more"] if len(left_out) > LISTED else []
    return ProjectFiles(files=files, left_out=(*left_out[:LISTED], *more))


def _nothing(target: str) -> InvalidRequest:
    return InvalidRequest(
        f"There is no project in {target}.", hint="Choose the folder of the project, or generate a new one."
    )


def _refuse_too_much(target: str, count: int, size: int) -> None:
    if count > MAX_FILES or size > MAX_BYTES:
        raise InvalidRequest(
            f"{target} holds more than {MAX_FILES:,} files or {MAX_BYTES >> 20} MiB.",
            hint="Choose the folder of one application, or put what is made by tools into .gitignore.",
        )


def _ignored(root: Folder) -> pathspec.PathSpec:  # type: ignore[type-arg]
    try:
        lines = _content(root, IGNORE).decode("utf-8", "replace").splitlines()
    except (OSError, LinkInTheWay):
        lines = []
    return pathspec.PathSpec.from_lines("gitignore", lines)


def _walk(folder: Folder, above: str, ignored: pathspec.PathSpec) -> Iterator[tuple[str, bytes | str]]:  # type: ignore[type-arg]
    """Each file with its content, or with the reason why it was left out."""
    for name in sorted(folder.names()):
        path = f"{above}{name}"
        seen = folder.stat(name)
        if stat.S_ISDIR(seen.st_mode):
            if not folder_left_out(name) and not ignored.match_file(f"{path}/"):
                inner = folder.enter(name)
                try:
                    yield from _walk(inner, f"{path}/", ignored)
                finally:
                    inner.close()
        elif not ignored.match_file(path):
            yield path, _read(folder, name, path, seen)


def _read(folder: Folder, name: str, path: str, seen: os.stat_result) -> bytes | str:
    if not stat.S_ISREG(seen.st_mode):
        return "it is no ordinary file"
    if reason := reason_to_leave_out(name, seen.st_size):
        return reason
    try:
        FilePath(path)
        return _content(folder, name)
    except UnsafePath as fault:
        return str(fault)
    except (PermissionError, LinkInTheWay):
        return "it cannot be read"


def _content(folder: Folder, name: str) -> bytes:
    with os.fdopen(folder.open(name, os.O_RDONLY), "rb") as file:
        return file.read()
