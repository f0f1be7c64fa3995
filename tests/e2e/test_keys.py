"""A key goes to its endpoint and nowhere else: a whole run is searched for it, failures included.

The endpoint is the embedded model behind a server that wants a key and quotes it back when it fails.
"""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import sys
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from samokoder.offline.endpoint import answer
from tests.adapters.models.loopback import Answer, Asked, serving
from tests.lsp.raw import RawClient

REPOSITORY = Path(__file__).parents[2]
KEY = "sk-canary-the-editor-holds-0123456789"
OTHERS = {
    "OPENAI_API_KEY": "sk-canary-of-openai",
    "SAMOKODER_KEY_GROQ": "sk-canary-of-groq",
    "SAMOKODER_API_KEY": "sk-canary-of-base-url",
}
CANARY = b"canary"
MODEL = "work/samokoder-offline"
NOBODY = "http://127.0.0.1:1/v1"
DESCRIPTION = "Notes for our choir. A note has a title (required) and a text."


class Keeper:
    """Answers as the embedded model does; fails now and then, quoting all it was sent."""

    def __init__(self) -> None:
        self.calls = 0
        self.closed = False
        self.bodies: list[str] = []

    def __call__(self, asked: Asked) -> Answer:
        self.calls += 1
        self.bodies.append(json.dumps(asked.body))
        said = asked.headers.get("authorization", "")
        if said != f"Bearer {KEY}" or self.closed:
            return 401, {"error": {"message": f"Incorrect API key provided: {said}", "key": KEY}}
        if self.calls % 4 == 2:
            return 500, {"error": {"message": f"Fault with {dict(asked.headers)}"}}
        reply = answer("POST", asked.path, json.dumps(asked.body).encode(), None)
        whole = reply.content if isinstance(reply.content, bytes) else b"".join(reply.content)
        return reply.status, whole.decode()


def environments(of: int) -> Iterator[tuple[str, bytes]]:
    """Name and environment of every process below this one."""
    parents: dict[int, int] = {}
    for place in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(place.name)] = int((place / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except (OSError, IndexError, ValueError):
            continue
    for pid in parents:
        above = pid
        while above in parents and above != of:
            above = parents[above]
        if above == of and pid != of:
            try:
                name = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
                yield name, Path(f"/proc/{pid}/environ").read_bytes()
            except OSError:
                continue


@asynccontextmanager
async def watched(pid: int) -> AsyncIterator[dict[str, bytes]]:
    """The environments of all processes that ran below this one."""
    seen: dict[str, bytes] = {}

    async def look() -> None:
        while True:
            for name, environment in environments(pid):
                seen[name] = seen.get(name, b"") + environment
            await asyncio.sleep(0.1)

    task = asyncio.create_task(look())
    try:
        yield seen
    finally:
        task.cancel()


@asynccontextmanager
async def server(folder: Path, address: str) -> AsyncIterator[RawClient]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.e2e.tracing_server"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=2**26,
        cwd=REPOSITORY,
        env={
            **os.environ,
            **OTHERS,
            "TRACE": str(folder / "trace.log"),
            "OPENAI_LOG": "debug",
            "SAMOKODER_STATE": str(folder / "state"),
            "SAMOKODER_CACHE": str(folder / "cache"),
            "SAMOKODER_ENDPOINTS": json.dumps(
                {"work": {"baseUrl": f"{address}/v1"}, "gone": {"baseUrl": NOBODY}}
            ),
            "SAMOKODER_MODEL": f"gone/away, {MODEL}",
            "SAMOKODER_PRICES": json.dumps({MODEL: {"input": 0.01, "output": 0.02}}),
        },
    )
    client = RawClient(process)
    client.replies["samokoder/getSecret"] = {"value": KEY}
    client.listen()
    wants = {"samokoder": {"secrets": True, "status": True, "event": True}}
    try:
        await client.initialize({"sandbox": "local"}, experimental=wants)
        yield client
    finally:
        await client.ask("shutdown")
        await client.notify("exit")
        await process.wait()


async def ended(client: RawClient, folder: Path) -> dict[str, Any]:
    """The whole picture of a new run, when it has ended."""
    started = await client.command(
        "generate", description=DESCRIPTION, target=str(folder), options={"sandbox": "local"}
    )
    run_id = started["result"]["runId"]
    await client.until(
        lambda: any(s["runId"] == run_id and s["state"] != "running" for s in client.all("samokoder/status")),
        seconds=300,
    )
    shown: dict[str, Any] = (await client.command("show", runId=run_id))["result"]
    return shown


def database(place: Path) -> bytes:
    """Every column of every row, unpacked."""
    kept: list[bytes] = []
    with sqlite3.connect(place) as connection:
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for row in connection.execute(f'SELECT * FROM "{table}"'):
                kept += [_unpacked(value) for value in row]
    return b"\n".join(kept)


def _unpacked(value: Any) -> bytes:
    if not isinstance(value, bytes):
        return str(value).encode()
    try:
        return zlib.decompress(value)
    except zlib.error:
        return value


@pytest.mark.timeout(500)
async def test_a_key_is_in_no_log_no_record_no_prompt_and_no_process(tmp_path: Path) -> None:
    keeper = Keeper()
    async with serving(keeper) as loopback, server(tmp_path, loopback.address) as client:
        async with watched(client.process.pid) as processes:
            good = await ended(client, tmp_path / "app")
            keeper.closed = True
            refused = await ended(client, tmp_path / "other")
        tested = (await client.command("testModel", model=MODEL))["result"]
        costs = (await client.command("costs", runId=good["runId"]))["result"]
        estimate = (await client.command("estimate"))["result"]
        listed = (await client.command("models", probe=True))["result"]
    assert client.process.stderr is not None
    errors = await client.process.stderr.read()

    # it was used, and everything that is searched below was really there
    assert good["state"] == "verified", good["reason"]
    assert refused["state"] == "environment_missing" and "refused the key" in refused["reason"]
    assert not tested["ok"] and "refused the key" in tested["error"]
    assert [line["name"] for line in costs["byModel"]] == [MODEL]
    assert 0 < costs["total"]["cost"] == good["usage"]["cost"] and estimate["runs"] == 1
    noted = [event["detail"] for event in client.all("samokoder/event") if event["kind"] == "noted"]
    assert any("samokoder-offline at 127.0.0.1 is asked instead" in detail for detail in noted), noted
    assert all(asked.headers["authorization"] == f"Bearer {KEY}" for asked in loopback.asked)
    record, trace = database(tmp_path / "state" / "state.db"), (tmp_path / "trace.log").read_bytes()
    assert b"choir" in record and b"DEBUG" in trace and "choir" in "".join(keeper.bodies)
    assert any("pytest" in name for name in processes), sorted(processes)

    said = json.dumps([client.seen, client.answers, good, refused, tested, listed]).encode()
    prompts = "".join(keeper.bodies).encode()
    for where, text in (("messages", said), ("record", record), ("trace", trace), ("errors", errors)):
        assert CANARY not in text, (where, _around(text))
    assert CANARY not in prompts, _around(prompts)
    for name, environment in processes.items():
        assert CANARY not in environment, name
    for folder in ("app", "other", "state"):
        for file in (tmp_path / folder).rglob("*"):
            assert not file.is_file() or CANARY not in file.read_bytes(), file


def _around(text: bytes) -> bytes:
    place = text.find(CANARY)
    return text[max(0, place - 200) : place + 100]
