"""The command line as it is typed, over the real server with fake runs."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import signal
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from samokoder.cli.working import exit_code
from samokoder.domain.ending import EXIT_CODES

REPOSITORY = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "tests.cli.fake_cli")


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str

    @property
    def values(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


async def start(tmp_path: Path, *arguments: str, **streams: Any) -> asyncio.subprocess.Process:
    state = {"SAMOKODER_STATE": str(tmp_path / "state"), "SAMOKODER_CACHE": str(tmp_path / "cache")}
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), asyncio.subprocess.PIPE)
    return await asyncio.create_subprocess_exec(
        *COMMAND, *arguments, cwd=REPOSITORY, env={**os.environ, **state}, **{**pipes, **streams}
    )


async def samokoder(tmp_path: Path, *arguments: str, typed: bytes = b"") -> Result:
    process = await start(tmp_path, *arguments)
    out, err = await process.communicate(typed)
    return Result(process.returncode or 0, out.decode(), err.decode())


async def test_a_verified_run_ends_with_zero_and_tells_how_that_is_known(tmp_path: Path) -> None:
    app = tmp_path / "app"
    result = await samokoder(tmp_path, "generate", "books", "--into", str(app), "--sandbox", "local-unsafe")
    assert result.code == 0 and result.err == ""
    assert "Books: verified" in result.out
    assert "sandbox  local runner; separates nothing from this machine" in result.out
    assert "model    a story" in result.out
    assert f"files    7 in {app}" in result.out
    assert "passed  python -m pytest -q tests/test_records.py  (exit code 0, 0.10 s)" in result.out
    assert f"start    cd {app} && PORT=8000 python -m app" in result.out
    assert "\x1b" not in result.out


async def test_an_unproved_run_ends_with_its_own_code_and_says_what_fails(tmp_path: Path) -> None:
    result = await samokoder(tmp_path, "generate", "failing books", "--into", str(tmp_path / "app"))
    assert result.code == EXIT_CODES["stuck"]
    assert "FAILED  python -m pytest" in result.out and "samokoder resume r1" in result.out
    assert "start  " not in result.out


async def test_json_is_one_value_a_line(tmp_path: Path) -> None:
    result = await samokoder(tmp_path, "generate", "книги", "--into", str(tmp_path / "app"), "--json")
    assert result.code == 0
    kinds = [next(iter(value)) for value in result.values]
    assert kinds[0] == "begun" and kinds[-1] == "picture" and {"event", "status"} < set(kinds)
    assert result.values[-1]["picture"]["description"] == "книги"


async def test_a_description_comes_from_a_file_or_stdin(tmp_path: Path) -> None:
    brief = tmp_path / "brief.md"
    brief.write_text("# книги\n", encoding="utf-8")
    into = ("--into", str(tmp_path / "app"), "--json")
    text = brief.read_bytes()
    for arguments, typed in ((("--file", str(brief)), b""), (("-",), text), (("--file", "-"), text)):
        result = await samokoder(tmp_path, "generate", *arguments, *into, typed=typed)
        assert result.values[-1]["picture"]["description"] == "# книги\n"


async def test_what_cannot_be_used_is_refused_with_two(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    (tmp_path / "file").write_text("x")
    into = ("--into", str(tmp_path / "app"))
    for arguments, said in (
        (("generate", "books"), "--into"),
        (("generate", *into), "give a description"),
        (("generate", "", *into), "The description is empty."),
        (("generate", "--file", str(tmp_path / "binary"), *into), "not UTF-8"),
        (("generate", "--file", str(tmp_path / "none"), *into), "No such file"),
        (("generate", "books", "--into", str(tmp_path / "file")), "is a file"),
        (("generate", "books", "--sandbox", "cloud", *into), "invalid choice"),
        (("generate", "books", "--budget-calls", "0", *into), "options.budget.calls"),
        (("generate", "books", "--seconds", "0", *into), "options.budget.seconds"),
        (("answer", "r1"), "give the answer"),
        (("dance",), "invalid choice"),
        ((), "required"),
    ):
        result = await samokoder(tmp_path, *arguments)
        assert (result.code, said in result.err) == (2, True), (arguments, result)
    assert not (tmp_path / "app").exists()


async def test_a_question_nobody_can_answer_ends_with_how_to(tmp_path: Path) -> None:
    result = await samokoder(tmp_path, "generate", "books", "--into", str(tmp_path / "app"), "--ask")
    assert result.code == EXIT_CODES["blocked"]
    assert "samokoder answer r1 q1 TEXT" in result.out
    result = await samokoder(tmp_path, "generate", "books", "--into", str(tmp_path / "app"), "--approve-plan")
    assert result.code == EXIT_CODES["blocked"] and "samokoder approve r1" in result.out


async def test_an_unknown_run_is_an_error_with_a_hint(tmp_path: Path) -> None:
    for arguments in (
        ("show", "r7"),
        ("answer", "r7", "yes"),
        ("fork", "r7", "--at", "1"),
        ("explain", "r7", "T1/T1"),
        ("waive", "r7", "f1", "because"),
    ):
        result = await samokoder(tmp_path, *arguments)
        assert result.code == 1 and "samokoder: There is no run 'r7'" in result.err, (arguments, result)
    assert "samokoder.runs lists them" in result.err
    as_json = await samokoder(tmp_path, "show", "r7", "--json")
    assert as_json.values == [
        {"error": "There is no run 'r7'.", "kind": "notFound", "hint": "samokoder.runs lists them."}
    ]


async def test_runs_and_doctor_are_told_in_words_and_json(tmp_path: Path) -> None:
    assert (await samokoder(tmp_path, "runs")).out == "no runs on record\n"
    assert (await samokoder(tmp_path, "runs", "--json")).values == [{"runs": []}]
    doctor = await samokoder(tmp_path, "doctor")
    assert doctor.code == 1 and "NO  model" in doctor.out and "Start it." in doctor.out


async def _until(process: asyncio.subprocess.Process, words: str) -> None:
    assert process.stdout is not None
    while words not in (await asyncio.wait_for(process.stdout.readline(), 30)).decode():
        pass


async def test_control_c_cancels_the_run_and_says_so(tmp_path: Path) -> None:
    process = await start(tmp_path, "generate", "books forever", "--into", str(tmp_path / "app"))
    await _until(process, "broken down")
    process.send_signal(signal.SIGINT)
    out, err = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == EXIT_CODES["cancelled"]
    assert b"cancelling" in out and b"Books: cancelled" in out and err == b""


async def test_nothing_is_left_running_when_the_command_line_is_killed(tmp_path: Path) -> None:
    process = await start(tmp_path, "generate", "books forever", "--into", str(tmp_path / "app"))
    await _until(process, "broken down")
    server = _server(tmp_path)
    process.kill()
    await process.communicate()
    for _ in range(200):  # a zombie of nobody's is gone as well
        try:
            os.kill(server, 0)
        except ProcessLookupError:
            return
        await asyncio.sleep(0.05)
    pytest.fail("the server still runs")


def _server(tmp_path: Path) -> int:
    """The process that works on the only run."""
    (mark,) = (tmp_path / "state" / "under-way").glob("*.json")
    return int(json.loads(mark.read_text())["pid"])


async def test_the_death_of_the_server_is_told_with_how_to_go_on(tmp_path: Path) -> None:
    process = await start(tmp_path, "generate", "books forever", "--into", str(tmp_path / "app"))
    await _until(process, "broken down")
    os.kill(_server(tmp_path), signal.SIGKILL)
    _, err = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 16 and b"samokoder resume r1" in err and b"Traceback" not in err


async def test_control_c_twice_leaves_the_run_to_be_resumed(tmp_path: Path) -> None:
    process = await start(tmp_path, "generate", "books stubbornly forever", "--into", str(tmp_path / "app"))
    await _until(process, "broken down")
    process.send_signal(signal.SIGINT)
    await _until(process, "cancelling")
    process.send_signal(signal.SIGINT)
    _, err = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 16, err
    assert _server(tmp_path) > 0


async def test_control_c_at_a_question_cancels_the_run(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    arguments = ("generate", "books", "--into", str(tmp_path / "app"), "--ask")
    process = await start(tmp_path, *arguments, stdin=theirs, stdout=theirs)
    os.close(theirs)
    talk = asyncio.create_task(asyncio.to_thread(_converse, ours, {}, b"Who may add books?", process.pid))
    seen = await talk
    await process.wait()
    os.close(ours)
    assert process.returncode == EXIT_CODES["cancelled"], seen.decode()


async def test_questions_are_asked_on_a_terminal(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    arguments = ("generate", "books", "--into", str(tmp_path / "app"), "--ask", "--approve-spec")
    process = await start(tmp_path, *arguments, stdin=theirs, stdout=theirs)
    os.close(theirs)
    seen = await asyncio.to_thread(
        _converse, ours, {b"Who may add books?": b"staff\n", b"approve? [y/n]": b"y\n"}
    )
    await process.wait()
    os.close(ours)
    assert process.returncode == 0, seen.decode()
    assert b"Books: verified" in seen


def _converse(terminal: int, answers: dict[bytes, bytes], until: bytes = b"", pid: int = 0) -> bytes:
    """Everything that appeared, each question answered once; Ctrl-C when ``until`` appears."""
    seen, waiting = b"", dict(answers)
    while True:
        try:
            data = os.read(terminal, 65536)
        except OSError:  # the other side has closed it
            return seen
        seen += data
        if pid and until in seen:
            os.kill(pid, signal.SIGINT)
            pid = 0
        for question in [question for question in waiting if question in seen]:
            os.write(terminal, waiting.pop(question))


async def test_a_port_that_is_taken_is_an_error_in_words(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        for arguments in (("serve", "--tcp", port), ("model", "serve", "--port", port)):
            result = await samokoder(tmp_path, *arguments)
            assert result.code == 1 and port in result.err and "Traceback" not in result.err, arguments


@pytest.mark.parametrize("state", ["running", "waiting", "interrupted", "stuck", "nonsense"])
def test_only_verified_is_success(state: str) -> None:
    assert exit_code(state) != 0
    assert exit_code("verified") == 0


def test_every_end_state_has_a_code_of_its_own() -> None:
    assert len(set(EXIT_CODES.values())) == len(EXIT_CODES)
    assert not {1, 2} & set(EXIT_CODES.values())


async def test_what_was_spent_and_what_a_run_will_cost_are_told(tmp_path: Path) -> None:
    spent = await samokoder(tmp_path, "costs")
    assert spent.code == 0 and spent.out.splitlines()[0].startswith("$0.0000  0 calls")
    assert (await samokoder(tmp_path, "estimate")).out == (
        "A run takes about 38 calls and costs nothing (a guess: no run of yours is on record).\n"
    )


async def test_a_model_that_is_away_makes_the_test_of_it_fail_with_the_reason(tmp_path: Path) -> None:
    result = await samokoder(tmp_path, "test-model", "groq/llama")
    assert (result.code, result.out) == (1, "groq/llama: away Wait.\n")
