"""The page for Emacs works as pasted, in the real Emacs with Eglot."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.editors.driving import seen_by
from tests.lsp.raw import REPOSITORY

EMACS = shutil.which("emacs")
REQUIRED = os.environ.get("SAMOKODER_REQUIRE_EMACS") == "1"
PAGE = REPOSITORY / "docs" / "editors" / "emacs.md"


def has_eglot() -> bool:
    look = ["--batch", "--eval", "(progn (package-initialize) (require 'eglot))"]
    return EMACS is not None and subprocess.run([EMACS, *look], capture_output=True).returncode == 0


pytestmark = pytest.mark.skipif(not REQUIRED and not has_eglot(), reason="Emacs with Eglot is not installed")


def on_the_path(folder: Path) -> str:
    """A search path whose first ``samokoder`` is the server under test."""
    server = [sys.executable, str(REPOSITORY / "tests" / "lsp" / "cast_server.py")]
    folder.mkdir()
    program = folder / "samokoder"
    program.write_text(f"#!/bin/sh\nexec {shlex.join(server)}\n", encoding="utf-8")
    program.chmod(0o755)
    return os.pathsep.join((str(folder), os.environ["PATH"]))


async def drive(tmp_path: Path, folder: Path) -> dict[str, Any]:
    """What Emacs saw, with the configuration of the page, while it was driven through the story."""
    assert EMACS is not None, "Emacs is required"
    snippets = re.findall(r"```elisp\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    config, seen_in = tmp_path / "config.el", tmp_path / "seen.json"
    config.write_text(snippets[0], encoding="utf-8")
    places = {
        "HOME": str(tmp_path),
        "PATH": on_the_path(tmp_path / "bin"),
        "PYTHONPATH": str(REPOSITORY),
        "SAMOKODER_STATE": str(tmp_path / "state"),
        "SAMOKODER_CACHE": str(tmp_path / "cache"),
        "SAMOKODER_ASK": "1",
        "STORY_CONFIG": str(config),
        "STORY_SEEN": str(seen_in),
        "STORY_OTHER": str(tmp_path / "other"),
        "STORY_GATE": str(tmp_path / "go"),
    }
    command = (EMACS, "--batch", "-l", str(REPOSITORY / "tests" / "editors" / "story.el"))
    return await seen_by(command, folder, seen_in, places)


@pytest.mark.timeout(180)
async def test_the_configuration_on_the_page_drives_a_run_in_emacs(tmp_path: Path) -> None:
    folder = tmp_path / "app"
    folder.mkdir()
    (folder / "brief.txt").write_text("A list of books\n", encoding="utf-8")
    seen = await drive(tmp_path, folder)
    assert (seen["mode"], seen["managed"]) == ("text-mode", True)
    asked = seen["asked"]
    assert any("Samokoder: build an application from this document" in titles for _, titles in asked)
    assert any("Who may add books?" in prompt and "staff" in titles for prompt, titles in asked)
    assert (seen["verified"], seen["proposed"], seen["waiting"]) == ("verified", 7, 0)
    assert (folder / "app" / "pages.py").exists()
    assert (seen["cancelled"], seen["finished"]) == ("cancelled", "verified")
    assert (tmp_path / "other" / "app" / "pages.py").exists()  # reviewed no more: the setting was changed
