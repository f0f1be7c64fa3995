"""Makes the shipped files of the filter: what machines know, and the profile of it.

For the developer: ``python -m samokoder.adapters.sandbox.seccomp_table`` on a Linux machine with libseccomp,
and the kernel's headers where newer calls matter. Nothing here runs in the server.
"""

from __future__ import annotations

import ctypes
import json
import re
import sys
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from samokoder.adapters.sandbox.seccomp_rules import Unclassified, profile

TABLE, PROFILE = "syscalls.json", "seccomp.json"
_TOKENS = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
"""Of libseccomp, as of the kernel's audit."""
_HEADERS = {"x86_64": ("x86_64-linux-gnu/asm/unistd_64.h", "asm/unistd_64.h"), "aarch64": ()}
_LAST = 1024
Table = dict[str, dict[str, int]]
"""Numbers of the system calls by architecture and name."""


def table() -> Table:
    """The shipped one."""
    return json.loads(_shipped(TABLE).read_text())  # type: ignore[no-any-return]


def names(known: Mapping[str, Mapping[str, int]]) -> set[str]:
    return {name for calls in known.values() for name in calls}


def profile_of(known: Mapping[str, Mapping[str, int]]) -> str:
    """As shipped."""
    return json.dumps(profile(names(known)), indent=1) + "\n"


def machine() -> Table:
    """What libseccomp and the kernel's headers here know, and what was known when this was last done."""
    found = table() if _shipped(TABLE).exists() else {}
    for architecture in _TOKENS:
        known = found.get(architecture, {}) | _library(architecture) | _headers(architecture)
        found[architecture] = dict(sorted(known.items()))
    return found


def _library(architecture: str) -> dict[str, int]:
    library = ctypes.CDLL("libseccomp.so.2")
    library.seccomp_syscall_resolve_num_arch.restype = ctypes.c_char_p
    token = ctypes.c_uint32(_TOKENS[architecture])
    found = ((library.seccomp_syscall_resolve_num_arch(token, number), number) for number in range(_LAST))
    return {name.decode(): number for name, number in found if name}


def _headers(architecture: str) -> dict[str, int]:
    for name in _HEADERS[architecture]:
        header = Path("/usr/include") / name
        if header.is_file():
            found = re.findall(r"#define __NR_(\w+)\s+(\d+)", header.read_text())
            return {call: int(number) for call, number in found}
    return {}


def _shipped(name: str) -> Path:
    return Path(str(files(__package__) / name))


if __name__ == "__main__":
    known = machine()
    try:
        text = profile_of(known)
    except Unclassified as error:
        sys.exit(f"Say in seccomp_rules.py what may be done with these system calls: {error}")
    _shipped(TABLE).write_text(json.dumps(known, indent=1) + "\n")
    _shipped(PROFILE).write_text(text)
