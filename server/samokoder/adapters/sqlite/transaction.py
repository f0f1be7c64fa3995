"""Statements of SQLAlchemy Core, given to SQLite in as few crossings into aiosqlite's thread as can be.

SQLAlchemy's own asynchronous connection crosses three or four times a statement (cursor, execute, fetch,
close), and compiles or looks up each anew; with some two hundred transactions a run, that was a third of it.
Here, what is written waits for the next question or the end, and goes with it.
"""

from __future__ import annotations

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from typing import Any

import aiosqlite
from sqlalchemy import ClauseElement, Select, Table
from sqlalchemy.dialects.sqlite import dialect
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

_NAMED = dialect(paramstyle="named")

Given = Mapping[str, Any]
Statement = tuple[str, Sequence[Given]]
"""SQL, and the values of each time it is run."""


class Transaction:
    """What one transaction does, on aiosqlite's connection, which nothing reaches before rows or commit."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection
        self._waiting: list[Statement] = [("BEGIN IMMEDIATE", ({},))]

    async def commit(self) -> None:
        """Raises what any of the statements that waited raises."""
        await self._carried_out(("COMMIT", ({},)))

    async def rollback(self) -> None:
        """Also where a cancelled statement may or may not have been carried out."""
        with suppress(sqlite3.OperationalError):  # none was begun
            await self._connection.execute_fetchall("ROLLBACK")

    def run(self, statement: ClauseElement, **given: Any) -> None:
        """A statement made once, with ``bindparam`` where values differ from call to call."""
        sql, values = _compiled(statement)
        self._waiting.append((sql, ({**values, **given},)))

    async def rows(self, query: Select[Any], **given: Any) -> list[Any]:
        """Named tuples of the query's columns."""
        sql, values = _compiled(query)
        row = _row(query)
        return [row(*found) for found in await self._carried_out((sql, ({**values, **given},)))]

    def put(self, table: Table, rows: Sequence[Given], *, over: bool | None = None) -> None:
        """Insert rows of equal columns. One that is there: None fails, True replaces, False leaves it."""
        if rows:
            self._waiting.append((_insert(table, tuple(rows[0]), over), rows))

    async def _carried_out(self, last: Statement) -> list[Any]:
        """What waited, then this one; its rows."""
        waiting, self._waiting = self._waiting, []

        def in_its_thread() -> list[Any]:
            connection = self._connection._conn
            for sql, rows in waiting:
                connection.executemany(sql, rows) if len(rows) > 1 else connection.execute(sql, rows[0])
            sql, (given,) = last
            return connection.execute(sql, given).fetchall()

        # aiosqlite gives no other way to do several things in its thread at once
        found: list[Any] = await self._connection._execute(in_its_thread)  # type: ignore[no-untyped-call]
        return found


@cache
def _compiled(statement: ClauseElement) -> tuple[str, dict[str, Any]]:
    compiled = statement.compile(dialect=_NAMED)
    return str(compiled), dict(compiled.params)


@cache
def _row(query: Select[Any]) -> Callable[..., Any]:
    return namedtuple("Row", query.selected_columns.keys(), rename=True)


@cache
def _insert(table: Table, columns: tuple[str, ...], over: bool | None) -> str:
    statement = sqlite_insert(table)
    if over is False:
        statement = statement.on_conflict_do_nothing()
    elif over:
        statement = statement.prefix_with("OR REPLACE")
    return str(statement.compile(dialect=_NAMED, column_keys=list(columns)))
