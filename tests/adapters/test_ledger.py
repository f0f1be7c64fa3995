"""The ledger of two servers at once, and of a database of before."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from pathlib import Path

from samokoder.adapters.sqlite import open_journal
from samokoder.domain.request import Budget, Purpose, Usage
from tests.contracts.test_journal import asked, said
from tests.orchestrator import story

REPOSITORY = Path(__file__).parents[2]
SPENDER = """
import asyncio, random, sys
from pathlib import Path
from samokoder.adapters.sqlite import open_journal
from samokoder.domain.request import Budget, Purpose, Usage
from samokoder.errors import BudgetExceeded
from tests.contracts.test_journal import asked, said

async def main(place, run):
    journal = await open_journal(Path(place))
    purpose, budget = Purpose(day="2026-06-01"), Budget(day_cost=1_000)
    async def caller(number, turns):
        turn = 0
        while turn < turns:
            question = asked(f"{number} {turn}")
            try:
                ticket = await journal.reserve(run, question, Usage(calls=1, cost=37), budget, purpose)
            except BudgetExceeded as error:
                if not error.may_pass:
                    return
                await asyncio.sleep(0.01)
                continue
            turn += 1
            await asyncio.sleep(0)
            cost = random.randint(1, 37)
            await journal.settle(ticket, None if cost % 5 == 0 else said(cost=cost))
    await caller("first", 1)
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    await asyncio.gather(*(caller(number, 10_000) for number in range(8)))
    await journal.close()

asyncio.run(main(*sys.argv[1:]))
"""


async def test_two_processes_of_eight_callers_do_not_pass_a_cap_by_a_cent(tmp_path: Path) -> None:
    place = tmp_path / "state.db"
    journal = await open_journal(place)
    for run in ("r1", "r2"):
        await journal.create(run, story.request(), "now")
    spenders = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", SPENDER, str(place), run),
            cwd=REPOSITORY,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        for run in ("r1", "r2")
    ]
    for spender in spenders:
        assert spender.stdout and await spender.stdout.readline() == b"ready\n"
    for spender in spenders:
        assert spender.stdin
        spender.stdin.write(b"go\n")
    assert [await spender.wait() for spender in spenders] == [0, 0]
    await journal.close()
    with sqlite3.connect(place) as connection:
        rows = connection.execute("SELECT run, state, cost FROM model_call").fetchall()
    spent = sum(cost for _, state, cost in rows if state != "released")
    assert 1_000 - 37 < spent <= 1_000
    assert {run for run, _, _ in rows} == {"r1", "r2"}


async def test_a_database_of_before_is_brought_up_to_date(tmp_path: Path) -> None:
    place = tmp_path / "state.db"
    journal = await open_journal(place)
    await journal.create("r1", story.request(), "now")
    await journal.settle(await journal.reserve("r1", asked(), Usage(calls=1), Budget()), said(cost=3))
    await journal.close()
    with sqlite3.connect(place) as connection:
        for name in ("model_call_of_run", "model_call_of_day"):
            connection.execute(f"DROP INDEX {name}")
        for name in ("tier", "task", "day"):
            connection.execute(f"ALTER TABLE model_call DROP COLUMN {name}")
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
    connection.close()
    journal = await open_journal(place)
    await journal.reserve("r1", asked("b"), Usage(calls=1), Budget(day_cost=5), Purpose(task="T1", day="d"))
    assert len(await journal.runs()) == 1
    with sqlite3.connect(place) as connection:
        plan = connection.execute(
            "EXPLAIN QUERY PLAN SELECT state, sum(cost) FROM model_call WHERE day = 'd' GROUP BY state"
        ).fetchall()
        assert "COVERING INDEX model_call_of_day" in str(plan)
    await journal.close()
