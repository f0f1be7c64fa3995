"""The person's folder on disk: files are put in place whole, only over what is expected, through no link."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
import stat
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

import anyio.to_thread

from samokoder.adapters.folders import RELATIVE, Folder, LinkInTheWay, open_folder
from samokoder.adapters.project import read_project
from samokoder.domain.files import Digest
from samokoder.domain.paths import FilePath
from samokoder.errors import InvalidRequest
from samokoder.ports import ProjectFiles

MODE = 0o644
"""Of new files; a file that is replaced keeps its own."""
ROOM = 16 << 20
"""Bytes that must be free before a run begins to write."""
STALE = 60.0
"""Seconds after which a temporary file belongs to a server that was killed."""
_TEMPORARY = re.compile(r"\.samokoder-[0-9a-f]{16}\.tmp")

T = TypeVar("T")


class DiskWorkspace:
    """A Workspace on the real disk. Blocking calls are made in threads."""

    def __init__(self, relative: bool = RELATIVE) -> None:
        """``relative`` False walks paths as on systems that cannot open relative to a folder."""
        self._relative = relative

    async def check(self, target: str) -> None:
        await anyio.to_thread.run_sync(_check, target)

    async def read(self, target: str) -> ProjectFiles:
        def walk() -> ProjectFiles:
            with _explained(target):
                return read_project(target, self._relative)

        return await anyio.to_thread.run_sync(walk)

    async def digests(self, target: str, paths: Sequence[FilePath]) -> Mapping[FilePath, Digest | None]:
        def read() -> dict[FilePath, Digest | None]:
            with _explained(target):
                return {path: self._digest(target, path) for path in paths}

        return await anyio.to_thread.run_sync(read)

    async def replace(self, target: str, path: FilePath, content: bytes, expected: Digest | None) -> bool:
        def write() -> bool:
            with _explained(f"{target}/{path}"), self._parent(target, path, create=True) as (folder, name):
                return _replace(folder, name, content, expected)

        try:
            return await anyio.to_thread.run_sync(write)
        except (NotADirectoryError, IsADirectoryError):
            return False  # something that is no file, or no folder, has come between

    def _digest(self, target: str, path: FilePath) -> Digest | None:
        try:
            with self._parent(target, path, create=False) as (folder, name):
                return _digest(folder, name)
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None

    @contextmanager
    def _parent(self, target: str, path: FilePath, create: bool) -> Iterator[tuple[Folder, str]]:
        """The open folder a path lies in, and its last name."""
        *names, last = path.split("/")
        if create:
            Path(target).mkdir(parents=True, exist_ok=True)
        folder = open_folder(target, self._relative)
        try:
            for name in names:
                inner = folder.enter(name, create)
                folder.close()
                folder = inner
            yield folder, last
        finally:
            folder.close()


# ------------------------------------------------------------------------------- one file in a folder


def _digest(folder: Folder, name: str) -> Digest | None:
    try:
        fd = folder.open(name, os.O_RDONLY)
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise IsADirectoryError(name)
    with os.fdopen(fd, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _replace(folder: Folder, name: str, content: bytes, expected: Digest | None) -> bool:
    """The content is compared last thing before the rename; a new name is taken in one step."""
    if _digest(folder, name) != expected:
        return False
    _clean(folder)
    temporary = _write(folder, content, _mode(folder, name))
    try:
        if expected is None:
            put = _take_new_name(folder, temporary, name)
        elif put := _digest(folder, name) == expected:
            folder.move(temporary, name)
    finally:
        with suppress(FileNotFoundError):
            folder.remove(temporary)
    folder.flush()
    return put


def _take_new_name(folder: Folder, temporary: str, name: str) -> bool:
    try:
        folder.link(temporary, name)
    except FileExistsError:
        return False
    except (OSError, NotImplementedError):  # no second names on this file system
        if _digest(folder, name) is not None:
            return False
        folder.move(temporary, name)
    return True


def _mode(folder: Folder, name: str) -> int:
    try:
        return stat.S_IMODE(folder.stat(name).st_mode) & 0o777
    except FileNotFoundError:
        return MODE


def _write(folder: Folder, content: bytes, mode: int) -> str:
    """A temporary file with this content, on the disk for good; removed again when that fails."""
    name = f".samokoder-{secrets.token_hex(8)}.tmp"
    fd = folder.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(content)
            file.flush()
            if hasattr(os, "fchmod"):
                os.fchmod(fd, mode)
            os.fsync(fd)
    except BaseException:
        folder.remove(name)
        raise
    return name


def _clean(folder: Folder) -> None:
    """Remove temporary files that a killed server left in this folder."""
    for name in folder.names():
        if _TEMPORARY.fullmatch(name):
            with suppress(FileNotFoundError):
                if time.time() - folder.stat(name).st_mtime > STALE:
                    folder.remove(name)


# --------------------------------------------------------------------------------- can it be written?


def _check(target: str) -> None:
    if not target or "\0" in target or not Path(target).is_absolute():
        raise InvalidRequest(
            f"The target folder must be an absolute path, not {target[:120]!r}.",
            hint="Name the folder in full, from the root.",
        )
    with _explained(target):
        real = Path(target).resolve()
        if ".git" in (part.lower() for part in real.parts):
            raise InvalidRequest(
                f"{target} lies inside a .git folder.",
                hint="Choose a folder outside version control's own data.",
            )
        _check_place(target, real)


def _check_place(target: str, real: Path) -> None:
    place = next(folder for folder in (real, *real.parents) if folder.exists())
    if not place.is_dir():
        raise InvalidRequest(
            f"{place} is a file, so {target} cannot be a folder."
            if place != real
            else f"{target} is a file.",
            hint="Choose a folder, or a new name.",
        )
    who_writes = os.access in os.supports_effective_ids
    if not os.access(place, os.W_OK | os.X_OK, effective_ids=who_writes):
        raise InvalidRequest(
            f"{place} cannot be written into.", hint="Change its permissions or choose another."
        )
    if not _room(place):
        raise InvalidRequest(f"The disk of {place} is full.", hint="Free some space or choose another disk.")


def _room(place: Path) -> bool:
    if not hasattr(os, "statvfs"):
        import shutil

        return shutil.disk_usage(place).free >= ROOM
    seen = os.statvfs(place)
    return seen.f_bavail * seen.f_frsize >= ROOM and (seen.f_files == 0 or seen.f_favail > 0)


_REASONS = {
    errno.ENOSPC: ("the disk is full", "Free some space and continue the run."),
    errno.EDQUOT: ("your disk quota is used up", "Free some space and continue the run."),
    errno.EROFS: ("the disk is read-only", "Choose a folder on another disk."),
    errno.EACCES: ("permission is denied", "Change the permissions or choose another folder."),
    errno.EPERM: ("permission is denied", "Change the permissions or choose another folder."),
    errno.EFBIG: ("the file is too large for this disk", "Choose a folder on another disk."),
    errno.ENAMETOOLONG: ("the path is too long for this disk", "Choose a folder nearer to the root."),
    errno.ELOOP: ("a symbolic link is in the way", "Remove the link; Samokoder writes through none."),
}


@contextmanager
def _explained(where: str) -> Iterator[None]:
    """Turns what the disk refuses into what the person can do; other faults pass."""
    try:
        yield
    except LinkInTheWay as link:
        raise InvalidRequest(
            f"{link} is a symbolic link.", hint="Remove the link; Samokoder writes through none."
        ) from link
    except OSError as error:
        if error.errno not in _REASONS:
            raise
        reason, hint = _REASONS[error.errno]
        raise InvalidRequest(f"{where} cannot be used: {reason}.", hint=hint) from error
