"""Finding and killing everything a process has started, however it was detached."""

# No pathlib: it would cost every cold run 10 ms.

# ruff: noqa: PTH101, PTH112, PTH114, PTH118, PTH123, PTH208

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from contextlib import suppress

CROWD = 8
"""More processes than this are all halted before any is killed, so that none starts others in their room."""
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_CHILD_SUBREAPER = 1, 4, 36
GIVE_UP = 10.0
"""Seconds after which killing is not tried any more; the sandbox's own end does the rest."""


def prctl(option: int, value: int) -> None:
    """Linux only; elsewhere the limits and the killing rest on process groups alone."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def processes() -> list[tuple[int, int, int]]:
    """(process, parent, resident bytes) of every living process that can be seen."""
    if not os.path.isdir("/proc/self"):
        return _processes_by_ps()
    page, found = os.sysconf("SC_PAGE_SIZE"), []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", "rb") as file:
                    fields = file.read().rpartition(b")")[2].split()
            except OSError:
                continue
            if fields[0] not in (b"Z", b"X"):
                found.append((int(name), int(fields[1]), int(fields[21]) * page))
    return found


def _processes_by_ps() -> list[tuple[int, int, int]]:
    import subprocess

    listed = subprocess.run(
        ["/bin/ps", "-axo", "pid=,ppid=,rss="], capture_output=True, text=True, check=False
    )
    rows = (line.split() for line in listed.stdout.splitlines())
    return [(int(pid), int(parent), int(kib) * 1024) for pid, parent, kib in rows]


def descendants(root: int, spare: frozenset[int] = frozenset()) -> dict[int, int]:
    """Resident bytes of every living process below root; those in spare and below are left out."""
    children: dict[int, list[tuple[int, int]]] = {}
    for pid, parent, size in processes():
        children.setdefault(parent, []).append((pid, size))
    found: dict[int, int] = {}
    waiting = [root]
    while waiting:
        for pid, size in children.get(waiting.pop(), []):
            if pid not in spare and pid not in found:
                found[pid] = size
                waiting.append(pid)
    return found


def reap() -> dict[int, int]:
    """Exit statuses of all children that have ended."""
    ended: dict[int, int] = {}
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return ended
        if pid == 0:
            return ended
        ended[pid] = status


def kill_descendants(spare: frozenset[int] = frozenset()) -> dict[int, int]:
    """Kill everything below this process, however it was detached; needs this process to be a subreaper."""
    ended, deadline = reap(), time.monotonic() + GIVE_UP
    halted: set[int] = set()
    while time.monotonic() < deadline:
        left = descendants(os.getpid(), spare).keys()
        if not left:
            break
        crowd = left - halted if len(left - halted) > CROWD else set()
        for pid in crowd or left:
            with suppress(OSError):
                os.kill(pid, signal.SIGSTOP if crowd else signal.SIGKILL)
        halted |= crowd
        ended.update(reap())
        time.sleep(0.002)
    ended.update(reap())
    return ended


def remove(folder: str) -> None:
    """Remove a folder even when what ran there took its own permissions away."""
    if not os.path.isdir(folder):
        return
    import shutil  # not at the start: it costs every cold run some milliseconds

    try:
        for place, names, _ in os.walk(folder):
            for name in names:
                path = os.path.join(place, name)
                if not os.path.islink(path):
                    os.chmod(path, 0o700)
        shutil.rmtree(folder, ignore_errors=True)
    except (
        RecursionError,
        OSError,
    ):  # folders deeper than Python can follow; the system's tools walk them flat
        _remove_by_tools(folder)


def _remove_by_tools(folder: str) -> None:
    import subprocess

    for command in (["chmod", "-R", "u+rwx"], ["rm", "-rf"]):
        subprocess.run([*command, "--", folder], stderr=subprocess.DEVNULL, check=False)
