"""Every model call: what was set aside for it, what it cost, what it said."""

from __future__ import annotations

import time
import uuid
import zlib

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from samokoder.adapters.sqlite import owner
from samokoder.adapters.sqlite.schema import model_call, run
from samokoder.domain.files import Digest
from samokoder.domain.request import Budget, Usage
from samokoder.errors import BudgetExceeded
from samokoder.ports import ModelReply, ModelRequest


async def reserve(
    connection: AsyncConnection, run_id: str, request: ModelRequest, worst: Usage, budget: Budget
) -> str:
    """Inside one transaction, so that no two callers see the same room."""
    spent = await _spent(connection, run_id)
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
        **worst.model_dump(include={"calls", "tokens_in", "tokens_out", "tokens_cached", "cost"}),
    }
    await connection.execute(insert(model_call), row)
    return ticket


async def _spent(connection: AsyncConnection, run_id: str) -> Usage:
    """What is settled or set aside, also of the runs this one shares steps with."""
    columns = ("calls", "tokens_in", "tokens_out", "tokens_cached", "cost")
    sums = select(*(func.coalesce(func.sum(model_call.c[name]), 0) for name in columns))
    found = sums.where(model_call.c.run == run_id, model_call.c.state != "released")
    row = (await connection.execute(found)).one()
    return Usage(**dict(zip(columns, row, strict=True)))


async def settle(connection: AsyncConnection, ticket: str, reply: ModelReply | None) -> None:
    values: dict[str, object] = {"state": "released"}
    if reply is not None:
        values = {
            "state": "settled",
            "reply": zlib.compress(reply.text.encode()),
            "model": reply.model,
            "truncated": reply.truncated,
            "seconds": time.time() - model_call.c.started,
            **reply.usage.model_dump(include={"calls", "tokens_in", "tokens_out", "tokens_cached", "cost"}),
        }
    await connection.execute(update(model_call).where(model_call.c.ticket == ticket).values(values))


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
            usage = Usage(
                calls=row.calls,
                tokens_in=row.tokens_in,
                tokens_out=row.tokens_out,
                tokens_cached=row.tokens_cached,
                cost=row.cost,
            )
            text = zlib.decompress(row.reply).decode()
            return ModelReply(text=text, model=row.model, usage=usage, truncated=row.truncated)
        lineage = (await connection.execute(select(run.c.forked_from).where(run.c.id == lineage))).scalar()
    return None


async def release_of_the_dead(connection: AsyncConnection) -> None:
    """Give back what was set aside by servers that no longer run."""
    held = select(model_call.c.owner).where(model_call.c.state == "reserved").distinct()
    for holder in (await connection.execute(held)).scalars().all():
        if not owner.alive(holder):
            dead = (model_call.c.owner == holder) & (model_call.c.state == "reserved")
            await connection.execute(update(model_call).where(dead).values(state="released"))
