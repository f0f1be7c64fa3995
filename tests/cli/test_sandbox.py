"""``samokoder sandbox``: a command in the sandbox, on a copy of a folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.sandboxes import RUNNERS, needs, runner

CHOICES = {"local": "local-unsafe"}
"""What a runner of the tests is called on the command line."""


def samokoder(
    *arguments: str, seconds: float = 110, **environment: str
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "samokoder", "sandbox", *arguments],
        capture_output=True,
        env={**os.environ, **environment},
        check=False,
        timeout=seconds,
    )


@pytest.fixture(params=RUNNERS)
async def choice(request: pytest.FixtureRequest) -> str:
    await runner(request.param)
    return CHOICES.get(request.param, request.param)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "workspace"
    folder.mkdir()
    (folder / "count.py").write_text("print(sum(range(5)))\nopen('made.txt', 'w').write('made')\n")
    return folder


def run(workspace: Path, choice: str, *command: str, **given: Any) -> subprocess.CompletedProcess[bytes]:
    options = [word for name, value in given.items() for word in (f"--{name}", str(value))]
    return samokoder("exec", "--workspace", str(workspace), "--sandbox", choice, *options, "--", *command)


def test_a_command_works_on_a_copy_and_its_files_come_out(
    workspace: Path, choice: str, tmp_path: Path
) -> None:
    done = run(workspace, choice, "python", "count.py", out=tmp_path / "out")
    assert (done.returncode, done.stdout) == (0, b"10\n")
    assert b"isolation" in done.stderr
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["count.py", "made.txt"]
    assert [path.name for path in workspace.iterdir()] == ["count.py"]


def test_the_exit_code_is_the_commands_own(workspace: Path, choice: str) -> None:
    assert run(workspace, choice, "sh", "-c", "exit 7").returncode == 7


def test_an_unknown_program_is_said_to_be_one(workspace: Path, choice: str) -> None:
    done = run(workspace, choice, "no-such-program")
    assert done.returncode == 127
    assert b"CommandNotFound" in done.stderr


def test_a_command_that_takes_too_long_is_ended_and_what_it_said_is_shown(
    workspace: Path, choice: str
) -> None:
    done = run(workspace, choice, "sh", "-c", "echo begun; sleep 600", seconds=1)
    assert (done.returncode, done.stdout) == (124, b"begun\n")
    assert b"CommandTimeout" in done.stderr and b"--seconds" in done.stderr


def test_programs_stay_programs_and_links_and_secrets_stay_outside(workspace: Path, choice: str) -> None:
    (workspace / "go.sh").write_text("#!/bin/sh\nls -A\n")
    (workspace / "go.sh").chmod(0o755)
    (workspace / ".env").write_text("KEY=secret")
    (workspace / "link").symlink_to("/etc")
    (workspace / ".git").mkdir()
    (workspace / ".git" / "config").write_text("secret")
    done = run(workspace, choice, "./go.sh")
    assert done.stdout.split() == [b"count.py", b"go.sh"]
    assert b".env" in done.stderr and b"link" in done.stderr


def test_links_are_not_taken_out_and_unsafe_names_refuse_everything(
    workspace: Path, choice: str, tmp_path: Path
) -> None:
    done = run(workspace, choice, "ln", "-s", "/etc/passwd", "way", out=tmp_path / "out")
    assert done.returncode == 0 and b"not taken out: 'way'" in done.stderr
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["count.py"]
    done = run(workspace, choice, "touch", "a\nb", out=tmp_path / "second")
    assert done.returncode == 125 and b"control" in done.stderr
    assert not (tmp_path / "second").exists()


def test_what_is_in_the_way_is_not_touched(workspace: Path, tmp_path: Path) -> None:
    done = run(workspace, "local-unsafe", "true", out=workspace)
    assert done.returncode == 125 and b"is there already" in done.stderr


def test_a_folder_that_is_none_is_said_to_be_none(tmp_path: Path) -> None:
    done = run(tmp_path / "nowhere", "local-unsafe", "true")
    assert done.returncode == 125 and b"is no folder" in done.stderr


def test_nothing_is_run_where_there_is_no_sandbox(workspace: Path) -> None:
    done = samokoder(
        "exec", "--workspace", str(workspace), "--", "touch", str(workspace / "ran"),
        DOCKER_HOST="unix:///nowhere/docker.sock", PATH="/nowhere",
    )  # fmt: skip
    assert done.returncode == 125 and b"--allow-local" in done.stderr
    assert not (workspace / "ran").exists()


def test_a_probe_tells_what_is_kept_out(choice: str) -> None:
    done = samokoder("probe", "--json", "--sandbox", choice)
    found = json.loads(done.stdout)
    kept_out = [name for name, outcome in found["attempts"].items() if outcome == "kept out"]
    assert kept_out == found["isolation"]["separates"]
    assert bool(kept_out) == (choice != "local-unsafe")


VITE = {
    "package.json": '{"name": "page", "private": true, "type": "module", "scripts": {"test": "node --test"}}',
    "index.html": '<!doctype html><script type="module" src="/main.js"></script>',
    "main.js": "document.title = ['a', 'b'].join('+')",
    "main.test.js": "import test from 'node:test'\ntest('it adds', () => {})\n",
}


@pytest.mark.docker
@pytest.mark.timeout(400)
async def test_a_node_project_is_tested_and_built_with_its_dependencies_in_a_container(
    tmp_path: Path,
) -> None:
    await runner("docker")
    workspace = tmp_path / "page"
    workspace.mkdir()
    for name, text in VITE.items():
        (workspace / name).write_text(text)
    words = (
        "--workspace",
        str(workspace),
        "--sandbox",
        "docker",
        "--language",
        "node",
        "--with",
        "vite@5.4.11",
    )
    tested = samokoder("exec", *words, "--", "npm", "test", seconds=300)
    if b"InstallFailed" in tested.stderr or b"could not be installed" in tested.stderr:
        needs("npm_registry", there=False)
    assert tested.returncode == 0 and b"it adds" in tested.stdout, tested.stderr
    built = samokoder(
        "exec", *words, "--out", str(tmp_path / "out"), "--", "npx", "vite", "build", seconds=300
    )
    assert built.returncode == 0, built.stderr
    assert len(list((tmp_path / "out" / "dist" / "assets").glob("*.js"))) == 1
    assert not (tmp_path / "out" / "node_modules").exists()
