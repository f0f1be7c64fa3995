"""Keeps one command from the others of its user: their files, their memory, their life.

By Linux's Landlock, with which a process gives up rights for itself and all it starts. On a kernel without it
the container, the namespaces and the user still hold, but commands side by side can disturb one another.
"""

# No pathlib: it would cost every cold run 10 ms.

# ruff: noqa: PTH112, PTH208

from __future__ import annotations

import ctypes
import os
import struct
import sys

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
"""System calls; the same numbers on every architecture."""
PATH_BENEATH, VERSION = 1, 1
NO_NEW_PRIVS = 38
NEEDED = 2
"""The first version with which files may still be moved between folders."""
RIGHTS = sum(1 << bit for bit in (1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13))
"""To read, write, make, remove and move; not to run, nor to list the names in a folder."""
TRUNCATE = 1 << 14  # since version 3
ABSTRACT_SOCKETS, SIGNALS = 1, 2  # since version 6


def version() -> int:
    """Of the kernel's Landlock; 0 without it."""
    return max(0, _call(CREATE_RULESET, None, 0, VERSION)) if sys.platform == "linux" else 0


def keep_apart(own: str) -> bool:
    """Give up the files of other commands, other processes and their memory; whether that worked."""
    known = version()
    if known < NEEDED:
        return False
    rights = RIGHTS | (TRUNCATE if known >= 3 else 0)
    attributes = struct.pack("QQQ", rights, 0, ABSTRACT_SOCKETS | SIGNALS)
    rules = _call(CREATE_RULESET, attributes, 24 if known >= 6 else 8, 0)
    if rules < 0:
        return False
    for folder in _shared(own):
        _allow(rules, folder, rights)
    ctypes.CDLL(None).prctl(NO_NEW_PRIVS, 1, 0, 0, 0)
    done = _call(RESTRICT_SELF, rules, 0, 0)
    os.close(rules)
    return done == 0


def _shared(own: str) -> list[str]:
    """Everything but the top folder in which every command has its own; all where they have none."""
    top = own.split("/")[1]
    if top != "sandbox":
        return ["/"]
    return [own, *(f"/{name}" for name in os.listdir("/") if name != top and os.path.isdir(f"/{name}"))]


def _allow(rules: int, folder: str, rights: int) -> None:
    try:
        beneath = os.open(folder, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # what cannot be reached needs no right
    _call(ADD_RULE, rules, PATH_BENEATH, struct.pack("=Qi", rights, beneath), 0)
    os.close(beneath)


def _call(number: int, *arguments: int | bytes | None) -> int:
    given = [ctypes.c_long(one) if isinstance(one, int) else ctypes.c_char_p(one) for one in arguments]
    return int(ctypes.CDLL(None, use_errno=True).syscall(ctypes.c_long(number), *given))
