"""Statements of SQLAlchemy Core, each given to SQLite in one crossing into aiosqlite's thread.

SQLAlchemy's own asynchronous connection crosses three or four times a statement (cursor, execute, fetch,
close), and compiles or looks up each anew; with some two hundred transactions a run, that was a third of it.
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


class Transaction:
    """What one transaction does, on aiosqlite's connection."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    async def begin(self) -> None:
        await self._connection.execute_fetchall("BEGIN IMMEDIATE")

    async def commit(self) -> None:
        await self._connection.execute_fetchall("COMMIT")

    async def rollback(self) -> None:
        """Also where a cancelled ``begin`` may or may not have been carried out."""
        with suppress(sqlite3.OperationalError):  # none was begun
            await self._connection.execute_fetchall("ROLLBACK")

    async def run(self, statement: ClauseElement, **given: Any) -> None:
        """A statement made once, with ``bindparam`` where values differ from call to call."""
        sql, values = _compiled(statement)
        await self._connection.execute_fetchall(sql, {**values, **given})

    async def rows(self, query: Select[Any], **given: Any) -> list[Any]:
        """Named tuples of the query's columns."""
        sql, values = _compiled(query)
        row = _row(query)
        return [row(*found) for found in await self._connection.execute_fetchall(sql, {**values, **given})]

    async def put(self, table: Table, rows: Sequence[Given], *, over: bool | None = None) -> None:
        """Insert rows of equal columns. One that is there: None fails, True replaces, False leaves it."""
        if rows:
            sql = _insert(table, tuple(rows[0]), over)
            await self._connection.executemany(sql, rows)


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
