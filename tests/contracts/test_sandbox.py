"""What every Sandbox promises: the same tests on the scripted one and on each runner that works here."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

import anyio
import pytest

from samokoder.adapters.fakes import FakeSandbox
from samokoder.domain.evidence import Check, CommandReport
from samokoder.domain.paths import FilePath
from samokoder.ports import Sandbox, SandboxSession
from tests.adapters.engines import OTHERS, OtherEngines
from tests.adapters.sandboxes import NOTHING, RUNNERS, check

PROGRAM = FilePath("program.py")


def script(files: Mapping[FilePath, bytes], asked: Check) -> CommandReport:
    """Just enough of a shell for these tests."""
    name = FilePath(asked.command[1])
    if asked.command[0] != "python":
        return CommandReport(exit_code=127, output="no such command", seconds=0)
    if name not in files:
        return CommandReport(exit_code=2, output=f"can't open file {name}", seconds=0)
    text = files[name].decode()
    code = int(text.partition("exit(")[2].partition(")")[0] or 0)
    return CommandReport(exit_code=code, output=text.partition("print('")[2].partition("'")[0], seconds=0)


@pytest.fixture(params=["fake", *RUNNERS, *OTHERS])
async def sandbox(
    request: pytest.FixtureRequest, other_engines: OtherEngines, monkeypatch: pytest.MonkeyPatch
) -> Sandbox:
    if request.param == "fake":
        return FakeSandbox(script)
    return await other_engines.sandbox(request.param, monkeypatch)


@pytest.fixture
async def session(sandbox: Sandbox) -> AsyncIterator[SandboxSession]:
    async with sandbox.open(NOTHING) as opened:
        yield opened


async def test_a_command_that_ends_well_passes_and_its_output_is_kept(session: SandboxSession) -> None:
    report = await session.run({PROGRAM: b"print('hello')"}, check("python", "program.py"))
    assert (report.exit_code, report.output.strip(), report.fault) == (0, "hello", "")


async def test_the_exit_code_of_a_failing_command_is_its_own(session: SandboxSession) -> None:
    report = await session.run({PROGRAM: b"print('no'); exit(3)"}, check("python", "program.py"))
    assert (report.exit_code, report.output.strip(), report.passed) == (3, "no", False)


async def test_an_unknown_command_fails_as_in_a_shell(session: SandboxSession) -> None:
    report = await session.run({}, check("no-such-command", "x"))
    assert report.exit_code == 127


async def test_a_run_sees_its_own_files_and_no_others(session: SandboxSession) -> None:
    await session.run({PROGRAM: b"print('one')"}, check("python", "program.py"))
    report = await session.run({FilePath("other.py"): b""}, check("python", "program.py"))
    assert not report.passed and report.exit_code is not None


async def test_several_runs_at_once_do_not_see_each_other(session: SandboxSession) -> None:
    reports: dict[int, CommandReport] = {}

    async def run(number: int) -> None:
        files = {PROGRAM: f"print('{number}'); exit({number})".encode()}
        reports[number] = await session.run(files, check("python", "program.py"))

    async with anyio.create_task_group() as group:
        for number in range(4):
            group.start_soon(run, number)
    assert {n: (r.exit_code, r.output.strip()) for n, r in reports.items()} == {
        n: (n, str(n)) for n in range(4)
    }


async def test_equal_specifications_have_equal_digests(sandbox: Sandbox) -> None:
    async with sandbox.open(NOTHING) as one, sandbox.open(NOTHING) as two:
        assert one.digest == two.digest and len(one.digest) == 64


async def test_what_a_command_writes_can_be_heard_as_it_comes(session: SandboxSession) -> None:
    heard: list[bytes] = []
    report = await session.run({PROGRAM: b"print('hello')"}, check("python", "program.py"), heard.append)
    assert b"".join(heard).decode() == report.output and report.output.strip() == "hello"
