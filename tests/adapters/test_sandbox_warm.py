"""A warm run tells what a cold one tells; where it could not, it is cold."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping

import anyio
import pytest

from samokoder.adapters.sandbox.session import Session
from samokoder.adapters.sandbox.warm import fits
from samokoder.domain.architecture import Service
from samokoder.domain.evidence import CommandReport, failing_tests
from samokoder.domain.paths import FilePath
from samokoder.ports import SandboxSession
from tests.adapters.sandboxes import RUNNERS, check, living, python, runner

TESTS = FilePath("tests/test_it.py")
PASSING = b"def test_a():\n    assert True\n"
SITUATIONS: dict[str, Mapping[FilePath, bytes]] = {
    "passing": {TESTS: PASSING, FilePath("app.py"): b"A = 1\n"},
    "importing from the workspace": {FilePath("app.py"): b"A = 1\n", TESTS: b"import app\n" + PASSING},
    "failing": {TESTS: PASSING + b"def test_b():\n    assert 1 == 2\n"},
    "an import that fails": {TESTS: b"import missing_module\n" + PASSING},
    "a syntax error": {TESTS: b"def test_a(:\n"},
    "no tests": {TESTS: b""},
    "leaving before the tests": {TESTS: b"import os\nos._exit(0)\n"},
    "leaving with a code": {TESTS: b"import sys\nsys.exit(7)\n"},
    "killed by a signal": {TESTS: b"import os\ndef test_a():\n    os.kill(os.getpid(), 9)\n"},
    "hash order": {TESTS: b"def test_a():\n    assert list({'a', 'b', 'c', 'd'}) == []\n"},
    "path and arguments": {
        TESTS: b"import sys\ndef test_a():\n    assert sys.argv[1:] == sys.orig_argv[1:], __name__\n"
    },
    "a conftest": {FilePath("conftest.py"): b"import pytest\n@pytest.fixture\ndef one(): return 1\n",
                   TESTS: b"def test_a(one):\n    assert one == 2\n"},
}  # fmt: skip


@pytest.fixture(params=RUNNERS)
async def sessions(request: pytest.FixtureRequest) -> AsyncIterator[tuple[SandboxSession, SandboxSession]]:
    """A cold one and a warm one."""
    made = await runner(request.param)
    async with made.open(python("pytest")) as warm:
        assert isinstance(warm, Session)
        assert await warm.warmed_up()
        yield Session(warm._place, warm._environment, warm._policy, None), warm


async def run(session: SandboxSession, files: Mapping[FilePath, bytes]) -> CommandReport:
    return await session.run(files, check("python", "-m", "pytest", "-q", "tests"))


def told(report: CommandReport) -> tuple[int | None, tuple[str, ...], list[str]]:
    """All but what differs from run to run."""
    lines = [line for line in report.output.splitlines() if " in 0." not in line and " in 1." not in line]
    return report.exit_code, failing_tests(report.output), lines


async def test_warm_and_cold_runs_tell_the_same(sessions: tuple[SandboxSession, SandboxSession]) -> None:
    cold, warm = sessions
    for name, files in SITUATIONS.items():
        assert told(await run(warm, files)) == told(await run(cold, files)), name


PROGRAMS = {
    "what it sees": b"import os, sys\nprint(__name__, sys.argv, sys.path[0], sorted(os.environ))\n",
    "an exit code": b"raise SystemExit(3)\n",
    "an error": b"1 / 0\n",
    "standard input": b"print(repr(input()))\n",
    "threads left behind": b"import threading\nthreading.Thread(target=print, args=('late',)).start()\n",
}
SERVICES = {
    "answering": b"""
import http.server, os, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(repr(sys.argv).encode())
http.server.HTTPServer(('127.0.0.1', int(os.environ['PORT'])), Handler).serve_forever()
""",
    "ending": b"raise SystemExit('no database')\n",
    "ending well, too early": b"print('bye')\n",
}


async def test_any_python_module_is_told_of_the_same(
    sessions: tuple[SandboxSession, SandboxSession],
) -> None:
    cold, warm = sessions
    for name, program in PROGRAMS.items():
        run_it = check("python", "-m", "program", "word")
        reports = [await s.run({FilePath("program.py"): program}, run_it) for s in (warm, cold)]
        lines = [(report.exit_code, _without_frames(report.output)) for report in reports]
        assert lines[0] == lines[1], name


async def test_a_warm_service_is_looked_at_as_a_cold_one(
    sessions: tuple[SandboxSession, SandboxSession],
) -> None:
    cold, warm = sessions
    start = Service(command=("python", "-m", "serve"), port=8124, health="/")
    for name, program in SERVICES.items():
        files = {FilePath("serve.py"): program}
        reports = [await s.run(files, check(service=start)) for s in (warm, cold)]
        said = [(report.exit_code, _without_log(report.output)) for report in reports]
        assert said[0] == said[1], name
        assert (said[0][0] == 0) == (name == "answering"), name


def _without_frames(output: str) -> list[str]:
    """A traceback shows the caller's frames, which are ours in a fork."""
    return [line for line in output.splitlines() if not line.startswith(" ")]


def _without_log(output: str) -> list[str]:
    """The second run finds the port still waiting for the connections of the first to die."""
    lines = _without_frames(output.replace("on the free port", "on the declared port"))
    return [line for line in lines if "GET / HTTP" not in line]


async def test_a_warm_run_is_a_fork_of_what_was_warmed_up(
    sessions: tuple[SandboxSession, SandboxSession],
) -> None:
    where = {TESTS: b"import pytest\ndef test_a():\n    assert id(pytest) == 0\n"}
    cold, warm = sessions
    said = [(await run(session, where)).output.split("E  ")[1] for session in (warm, warm, cold)]
    assert said[0] == said[1] != said[2]


async def test_a_run_that_kills_the_warm_interpreter_never_passes_and_the_next_is_cold(
    sessions: tuple[SandboxSession, SandboxSession],
) -> None:
    warm = sessions[1]
    report = await run(
        warm, {TESTS: b"import os, signal\nos.kill(os.getppid(), 9)\nimport time; time.sleep(5)\n"}
    )
    assert not report.passed
    assert told(await run(warm, SITUATIONS["failing"]))[:2] == (1, ("tests/test_it.py::test_b",))


async def test_a_cancelled_warm_run_is_gone_and_the_interpreter_stays_warm(
    sessions: tuple[SandboxSession, SandboxSession],
) -> None:
    warm, marker = sessions[1], secrets.token_hex(8)
    sleep = f"import subprocess, sys\ncode = 'import time; time.sleep(600) # {marker}'\n"
    sleep += "subprocess.run([sys.executable, '-c', code])\n"
    running = asyncio.create_task(run(warm, {TESTS: sleep.encode()}))
    with anyio.fail_after(10):
        while not living(marker):
            await anyio.sleep(0.05)
    running.cancel()
    await asyncio.wait([running])
    assert living(marker) == []
    assert isinstance(warm, Session) and await warm.warmed_up()
    assert (await run(warm, SITUATIONS["passing"])).passed


@pytest.mark.parametrize(
    ("command", "files"),
    [
        (("python", "app.py"), {}),
        (("python", "-m", "pytest", "-W", "error"), {}),
        (("python", "-m", "pytest", "-p", "no:cacheprovider"), {}),
        (("python", "-m", "pytest"), {"json.py": b""}),
        (("python", "-m", "pytest"), {"fastapi/__init__.py": b""}),
        (
            ("python", "-m", "pytest"),
            {"pyproject.toml": b"[tool.pytest.ini_options]\nfilterwarnings = ['error']"},
        ),
    ],
)
def test_a_run_that_could_tell_the_difference_is_cold(
    command: tuple[str, ...], files: dict[str, bytes]
) -> None:
    loaded = frozenset({"json", "fastapi", "pytest"})
    assert not fits(check(*command), {FilePath(path): text for path, text in files.items()}, loaded)
    assert fits(check("python", "-m", "pytest", "-q"), {FilePath("app.py"): b""}, loaded)
    assert not fits(check("python", "-m", "pytest", "-q"), {FilePath("app.py"): b""}, frozenset())
