"""Which system calls generated code may make: one list, for containers as JSON, for bubblewrap compiled.

The list names what is allowed. Not in it: mounts, namespaces, modules, keys, tracing, BPF, exotic sockets.
"""

from __future__ import annotations

import ctypes
import functools
import json
import os
import tempfile
from importlib.resources import files
from typing import Any

from samokoder.errors import SandboxUnavailable

_ALLOW, _ERROR = 0x7FFF0000, 0x00050000
_COMPARE = {"SCMP_CMP_EQ": 4, "SCMP_CMP_MASKED_EQ": 7}
EPERM = 1
LIBRARY = "libseccomp.so.2"
INSTALL = (
    "Install libseccomp (Debian, Ubuntu: apt install libseccomp2; Fedora: dnf install libseccomp); "
    "or use Docker."
)


class _Argument(ctypes.Structure):
    _fields_ = [
        ("index", ctypes.c_uint),
        ("compare", ctypes.c_int),
        ("first", ctypes.c_uint64),
        ("second", ctypes.c_uint64),
    ]


def profile_text() -> str:
    """In the form container engines take."""
    return (files(__package__) / "seccomp.json").read_text(encoding="utf-8")


@functools.cache
def compiled(library_name: str = LIBRARY) -> bytes:
    """The list as a BPF program for this machine; raises SandboxUnavailable: nothing runs unfiltered."""
    try:
        library = ctypes.CDLL(library_name)
    except OSError as error:
        raise SandboxUnavailable(f"The filter of system calls needs {library_name}.", hint=INSTALL) from error
    library.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(library.seccomp_init(ctypes.c_uint32(_ERROR | EPERM)))
    try:
        for rule in json.loads(profile_text())["syscalls"]:
            _add(library, context, rule)
        return _exported(library, context)
    finally:
        library.seccomp_release(context)


def _add(library: ctypes.CDLL, context: ctypes.c_void_p, rule: dict[str, Any]) -> None:
    allowed = rule["action"] == "SCMP_ACT_ALLOW"
    action = _ALLOW if allowed else _ERROR | rule["errnoRet"]
    given = [
        _Argument(one["index"], _COMPARE[one["op"]], one["value"], one["valueTwo"])
        for one in rule.get("args", [])
    ]
    arguments = (_Argument * max(1, len(given)))(*given)
    for name in rule["names"]:
        number = library.seccomp_syscall_resolve_name(name.encode())
        if number != -1:  # known to this libseccomp
            library.seccomp_rule_add_array(context, ctypes.c_uint32(action), number, len(given), arguments)


def _exported(library: ctypes.CDLL, context: ctypes.c_void_p) -> bytes:
    with tempfile.TemporaryFile() as file:
        if library.seccomp_export_bpf(context, file.fileno()) != 0:
            raise SandboxUnavailable("libseccomp could not make the filter of system calls.", hint=INSTALL)
        file.seek(0, os.SEEK_SET)
        return file.read()
