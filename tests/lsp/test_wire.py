"""The protocol's edges: what pygls 2.1.1 does not do, and every way a connection can end."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from pygls.exceptions import JsonRpcInternalError

from samokoder.lsp.server import Server
from samokoder.lsp.writer import BACKLOG, DrainingWriter
from tests.lsp.conftest import ALL
from tests.lsp.fake_backend import backend
from tests.lsp.raw import REPOSITORY, RawClient, raw_client

HEAVY = ("openai", "sqlalchemy", "docker", "jinja2", "alembic", "aiosqlite", "samokoder.orchestrator.runs")
REST = 60 * 1024
"""KiB of resident memory of a server nobody has asked anything yet."""


# ------------------------------------------------------------------------------------- what is sent


async def test_cancelling_a_request_reaches_the_command_that_works_on_it(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    async with raw_client(tmp_path, SLOW_DOCTOR=str(trace)) as client:
        await client.initialize()
        number = await client.post("workspace/executeCommand", {"command": "samokoder.doctor"})
        await client.command("runs")
        await client.notify("$/cancelRequest", {"id": number})
        answer = await client.answer(number)
        assert answer["error"]["code"] == -32800
        await client.command("runs")
        assert trace.read_text() == "cancelled"


@pytest.mark.parametrize("arguments", [{}, {"arguments": None}, {"arguments": []}, {"arguments": [[]]}])
async def test_a_command_without_arguments_may_be_called_in_every_way_clients_do(
    plain: RawClient, arguments: dict[str, object]
) -> None:
    answer = await plain.ask("workspace/executeCommand", {"command": "samokoder.runs", **arguments})
    assert answer["result"] == {"runs": []}


async def test_what_cannot_be_read_is_refused_with_the_fields_that_are_wrong(
    plain: RawClient, tmp_path: Path
) -> None:
    unknown = await plain.ask("workspace/executeCommand", {"command": "samokoder.dance"})
    assert unknown["error"]["code"] == -32602 and "samokoder.dance" in unknown["error"]["message"]

    two = await plain.ask("workspace/executeCommand", {"command": "samokoder.runs", "arguments": [{}, {}]})
    assert two["error"]["code"] == -32602

    extra = await plain.command("generate", description="x", target=str(tmp_path), options={"colour": 1})
    assert extra["error"]["data"]["fields"][0]["field"] == "options.colour"

    wrong = await plain.command("fork", runId="r1", step=-1)
    assert [fault["field"] for fault in wrong["error"]["data"]["fields"]] == ["step"]

    neither = await plain.command("explain", runId="r1")
    assert neither["error"]["code"] == -32602 and "findingId" in neither["error"]["message"]


async def test_a_request_whose_parameters_make_no_sense_is_answered(plain: RawClient) -> None:
    answer = await plain.ask("workspace/executeCommand", 7)
    assert answer["error"]["code"] == -32602
    answer = await plain.ask("textDocument/codeLens", {"textDocument": []})
    assert answer["error"]["code"] == -32602
    assert (await plain.command("runs"))["result"] == {"runs": []}


async def test_rubbish_between_messages_does_not_end_the_conversation(plain: RawClient) -> None:
    await plain.write(b"Content-Length: 9\r\n\r\nnot json!")
    assert (await plain.command("runs"))["result"] == {"runs": []}


async def test_requests_out_of_turn_are_refused_not_dropped(raw: RawClient) -> None:
    early = await raw.command("runs")
    assert early["error"]["code"] == -32002
    await raw.initialize()
    again = await raw.ask("initialize", {"processId": None, "rootUri": None, "capabilities": {}})
    assert again["error"]["code"] == -32600
    assert "result" in await raw.ask("shutdown")
    for method in ("shutdown", "workspace/executeCommand"):
        late = await raw.ask(method, {"command": "samokoder.runs"} if "/" in method else None)
        assert late["error"]["code"] == -32600
    await raw.notify("exit")
    assert await raw.exit_code() == 0


async def test_the_inside_of_the_program_never_reaches_the_client(plain: RawClient) -> None:
    answer = await plain.command("show", runId="nobody")
    assert answer["error"]["code"] == -32803
    assert answer["error"]["data"] == {
        "kind": "notFound",
        "runId": "nobody",
        "retryable": False,
        "hint": "samokoder.runs lists them.",
    }
    assert "Traceback" not in str(answer) and "server/samokoder" not in str(answer)


async def test_a_fault_of_ours_is_told_by_the_id_it_has_in_the_log(plain: RawClient, tmp_path: Path) -> None:
    answer = await plain.command("generate", description="broken", target=str(tmp_path / "app"))
    data = answer["error"]["data"]
    assert answer["error"]["code"] == -32603 and data["kind"] == "fault"
    assert "the inside of the program" not in str(answer)
    await plain.ask("shutdown")
    await plain.notify("exit")
    log = await _complaints(plain)
    assert data["logId"] in log and "the inside of the program" in log


async def test_a_fault_in_a_lens_or_action_leaves_no_traceback_either(tmp_path: Path) -> None:
    sent: list[bytes] = []
    server = Server(backend({}))
    server.protocol.set_writer(SimpleNamespace(write=sent.append, close=lambda: None))
    try:
        raise RuntimeError("the inside of the program")
    except RuntimeError:
        error = JsonRpcInternalError.of(sys.exc_info()).to_response_error()
    server.protocol._send_response(1, error=error)
    assert b'"kind": "fault"' in sent[0] and b"inside" not in sent[0] and b"traceback" not in sent[0]


# -------------------------------------------------------------------------------------- how it ends


async def test_shutdown_and_exit_end_a_server_with_runs_under_way(rich: RawClient, tmp_path: Path) -> None:
    await _two_runs(rich, tmp_path)
    assert (await rich.ask("shutdown"))["result"] is None
    await rich.notify("exit")
    assert await rich.exit_code() == 0


async def test_exit_without_shutdown_is_a_fault_of_the_client(rich: RawClient, tmp_path: Path) -> None:
    await _two_runs(rich, tmp_path)
    await rich.notify("exit")
    assert await rich.exit_code() == 1


async def test_the_end_of_input_ends_the_server(rich: RawClient, tmp_path: Path) -> None:
    await _two_runs(rich, tmp_path)
    assert rich.process.stdin is not None
    rich.process.stdin.close()
    assert await rich.exit_code() == 1
    assert await _complaints(rich) == ""


async def test_sigterm_ends_the_server_and_leaves_its_runs_to_be_resumed(tmp_path: Path) -> None:
    async with raw_client(tmp_path) as first:
        await first.initialize(experimental=ALL)
        await _two_runs(first, tmp_path)
        first.process.send_signal(signal.SIGTERM)
        assert await first.exit_code() == 1
        assert await _complaints(first) == ""
    async with raw_client(tmp_path) as second:
        await second.initialize()
        said = await second.message("window/showMessage")
        assert "r1" in said["message"] and "samokoder.resume" in said["message"]


async def test_the_death_of_the_editor_ends_the_server_even_when_its_pipes_stay_open(
    raw: RawClient, tmp_path: Path
) -> None:
    editor = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "input()", stdin=asyncio.subprocess.PIPE
    )
    await raw.ask("initialize", {"processId": editor.pid, "rootUri": None, "capabilities": {}})
    await raw.notify("initialized", {})
    assert (await raw.command("runs"))["result"] == {"runs": []}
    editor.kill()
    await editor.wait()
    assert await raw.exit_code() == 1


async def test_a_client_that_stops_reading_still_gets_everything_later(plain: RawClient) -> None:
    assert plain._reading is not None and plain.process.stdout is not None
    plain._reading.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await plain._reading
    params = {"command": "samokoder.doctor", "arguments": [{}]}
    for _ in range(3_000):  # the answers are more than any pipe holds
        last = await plain.post("workspace/executeCommand", params)
    plain.listen()
    assert "result" in await plain.answer(last)


def test_writing_never_waits_for_the_reader_and_gives_up_on_one_that_is_stuck() -> None:
    reading, writing = os.pipe()
    told: list[str] = []
    writer = DrainingWriter(os.fdopen(writing, "wb"), lambda: told.append("gone"))
    piece = b"x" * (BACKLOG // 4)
    for _ in range(4):
        writer.write(piece)
    assert told == []
    writer.write(piece)
    assert told == ["gone"]
    os.close(reading)


async def test_a_connection_over_tcp_comes_from_this_machine_only(tmp_path: Path) -> None:
    async with raw_client(tmp_path, "--tcp") as server:
        assert server.process.stderr is not None
        place = (await server.process.stderr.readline()).decode().split()[-1]
        host, port = place.split(":")
        assert host == "127.0.0.1"
        reader, writer = await asyncio.open_connection(host, int(port))
        params = {"processId": None, "rootUri": None, "capabilities": {}}
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}).encode()
        writer.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        assert b"Content-Length" in await asyncio.wait_for(reader.readline(), 20)
        writer.close()
        assert await server.exit_code() == 1


async def test_a_signal_ends_a_server_nobody_has_connected_to(tmp_path: Path) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        async with raw_client(tmp_path, "--tcp") as server:
            assert server.process.stderr is not None
            await server.process.stderr.readline()
            server.process.send_signal(number)
            assert await server.exit_code() == 1
            assert await _complaints(server) == ""


# ------------------------------------------------------------------------------ what it costs at rest


async def test_a_server_at_rest_has_loaded_nothing_heavy(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-X", "importtime", "-m", "samokoder", "serve"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=REPOSITORY,
        env={**os.environ, "SAMOKODER_STATE": str(tmp_path), "SAMOKODER_CACHE": str(tmp_path)},
    )
    client = RawClient(process)
    client.listen()
    answer = await client.initialize()
    assert answer["result"]["serverInfo"]["name"] == "samokoder"
    resident = _resident(process.pid)
    await client.ask("shutdown")
    await client.notify("exit")
    assert process.stderr is not None
    trace = (await process.stderr.read()).decode()
    imported = {line.rsplit("|", 1)[-1].strip() for line in trace.splitlines()}
    assert await process.wait() == 0
    assert "samokoder.lsp.server" in imported
    assert imported.isdisjoint(HEAVY)
    assert resident is None or resident <= REST


def _resident(pid: int) -> int | None:
    """KiB; None where the system does not tell."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return None
    return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmRSS"))


async def _two_runs(client: RawClient, tmp_path: Path) -> None:
    for name in ("one", "two"):
        answer = await client.command(
            "generate", description=f"books forever {name}", target=str(tmp_path / name)
        )
        assert answer["result"]["state"] == "running"
    await client.message("samokoder/event", lambda event: event["action"] == "WriteFile")


async def _complaints(client: RawClient) -> str:
    assert client.process.stderr is not None
    return (await client.process.stderr.read()).decode()
