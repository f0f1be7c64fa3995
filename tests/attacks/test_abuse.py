"""Code that uses up what it can: each run ends in time, the next one works, and nothing is left running."""

from __future__ import annotations

import inspect
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass

import anyio
import pytest
import pytest_asyncio

from samokoder.adapters.sandbox.inside import group
from samokoder.adapters.sandbox.policy import MIB, SandboxPolicy
from samokoder.domain.evidence import CommandReport
from samokoder.domain.paths import FilePath
from samokoder.ports import SandboxSession
from tests.adapters.sandboxes import NOTHING, SEPARATED, check, living, runner

pytestmark = pytest.mark.asyncio(loop_scope="module")

POLICY = SandboxPolicy(
    seconds=3,
    output=10_000,
    output_total=200_000,
    run_memory=200 * MIB,
    processes=50,
    file_size=20 * MIB,
    open_files=128,
    workspace_bytes=64 * MIB,
    workspace_inodes=2_000,
    tmp_bytes=16 * MIB,
    shm_bytes=16 * MIB,
)
BOUND = 45
"""Seconds in which a run must be over and cleaned up, on a busy machine."""
PROGRAM = FilePath("program.py")


@dataclass(frozen=True)
class Abuse:
    """A program and how its run ends: an exit code, or the fault it is ended for."""

    text: str
    code: int | None = None
    fault: str = ""
    says: str = ""


@pytest_asyncio.fixture(loop_scope="module", scope="module", params=SEPARATED)
async def session(request: pytest.FixtureRequest) -> AsyncIterator[SandboxSession]:
    made = await runner(request.param, POLICY)
    async with made.open(NOTHING) as opened:
        yield opened


async def run(session: SandboxSession, text: str, *arguments: str) -> CommandReport:
    return await session.run({PROGRAM: text.encode()}, check("python", "program.py", *arguments))


async def faults(session: SandboxSession, abuse: Abuse) -> set[str]:
    """Where nobody counts refused processes, a crowd that disperses at once is a run that waits."""
    if abuse.fault != PROCESSES:
        return {abuse.fault}
    counted = await run(session, f"{inspect.getsource(group)}\nprint(is_ours())")
    return {PROCESSES} if counted.output == "True\n" else {PROCESSES, TIME}


TIME, PROCESSES, MEMORY, OUTPUT = "time limit", "processes", "memory limit", "output limit"
SHELL_BOMB = "import os\nos.execvp('sh', ['sh', '-c', 'b() { b | b & }; b; sleep 600', MARKER])"
BURST = """
import os, time
gate, hold = os.pipe()
try:
    while True:
        if os.fork() == 0:
            os.close(hold)
            os.read(gate, 1)
            os._exit(0)
except OSError:
    os.close(hold)
    time.sleep(600)
"""
FILL = """
import errno, os
def fill(place, size=1 << 20):
    try:
        for number in range(100_000):
            with open(f"{place}/{number}", "wb") as file:
                file.write(b"x" * size)
    except OSError as error:
        return errno.errorcode[error.errno]
"""
DAEMONS = """
import os, signal, sys, time
for _ in range(8):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            for number in range(1, 65):
                try:
                    signal.signal(number, signal.SIG_IGN)
                except (OSError, ValueError):
                    pass
            sleep = "import time; time.sleep(600)"
            os.execv(sys.executable, [sys.executable, "-S", "-c", sleep, MARKER])
        os._exit(0)
time.sleep(0.5)
"""
ABUSES = {
    "an endless loop": Abuse("while True: pass", fault=TIME),
    "a sleep that ignores being asked to end": Abuse(
        "import signal, time\nsignal.signal(15, signal.SIG_IGN)\nwhile True: time.sleep(600)", fault=TIME
    ),
    "a fork bomb": Abuse(
        "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass", fault=PROCESSES
    ),
    "a fork bomb of daemons": Abuse(
        """
import os
while True:
    try:
        if os.fork() == 0:
            os.setsid()
    except OSError:
        pass
""",
        fault=PROCESSES,
    ),
    "a fork bomb of the shell": Abuse(SHELL_BOMB, fault=PROCESSES),
    "a crowd that is gone before anybody looks": Abuse(BURST, fault=PROCESSES),
    "threads without end": Abuse(
        "import threading, time\nwhile True: threading.Thread(target=time.sleep, args=(600,)).start()",
        says="can't start new thread",
    ),
    "a memory hog": Abuse(
        "import time\nhog = [bytearray(b'x') * (10 << 20) for _ in range(60)]\ntime.sleep(600)", fault=MEMORY
    ),
    "a memory hog at once": Abuse("hog = bytearray(b'x') * (8 << 30)", code=1, says="MemoryError"),
    "memory in many processes": Abuse(
        "import os, time\nfor _ in range(20):\n    if os.fork() == 0: break\n"
        "hog = bytearray(b'x') * (20 << 20)\ntime.sleep(600)",
        fault=MEMORY,
    ),
    "output without end": Abuse("while True: print('x' * 999)", fault=OUTPUT),
    "output without end and without lines": Abuse(
        "import sys\nwhile True: sys.stdout.write('x' * 65536)", fault=OUTPUT
    ),
    "errors without end": Abuse(
        "import sys\nwhile True:\n    sys.stderr.write('x' * 4096); print('y' * 4096, end='')", fault=OUTPUT
    ),
    "output in small pieces, for ever": Abuse(
        "import os, time\nwhile True:\n    os.write(1, b'.'); time.sleep(0.001)", fault=TIME
    ),
    "daemons that ignore every signal": Abuse(DAEMONS, code=0),
    "daemons of a program that fails": Abuse(DAEMONS + "raise SystemExit(3)", code=3),
    "a stopped process": Abuse("import os, signal; os.kill(os.getpid(), signal.SIGSTOP)", fault=TIME),
    "children that stop themselves": Abuse(
        "import os\nfor _ in range(5):\n    if os.fork() == 0: os.kill(os.getpid(), 19)", code=0
    ),
    "zombies": Abuse(
        "import os, time\nfor _ in range(40):\n    if os.fork() == 0: os._exit(0)\ntime.sleep(0.4)", code=0
    ),
    "orphaned zombies": Abuse(
        "import os, time\nfor _ in range(60):\n    if os.fork() == 0:\n        os.fork(); os._exit(0)\n"
        "    os.wait()\ntime.sleep(0.4)",
        code=0,
    ),
    "the work folder filled": Abuse(FILL + "print(fill('.'))", code=0, says="ENOSPC"),
    "the temporary folders filled": Abuse(
        FILL + "print(fill('/tmp'), fill('/dev/shm'))", code=0, says="ENOSPC ENOSPC"
    ),
    "a file beyond the limit": Abuse(
        "from signal import *\nsignal(SIGXFSZ, SIG_IGN)\nopen('big', 'wb').write(b'x' * (30 << 20))",
        code=1,
        says="File too large",
    ),
    "a sparse file": Abuse("open('big', 'wb').truncate(1 << 50)", says="File too large"),
    "every descriptor open": Abuse(
        "files = [open('/dev/null') for _ in range(9999)]", code=1, says="Too many open"
    ),
    "the first process killed": Abuse(
        "import os\ntry: os.kill(1, 9)\nexcept OSError as error: print(error.strerror)", code=0
    ),
    "everybody killed": Abuse("import os, time\nos.kill(-1, 9)\ntime.sleep(600)"),
    "its parent killed": Abuse("import os, time\nos.kill(os.getppid(), 9)\ntime.sleep(600)"),
    "itself killed": Abuse("import os; os.kill(os.getpid(), 9)", code=137),
    "standard input read": Abuse("import sys; print(repr(sys.stdin.read()))", code=0, says="''"),
    "a terminal asked for": Abuse("open('/dev/tty').read()", code=1, says="No such device"),
    "output closed, and on it goes": Abuse(
        "import os, time\nos.close(1); os.close(2)\ntime.sleep(0.3)", code=0
    ),
    "output closed, and on for ever": Abuse(
        "import os, time\nos.close(1); os.close(2)\nwhile True: time.sleep(600)", fault=TIME
    ),
    "its folder renamed": Abuse("import os; os.rename(os.getcwd(), '../gone'); print('renamed')"),
    "its folder removed": Abuse("import os, shutil; shutil.rmtree(os.getcwd()); print('removed')"),
    "everything deleted": Abuse(
        "import os, shutil\nfor top in ('/sandbox', '/env', '/tmp', '/home', '/etc', '/dev', '/run'):\n"
        "    shutil.rmtree(top, ignore_errors=True)",
        code=0,
    ),
    "folders without permissions": Abuse(
        "import os\nos.makedirs('a/b/c')\nfor path in ('a/b/c', 'a/b', 'a', '.', '..'): os.chmod(path, 0)"
    ),
    "folders too deep to name": Abuse(
        "import os\nfor _ in range(600):\n    os.mkdir('d' * 200); os.chdir('d' * 200)", code=0
    ),
    "names no one can print": Abuse(r"open(b'a\nb\xff\x1b[2J', 'w'); open('-rf *', 'w')", code=0),
    "pipes that block": Abuse("import os\nos.mkfifo('pipe'); open('pipe').read()", fault=TIME),
    "a lock on the place": Abuse(
        "import fcntl, os, time\nfcntl.flock(os.open('/sandbox', 0), fcntl.LOCK_EX)\ntime.sleep(600)"
    ),
    "the clock of alarms": Abuse(
        "import signal\nsignal.setitimer(signal.ITIMER_REAL, 0.1)\nsignal.pause()", code=142
    ),
}


@pytest.mark.timeout(180)
@pytest.mark.parametrize("name", ABUSES)
async def test_abuse_is_ended_and_the_next_run_works(session: SandboxSession, name: str) -> None:
    abuse, marker = ABUSES[name], secrets.token_hex(8)
    with anyio.fail_after(BOUND):
        report = await run(session, f"MARKER = {marker!r}\n{abuse.text}", marker)
    if abuse.code is not None:
        assert report.exit_code == abuse.code, report
    if abuse.fault:
        assert report.exit_code is None and report.fault, report
        lost = abuse.fault == PROCESSES and report.ended_by == "lost"
        assert lost or any(one in report.fault for one in await faults(session, abuse)), report
    assert abuse.says in report.output
    assert len(report.output) < 2 * POLICY.output
    assert living(marker) == []
    with anyio.fail_after(BOUND):
        after = await run(session, "import os; print(sorted(os.listdir()), os.listdir('/tmp'))")
    assert (after.exit_code, after.output) == (0, "['program.py'] []\n")


async def test_a_command_that_is_not_there_is_told_as_a_shell_does(session: SandboxSession) -> None:
    report = await session.run({}, check("no-such-command"))
    assert report.exit_code == 127 and "no-such-command" in report.output


async def test_a_file_that_is_no_program_is_told_as_a_shell_does(session: SandboxSession) -> None:
    assert (await session.run({PROGRAM: b"x"}, check("./program.py"))).exit_code == 126
