"""The journal on SQLite: one connection writes, others read beside it."""

from __future__ import annotations

import asyncio
import sqlite3
import zlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiosqlite
from pydantic import ValidationError
from sqlalchemy import bindparam, delete, select, text, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from samokoder.adapters.sqlite import ledger, owner, schema
from samokoder.adapters.sqlite.projections import changed_rows
from samokoder.adapters.sqlite.recent import Recent
from samokoder.adapters.sqlite.transaction import Transaction
from samokoder.domain.files import Digest, Files
from samokoder.domain.outcome import OUTCOME
from samokoder.domain.paths import FilePath
from samokoder.domain.request import NO_PURPOSE, Budget, Purpose, Request, Usage
from samokoder.domain.run import Run
from samokoder.errors import FolderBusy, NotFound, SetupError, StaleRun, StateDamaged
from samokoder.ports import NOTHING_LOST, Booking, ModelReply, ModelRequest, RunSummary, Spent, Step

HELD = 8 * 2**20
"""Bytes of contents held in memory: those of the runs under way, mostly."""
CHUNK = 500
"""Digests asked for in one query; SQLite limits the parameters of a statement."""


class SqliteJournal:
    """Opened by ``open_journal``; every write is one ``BEGIN IMMEDIATE`` transaction."""

    def __init__(self, engine: AsyncEngine, path: Path) -> None:
        self._engine, self._path = engine, path
        self._turn = asyncio.Lock()
        self._writer: AsyncConnection
        self._driver: aiosqlite.Connection
        self._paid_here: dict[str, set[Digest]] = {}
        """Requests paid for, of runs that began here and are still held: nobody else has paid for any."""
        self._tickets: dict[str, tuple[str, Digest]] = {}
        self._recent = Recent(HELD)

    async def begin(self) -> None:
        """Open the writing connection and tidy up after servers that died."""
        self._writer = await self._engine.connect()
        driver = (await self._writer.get_raw_connection()).driver_connection
        assert isinstance(driver, aiosqlite.Connection)
        self._driver = driver
        async with self._writing() as transaction:
            await ledger.end_of_the_dead(transaction)

    async def close(self) -> None:
        await self._writer.close()
        await self._engine.dispose()

    # ------------------------------------------------------------------------------------- the steps

    async def create(
        self, run_id: str, request: Request, at: str, fork: tuple[str, int] | None = None
    ) -> None:
        row = {
            "id": run_id,
            "created": at,
            "request": request.model_dump_json(),
            "target": request.target,
            "description": request.description,
            "forked_from": fork[0] if fork else None,
            "forked_at": fork[1] if fork else None,
            "phase": "specifying",
            "steps": fork[1] if fork else 0,
            "usage": Usage().model_dump_json(),
        }
        async with self._writing() as transaction:
            transaction.put(schema.run, [row])
        if fork is None:
            self._paid_here[run_id] = set()

    async def read(self, run_id: str) -> tuple[Request, list[Step]]:
        async with self._engine.connect() as connection:
            found = (await connection.execute(select(schema.run).where(schema.run.c.id == run_id))).first()
            if found is None:
                raise NotFound(f"There is no run {run_id!r}.")
            rows = await _steps(connection, run_id, None)
        try:
            request = Request.model_validate_json(found.request)
            steps = [Step(index=n, at=at, outcome=OUTCOME.validate_json(kept)) for n, at, kept in rows]
        except ValidationError as error:
            raise StateDamaged(
                f"Run {run_id} cannot be read: {error.errors()[0]['msg']}.",
                hint="Other runs are not affected; restore a backup to get it back.",
            ) from None
        return request, steps

    async def commit(self, before: Run, step: Step, after: Run, blobs: Mapping[Digest, bytes]) -> None:
        kept = {
            "run": before.id,
            "index": step.index,
            "at": step.at,
            "kind": step.outcome.kind,
            "outcome": OUTCOME.dump_json(step.outcome).decode(),
        }
        contents = [{"digest": d, "size": len(b), "content": zlib.compress(b)} for d, b in blobs.items()]
        summary = {
            "phase": after.phase.kind,
            "end": after.end.kind if after.end else None,
            "steps": step.index + 1,
            "usage": after.usage.model_dump_json(),
        }
        projected = changed_rows(before, after, step.index, step.outcome)
        try:
            async with self._writing() as transaction:
                transaction.put(schema.step, [kept])
                transaction.put(schema.blob, contents, over=False)
                for name, rows in projected.items():
                    table = schema.metadata.tables[name]
                    transaction.put(table, [{"run": before.id, **row} for row in rows], over=True)
                transaction.run(_MOVED_ON, of=before.id, **summary)
        except sqlite3.IntegrityError as error:
            if "UNIQUE constraint failed: step." not in str(error):
                raise
            raise StaleRun(f"Step {step.index} of run {before.id} is already on record.") from None
        for digest, content in blobs.items():
            self._recent.put(digest, content)

    async def blobs(self, digests: Sequence[Digest]) -> Mapping[Digest, bytes]:
        held = {digest: content for digest in digests if (content := self._recent.get(digest)) is not None}
        read = await self._read_blobs([digest for digest in digests if digest not in held])
        for digest, content in read.items():
            self._recent.put(digest, content)
        found = held | read
        return {digest: found[digest] for digest in digests}

    async def _read_blobs(self, digests: Sequence[Digest]) -> dict[Digest, bytes]:
        found: dict[Digest, bytes] = {}
        if not digests:
            return found
        async with self._engine.connect() as connection:
            for start in range(0, len(digests), CHUNK):
                wanted = schema.blob.c.digest.in_(digests[start : start + CHUNK])
                query = select(schema.blob.c.digest, schema.blob.c.content).where(wanted)
                for digest, content in await connection.execute(query):
                    found[digest] = zlib.decompress(content)
        return found

    async def runs(self) -> list[RunSummary]:
        query = select(schema.run).order_by(schema.run.c.created.desc(), schema.run.c.id.desc())
        async with self._engine.connect() as connection:
            rows = (await connection.execute(query)).all()
        return [
            RunSummary(
                id=row.id,
                target=row.target,
                description=row.description,
                phase=row.phase,
                end=row.end,
                created=row.created,
                steps=row.steps,
                usage=Usage.model_validate_json(row.usage),
                forked_from=row.forked_from,
            )
            for row in rows
        ]

    # ------------------------------------------------------------------------------------ the ledger

    async def paid_reply(self, run_id: str, request: Digest) -> ModelReply | None:
        if run_id in self._paid_here and request not in self._paid_here[run_id]:
            return None
        async with self._engine.connect() as connection:
            return await ledger.paid_reply(connection, run_id, request)

    async def replies(self, run_id: str) -> Mapping[Digest, ModelReply]:
        async with self._engine.connect() as connection:
            return await ledger.replies(connection, run_id)

    async def requests(self, digests: Sequence[Digest]) -> Mapping[Digest, ModelRequest]:
        async with self._engine.connect() as connection:
            return await ledger.requests(connection, digests)

    async def reserve(
        self,
        run_id: str,
        request: ModelRequest,
        worst: Usage,
        budget: Budget,
        purpose: Purpose = NO_PURPOSE,
    ) -> str:
        async with self._writing() as transaction:
            ticket = await ledger.reserve(transaction, run_id, request, worst, budget, purpose)
        self._tickets[ticket] = (run_id, request.digest)
        return ticket

    async def settle(self, ticket: str, reply: ModelReply | None, lost: Usage = NOTHING_LOST) -> Spent:
        async with self._writing() as transaction:
            spent = await ledger.settle(transaction, ticket, reply, lost)
        run_id, request = self._tickets.pop(ticket, ("", ""))
        if reply is not None and run_id in self._paid_here:
            self._paid_here[run_id].add(request)
        return spent

    async def bookings(self, run_id: str | None = None) -> list[Booking]:
        async with self._engine.connect() as connection:
            return await ledger.bookings(connection, run_id)

    # --------------------------------------------------------------------------- the person's folder

    async def intend(self, run_id: str, target: str, writes: Files, at: str) -> None:
        if not writes:
            return
        rows = [
            {"run": run_id, "target": target, "path": path, "digest": digest, "at": at}
            for path, digest in writes.items()
        ]
        async with self._writing() as transaction:
            transaction.put(schema.intent, rows, over=False)

    async def ours(self, target: str) -> Mapping[FilePath, frozenset[Digest]]:
        query = select(schema.intent.c.path, schema.intent.c.digest).where(schema.intent.c.target == target)
        found: dict[FilePath, set[Digest]] = {}
        async with self._engine.connect() as connection:
            for path, digest in await connection.execute(query):
                found.setdefault(FilePath(path), set()).add(digest)
        return {path: frozenset(digests) for path, digests in found.items()}

    @asynccontextmanager
    async def lease(self, names: Sequence[str]) -> AsyncIterator[None]:
        await self._take(names)
        try:
            yield
        finally:
            for name in names:
                self._paid_here.pop(name.removeprefix("run "), None)
            async with self._writing() as transaction:
                for name in names:
                    transaction.run(_LET_GO, held=name)

    async def _take(self, names: Sequence[str]) -> None:
        """All or none; only a dead process's lease is taken over."""
        async with self._writing() as transaction:
            for name, holder in await transaction.rows(_HELD):
                if name in names and owner.alive(holder):
                    raise FolderBusy(
                        f"Another run is at work: {name} (process {owner.pid_of(holder)}).",
                        hint="Wait for it or cancel it, or choose another folder.",
                    )
            transaction.put(schema.lease, [{"name": name, "owner": owner.own()} for name in names], over=True)

    async def backup(self, to: Path) -> None:
        """A copy of the whole state as it is now, while work goes on. Raises SetupError when it exists."""
        async with self._engine.connect() as connection:
            try:
                await connection.execute(text("VACUUM INTO :to"), {"to": str(to)})
            except DatabaseError as error:
                raise SetupError(f"No backup was made to {to}: {error.orig}.") from None

    # ----------------------------------------------------------------------------------------- inside

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[Transaction]:
        """One transaction: whole, or not at all."""
        from samokoder.adapters.sqlite.opening import explained

        async with self._turn:
            transaction = Transaction(self._driver)
            try:
                try:
                    yield transaction
                    await transaction.commit()
                except BaseException:
                    await asyncio.shield(transaction.rollback())
                    raise
            except sqlite3.IntegrityError:
                raise
            except sqlite3.DatabaseError as error:
                raise explained(error, self._path) from error


_MOVED_ON = (
    update(schema.run)
    .where(schema.run.c.id == bindparam("of"))
    .values({name: bindparam(name) for name in ("phase", "end", "steps", "usage")})
)
_HELD = select(schema.lease.c.name, schema.lease.c.owner)
_LET_GO = delete(schema.lease).where(schema.lease.c.name == bindparam("held"))


async def _steps(connection: AsyncConnection, run_id: str, below: int | None) -> list[tuple[int, str, str]]:
    """Steps of a run, those it shares with the run it was forked from first."""
    row: Any = (
        await connection.execute(
            select(schema.run.c.forked_from, schema.run.c.forked_at).where(schema.run.c.id == run_id)
        )
    ).one()
    shared = await _steps(connection, row.forked_from, row.forked_at) if row.forked_from else []
    query = (
        select(schema.step.c.index, schema.step.c.at, schema.step.c.outcome)
        .where(schema.step.c.run == run_id)
        .order_by(schema.step.c.index)
    )
    own = [(n, at, outcome) for n, at, outcome in await connection.execute(query)]
    return [step for step in (*shared, *own) if below is None or step[0] < below]
