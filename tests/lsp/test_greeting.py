"""The answer given before the server is there is the one the server would give."""

from __future__ import annotations

import asyncio
import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from samokoder.lsp.greeting import Reread, answer, greet
from tests.lsp.raw import RawClient, raw_client

CLIENTS: dict[str, dict[str, Any]] = {
    "bare": {},
    "one that likes UTF-8": {"general": {"positionEncodings": ["utf-8", "utf-16"]}},
    "one that knows other encodings": {"general": {"positionEncodings": ["utf-7"]}},
    "one that can do much": {
        "window": {"workDoneProgress": True, "showDocument": {"support": True}},
        "workspace": {
            "applyEdit": True,
            "configuration": True,
            "workspaceFolders": True,
            "fileOperations": {"willCreate": True, "didRename": True},
            "textDocumentContent": {"dynamicRegistration": True},
        },
        "textDocument": {
            "rename": {"prepareSupport": True},
            "codeLens": {"dynamicRegistration": True},
            "synchronization": {"willSave": True, "didSave": True},
        },
    },
}


@pytest.mark.parametrize("capabilities", CLIENTS.values(), ids=CLIENTS)
async def test_the_shipped_answer_is_the_servers_own(tmp_path: Path, capabilities: dict[str, Any]) -> None:
    """Where it is not: run ``python -m samokoder.lsp.greeting``."""
    params = {"processId": None, "rootUri": None, "capabilities": capabilities}
    async with raw_client(tmp_path) as client:  # its server is started without a greeting
        said = (await client.ask("initialize", params))["result"]
    for name in ("willSave", "willSaveWaitUntil"):  # absent and false mean the same
        assert said["capabilities"]["textDocumentSync"].pop(name, False) is False
    assert answer(params) == said


def framed(*messages: object) -> bytes:
    bodies = [json.dumps(message).encode() for message in messages]
    return b"".join(b"Content-Length: %d\r\n\r\n%s" % (len(body), body) for body in bodies)


INITIALIZE = {"jsonrpc": "2.0", "id": "a", "method": "initialize", "params": {"capabilities": {}}}


def test_initialize_is_answered_and_read_again_by_the_server() -> None:
    rest = framed({"method": "initialized", "params": {}})
    stdin, stdout = io.BytesIO(framed(INITIALIZE) + rest), io.BytesIO()
    greeting = greet(stdin, stdout)
    assert greeting.answered == "a"
    assert json.loads(stdout.getvalue().partition(b"\r\n\r\n")[2])["id"] == "a"
    again = Reread(greeting.read, stdin)
    line = again.readline()
    assert line.startswith(b"Content-Length") and again.readline() == b"\r\n"
    assert json.loads(again.read(int(line.split(b":")[1]))) == INITIALIZE
    assert again.readline() + again.read(10_000) == rest


@pytest.mark.parametrize(
    "first",
    [
        b"",
        b"Content-Length: 9\r\n\r\nhalf",
        b"no header at all\r\n\r\n",
        framed({"jsonrpc": "2.0", "id": 1, "method": "shutdown"}),
        framed({**INITIALIZE, "params": {}}),
        framed({**INITIALIZE, "id": None}),
        framed([INITIALIZE]),
        b"x" * 10_000,
    ],
)
def test_what_is_no_initialize_is_left_to_the_server(first: bytes) -> None:
    stdin, stdout = io.BytesIO(first), io.BytesIO()
    greeting = greet(stdin, stdout)
    assert greeting.answered is None and stdout.getvalue() == b""
    assert Reread(greeting.read, stdin).read(20_000) == first


async def test_the_real_server_answers_once_and_what_was_sent_meanwhile_is_not_lost(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "samokoder", "serve"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={"SAMOKODER_STATE": str(tmp_path), "PATH": "/usr/bin:/bin"},
    )
    client = RawClient(process)
    client.listen()
    first = await client.post("initialize", {"processId": None, "rootUri": None, "capabilities": {}})
    await client.notify("initialized", {})
    listed = await client.command("runs")
    assert listed["result"] == {"runs": []}
    assert "capabilities" in client.answers[first]["result"]
    assert sorted(client.answers) == [1, 2], "the server answered initialize a second time"
    await client.ask("shutdown")
    await client.notify("exit")
    assert await asyncio.wait_for(process.wait(), 60) == 0
