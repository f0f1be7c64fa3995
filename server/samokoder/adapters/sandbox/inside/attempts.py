"""Tries, from inside a sandbox, to reach what must be out of reach; prints what it reached, as JSON.

Runs as ``python -I -c <this text> <JSON list of host paths>``. Nothing is harmed where an attempt succeeds.
"""

from __future__ import annotations

import ctypes
import json
import os
import socket
import sys
from collections.abc import Callable


def network() -> bool:
    """More than loopback, or a route to anywhere (TEST-NET-1, RFC 5737; nothing is sent)."""
    if [name for _, name in socket.if_nameindex() if name != "lo"]:
        return True
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return False
        return True


def files_of_the_host() -> bool:
    return any(os.path.exists(path) for path in json.loads(sys.argv[1]))  # noqa: PTH110


_SYSTEM = ("/", "/usr", "/etc", "/env", "/usr/bin", "/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger")


def writable_system() -> bool:
    return any(os.access(path, os.W_OK) for path in _SYSTEM)


def processes_of_the_host() -> bool:
    """Inside there are the first process, we, and few others."""
    return sum(name.isdigit() for name in os.listdir("/proc")) > 16  # noqa: PTH208


def privileges() -> bool:
    with open("/proc/self/status") as status:  # noqa: PTH123
        fields = dict(line.rstrip("\n").split(":\t", 1) for line in status if ":\t" in line)
    return int(fields["CapEff"], 16) != 0 or not kept_from_more() or os.getuid() == 0


def kept_from_more() -> bool:
    """Whether programs with a mark give no rights; asked of the kernel, since gVisor's /proc says nothing."""
    return int(ctypes.CDLL(None).prctl(39, 0, 0, 0, 0)) == 1  # PR_GET_NO_NEW_PRIVS


def system_calls() -> bool:
    """Whether no filter of system calls is in force."""
    with open("/proc/self/status") as status:  # noqa: PTH123
        return not any(line.startswith("Seccomp:\t2") for line in status)


ATTEMPTS: dict[str, Callable[[], bool]] = {
    "network": network,
    "files of the host": files_of_the_host,
    "system folders": writable_system,
    "other processes": processes_of_the_host,
    "privileges": privileges,
    "unusual system calls": system_calls,
}

if __name__ == "__main__":
    print(json.dumps([name for name, attempt in ATTEMPTS.items() if attempt()]))
