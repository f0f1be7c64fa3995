"""Kills what has lost its keeper in a container: everything of this user below the first process.

Keepers are started from outside and have no parent inside, so only orphans hang below the first process.
"""

from __future__ import annotations

import os
import signal
import sys
import time

from samokoder.adapters.sandbox.inside.processes import GIVE_UP, descendants


def main() -> None:
    """Exit code 0 when nothing is left; what belongs to another user cannot be killed and does not count."""
    deadline = time.monotonic() + GIVE_UP
    while sum(_killed(pid) for pid in descendants(1)):
        if time.monotonic() > deadline:
            sys.exit(1)
        time.sleep(0.005)


def _killed(pid: int) -> bool:
    try:
        os.kill(pid, signal.SIGKILL)
    except OSError:
        return False
    return True
