"""The command line over nothing but real parts: server, journal, embedded model, sandbox, disk."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from samokoder.domain.ending import EXIT_CODES

DESCRIPTION = "Notes for our choir. A note has a title (required) and a text. I want to search the notes."


async def samokoder(tmp_path: Path, *arguments: str) -> tuple[int | None, str, str]:
    """Exit code, output and complaints."""
    state = {"SAMOKODER_STATE": str(tmp_path / "state"), "SAMOKODER_CACHE": str(tmp_path / "cache")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "samokoder", *arguments),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **state},
    )
    out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


@pytest.mark.timeout(400)
async def test_from_a_description_to_a_verified_application(tmp_path: Path) -> None:
    app = tmp_path / "app"
    app.mkdir()
    (app / "mine.txt").write_text("keep me")
    code, out, err = await samokoder(
        tmp_path, "generate", DESCRIPTION, "--into", str(app), "--sandbox", "local-unsafe"
    )
    assert (code, err) == (0, ""), out
    assert "verified: every check passed" in out and "offline rules (embedded)" in out
    assert (app / "requirements.txt").exists() and (app / ".samokoder" / "spec.md").exists()
    assert (app / "mine.txt").read_text() == "keep me"
    run_id = out.split()[1]
    _, shown, _ = await samokoder(tmp_path, "show", run_id)
    assert DESCRIPTION in shown and " none " not in shown
    await it_is_replayed(tmp_path, run_id, app)


async def it_is_replayed(tmp_path: Path, run_id: str, app: Path) -> None:
    """From the database, and from a file where nothing is known of the run."""
    recording, elsewhere = tmp_path / "run.json", tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert (await samokoder(tmp_path, "replay", run_id))[0] == 0
    assert (await samokoder(tmp_path, "export-recording", run_id, str(recording)))[0] == 0
    code, out, err = await samokoder(
        elsewhere, "replay", "--recording", str(recording), "--into", str(elsewhere / "app")
    )
    assert (code, err) == (0, ""), out
    made = {path.relative_to(elsewhere / "app"): path for path in (elsewhere / "app").rglob("*")}
    files = {name: path.read_bytes() for name, path in made.items() if path.is_file()}
    assert len(files) > 30
    assert all((app / name).read_bytes() == content for name, content in files.items())


async def test_what_the_embedded_model_cannot_build_is_blocked_with_what_to_do_and_on_record(
    tmp_path: Path,
) -> None:
    app = tmp_path / "app"
    code, out, err = await samokoder(tmp_path, "generate", "A 3D shooter game", "--into", str(app))
    assert (code, err) == (EXIT_CODES["blocked"], "")
    assert "SAMOKODER_MODEL" in out and not app.exists()
    assert "blocked" in (await samokoder(tmp_path, "runs"))[1]


async def test_a_damaged_database_is_told_and_left_as_it_is(tmp_path: Path) -> None:
    database = tmp_path / "state" / "state.db"
    database.parent.mkdir()
    database.write_text("this is no database, but somebody may still want it")
    for arguments in (("runs",), ("generate", "books", "--into", str(tmp_path / "app"))):
        code, _, err = await samokoder(tmp_path, *arguments)
        assert code == 1 and "cannot be read" in err and "move the file aside" in err
    assert "no database" in database.read_text()
