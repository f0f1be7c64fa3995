"""Limits of a container as this machine's control groups have them, for what cannot be read inside.

gVisor shows its programs no control groups: the machine's hold the whole of it, its own kernel included.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

GROUPS = Path("/sys/fs/cgroup")
PROCESSES = Path("/proc")


def limits_outside(
    container: str, process: int, groups: Path = GROUPS, processes: Path = PROCESSES
) -> dict[str, float]:
    """Those that hold for the first process of this container; empty where it is not one of this machine."""
    folders = _folders(container, process, processes)
    readers: dict[str, Callable[[], float]] = {
        "memory": lambda: float(_first(groups, folders, "memory", "memory.max", "memory.limit_in_bytes")),
        "pids": lambda: float(_first(groups, folders, "pids", "pids.max")),
        "cpus": lambda: _cpus(groups, folders),
    }
    found = {name: _read(reader) for name, reader in readers.items()}
    return {name: value for name, value in found.items() if value is not None}


def _folders(container: str, process: int, processes: Path) -> dict[str, str]:
    """By controller, "" for version 2. Only this container's: an engine elsewhere has other processes."""
    try:
        lines = (processes / str(process) / "cgroup").read_text().splitlines()
    except OSError:
        return {}
    parts = [line.split(":", 2) for line in lines if container in line]
    return {controller: folder for _, controllers, folder in parts for controller in controllers.split(",")}


def _first(groups: Path, folders: dict[str, str], controller: str, *names: str) -> str:
    places = [groups / controller / folders[controller].lstrip("/")] if controller in folders else []
    if "" in folders:
        places.append(groups / folders[""].lstrip("/"))
    for place in places:
        for name in names:
            if (place / name).is_file():
                return (place / name).read_text().strip()
    raise FileNotFoundError(names[0])


def _cpus(groups: Path, folders: dict[str, str]) -> float:
    try:
        quota, period = _first(groups, folders, "cpu", "cpu.max").split()
    except OSError:
        quota = _first(groups, folders, "cpu", "cpu.cfs_quota_us")
        period = _first(groups, folders, "cpu", "cpu.cfs_period_us")
    return float(quota) / float(period)


def _read(reader: Callable[[], float]) -> float | None:
    """None for what cannot be read, and for "max" and -1, which mean no limit."""
    try:
        value = reader()
    except (OSError, ValueError):
        return None
    return value if 0 < value < float("inf") else None
