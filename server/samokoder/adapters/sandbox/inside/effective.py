"""Reads, from inside a container, the limits that hold there; prints them as JSON, null where none is found.

Runs as ``python -I -c <this text>``. The names are those of the sandbox policy.
"""

# No pathlib: the other programs that run inside have none either.

# ruff: noqa: PTH123, PTH116

from __future__ import annotations

import json
import os
import resource
from collections.abc import Callable

CGROUP = "/sys/fs/cgroup"


def first(*paths: str) -> str:
    """What the first of these files says that is there."""
    for path in paths:
        try:
            with open(f"{CGROUP}/{path}") as file:
                return file.read().strip()
        except OSError:
            continue
    raise ValueError("no such file")


def memory() -> float:
    return float(first("memory.max", "memory/memory.limit_in_bytes"))


def pids() -> float:
    return float(first("pids.max", "pids/pids.max"))


def cpus() -> float:
    try:
        quota, period = first("cpu.max").split()
    except ValueError:
        quota = first("cpu/cpu.cfs_quota_us", "cpu,cpuacct/cpu.cfs_quota_us")
        period = first("cpu/cpu.cfs_period_us", "cpu,cpuacct/cpu.cfs_period_us")
    share = float(quota) / float(period)
    if share <= 0:
        raise ValueError("no quota")
    return share


def size_of(folder: str) -> float:
    """Of a file system of its own."""
    if os.stat(folder).st_dev == os.stat("/").st_dev:
        raise ValueError("part of the root")
    found = os.statvfs(folder)
    return found.f_blocks * found.f_frsize


def first_process() -> float:
    with open("/proc/1/status") as status:
        return float(next(line.split()[1] for line in status if line.startswith("Uid:")))


def number_of_files(folder: str) -> float:
    """0 is no limit."""
    if (found := os.statvfs(folder).f_files) > 0:
        return found
    raise ValueError("no limit")


def root_is_read_only() -> float:
    """By its mount too: gVisor tells the other of the machine's file system below."""
    with open("/proc/self/mounts") as mounts:
        options = [line.split()[3].split(",") for line in mounts if line.split()[1] == "/"]
    return float(bool(os.statvfs("/").f_flag & os.ST_RDONLY) or "ro" in options[-1])


READERS: dict[str, Callable[[], float]] = {
    "memory": memory,
    "cpus": cpus,
    "pids": pids,
    "workspace_bytes": lambda: size_of("/sandbox"),
    "workspace_inodes": lambda: number_of_files("/sandbox"),
    "tmp_bytes": lambda: size_of("/tmp"),
    "shm_bytes": lambda: size_of("/dev/shm"),
    "open_files": lambda: resource.getrlimit(resource.RLIMIT_NOFILE)[1],
    "file_size": lambda: resource.getrlimit(resource.RLIMIT_FSIZE)[1],
    "core": lambda: resource.getrlimit(resource.RLIMIT_CORE)[1],
    "main_uid": first_process,
    "exec_uid": os.getuid,
    "read_only": root_is_read_only,
}


def read(reader: Callable[[], float]) -> float | None:
    """None for what cannot be read, and for "max" and -1, which mean no limit."""
    try:
        value = float(reader())
    except (OSError, ValueError, StopIteration):
        return None
    return value if 0 <= value < float("inf") else None


if __name__ == "__main__":
    print(json.dumps({name: read(reader) for name, reader in READERS.items()}))
