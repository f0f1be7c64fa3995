"""Who started a container, in a form that another server can tell dead from alive."""

from __future__ import annotations

import os
from pathlib import Path


def myself() -> str:
    """This process, unmistakable: machine start, process namespace, number, and when it began."""
    return f"{_machine()}/{os.getpid()}/{_began(os.getpid())}"


def alive(owner: str) -> bool:
    """Whether an owner lives, as far as can be told from here: those of other machines count as alive."""
    machine, _, rest = owner.partition("/")
    pid, _, began = rest.partition("/")
    if not machine or machine != _machine() or not pid.isdigit():
        return True
    return _began(int(pid)) == began


def _machine() -> str:
    """Empty where the system has no such thing; then nothing can be told."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot}:{os.stat('/proc/self/ns/pid').st_ino}"  # noqa: PTH116
    except OSError:
        return ""


def _began(pid: int) -> str:
    """In clock ticks since the machine started; empty when there is no such process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        return ""
