"""A cache of finished folders: made beside their place, stamped last, put in place by one rename."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import anyio
import anyio.to_thread

from samokoder.adapters.sandbox.dependencies.failures import too_large
from samokoder.adapters.sandbox.locking import locked
from samokoder.errors import InstallFailed

STAMP = ".complete"


IN_USE = 24 * 3600.0
"""Seconds for which a folder that was asked for may still be in use; no sandbox lives as long."""


def complete(folder: Path) -> bool:
    """Asking is using: the time of the stamp says when that was last."""
    try:
        os.utime(folder / STAMP)
    except OSError:
        return False
    return True


def finish(folder: Path, largest: int) -> None:
    """The last thing done to a folder; what has no stamp is made again. Raises InstallFailed."""
    size = sum(file.lstat().st_blocks * 512 for file in folder.rglob("*"))
    if size > largest:
        raise too_large(largest)
    folder.chmod(0o755)
    (folder / STAMP).write_text(f"{size}\n", encoding="utf-8")


def tidy(cache: Path, limit: int) -> list[Path]:
    """Remove the least recently used beyond ``limit`` bytes, but none that may be in use."""
    stamps = [(stamp.stat().st_mtime, _size(stamp), stamp.parent) for stamp in cache.glob(f"*/{STAMP}")]
    total, removed = sum(size for _, size, _ in stamps), []
    for used, size, folder in sorted(stamps):
        if total <= limit or time.time() - used < IN_USE:
            break
        (folder / STAMP).unlink(missing_ok=True)  # first: what is half removed is no environment
        shutil.rmtree(folder, ignore_errors=True)
        removed.append(folder)
        total -= size
    return removed


def _size(stamp: Path) -> int:
    words = stamp.read_text(encoding="utf-8").split()
    return int(words[0]) if words and words[0].isdigit() else 0


@asynccontextmanager
async def making(wanted: Path) -> AsyncIterator[Path | None]:
    """A fresh folder that takes the wanted one's place when all went well; None if another made it.

    Several processes may want the same one: one makes it, the others wait. Raises InstallFailed when the
    cache cannot be written.
    """
    with unwritable():
        wanted.parent.mkdir(parents=True, exist_ok=True)
        async with locked(wanted.parent / f"{wanted.name}.lock"), _replacement(wanted) as partial:
            yield partial


@contextmanager
def unwritable() -> Iterator[None]:
    """Turn what the disk refuses into an InstallFailed."""
    try:
        yield
    except OSError as error:
        hint = "Free some space, or choose another cache folder in the settings."
        raise InstallFailed(f"The dependency cache cannot be written: {error}", hint=hint) from error


@asynccontextmanager
async def _replacement(wanted: Path) -> AsyncIterator[Path | None]:
    if complete(wanted):
        yield None
        return
    for left in [wanted, *wanted.parent.glob(f"{wanted.name}.partial-*")]:
        await discard(left)
    folder = Path(tempfile.mkdtemp(prefix=f"{wanted.name}.partial-", dir=wanted.parent))
    try:
        yield folder
        await anyio.to_thread.run_sync(folder.rename, wanted)
    finally:
        with anyio.CancelScope(shield=True):
            await discard(folder)


async def discard(folder: Path) -> None:
    """Also when we are being cancelled."""
    await anyio.to_thread.run_sync(lambda: shutil.rmtree(folder, ignore_errors=True))
