"""What a run has made is previewed, exported, checked again and compared; with nothing but real parts."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import urllib.request
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from samokoder.cli.client import Client, start
from tests.adapters.sandboxes import living
from tests.cli.test_whole import DESCRIPTION, samokoder


@pytest.mark.timeout(500)
async def test_what_a_run_has_made_can_be_seen_checked_and_carried_away(tmp_path: Path) -> None:
    app = tmp_path / "app"
    code, out, err = await samokoder(
        tmp_path, "generate", DESCRIPTION, "--into", str(app), "--sandbox", "local-unsafe"
    )
    assert (code, err) == (0, ""), out
    run_id = out.split()[1]
    await it_is_exported(tmp_path, run_id, app)
    await it_is_previewed(tmp_path, run_id)
    await it_is_previewed_and_compared_by_commands(tmp_path, run_id)
    await a_killed_server_leaves_no_preview(tmp_path, run_id)
    await it_is_checked_again(tmp_path, run_id, app)


async def it_is_exported(tmp_path: Path, run_id: str, app: Path) -> None:
    first, second = tmp_path / "one.zip", tmp_path / "two.zip"
    for place in (first, second):
        code, out, err = await samokoder(tmp_path, "export", run_id, "--to", str(place))
        assert (code, err) == (0, "") and "verified" in out
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as archive:
        names = set(archive.namelist())
        evidence = archive.read("EVIDENCE.samokoder.md").decode()
        assert all(archive.read(n) == (app / n).read_bytes() for n in names - {"EVIDENCE.samokoder.md"})
    assert "app/models.py" in names or "requirements.txt" in names
    assert "ended: verified" in evidence and "exit code 0" in evidence and "requirements.txt" in evidence
    second.write_bytes(b"mine")
    code, _, err = await samokoder(tmp_path, "export", run_id, "--to", str(second))
    assert code == 2 and "is there already" in err and second.read_bytes() == b"mine"
    assert (await samokoder(tmp_path, "export", run_id, "--to", str(second), "--force"))[0] == 0
    assert second.read_bytes() == first.read_bytes()
    assert not list(tmp_path.glob("*.part-*"))


async def it_is_previewed(tmp_path: Path, run_id: str) -> None:
    state = {"SAMOKODER_STATE": str(tmp_path / "state"), "SAMOKODER_CACHE": str(tmp_path / "cache")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "samokoder", "preview", run_id, "--json"),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, **state},
    )
    assert process.stdout
    told = json.loads(await process.stdout.readline())
    assert told["state"] == "ready", told
    assert "/notes" in (await asyncio.to_thread(_page, told["url"])).lower()
    process.send_signal(signal.SIGINT)
    assert await asyncio.wait_for(process.wait(), 30) == 0
    with pytest.raises(OSError, match="refused"):
        await asyncio.to_thread(_page, told["url"])


def _page(url: str) -> str:
    with urllib.request.urlopen(url, timeout=20) as answer:
        return str(answer.read().decode())


async def it_is_previewed_and_compared_by_commands(tmp_path: Path, run_id: str) -> None:
    async with server(tmp_path) as client:
        one = await client.command("preview", runId=run_id)
        assert (await client.command("preview", runId=run_id)) == one
        assert one["state"] == "ready" and one["url"].startswith("http://127.0.0.1:")
        assert "uvicorn" in (await client.command("previewLog", runId=run_id))["log"].lower()
        assert (await client.command("stopPreview", runId=run_id))["state"] == "stopped"
        told = [client.messages.get_nowait() for _ in range(client.messages.qsize())]
        states = [message[1]["state"] for message in told if message and message[0] == "samokoder/preview"]
        assert states == ["starting", "ready", "stopped"]
        found = await client.command("compare", **{"runId": run_id, "from": 0})
        kinds = {file["path"]: file for file in found["files"]}
        assert kinds["requirements.txt"]["kind"] == "added"
        text = await client.command("textOf", runId=run_id, path="requirements.txt")
        assert text["digest"] == kinds["requirements.txt"]["after"] and "fastapi" in text["text"].lower()
        assert text == await client.command("textOf", runId=run_id, digest=text["digest"])


async def a_killed_server_leaves_no_preview(tmp_path: Path, run_id: str) -> None:
    async with server(tmp_path) as client:
        await client.command("preview", runId=run_id)
        before = _of_the_preview(tmp_path)
        assert before
        os.kill(_server_of(tmp_path), signal.SIGKILL)
        async with asyncio.timeout(30):
            while _of_the_preview(tmp_path):
                await asyncio.sleep(0.1)


@asynccontextmanager
async def server(tmp_path: Path) -> AsyncIterator[Client]:
    state = [f"SAMOKODER_STATE={tmp_path / 'state'}", f"SAMOKODER_CACHE={tmp_path / 'cache'}"]
    client = await start(["env", *state, sys.executable, "-m", "samokoder", "serve"])
    try:
        yield client
    finally:
        await client.leave()


def _server_of(tmp_path: Path) -> int:
    here = os.fsencode(tmp_path / "state")
    return next(p for p in living("samokoder\0serve") if here in Path(f"/proc/{p}/environ").read_bytes())


def _of_the_preview(tmp_path: Path) -> list[int]:
    """Applications of this test's own cache."""
    found = []
    for pid in living("-m\0app"):
        environment = Path(f"/proc/{pid}/environ")
        if environment.exists() and os.fsencode(tmp_path / "cache") in environment.read_bytes():
            found.append(pid)
    return found


async def it_is_checked_again(tmp_path: Path, run_id: str, app: Path) -> None:
    code, out, err = await samokoder(tmp_path, "check", run_id)
    assert (code, err) == (0, ""), out
    assert "Every check passed on the very files of the run." in out
    (app / "app" / "__main__.py").write_text("raise SystemExit('broken by hand')\n")
    code, out, _ = await samokoder(tmp_path, "check", run_id)
    assert code == 10 and "changed since the run: app/__main__.py" in out
    assert "✗ the application starts" in out and "broken by hand" in out
    assert "verified" in (await samokoder(tmp_path, "show", run_id))[1]
