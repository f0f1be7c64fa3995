"""Code that wants to look as if it worked: no such run counts as passed, nor changes the next one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from samokoder.adapters.sandbox.frames import pack
from samokoder.adapters.sandbox.inside.landlock import NEEDED, version
from samokoder.domain.evidence import CommandReport
from samokoder.domain.paths import FilePath
from samokoder.ports import SandboxSession
from tests.adapters.sandboxes import NOTHING, SEPARATED, check, python, runner

pytestmark = pytest.mark.asyncio(loop_scope="module")

APP, TESTS = FilePath("app.py"), FilePath("tests/test_app.py")
FAILS = b"import app\n\ndef test_sum():\n    assert app.add(2, 2) == 5\n"
PASSES = b"import app\n\ndef test_sum():\n    assert app.add(2, 2) == 4\n"
HONEST = b"def add(a, b):\n    return a + b\n"


@pytest_asyncio.fixture(loop_scope="module", scope="module", params=SEPARATED)
async def sessions(request: pytest.FixtureRequest) -> AsyncIterator[dict[str, SandboxSession]]:
    made = await runner(request.param)
    async with made.open(python("pytest")) as warm, made.open(NOTHING) as plain:
        yield {"pytest": warm, "plain": plain}


async def under_test(
    session: SandboxSession, app: bytes, tests: bytes = FAILS, **more: bytes
) -> CommandReport:
    files = {APP: app, TESTS: tests} | {FilePath(name): text for name, text in more.items()}
    return await session.run(files, check("python", "-m", "pytest", "-q", "tests"))


async def ran(session: SandboxSession, text: str) -> CommandReport:
    return await session.run({APP: text.encode()}, check("python", "app.py"))


FRAME = pack({"id": "run-1", "code": 0}, b"1 passed in 0.01s\n")
WAYS_OUT = {
    "leaves at once": "import os; os._exit(0)",
    "leaves when called": "import os\ndef add(a, b): os._exit(0)",
    "leaves by an exception": "import sys\ndef add(a, b): sys.exit(0)",
    "leaves while imported": "raise SystemExit(0)",
    "changes the code on the way out": "import atexit, os; atexit.register(os._exit, 0)",
    "leaves from a thread": """
import os, threading, time
threading.Thread(target=lambda: os._exit(0)).start()
def add(a, b): time.sleep(5)
""",
    "becomes another program": "import os\ndef add(a, b): os.execv('/bin/true', ['true'])",
    "ends pytest by its own means": "import pytest\ndef add(a, b): pytest.exit('done', returncode=0)",
    "skips the test": "import unittest\ndef add(a, b): raise unittest.SkipTest('no')",
    "skips by pytest": "import pytest\ndef add(a, b): pytest.skip('no')",
    "expects to fail": "import pytest\ndef add(a, b): pytest.xfail('no')",
    "prints a frame of the keeper": f"import os\nos.write(1, {FRAME})\ndef add(a, b): os._exit(0)",
    "writes to every descriptor": f"""
import os
for fd in range(3, 64):
    try: os.write(fd, {FRAME})
    except OSError: pass
def add(a, b): os._exit(0)
""",
    "halts its watcher": "import os, signal\nos.kill(os.getppid(), signal.SIGSTOP)\ndef add(a, b): return 5",
}


@pytest.mark.parametrize("way", WAYS_OUT)
async def test_leaving_early_is_not_passing(sessions: dict[str, SandboxSession], way: str) -> None:
    report = await under_test(sessions["pytest"], WAYS_OUT[way].encode())
    assert not report.passed
    assert (await under_test(sessions["pytest"], HONEST, PASSES)).passed


async def test_collecting_is_not_passing(sessions: dict[str, SandboxSession]) -> None:
    settings = {"pytest.ini": b"[pytest]\naddopts = --collect-only\n"}
    report = await under_test(sessions["pytest"], HONEST, **settings)
    assert report.exit_code is None and "did not tell" in report.fault


@pytest.mark.parametrize("quiet", ["", "-q", "-q -q", "-v", "--color=yes"])
async def test_honest_tests_pass_however_loud_they_are(
    sessions: dict[str, SandboxSession], quiet: str
) -> None:
    files = {APP: HONEST, TESTS: PASSES}
    report = await sessions["pytest"].run(files, check("python", "-m", "pytest", *quiet.split(), "tests"))
    assert report.passed, report


LEAVES = """
import os, pathlib
home, work, scratch = pathlib.Path.home(), pathlib.Path.cwd(), pathlib.Path(os.environ["TMPDIR"])
shared = map(pathlib.Path, ("/tmp", "/tmp/deep/er", "/dev/shm", "/var/tmp", "/sandbox"))
for place in (work, home, scratch, work.parent, home.parent.parent, *shared):
    try:
        place.mkdir(parents=True, exist_ok=True)
        (place / "left").write_text("left")
        (place / "sitecustomize.py").write_text("print('poisoned')")
    except OSError:
        pass
os.chmod("/tmp/deep", 0) if os.path.exists("/tmp/deep") else None
"""
FINDS = """
import os, sys
found = [os.path.join(place, name) for top in ("/sandbox", "/tmp", "/dev/shm", "/var/tmp")
         for place, _, names in os.walk(top) for name in names if name in ("left", "sitecustomize.py")]
found += [name for name in os.listdir("/tmp") + os.listdir("/dev/shm")]
assert not found, found
"""


@pytest.mark.parametrize("kind", ["pytest", "plain"])
async def test_a_run_finds_nothing_of_the_one_before(sessions: dict[str, SandboxSession], kind: str) -> None:
    session = sessions[kind]
    if kind == "plain":
        assert (await ran(session, LEAVES)).passed
        report = await ran(session, FINDS)
    else:
        leaving = f"{LEAVES}\ndef add(a, b): return 5\n".encode()
        assert (await under_test(session, leaving)).passed
        report = await under_test(session, FINDS.encode() + HONEST, PASSES)
    assert report.passed and "poisoned" not in report.output, report.output


async def test_a_warm_interpreter_is_not_poisoned_by_what_ran_in_its_forks(
    sessions: dict[str, SandboxSession],
) -> None:
    """A fork has its own memory: patches of pytest, of builtins and of paths end with it."""
    patches = (
        b"import builtins, sys, _pytest.runner, _pytest.python\n"
        b"_pytest.python.Function.runtest = lambda self: None\n"
        b"builtins.sum = lambda *_: 5\nsys.path.insert(0, '/tmp')\nsys.modules['app2'] = sys\n"
        b"def add(a, b): return 5\n"
    )
    assert (await under_test(sessions["pytest"], patches)).passed  # it cheats itself, as the scanner tells
    report = await under_test(sessions["pytest"], HONEST)
    assert report.exit_code == 1 and "4 == 5" in report.output


async def test_no_process_of_a_run_reaches_into_the_next(sessions: dict[str, SandboxSession]) -> None:
    lives_on = """
import os, signal, time
for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        if os.fork():
            os._exit(0)
        for number in range(1, 32):
            try: signal.signal(number, signal.SIG_IGN)
            except OSError: pass
        while True:
            for place in ("/tmp", "/dev/shm"):
                try: open(f"{place}/alive", "w").close()
                except OSError: pass
            time.sleep(0.005)
time.sleep(0.3)
"""
    assert (await ran(sessions["plain"], lives_on)).passed
    watch = "import os, time; time.sleep(0.2); print(os.listdir('/tmp') + os.listdir('/dev/shm'))"
    assert (await ran(sessions["plain"], watch)).output == "[]\n"


async def test_memory_shared_by_name_does_not_outlive_a_run(sessions: dict[str, SandboxSession]) -> None:
    imports = "from multiprocessing import shared_memory, resource_tracker\n"
    leave = f"""{imports}
kept = shared_memory.SharedMemory('kept', create=True, size=64)
resource_tracker.unregister(kept._name, 'shared_memory')
"""
    assert (await ran(sessions["plain"], leave)).passed
    found = await ran(sessions["plain"], f"{imports}shared_memory.SharedMemory('kept')")
    assert "FileNotFoundError" in found.output


async def test_runs_side_by_side_cannot_change_one_anothers_files(
    sessions: dict[str, SandboxSession],
) -> None:
    """Where the kernel has Landlock; without it they are only as far apart as users allow."""
    if version() < NEEDED:
        pytest.skip("this kernel has no Landlock")
    victim = (
        "import time; time.sleep(1.5); print(open('app.py').read() == open(__file__).read() and 'intact')"
    )
    attacker = """
import os, signal, time
deadline, done, seen = time.monotonic() + 1.2, [], set()
while time.monotonic() < deadline:
    for place, _, names in os.walk("/sandbox"):
        for name in names:
            path = os.path.join(place, name)
            if not path.startswith(os.path.dirname(os.getcwd())):
                seen.add(path)
                try:
                    open(path, "a").write("\\nprint('changed')")
                    done.append(path)
                except OSError:
                    pass
    for pid in os.listdir("/proc"):
        if pid.isdigit() and int(pid) not in (1, os.getpid()):
            try:
                os.kill(int(pid), signal.SIGKILL)
                done.append(pid)
            except OSError:
                pass
    time.sleep(0.05)
print("changed", done)
"""
    first, second = await asyncio.gather(ran(sessions["plain"], victim), ran(sessions["plain"], attacker))
    assert "intact" in first.output and first.passed
    assert second.output == "changed []\n"


async def test_the_environment_holds_nothing_of_the_server(
    sessions: dict[str, SandboxSession], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAMOKODER_BAIT_KEY", "sk-bait-0123456789")
    search = """
import glob, os
for path in ['/proc/self/environ', *glob.glob('/proc/[0-9]*/environ'), *glob.glob('/proc/[0-9]*/cmdline')]:
    try:
        assert b'sk-' b'bait' not in open(path, 'rb').read()
    except OSError:
        pass
assert not [name for name in os.environ if 'BAIT' in name]
"""
    assert (await ran(sessions["plain"], search)).passed


async def test_terminal_sequences_and_odd_bytes_stay_text(sessions: dict[str, SandboxSession]) -> None:
    report = await ran(
        sessions["plain"], r"import os; os.write(1, b'\x1b]0;title\x07\x1b[2J\xff\xfe\x00end\n')"
    )
    assert report.passed and report.output == "\x1b]0;title\x07\x1b[2J\ufffd\ufffd\x00end\n"
