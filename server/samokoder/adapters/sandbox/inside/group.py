"""What the control group of a container tells those inside; nothing where there is none of our own."""

# No pathlib: it would cost every cold run 10 ms.

# ruff: noqa: PTH110, PTH123

from __future__ import annotations

import os
from contextlib import suppress

MOUNT = "/sys/fs/cgroup"
"""Of version 2; version 1 has a folder in it for each kind of limit."""


def oom_kills(mount: str = MOUNT) -> int:
    """Processes of this container the kernel has killed for want of memory; 0 where it does not say."""
    return _counted(("memory.events", "memory/memory.oom_control"), "oom_kill ", mount)


def forks_refused(mount: str = MOUNT) -> int:
    """Processes and threads this container was refused for having too many; 0 where nobody says."""
    return _counted(("pids.events", "pids/pids.events"), "max ", mount)


def is_ours(mount: str = MOUNT) -> bool:
    """Whether the processor is shared out to us as a whole: the machine's own group has no limits."""
    return any(os.path.exists(f"{mount}/{name}") for name in ("pids.max", "pids/pids.max"))


def _counted(names: tuple[str, ...], key: str, mount: str) -> int:
    for name in names:
        with suppress(OSError), open(f"{mount}/{name}") as file:
            return sum(int(line.split()[1]) for line in file if line.startswith(key))
    return 0
