"""A fresh fork that turns into the command: its own session, pipes, limits and environment."""

# No pathlib: it would cost every cold run 10 ms.

# ruff: noqa: PTH109

from __future__ import annotations

import os
import resource
import signal
import sys
from contextlib import suppress
from functools import partial
from typing import Any, NoReturn

from samokoder.adapters.sandbox.inside.group import is_ours
from samokoder.adapters.sandbox.inside.landlock import keep_apart
from samokoder.adapters.sandbox.inside.probe import probe
from samokoder.adapters.sandbox.inside.processes import PR_SET_DUMPABLE, PR_SET_PDEATHSIG, prctl

ABSENT = 3
LAST = 19
"""Within a container, what watches over a command goes first; it costs the command nothing on the machine."""


def become(ask: dict[str, Any], folder: str, output: int, tell_absent: int, warm: bool) -> None:
    """Turn this fresh fork into the command. Returns never, or after a Python module has run in it.

    ``tell_absent`` gets a byte when there is no such program; a program that starts closes it.
    """
    os.setsid()
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    prctl(PR_SET_DUMPABLE, 1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for fd, target in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(fd, target)
    os.dup2(tell_absent, ABSENT, inheritable=False)
    os.closerange(ABSENT + 1, 1024)
    if is_ours():
        os.nice(LAST)
    limit(ask["limits"])
    keep_apart(folder)
    os.chdir(f"{folder}/files")
    environment = {**ask["env"], "HOME": f"{folder}/home", "TMPDIR": f"{folder}/tmp"}
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ.clear()
    os.environ.update(environment)
    run = partial(run_module if warm and is_module(ask["argv"]) else execute, ask["argv"])
    if "probe" in ask:
        probe(ask["probe"], run)
    else:
        run()


def is_module(argv: list[str]) -> bool:
    return argv[:2] in (["python", "-m"], ["python3", "-m"])


def execute(argv: list[str]) -> NoReturn:
    for number in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)
    try:
        os.execvp(argv[0], argv)
    except OSError as error:
        os.write(2, f"{argv[0]}: {error.strerror}\n".encode())
        if isinstance(error, FileNotFoundError):
            os.write(ABSENT, b"x")
        os._exit(127 if isinstance(error, FileNotFoundError) else 126)


def run_module(argv: list[str]) -> None:
    """As ``python -m`` would, in this process; the way out is SystemExit, as there."""
    import runpy
    import tempfile

    os.closerange(ABSENT, ABSENT + 1)
    tempfile.tempdir = None  # an import may have asked for it before TMPDIR was this run's
    sys.path.insert(0, os.getcwd())
    sys.argv = ["-m", *argv[3:]]
    sys.orig_argv = list(argv)
    runpy.run_module(argv[2], run_name="__main__", alter_sys=True)


def limit(limits: dict[str, int]) -> None:
    wanted = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: limits["open_files"],
        resource.RLIMIT_FSIZE: limits["file_size"],
        resource.RLIMIT_AS: limits["address_space"],
    }
    for which, value in wanted.items():
        hard = resource.getrlimit(which)[1]
        if value < 0 or hard != resource.RLIM_INFINITY:
            value = hard if value < 0 else min(value, hard)
        with suppress(OSError, ValueError):  # macOS refuses RLIMIT_AS
            resource.setrlimit(which, (value, value))
