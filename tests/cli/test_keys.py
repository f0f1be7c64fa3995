"""``samokoder key``: in the keyring, unseen, and nowhere else."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

from tests.cli.keyring_of_tests import FileKeyring

REPOSITORY = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "samokoder", "key")
KEY = "sk-canary-0123456789"


def environment(folder: Path, backend: str = FileKeyring.__name__) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHON_KEYRING_BACKEND": f"tests.cli.keyring_of_tests.{backend}",
        "TEST_KEYRING": str(folder / "keyring.json"),
        "SAMOKODER_STATE": str(folder / "state"),
        "PYTHONPATH": os.pathsep.join([str(REPOSITORY), os.environ.get("PYTHONPATH", "")]),
    }


def key(folder: Path, *words: str, typed: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    env = {**environment(folder), **more}
    return subprocess.run(
        [*COMMAND, *words], input=typed, env=env, capture_output=True, text=True, timeout=60
    )


def test_a_key_is_kept_listed_and_forgotten(tmp_path: Path) -> None:
    assert key(tmp_path, "set", "groq", typed=f" {KEY}\n").returncode == 0
    assert json.loads((tmp_path / "keyring.json").read_text()) == {"samokoder groq": KEY}
    listed = key(tmp_path, "list").stdout.splitlines()
    assert "groq         in the keyring" in listed and "openai       none" in listed
    assert key(tmp_path, "forget", "groq").stdout == "The key for groq is forgotten.\n"
    assert key(tmp_path, "forget", "groq").stdout == "The keyring holds no key for groq.\n"
    assert "groq         none" in key(tmp_path, "list").stdout.splitlines()


def test_the_keyring_goes_before_the_environment_and_our_variable_before_others(tmp_path: Path) -> None:
    def where(**more: str) -> str | None:
        lines = key(tmp_path, "list", "--json", **more).stdout.splitlines()
        return next(item["key"] for item in map(json.loads, lines) if item["provider"] == "groq")

    assert where(GROQ_API_KEY="a") == "GROQ_API_KEY"
    assert where(GROQ_API_KEY="a", SAMOKODER_KEY_GROQ="b") == "SAMOKODER_KEY_GROQ"
    key(tmp_path, "set", "groq", typed=KEY)
    assert where(GROQ_API_KEY="a", SAMOKODER_KEY_GROQ="b") == "the keyring"


def test_what_is_typed_does_not_show_on_the_terminal(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, "set", "groq"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment(tmp_path),
        start_new_session=True,
    )
    os.close(theirs)
    seen = b""
    while b"not shown" not in seen:
        seen += os.read(ours, 1_000)
    os.write(ours, f"{KEY}\n".encode())
    process.wait(60)
    while True:
        try:
            if not (more := os.read(ours, 1_000)):
                break
        except OSError:
            break
        seen += more
    os.close(ours)
    assert process.returncode == 0, seen
    assert KEY.encode() not in seen
    assert KEY in (tmp_path / "keyring.json").read_text()


def test_a_keyring_that_keeps_files_in_clear_is_refused(tmp_path: Path) -> None:
    done = key(tmp_path, "set", "groq", typed=KEY, **environment(tmp_path, "ClearFile"))
    assert done.returncode == 1 and "no keyring that keeps keys encrypted" in done.stderr
    assert not (tmp_path / "keyring.json").exists()


def test_what_is_no_key_or_no_provider_is_refused_without_showing_it(tmp_path: Path) -> None:
    odd = key(tmp_path, "set", "groq", typed=f"{KEY} \u201d\n")
    assert (
        odd.returncode == 1 and "characters no key has" in odd.stderr and KEY not in odd.stdout + odd.stderr
    )
    assert key(tmp_path, "set", "groq", typed="\n").returncode == 1
    assert "no provider 'grok'" in key(tmp_path, "set", "grok", typed=KEY).stderr
    assert not (tmp_path / "keyring.json").exists()
