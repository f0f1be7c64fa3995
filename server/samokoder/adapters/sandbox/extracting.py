"""What comes out of a sandbox: unpacked by rules that trust nothing of it.

Only regular files, with relative names that mean the same everywhere, at most so many and so large, into a
folder that did not exist before. Anything else and nothing is kept.
"""

from __future__ import annotations

import io
import os
import shutil
import tarfile
import tempfile
from pathlib import Path

from samokoder.domain.paths import FilePath, UnsafePath
from samokoder.errors import InvalidRequest, UnsafeArchive

_PLAIN = {tarfile.REGTYPE, tarfile.AREGTYPE}
_NEW_FILE = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


def vacant(folder: Path) -> None:
    """Raises InvalidRequest unless it can be made, or is there and empty."""
    if folder.is_symlink() or (folder.exists() and (not folder.is_dir() or any(folder.iterdir()))):
        raise InvalidRequest(f"{folder} is there already.", hint="Name a folder that does not exist yet.")


def extract(archive: bytes, into: Path, files: int, size: int) -> list[FilePath]:
    """Unpack into a folder that takes this place when all of it is sound; the paths.

    Raises UnsafeArchive, then there is nothing of it; InvalidRequest when the place is taken.
    """
    vacant(into)
    into.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=".samokoder-", dir=into.parent))
    try:
        paths = unpack(archive, staging, files, size)
        staging.chmod(0o755)
        staging.replace(into)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return paths


def unpack(archive: bytes, staging: Path, files: int, size: int) -> list[FilePath]:
    """Raises UnsafeArchive; the folder, which must be fresh, is then to be thrown away."""
    seen: dict[str, FilePath] = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(archive), mode="r:", errorlevel=2) as tar:
            for member in tar:
                path = _sound(member)
                if len(seen) >= files:
                    raise UnsafeArchive(f"More than {files} files came out of the sandbox.")
                if member.size > size:
                    raise UnsafeArchive("The files that came out of the sandbox are too large.")
                if (twin := seen.setdefault(path.casefold(), path)) is not path:
                    raise UnsafeArchive(f"{path!r} and {twin!r} cannot both be kept.")
                size -= member.size
                _write(tar, member, staging / path)
    except (tarfile.TarError, ValueError, OverflowError, EOFError, RecursionError, FileExistsError,
            NotADirectoryError, IsADirectoryError) as error:  # fmt: skip
        raise UnsafeArchive(f"What came out of the sandbox cannot be unpacked: {error}") from error
    return list(seen.values())


def _sound(member: tarfile.TarInfo) -> FilePath:
    """Its path; raises UnsafeArchive for what is no plain file with a plain name."""
    sparse = member.issparse() or any(key.startswith("GNU.sparse") for key in member.pax_headers)
    if member.type not in _PLAIN or sparse or member.size < 0:
        raise UnsafeArchive(f"{member.name[:200]!r} is not a plain file.")
    try:
        return FilePath(member.name)
    except UnsafePath as error:
        raise UnsafeArchive(str(error)) from error


def _write(tar: tarfile.TarFile, member: tarfile.TarInfo, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    source = tar.extractfile(member)
    content = source.read() if source else b""
    if len(content) != member.size:
        raise UnsafeArchive(f"{member.name[:200]!r} ends before its end.")
    mode = 0o755 if member.mode & 0o100 else 0o644
    with open(os.open(target, _NEW_FILE, mode), "wb") as file:  # noqa: PTH123
        file.write(content)
