"""The page for Neovim works as pasted, in the real Neovim."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import sys
from pathlib import Path

import pytest

from tests.lsp.raw import REPOSITORY

NVIM = shutil.which("nvim")
REQUIRED = os.environ.get("SAMOKODER_REQUIRE_NVIM") == "1"
PAGE = REPOSITORY / "docs" / "editors" / "neovim.md"


@pytest.mark.skipif(NVIM is None and not REQUIRED, reason="Neovim is not installed")
async def test_the_configuration_on_the_page_drives_a_run(tmp_path: Path) -> None:
    assert NVIM is not None, "Neovim is required"
    snippets = re.findall(r"```lua\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    config, seen_in, folder = tmp_path / "config.lua", tmp_path / "seen.json", tmp_path / "app"
    config.write_text(snippets[0], encoding="utf-8")
    folder.mkdir()
    places = {"SAMOKODER_STATE": str(tmp_path / "state"), "SAMOKODER_CACHE": str(tmp_path / "cache")}
    command = json.dumps([sys.executable, str(REPOSITORY / "tests" / "lsp" / "cast_server.py")])
    before = f"vim.g.samokoder_command = vim.fn.json_decode({json.dumps(command)})"
    given = f"arg_config, arg_seen = {json.dumps(str(config))}, {json.dumps(str(seen_in))}"
    process = await asyncio.create_subprocess_exec(
        NVIM,
        *("--headless", "--clean", "-n", "-c", f"lua {before}; {given}"),
        *("-c", f"luafile {REPOSITORY / 'tests' / 'editors' / 'story.lua'}"),
        cwd=folder,
        env={**os.environ, **places, "PYTHONPATH": str(REPOSITORY)},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        said, _ = await asyncio.wait_for(process.communicate(), 150)
    finally:
        if process.returncode is None:
            process.kill()
    assert seen_in.exists(), said.decode(errors="replace")
    seen = json.loads(seen_in.read_text(encoding="utf-8"))
    assert "fault" not in seen, seen
    assert seen["state"] == "running" and seen["proposed"] == 7
    assert seen["accepted"]["done"] == seen["accepted"]["unsaved"] == ["app/models.py"]
    assert seen["buffer"] == ["# app/models.py: write"]
    assert seen["rest"] == 0 and (folder / "app" / "pages.py").exists()
    assert "Open the specification" in seen["lenses"]
    assert "Accept 7 proposed files" in seen["before"]
    assert seen["cancelled"] is False
