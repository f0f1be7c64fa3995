"""One folder at a time, opened without following links: what every safe path on disk is walked with.

Linux and macOS open names relative to an open folder, so nobody can put a link in the way in between. Where
that is missing (Windows), each name is looked at first.
"""

# ruff: noqa: PTH102, PTH112, PTH116, PTH118, PTH208
# pathlib knows no names relative to an open folder.

from __future__ import annotations

import os
import stat
from contextlib import suppress
from typing import Any

RELATIVE = os.open in os.supports_dir_fd and os.link in os.supports_dir_fd
_FOLDER = getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0)
_FILE = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)


class LinkInTheWay(Exception):
    """A symbolic link stands where a file or folder should be."""


class Folder:
    """An open folder; every name given to it is a single one, without separators."""

    def __init__(self, path: str, fd: int | None) -> None:
        self.path, self._fd = path, fd

    def close(self) -> None:
        if self._fd is not None:
            os.close(self._fd)

    def enter(self, name: str, create: bool = False) -> Folder:
        """The folder of this name; raises FileNotFoundError, NotADirectoryError, LinkInTheWay."""
        place, options = self._at(name)
        if create:
            with suppress(FileExistsError):
                os.mkdir(place, 0o755, **options)
                self.flush()
        self._refuse_link(name)
        path = os.path.join(self.path, name)
        if self._fd is None:
            if not os.path.isdir(path):
                raise NotADirectoryError(path)
            return Folder(path, None)
        return Folder(path, os.open(place, os.O_RDONLY | _FOLDER | os.O_NOFOLLOW, **options))

    def open(self, name: str, flags: int, mode: int = 0o644) -> int:
        """A descriptor; raises LinkInTheWay instead of following one, never waits for a pipe's other end."""
        self._refuse_link(name)
        place, options = self._at(name)
        return os.open(place, flags | _FILE | getattr(os, "O_NONBLOCK", 0), mode, **options)

    def stat(self, name: str) -> os.stat_result:
        """Of the name itself, were it a link."""
        place, options = self._at(name)
        return os.stat(place, follow_symlinks=False, **options)

    def names(self) -> list[str]:
        return os.listdir(self.path if self._fd is None else self._fd)

    def remove(self, name: str) -> None:
        place, options = self._at(name)
        os.unlink(place, **options)

    def move(self, source: str, target: str) -> None:
        """Over whatever file is there, in one step."""
        os.replace(self._at(source)[0], self._at(target)[0], src_dir_fd=self._fd, dst_dir_fd=self._fd)

    def link(self, source: str, target: str) -> None:
        """A second name for a file; raises FileExistsError when it is taken, also by a link."""
        os.link(
            self._at(source)[0],
            self._at(target)[0],
            src_dir_fd=self._fd,
            dst_dir_fd=self._fd,
            follow_symlinks=False,
        )

    def flush(self) -> None:
        """Make renames in this folder survive a power cut, where a folder can be flushed at all."""
        if self._fd is not None:
            with suppress(OSError):
                os.fsync(self._fd)

    def _at(self, name: str) -> tuple[str, dict[str, Any]]:
        if self._fd is None:
            return os.path.join(self.path, name), {}
        return name, {"dir_fd": self._fd}

    def _refuse_link(self, name: str) -> None:
        """The clear message; a link put there after this look is still refused by the open itself."""
        with suppress(FileNotFoundError):
            if stat.S_ISLNK(self.stat(name).st_mode):
                raise LinkInTheWay(os.path.join(self.path, name))


def open_folder(path: str, relative: bool = RELATIVE) -> Folder:
    """The person's own folder; it may itself be reached through links, they chose it."""
    if not relative:
        if not os.path.isdir(path):
            raise FileNotFoundError(path)
        return Folder(path, None)
    return Folder(path, os.open(path, os.O_RDONLY | _FOLDER))
