"""Every model call: what was set aside for it, what it cost, what it said."""

from __future__ import annotations

import time
import uuid
import zlib
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Float, Select, Update, bindparam, case, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from samokoder.adapters import room
from samokoder.adapters.sqlite import owner
from samokoder.adapters.sqlite.schema import model_call, run
from samokoder.adapters.sqlite.transaction import Transaction
from samokoder.domain.files import Digest
from samokoder.domain.request import Budget, Purpose, Usage
from samokoder.errors import BudgetExceeded
from samokoder.ports import Booking, ModelReply, ModelRequest, Spent


async def reserve(
    transaction: Transaction,
    run_id: str,
    request: ModelRequest,
    worst: Usage,
    budget: Budget,
    purpose: Purpose,
) -> str:
    """Inside one transaction, so that no two callers see the same room."""
    try:
        await _see_room(transaction, run_id, worst, budget, purpose)
    except BudgetExceeded as error:
        if not error.may_pass:
            raise
        await end_of_the_dead(transaction)  # nobody would ever settle theirs
        await _see_room(transaction, run_id, worst, budget, purpose)
    ticket = uuid.uuid4().hex
    row = {
        "ticket": ticket,
        "run": run_id,
        "owner": owner.own(),
        "request_digest": request.digest,
        "agent": request.agent,
        "tier": request.tier,
        "task": purpose.task,
        "day": purpose.day,
        "state": "reserved",
        "request": zlib.compress(request.model_dump_json().encode()),
        "started": time.time(),
        "truncated": False,
        **worst.model_dump(include=set(_COLUMNS)),
    }
    transaction.put(model_call, [row])
    return ticket


_COLUMNS = ("calls", "tokens_in", "tokens_out", "tokens_cached", "cost")


def _sums(*where: ColumnElement[bool]) -> Select[Any]:
    """What is settled, and what is set aside: one row a state."""
    columns = (func.coalesce(func.sum(model_call.c[name]), 0).label(name) for name in _COLUMNS)
    counted = select(model_call.c.state, *columns).where(model_call.c.state != "released", *where)
    return counted.group_by(model_call.c.state)


_OF_RUN = _sums(model_call.c.run == bindparam("run"))
_OF_TASK = _sums(model_call.c.run == bindparam("run"), model_call.c.task == bindparam("task"))
_OF_DAY = _sums(model_call.c.day == bindparam("day"))


async def _see_room(
    transaction: Transaction, run_id: str, worst: Usage, budget: Budget, purpose: Purpose
) -> None:
    """Raises BudgetExceeded."""
    room.see(worst, budget, "run", *await _spent(transaction, _OF_RUN, run=run_id))
    if budget.task_cost is not None and purpose.task:
        room.see(worst, budget, "task", *await _spent(transaction, _OF_TASK, run=run_id, task=purpose.task))
    if budget.day_cost is not None and purpose.day:
        room.see(worst, budget, "day", *await _spent(transaction, _OF_DAY, day=purpose.day))


async def _spent(transaction: Transaction, query: Select[Any], **of: str) -> tuple[Usage, Usage]:
    """Settled, and set aside."""
    found = {
        row.state: Usage(**{name: row._asdict()[name] for name in _COLUMNS})
        for row in await transaction.rows(query, **of)
    }
    billed = sum((found.get(state, Usage()) for state in _BILLED), Usage())
    return billed, found.get("reserved", Usage())


_RELEASE = update(model_call).where(model_call.c.ticket == bindparam("of")).values(state="released")


def _ending(*names: str) -> Update:
    """A call's end: these columns are given anew, and how long it took is known."""
    seconds = bindparam("ended", type_=Float) - model_call.c.started
    values: dict[str, Any] = {name: bindparam(name) for name in names}
    return (
        update(model_call)
        .where(model_call.c.ticket == bindparam("of"))
        .values({**values, "seconds": seconds})
    )


_SETTLE = _ending("reply", "model", "truncated", "state", *_COLUMNS)
_LOSE = _ending("state", *_COLUMNS)
_BILLED = ("settled", "lost")
"""With a reply, and broken off while it was written."""


_PURPOSE = select(model_call.c.run, model_call.c.task, model_call.c.day).where(
    model_call.c.ticket == bindparam("of")
)


async def settle(transaction: Transaction, ticket: str, reply: ModelReply | None, lost: Usage) -> Spent:
    if reply is None and lost.calls:
        used = lost.model_dump(include=set(_COLUMNS))
        transaction.run(_LOSE, of=ticket, ended=time.time(), state="lost", **used)
        return await _settled(transaction, ticket)
    if reply is None:
        transaction.run(_RELEASE, of=ticket)
        return Spent()
    transaction.run(
        _SETTLE,
        of=ticket,
        ended=time.time(),
        state="settled",
        reply=zlib.compress(reply.text.encode()),
        model=reply.model,
        truncated=reply.truncated,
        **reply.usage.model_dump(include=set(_COLUMNS)),
    )
    return await _settled(transaction, ticket) if reply.usage.cost else Spent()


async def _settled(transaction: Transaction, ticket: str) -> Spent:
    (of,) = await transaction.rows(_PURPOSE, of=ticket)
    run, _ = await _spent(transaction, _OF_RUN, run=of.run)
    task, _ = await _spent(transaction, _OF_TASK, run=of.run, task=of.task)
    day, _ = await _spent(transaction, _OF_DAY, day=of.day)
    return Spent(run=run.cost, task=task.cost, day=day.cost)


_REPLIES = (
    select(model_call)
    .where(model_call.c.run == bindparam("of"), model_call.c.state == "settled")
    .order_by(model_call.c.started)
)


async def replies(connection: AsyncConnection, run_id: str) -> dict[Digest, ModelReply]:
    """Of this run and those it was forked from; the first where one was asked for twice."""
    found: dict[Digest, ModelReply] = {}
    lineage: str | None = run_id
    while lineage:
        for row in (await connection.execute(_REPLIES, {"of": lineage})).all():
            found.setdefault(row.request_digest, _reply(row))
        lineage = (await connection.execute(select(run.c.forked_from).where(run.c.id == lineage))).scalar()
    return found


async def requests(connection: AsyncConnection, digests: Sequence[Digest]) -> dict[Digest, ModelRequest]:
    columns = (model_call.c.request_digest, model_call.c.request)
    rows = await connection.execute(select(*columns).where(model_call.c.request_digest.in_(digests)))
    return {
        row.request_digest: ModelRequest.model_validate_json(zlib.decompress(row.request)) for row in rows
    }


def _reply(row: Any) -> ModelReply:
    usage = Usage(**{name: getattr(row, name) for name in _COLUMNS})
    text = zlib.decompress(row.reply).decode()
    return ModelReply(text=text, model=row.model, usage=usage, truncated=row.truncated)


async def paid_reply(connection: AsyncConnection, run_id: str, request: Digest) -> ModelReply | None:
    """Also of the runs this one was forked from: their replies were paid for too."""
    lineage: str | None = run_id
    while lineage:
        query = select(model_call).where(
            model_call.c.run == lineage,
            model_call.c.request_digest == request,
            model_call.c.state == "settled",
        )
        if row := (await connection.execute(query)).first():
            return _reply(row)
        lineage = (await connection.execute(select(run.c.forked_from).where(run.c.id == lineage))).scalar()
    return None


_KINDS = ("run", "agent", "tier", "task", "model", "day")


async def bookings(connection: AsyncConnection, run_id: str | None) -> list[Booking]:
    kinds = [model_call.c[name] for name in _KINDS]
    sums = [func.sum(model_call.c[name]).label(name) for name in _COLUMNS]
    seconds = func.coalesce(func.sum(model_call.c.seconds), 0.0).label("seconds")
    query = select(*kinds, *sums, seconds).where(model_call.c.state.in_(_BILLED)).group_by(*kinds)
    if run_id is not None:
        query = query.where(model_call.c.run == run_id)
    found = [row._asdict() for row in await connection.execute(query)]
    return [
        Booking(
            **{name: row[name] or "" for name in _KINDS},
            usage=Usage(**{name: row[name] for name in (*_COLUMNS, "seconds")}),
        )
        for row in found
    ]


_HOLDERS = select(model_call.c.owner).where(model_call.c.state == "reserved").distinct()
_END_OF = (
    update(model_call)
    .where(model_call.c.owner == bindparam("of"), model_call.c.state == "reserved")
    .values(state=case((model_call.c.cost > 0, "lost"), else_="released"))
)


async def end_of_the_dead(transaction: Transaction) -> None:
    """End the calls of servers that no longer run.

    Nobody knows what was written when its reader died: it is booked as the most it can have cost.
    """
    for (holder,) in await transaction.rows(_HOLDERS):
        if not owner.alive(holder):
            transaction.run(_END_OF, of=holder)
