"""Code that does not want to end, stay small or be watched: the same for every runner that works here."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest

from samokoder.adapters.sandbox.policy import MIB, SandboxPolicy
from samokoder.domain.evidence import CommandReport
from samokoder.domain.paths import FilePath
from samokoder.ports import SandboxSession
from tests.adapters.sandboxes import NOTHING, RUNNERS, check, living, runner

TIGHT = SandboxPolicy(
    seconds=3, output=1000, output_total=50_000, run_memory=200 * MIB, processes=40, health_seconds=3
)
PROGRAM = FilePath("program.py")


@pytest.fixture(params=RUNNERS)
async def session(request: pytest.FixtureRequest) -> AsyncIterator[SandboxSession]:
    made = await runner(request.param, TIGHT)
    async with made.open(NOTHING) as opened:
        yield opened


async def run(session: SandboxSession, text: str, *arguments: str) -> CommandReport:
    return await session.run({PROGRAM: text.encode()}, check("python", "program.py", *arguments))


async def gone(marker: str) -> bool:
    with anyio.move_on_after(15):
        while living(marker):
            await anyio.sleep(0.05)
        return True
    return False


def parent(process: int) -> int:
    return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])


DAEMONS = """
import os, signal, sys, time
for _ in range(5):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            sleep = "import time; time.sleep(600)"
            os.execv(sys.executable, [sys.executable, "-S", "-c", sleep, sys.argv[1]])
        os._exit(0)
time.sleep(float(sys.argv[2]))
print("left")
"""


async def test_an_endless_loop_is_ended_at_the_time_limit(session: SandboxSession) -> None:
    report = await run(session, "print('begun', flush=True)\nwhile True: pass")
    assert (report.exit_code, report.fault) == (None, "time limit of 3 s")
    assert report.output == "begun\n"


async def test_nothing_a_run_detached_outlives_it(session: SandboxSession) -> None:
    marker = secrets.token_hex(8)
    report = await run(session, DAEMONS, marker, "0.3")
    assert (report.exit_code, report.output.strip()) == (0, "left")
    assert living(marker) == []


async def test_a_cancelled_run_leaves_no_process(session: SandboxSession) -> None:
    marker = secrets.token_hex(8)
    running = asyncio.create_task(run(session, DAEMONS, marker, "600"))
    with anyio.fail_after(10):
        while len(living(marker)) < 5:
            await anyio.sleep(0.05)
    running.cancel()
    await asyncio.wait([running])
    assert await gone(marker)


async def test_a_flood_of_output_is_stopped_and_both_ends_are_kept(session: SandboxSession) -> None:
    report = await run(session, "print('first')\nwhile True: print('x' * 999)")
    assert (report.exit_code, report.fault) == (None, "output limit of 50000 bytes")
    assert report.output.startswith("first") and "cut out" in report.output and len(report.output) < 1200


async def test_long_output_below_the_limit_keeps_its_exit_code(session: SandboxSession) -> None:
    report = await run(session, "print('first'); print('x' * 5000); print('last')")
    assert report.exit_code == 0
    assert report.output.startswith("first") and report.output.endswith("last\n")


async def test_a_memory_hog_is_ended(session: SandboxSession) -> None:
    report = await run(
        session, "import time\nhog = [bytearray(b'x') * (10 << 20) for _ in range(40)]\ntime.sleep(60)"
    )
    assert (report.exit_code, report.fault) == (None, "memory limit of 200 MiB")


async def test_a_fork_bomb_is_ended(session: SandboxSession) -> None:
    bomb = "import os, time\nfor _ in range(7):\n    os.fork()\ntime.sleep(60)"
    report = await run(session, bomb)
    assert (report.exit_code, report.fault) == (None, "limit of 40 processes")
    assert (await run(session, "print('fine')")).passed


async def test_code_that_kills_its_watchers_never_passes(session: SandboxSession) -> None:
    marker = secrets.token_hex(8)
    text = DAEMONS.replace("print", "os.kill(os.getppid(), 9); time.sleep(600); print")
    report = await run(session, text, marker, "0.2")
    assert not report.passed
    assert await gone(marker)
    assert (await run(session, "print('fine')")).passed


async def test_a_run_whose_watcher_died_never_passes(session: SandboxSession) -> None:
    """As when the kernel ends it for want of memory."""
    marker = secrets.token_hex(8)
    running = asyncio.create_task(run(session, "import time; time.sleep(600)", marker))
    with anyio.fail_after(10):
        while not (found := living(marker)):
            await anyio.sleep(0.05)
    try:
        os.kill(parent(found[-1]), signal.SIGKILL)
    except PermissionError:
        running.cancel()
        if os.geteuid() == 0:
            raise  # nobody is out of its reach
        pytest.skip("processes of this runner belong to somebody else")
    report = await running
    assert report.exit_code is None and report.fault
    assert await gone(marker)
    assert (await run(session, "print('fine')")).passed


async def test_stdin_is_empty(session: SandboxSession) -> None:
    assert (await run(session, "import sys; print(repr(sys.stdin.read()))")).output == "''\n"


async def test_a_crash_by_signal_has_the_exit_code_of_a_shell(session: SandboxSession) -> None:
    assert (await run(session, "import os; os.kill(os.getpid(), 11)")).exit_code == 128 + signal.SIGSEGV


async def test_the_place_it_ran_in_is_not_in_the_output(session: SandboxSession) -> None:
    report = await run(session, "import os; print(os.getcwd(), __file__, os.environ['HOME'])")
    assert report.output == ". ./program.py ~\n"


async def test_the_machine_it_ran_on_is_not_in_a_traceback(session: SandboxSession) -> None:
    report = await run(session, "import json; json.loads('no')")
    assert "json/decoder.py" in report.output
    assert str(Path.home()) not in report.output and sys.prefix not in report.output


async def test_nothing_of_our_environment_is_inherited(
    session: SandboxSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    names = (await run(session, "import os; print(*sorted(os.environ))")).output.split()
    assert "OPENAI_API_KEY" not in names
    assert set(names) <= {
        *("HOME", "LANG", "LC_CTYPE", "PATH", "PWD", "PYTHONDONTWRITEBYTECODE", "PYTHONHASHSEED"),
        *("PYTHONNOUSERSITE", "TMPDIR", "TZ"),
    }


UNREADABLE = """
import os, sys
assert os.getcwd().startswith(sys.argv[1])
os.makedirs("a/b")
os.chmod("a/b", 0)
os.chmod("a", 0)
"""


@pytest.mark.parametrize("name", RUNNERS)
async def test_a_folder_made_read_only_is_removed_all_the_same(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await runner(name, TIGHT)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    async with made.open(NOTHING) as session:
        report = await run(session, UNREADABLE, str(tmp_path) if name == "local" else "/")
        assert report.passed, report.output
        assert not list(tmp_path.glob("samokoder-*/run-*"))
    assert not list(tmp_path.iterdir())


KILLED = """
import asyncio, sys
from samokoder.domain.paths import FilePath
from tests.adapters.sandboxes import NOTHING, check, runner
from tests.adapters.test_sandbox_limits import DAEMONS, PROGRAM

async def main():
    async with (await runner(sys.argv[1])).open(NOTHING) as session:
        await session.run({PROGRAM: DAEMONS.encode()}, check("python", "program.py", sys.argv[2], "600"))

asyncio.run(main())
"""


@pytest.mark.parametrize("name", RUNNERS)
async def test_nothing_is_left_when_the_server_is_killed(name: str) -> None:
    await runner(name)
    marker = secrets.token_hex(8)
    server = subprocess.Popen([sys.executable, "-c", KILLED, name, marker], cwd=Path(__file__).parents[2])
    try:
        with anyio.fail_after(30):
            while len(living(marker)) < 6:  # the server itself has the word on its command line, too
                assert server.poll() is None
                await anyio.sleep(0.05)
    finally:
        server.kill()
        server.wait()
    assert await gone(marker)
