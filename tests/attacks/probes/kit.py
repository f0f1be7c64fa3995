"""What probes share: their register, what they know of the host, and raw system calls.

A probe is a function. It *reaches* when it returns something true, is *stopped* by an OSError or something
false, and every other exception means that the probe itself is broken.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
from collections.abc import Callable
from typing import Any

PROBES: dict[str, Callable[[], object]] = {}
HOST: dict[str, Any] = json.loads(os.environ.get("ATTACKED", "{}"))
"""Where on the host the bait lies: addresses, paths, a process, numbers of system calls."""
REFUSALS = {errno.EPERM, errno.EACCES, errno.ENOSYS}
LIBC = ctypes.CDLL(None, use_errno=True)


def probe(function: Callable[[], object]) -> Callable[[], object]:
    PROBES[f"{function.__module__.rpartition('.')[2]}.{function.__name__}"] = function
    return function


def raw(name: str, *arguments: Any) -> tuple[int, int]:
    """Result and error number of a system call of this name; ENOSYS where this machine does not know it."""
    number = HOST["syscalls"].get(name)
    if number is None:
        return -1, errno.ENOSYS
    ctypes.set_errno(0)
    values = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
    result = LIBC.syscall(ctypes.c_long(number), *values)
    return result, ctypes.get_errno() if result == -1 else 0


def passes(name: str, *arguments: Any) -> bool:
    """Whether a call gets beyond the check of privileges; with these arguments it does nothing then."""
    result, error = raw(name, *arguments)
    return result != -1 or error not in REFUSALS


def works(name: str, *arguments: Any) -> bool:
    return raw(name, *arguments)[0] != -1


def reads(path: str, size: int = 1) -> bool:
    """Whether there is something to read; nothing is kept of it."""
    with open(path, "rb") as file:
        return bool(file.read(size))


def opens_for_writing(path: str) -> bool:
    """Nothing is written."""
    os.close(os.open(path, os.O_WRONLY | os.O_CLOEXEC | os.O_NONBLOCK))
    return True


def creates(path: str) -> bool:
    """Makes an empty file and removes it."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    os.unlink(path)
    return True


def processes() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]
