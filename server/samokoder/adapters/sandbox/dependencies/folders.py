"""A cache of finished folders: made beside their place, stamped last, put in place by one rename."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import anyio
import anyio.to_thread

from samokoder.adapters.sandbox.locking import locked
from samokoder.errors import InstallFailed

STAMP = ".complete"


def complete(folder: Path) -> bool:
    return (folder / STAMP).is_file()


def finish(folder: Path, note: str) -> None:
    """The last thing done to a folder; what has no stamp is made again."""
    folder.chmod(0o755)
    (folder / STAMP).write_text(note, encoding="utf-8")


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
