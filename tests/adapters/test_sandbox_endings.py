"""Each limit on a real engine, and the error a person is told it by; what was ended never passes."""

from __future__ import annotations

import anyio
import pytest

from samokoder.adapters.sandbox.endings import error_of, exit_code_of
from samokoder.adapters.sandbox.policy import MIB, SandboxPolicy
from samokoder.domain.paths import FilePath
from samokoder.errors import (
    CommandEnded,
    CommandNotFound,
    CommandTimeout,
    MemoryLimit,
    OutputLimit,
    ProcessLimit,
    WorkspaceFull,
)
from tests.adapters.sandboxes import NOTHING, SEPARATED, check, runner

TIGHT = SandboxPolicy(
    seconds=3, output=1000, output_total=50_000, run_memory=200 * MIB, processes=20, workspace_bytes=32 * MIB
)
BOUND = 45
PROGRAM = FilePath("program.py")
FILL = "for number in range(9999): open(f'{number}', 'wb').write(b'x' * (1 << 20))"
HOG = "import time\nhog = [bytearray(b'x') * (10 << 20) for _ in range(40)]\ntime.sleep(60)"
ENDINGS: dict[str, tuple[type[CommandEnded], int]] = {
    "while True: pass": (CommandTimeout, 124),
    "while True: print('x' * 999)": (OutputLimit, 125),
    HOG: (
        MemoryLimit,
        137,
    ),
    "import os, time\nfor _ in range(6): os.fork()\ntime.sleep(60)": (ProcessLimit, 125),
}


@pytest.mark.parametrize("name", SEPARATED)
@pytest.mark.parametrize("text", ENDINGS)
async def test_a_limit_has_an_error_of_its_own_that_says_what_to_do(name: str, text: str) -> None:
    kind, code = ENDINGS[text]
    async with (await runner(name, TIGHT)).open(NOTHING) as session:
        with anyio.fail_after(BOUND):
            report = await session.run({PROGRAM: text.encode()}, check("python", "program.py"))
    error = error_of(report)
    assert type(error) is kind and error.hint and not report.passed
    assert exit_code_of(report) == code


@pytest.mark.parametrize("name", SEPARATED)
async def test_a_full_workspace_and_a_missing_program_are_told_by_name(name: str) -> None:
    async with (await runner(name, TIGHT)).open(NOTHING) as session:
        full = await session.run({PROGRAM: FILL.encode()}, check("python", "program.py"))
        missing = await session.run({}, check("no-such-program"))
    for report, kind in ((full, WorkspaceFull), (missing, CommandNotFound)):
        error = error_of(report)
        assert type(error) is kind and error.hint and not report.passed, report


@pytest.mark.docker
async def test_memory_taken_faster_than_anybody_looks_is_ended_by_the_kernel_and_told_as_such() -> None:
    folders = {"workspace_bytes": 32 * MIB, "tmp_bytes": 16 * MIB, "shm_bytes": 16 * MIB}
    small = SandboxPolicy(memory=256 * MIB, run_memory=4096 * MIB, **folders)
    async with (await runner("docker", small)).open(NOTHING) as session:
        with anyio.fail_after(BOUND):
            report = await session.run(
                {PROGRAM: b"hog = bytearray(b'x') * (600 << 20)"}, check("python", "program.py")
            )
        assert type(error_of(report)) is MemoryLimit and not report.passed, report
        assert (await session.run({}, check("true"))).passed
