"""The page for Neovim works as pasted, in the real Neovim."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.editors.driving import seen_by
from tests.lsp.raw import REPOSITORY

NVIM = shutil.which("nvim")
REQUIRED = os.environ.get("SAMOKODER_REQUIRE_NVIM") == "1"
PAGE = REPOSITORY / "docs" / "editors" / "neovim.md"


pytestmark = pytest.mark.skipif(NVIM is None and not REQUIRED, reason="Neovim is not installed")


async def drive(tmp_path: Path, story: str, folder: Path, **more: str) -> dict[str, Any]:
    """What Neovim saw, with the configuration of the page, while it was driven through a story."""
    assert NVIM is not None, "Neovim is required"
    snippets = re.findall(r"```lua\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    config, seen_in = tmp_path / "config.lua", tmp_path / "seen.json"
    config.write_text(snippets[0], encoding="utf-8")
    places = {"SAMOKODER_STATE": str(tmp_path / "state"), "SAMOKODER_CACHE": str(tmp_path / "cache")}
    command = json.dumps([sys.executable, str(REPOSITORY / "tests" / "lsp" / "cast_server.py")])
    before = f"vim.g.samokoder_command = vim.fn.json_decode({json.dumps(command)})"
    told = {"arg_config": str(config), "arg_seen": str(seen_in), "arg_gate": more.get("GATE", "")}
    given = "; ".join(f"{name} = {json.dumps(value)}" for name, value in told.items())
    command_line = (
        NVIM,
        *("--headless", "--clean", "-n", "-c", f"lua {before}; {given}"),
        *("-c", f"luafile {REPOSITORY / 'tests' / 'editors' / story}"),
    )
    return await seen_by(command_line, folder, seen_in, {**places, "PYTHONPATH": str(REPOSITORY), **more})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "app"
    made.mkdir()
    return made


@pytest.mark.timeout(180)
async def test_the_configuration_on_the_page_drives_a_review(tmp_path: Path, folder: Path) -> None:
    seen = await drive(tmp_path, "story.lua", folder)
    assert seen["state"] == "running" and seen["proposed"] == 7
    assert seen["accepted"]["done"] == seen["accepted"]["unsaved"] == ["app/models.py"]
    assert seen["buffer"] == ["# app/models.py: write"]
    assert seen["rest"] == 0 and (folder / "app" / "pages.py").exists()
    assert "Open the specification" in seen["lenses"]
    assert "Accept 7 proposed files" in seen["before"]
    assert seen["cancelled"] is False


@pytest.mark.timeout(180)
async def test_everything_a_run_needs_of_a_person_is_there_with_plain_lsp(
    tmp_path: Path, folder: Path
) -> None:
    (folder / "brief.md").write_text("A list of books\n", encoding="utf-8")
    seen = await drive(tmp_path, "whole_story.lua", folder, GATE=str(tmp_path / "go"))
    assert "Samokoder: build an application from this document" in seen["actions"]
    assert seen["waiting"] == "waiting"
    asked = [(one["message"], one["titles"]) for one in seen["asked"]]
    assert any("Who may add books?" in text and titles == ["all", "staff", "Skip"] for text, titles in asked)
    assert any(titles == ["Approve", "Open"] for _, titles in asked)
    assert seen["refused"] and ["unknown section" in text for text in seen["diagnostics"]] == [True]
    assert seen["left"] == 0 and {"Approve", "Open the plan"} & set(seen["lenses"])
    assert (seen["running"], seen["cancelled"], seen["finished"]) == ("running", "cancelled", "verified")
    assert (folder / "app" / "pages.py").exists()
    kinds = [told["kind"] for told in seen["progress"]]
    assert kinds.count("begin") == kinds.count("end") >= 1 and "report" in kinds
    shares = [told["percentage"] for told in seen["progress"] if told.get("percentage")]
    assert shares and 0 < shares[0] <= 100
