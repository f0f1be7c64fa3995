"""The journal in SQLite. Nothing of SQLAlchemy is imported before a journal is opened."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from samokoder.adapters.sqlite.journal import SqliteJournal


async def open_journal(path: Path) -> SqliteJournal:
    """Open or create the state database. Raises StateDamaged, StateTooNew or StateBusy."""
    from samokoder.adapters.sqlite.opening import open_database

    return await open_database(path)
