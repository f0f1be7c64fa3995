"""What a container's control group tells, in both versions of the kernel's files."""

from __future__ import annotations

from pathlib import Path

import pytest

from samokoder.adapters.sandbox.inside.group import forks_refused, is_ours, oom_kills

FILES = {
    "version 1": {
        "pids/pids.max": "512",
        "pids/pids.events": "max 29\n",
        "memory/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n",
    },
    "version 2": {
        "pids.max": "512",
        "pids.events": "max 29\n",
        "memory.events": "low 0\nhigh 0\nmax 7\noom 4\noom_kill 3\noom_group_kill 1\n",
    },
}


@pytest.mark.parametrize("kind", FILES)
def test_what_the_kernel_counts_is_read(kind: str, tmp_path: Path) -> None:
    for name, text in FILES[kind].items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    mount = str(tmp_path)
    assert (forks_refused(mount), oom_kills(mount), is_ours(mount)) == (29, 3, True)


def test_where_nobody_counts_nothing_has_happened(tmp_path: Path) -> None:
    mount = str(tmp_path)
    assert (forks_refused(mount), oom_kills(mount), is_ours(mount)) == (0, 0, False)
