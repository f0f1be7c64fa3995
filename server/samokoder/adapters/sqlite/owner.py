"""Which process a lease or a reservation belongs to, and whether it still lives."""

from __future__ import annotations

import os
import uuid
from functools import cache
from pathlib import Path


@cache
def own() -> str:
    """``boot:pid:start``: no two processes share it, even after a restart of the machine."""
    return f"{_boot()}:{os.getpid()}:{_start(os.getpid())}"


def alive(owner: str) -> bool:
    """Whether that process still runs; one of another boot does not."""
    boot, pid, start = owner.split(":", 2)
    if boot != _boot():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return _start(int(pid)) == start


def pid_of(owner: str) -> str:
    return owner.split(":")[1]


@cache
def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:  # not Linux: the machine's address must do
        return f"{uuid.getnode():x}"


def _start(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
