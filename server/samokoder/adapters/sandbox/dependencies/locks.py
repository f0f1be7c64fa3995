"""Locks: what exact pins were resolved to, kept so that the same pins mean the same packages tomorrow."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from samokoder.adapters.sandbox.dependencies.failures import OFFLINE
from samokoder.adapters.sandbox.dependencies.folders import discard, unwritable
from samokoder.adapters.sandbox.locking import locked
from samokoder.domain.files import digest_of
from samokoder.errors import InstallFailed

Resolve = Callable[[Path], Awaitable[str]]
"""Works a lock out, in an empty folder of its own."""


class Locks:
    """The resolved locks in one folder; safe for several processes at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @asynccontextmanager
    async def of(self, key: Any, resolve: Resolve) -> AsyncIterator[str]:
        """To install by. A lock that cannot be installed is forgotten, unless just the network was away."""
        lock = await self.get(key, resolve)
        try:
            yield lock
        except InstallFailed as error:
            if error.hint != OFFLINE:
                self._file(key).unlink(missing_ok=True)
            raise

    async def get(self, key: Any, resolve: Resolve) -> str:
        """The lock of this key, resolved now if it never was. Raises InstallFailed."""
        file = self._file(key)
        with unwritable():
            if (known := _read(file)) is not None:
                return known
            self._folder.mkdir(parents=True, exist_ok=True)
            async with locked(file.with_suffix(".lock")):
                if (known := _read(file)) is not None:
                    return known
                return await self._resolved(file, resolve)

    def _file(self, key: Any) -> Path:
        return self._folder / digest_of(json.dumps(key).encode())[:32]

    async def _resolved(self, file: Path, resolve: Resolve) -> str:
        work = Path(tempfile.mkdtemp(prefix="resolving-", dir=self._folder))
        try:
            lock = await resolve(work)
            written = work / "resolved"
            written.write_text(lock, encoding="utf-8")
            os.replace(written, file)  # noqa: PTH105
        finally:
            await discard(work)
        return lock


def _read(file: Path) -> str | None:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
