"""Opening the state database: its form, its health, who else uses it."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

from sqlalchemy import Connection, event, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from samokoder.adapters.sqlite.journal import SqliteJournal
from samokoder.errors import SamokoderError, SetupError, StateBusy, StateDamaged, StateTooNew

HEAD = "0003"
KNOWN = frozenset({"0001", "0002", HEAD})
BUSY = 10_000
"""Milliseconds a transaction waits for another server's."""


async def open_database(path: Path) -> SqliteJournal:
    """Raises StateDamaged, StateTooNew, StateBusy, or SetupError for a place that cannot be written."""
    try:
        await asyncio.to_thread(_make_place, path)
    except OSError as error:
        raise SetupError(
            f"The state database {path} cannot be opened: {error.strerror}.",
            hint="Choose another place with SAMOKODER_STATE.",
        ) from None
    engine = _engine(path)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_bring_up_to_date, path)
    except SamokoderError:
        await engine.dispose()
        raise
    except DatabaseError as error:
        await engine.dispose()
        raise explained(error, path) from None
    journal = SqliteJournal(engine, path)
    await journal.begin()
    return journal


def _make_place(path: Path) -> None:
    """Nobody but the person may read what their models were told."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600)


def _engine(path: Path) -> AsyncEngine:
    engine = create_async_engine(f"sqlite+aiosqlite:///{path}", pool_size=4, max_overflow=0, pool_timeout=60)

    @event.listens_for(engine.sync_engine, "connect")
    def _configure(connection, _):  # type: ignore[no-untyped-def]
        connection.isolation_level = None  # transactions begin where we say
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=FULL", f"busy_timeout={BUSY}"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return engine


def _bring_up_to_date(connection: Connection, path: Path) -> None:
    """In one transaction: a killed migration leaves the old form."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    try:
        version = _version(connection)
        if version is not None and version not in KNOWN:
            raise StateTooNew(
                f"The state database {path} has form {version}; this Samokoder knows {HEAD}.",
                hint="Update Samokoder, or choose another database with SAMOKODER_STATE.",
            )
        if version != HEAD:
            _migrate(connection)
        connection.exec_driver_sql("COMMIT")
    except BaseException:
        connection.exec_driver_sql("ROLLBACK")
        raise


def _version(connection: Connection) -> str | None:
    tables = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars().all()
    if not tables:
        return None
    if "alembic_version" not in tables:
        raise StateDamaged("This database was not made by Samokoder.", hint="Choose another SAMOKODER_STATE.")
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _migrate(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "samokoder.adapters.sqlite:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def explained(error: DatabaseError | sqlite3.DatabaseError, path: Path) -> SetupError:
    """What a database error means to a person."""
    words = str(getattr(error, "orig", None) or error)
    if "locked" in words or "busy" in words:
        return StateBusy(
            f"The state database {path} has been locked by another program for {BUSY // 1000} s.",
            hint="Close what uses it, then try again.",
        )
    if "full" in words or "disk I/O" in words:
        return SetupError(
            f"The disk with the state database {path} is full.", hint="Make room; nothing was lost."
        )
    return StateDamaged(
        f"The state database {path} cannot be read: {words}.",
        hint="Restore a backup, or move the file aside to begin with an empty one; it is left as it is.",
    )
