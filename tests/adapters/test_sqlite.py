"""What only a database on disk can get wrong: its form, its health, its neighbours, a sudden end."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from samokoder.adapters.sqlite import open_journal, owner
from samokoder.domain.request import Budget, Purpose, Usage
from samokoder.errors import BudgetExceeded, FolderBusy, SetupError, StateDamaged, StateTooNew
from tests.contracts.test_journal import asked, record, said
from tests.orchestrator import story


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "state.db"


async def verified_run(path: Path) -> None:
    journal = await open_journal(path)
    await journal.create("r1", story.request(), "now")
    run = await record(journal, "r1", *story.T1_WRITTEN)
    await record(journal, "r1", story.checked(run, "T1", "T1", story.PASS), start=len(story.T1_WRITTEN))
    await journal.close()


async def test_state_survives_closing_and_is_for_the_person_only(path: Path) -> None:
    await verified_run(path)
    journal = await open_journal(path)
    assert [run.id for run in await journal.runs()] == ["r1"]
    await journal.close()
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


async def test_a_verified_task_and_its_proof_are_on_record(path: Path) -> None:
    await verified_run(path)
    database = sqlite3.connect(path)
    tree = database.execute("SELECT tree FROM task WHERE id = 'T1' AND state = 'verified'").fetchone()
    proof = database.execute("SELECT tree FROM check_run WHERE task = 'T1' AND exit_code = 0").fetchone()
    assert tree == proof is not None


@pytest.mark.parametrize(
    "lie",
    [
        "UPDATE task SET state = 'verified' WHERE id = 'T2'",
        "UPDATE task SET tree = 'another' WHERE id = 'T1'",
        "INSERT OR REPLACE INTO task VALUES ('r1', 'T9', 'E1', 'x', 'verified', 't')",
    ],
)
async def test_the_database_refuses_verified_without_a_passing_run_on_that_tree(path: Path, lie: str) -> None:
    await verified_run(path)
    database = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError, match="verified only by passing runs"):
        database.execute(lie)


async def test_a_check_that_failed_on_the_tree_is_no_proof(path: Path) -> None:
    await verified_run(path)
    database = sqlite3.connect(path)
    database.execute("UPDATE check_run SET exit_code = 1")
    with pytest.raises(sqlite3.IntegrityError):
        database.execute("UPDATE task SET state = 'verified' WHERE id = 'T1'")


async def test_a_newer_database_is_left_alone(path: Path) -> None:
    await verified_run(path)
    with sqlite3.connect(path) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    before = path.read_bytes()
    with pytest.raises(StateTooNew, match="9999"):
        await open_journal(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"this is no database" * 100, os.urandom(8192)])
async def test_a_damaged_database_is_named_and_left_as_it_is(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(StateDamaged, match="cannot be read"):
        await open_journal(path)
    assert path.read_bytes() == content


async def test_somebody_elses_database_is_not_taken_over(path: Path) -> None:
    path.parent.mkdir()
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE recipes (id)")
    with pytest.raises(StateDamaged, match="not made by Samokoder"):
        await open_journal(path)


async def test_a_place_that_cannot_be_written_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SetupError, match="cannot be opened") as refused:
        await open_journal(tmp_path / "file" / "state.db")
    assert "SAMOKODER_STATE" in refused.value.hint


async def test_a_step_that_cannot_be_read_is_named(path: Path) -> None:
    await verified_run(path)
    with sqlite3.connect(path) as database:
        database.execute('UPDATE step SET outcome = \'{"kind": "nonsense"}\' WHERE "index" = 3')
    journal = await open_journal(path)
    with pytest.raises(StateDamaged, match="r1"):
        await journal.read("r1")
    await journal.close()


async def test_a_killed_migration_leaves_a_database_that_can_be_opened(path: Path) -> None:
    path.parent.mkdir()
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("BEGIN IMMEDIATE")
    database.execute("CREATE TABLE run (id)")
    database.close()  # as a killed process leaves it: nothing was committed
    journal = await open_journal(path)
    assert await journal.runs() == []
    await journal.close()


async def test_a_backup_is_a_whole_database(path: Path, tmp_path: Path) -> None:
    await verified_run(path)
    journal = await open_journal(path)
    await journal.backup(tmp_path / "backup.db")
    with pytest.raises(SetupError):
        await journal.backup(tmp_path / "backup.db")
    await journal.close()
    restored = await open_journal(tmp_path / "backup.db")
    assert len((await restored.read("r1"))[1]) == len(story.T1_WRITTEN) + 1
    await restored.close()


async def test_two_servers_share_a_database_but_not_a_folder(path: Path) -> None:
    one, other = await open_journal(path), await open_journal(path)
    await one.create("r1", story.request(), "now")
    assert [run.id for run in await other.runs()] == ["r1"]
    async with one.lease(["folder /here"]):
        with pytest.raises(FolderBusy, match=str(os.getpid())):
            async with other.lease(["folder /here"]):
                raise AssertionError("two in one folder")
    await one.close()
    await other.close()


async def test_what_another_server_paid_for_meanwhile_is_found(path: Path) -> None:
    one, other = await open_journal(path), await open_journal(path)
    async with one.lease(["run r1"]):
        await one.create("r1", story.request(), "now")
    async with other.lease(["run r1"]):
        await other.settle(await other.reserve("r1", asked(), Usage(calls=1), Budget()), said())
    assert await one.paid_reply("r1", asked().digest) == said()
    await one.close()
    await other.close()


async def test_a_call_whose_server_was_killed_is_booked_as_the_most_it_can_have_cost(path: Path) -> None:
    journal = await open_journal(path)
    await journal.create("r1", story.request(), "now")
    most = Usage(calls=1, tokens_in=10, tokens_out=30, cost=90)
    await journal.reserve("r1", asked(), most, Budget(cost=100), Purpose(task="T1", day="d"))
    await journal.close()
    with sqlite3.connect(path) as database:
        database.execute("UPDATE model_call SET owner = ?", (owner.own().rsplit(":", 1)[0] + ":0",))
    journal = await open_journal(path)
    (booking,) = await journal.bookings("r1")
    assert (booking.task, booking.day, booking.usage.model_copy(update={"seconds": 0})) == ("T1", "d", most)
    assert await journal.paid_reply("r1", asked().digest) is None
    with pytest.raises(BudgetExceeded):
        await journal.reserve("r1", asked(), Usage(calls=1, cost=11), Budget(cost=100))
    await journal.reserve("r1", asked(), Usage(calls=1, cost=10), Budget(cost=100))
    await journal.close()


async def test_what_the_dead_held_is_given_back_where_it_cost_nothing(path: Path) -> None:
    journal = await open_journal(path)
    await journal.create("r1", story.request(), "now")
    await journal.reserve("r1", asked(), Usage(calls=1), Budget(calls=1))
    await journal.close()
    dead = owner.own().rsplit(":", 1)[0] + ":0"
    with sqlite3.connect(path) as database:
        database.execute("UPDATE model_call SET owner = ?", (dead,))
        database.execute("INSERT INTO lease VALUES ('folder /here', ?)", (dead,))
    journal = await open_journal(path)
    await journal.reserve("r1", asked(), Usage(calls=1), Budget(calls=1))
    async with journal.lease(["folder /here"]):
        pass
    await journal.close()


COMMITTING = """
import asyncio, sys
from pathlib import Path
from samokoder.adapters.sqlite import open_journal
from samokoder.domain.outcome import NothingUsable
from samokoder.domain.files import digest_of
from samokoder.ports import Step
from samokoder.domain.run import Run
from tests.orchestrator import story

async def main():
    journal = await open_journal(Path(sys.argv[1]))
    await journal.create("r1", story.request(), "now")
    run = Run(id="r1", request=story.request())
    print("begun", flush=True)
    for index in range(100_000):
        outcome = NothingUsable(action=f"a{index}", cause="invalid_answer", reason="x")
        content = str(index).encode() * 500
        step = Step(index=index, at="now", outcome=outcome)
        await journal.commit(run, step, run, {digest_of(content): content})
        print(index, flush=True)

asyncio.run(main())
"""


async def test_a_server_killed_in_the_middle_leaves_whole_steps_only(path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", COMMITTING, str(path)],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "begun\n"
    time.sleep(0.3)
    child.send_signal(signal.SIGKILL)
    said = [int(line) for line in child.stdout.read().splitlines()]
    child.wait()
    journal = await open_journal(path)
    steps = (await journal.read("r1"))[1]
    assert len(steps) in {len(said), len(said) + 1}
    assert [step.index for step in steps] == list(range(len(steps)))
    kept = sqlite3.connect(path).execute("SELECT count(*) FROM blob").fetchone()[0]
    assert kept == len(steps) > 0
    await journal.close()


def test_nothing_of_the_database_library_is_loaded_before_it_is_needed() -> None:
    code = "import sys, json, samokoder.adapters.sqlite; print(json.dumps(sorted(sys.modules)))"
    loaded = json.loads(subprocess.check_output([sys.executable, "-c", code], text=True))
    assert not {"sqlalchemy", "alembic", "aiosqlite"} & set(loaded)
