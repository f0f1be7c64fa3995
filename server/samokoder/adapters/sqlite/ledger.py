"""Every model call: what was set aside for it, what it cost, what it said."""

from __future__ import annotations

import time
import uuid
import zlib
from typing import Any

from sqlalchemy import Float, bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from samokoder.adapters.sqlite import owner
from samokoder.adapters.sqlite.schema import model_call, run
from samokoder.adapters.sqlite.transaction import Transaction
from samokoder.domain.files import Digest
from samokoder.domain.request import Budget, Usage
from samokoder.errors import BudgetExceeded
from samokoder.ports import ModelReply, ModelRequest


async def reserve(
    transaction: Transaction, run_id: str, request: ModelRequest, worst: Usage, budget: Budget
) -> str:
    """Inside one transaction, so that no two callers see the same room."""
    spent = await _spent(transaction, run_id)
    for name, used, wanted, cap in (
        ("model calls", spent.calls, worst.calls, budget.calls),
        ("tokens", spent.tokens_in + spent.tokens_out, worst.tokens_in + worst.tokens_out, budget.tokens),
        ("millionths of a dollar", spent.cost, worst.cost, budget.cost),
    ):
        if used + wanted > cap:
            raise BudgetExceeded(
                f"The budget of {cap:,} {name} does not allow the next call: {used:,} are spent or set "
                f"aside, and it may need {wanted:,}. Resume with more to go on from here."
            )
    ticket = uuid.uuid4().hex
    row = {
        "ticket": ticket,
        "run": run_id,
        "owner": owner.own(),
        "request_digest": request.digest,
        "agent": request.agent,
        "state": "reserved",
        "request": zlib.compress(request.model_dump_json().encode()),
        "started": time.time(),
        "truncated": False,
        **worst.model_dump(include=set(_COLUMNS)),
    }
    await transaction.put(model_call, [row])
    return ticket


_COLUMNS = ("calls", "tokens_in", "tokens_out", "tokens_cached", "cost")
_SPENT = select(*(func.coalesce(func.sum(model_call.c[name]), 0).label(name) for name in _COLUMNS)).where(
    model_call.c.run == bindparam("of"), model_call.c.state != "released"
)


async def _spent(transaction: Transaction, run_id: str) -> Usage:
    """What is settled or set aside, also of the runs this one shares steps with."""
    return Usage(**(await transaction.rows(_SPENT, of=run_id))[0]._asdict())


_RELEASE = update(model_call).where(model_call.c.ticket == bindparam("of")).values(state="released")
_SETTLED = ("reply", "model", "truncated", "state", *_COLUMNS)
_SETTLE = (
    update(model_call)
    .where(model_call.c.ticket == bindparam("of"))
    .values(
        {name: bindparam(name) for name in _SETTLED}
        | {"seconds": bindparam("ended", type_=Float) - model_call.c.started}
    )
)


async def settle(transaction: Transaction, ticket: str, reply: ModelReply | None) -> None:
    if reply is None:
        await transaction.run(_RELEASE, of=ticket)
        return
    await transaction.run(
        _SETTLE,
        of=ticket,
        ended=time.time(),
        state="settled",
        reply=zlib.compress(reply.text.encode()),
        model=reply.model,
        truncated=reply.truncated,
        **reply.usage.model_dump(include=set(_COLUMNS)),
    )


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


_HOLDERS = select(model_call.c.owner).where(model_call.c.state == "reserved").distinct()
_RELEASE_OF = (
    update(model_call)
    .where(model_call.c.owner == bindparam("of"), model_call.c.state == "reserved")
    .values(state="released")
)


async def release_of_the_dead(transaction: Transaction) -> None:
    """Give back what was set aside by servers that no longer run."""
    for (holder,) in await transaction.rows(_HOLDERS):
        if not owner.alive(holder):
            await transaction.run(_RELEASE_OF, of=holder)
