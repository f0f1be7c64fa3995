"""A bound on the number of processes, by a control group, for servers that run as root.

The kernel exempts root from the limit every other user's sandbox gives itself (see ``inside/keeper.py``).
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_MOUNT = Path("/sys/fs/cgroup")
_PREFIX = "samokoder-"
_JOIN = 'echo $$ > "$0" && exec "$@"'
EMPTY = 2.0
"""Seconds the kernel may take to forget processes that have ended."""


@contextmanager
def counted(processes: int) -> Iterator[list[str]]:
    """What a command line must begin with, so that all it starts are at most so many; maybe nothing."""
    group = _made(processes) if hasattr(os, "geteuid") and os.geteuid() == 0 else None
    try:
        yield ["/bin/sh", "-c", _JOIN, str(group / "cgroup.procs")] if group else []
    finally:
        if group:
            _remove(group, EMPTY)


def _made(processes: int) -> Path | None:
    """None where control groups cannot be made, or do not count."""
    for parent in _parents():
        group = parent / f"{_PREFIX}{os.getpid()}-{secrets.token_hex(4)}"
        try:
            _forget_dead(parent)
            group.mkdir()
        except OSError:
            continue
        try:
            (group / "pids.max").write_text(str(processes))
        except OSError:
            _remove(group, 0)
        else:
            return group
    return None


def _parents() -> Iterator[Path]:
    """Our own groups: where version 1 counts processes, and of version 2."""
    with suppress(OSError):
        for line in Path("/proc/self/cgroup").read_text().splitlines():
            _, kinds, path = line.split(":", 2)
            if "pids" in kinds.split(","):
                yield _MOUNT / "pids" / path.lstrip("/")
            elif not kinds:
                yield _MOUNT / path.lstrip("/")


def _forget_dead(parent: Path) -> None:
    """Groups of servers that were killed; one that is not empty stays."""
    for group in parent.glob(f"{_PREFIX}*-*"):
        owner = group.name.removeprefix(_PREFIX).split("-")[0]
        if not Path(f"/proc/{owner}").exists():
            _remove(group, 0)


def _remove(group: Path, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while group.exists():
        with suppress(OSError):
            group.rmdir()
            return
        if time.monotonic() > deadline:
            return
        time.sleep(0.01)
