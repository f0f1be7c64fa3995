"""One run from its first file to the end of the last process it left."""

# No pathlib: it would cost every cold run 10 ms.

# ruff: noqa: PTH103, PTH120, PTH123, PTH208, PTH211

from __future__ import annotations

import os
import select
import signal
import time
from contextlib import suppress
from typing import Any, NoReturn

from samokoder.adapters.sandbox.inside.command import become
from samokoder.adapters.sandbox.inside.framing import write_frame
from samokoder.adapters.sandbox.inside.processes import (
    PR_SET_CHILD_SUBREAPER,
    descendants,
    kill_descendants,
    prctl,
    reap,
    remove,
)

WATCH = 0.2
"""Seconds between two looks at the processes and the memory of a run."""


class Output:
    """The first and the last of what was written; the middle is dropped beyond the limit."""

    def __init__(self, limit: int) -> None:
        self.half, self.total = limit // 2, 0
        self.first, self.last = bytearray(), bytearray()

    def add(self, data: bytes) -> None:
        self.total += len(data)
        room = self.half - len(self.first)
        self.first += data[:room] if room > 0 else b""
        self.last += data[max(room, 0) :]
        if len(self.last) > 2 * self.half:
            del self.last[: -self.half]

    def kept(self) -> bytes:
        last = bytes(self.last[-self.half :])
        cut = self.total - len(self.first) - len(last)
        note = f"\n[… {cut} bytes cut out …]\n".encode() if cut else b""
        return bytes(self.first) + note + last


def link_all(source: str, folder: str) -> None:
    """Everything in the source folder, linked from a folder of this run's: tools write caches beside it."""
    with suppress(FileExistsError):  # what is there already is the application's own
        os.makedirs(folder)
    for name in os.listdir(source):
        with suppress(FileExistsError, NotADirectoryError):
            os.symlink(f"{source}/{name}", f"{folder}/{name}")


class Warden:
    """Watches one command, as its own process, from its start to the end of the last process it left."""

    def __init__(self, ask: dict[str, Any], folder: str, control: int) -> None:
        self.ask, self.folder, self.control = ask, folder, control
        self.limits = ask["limits"]
        self.output = Output(self.limits["output"])
        self.ended: dict[int, int] = {}
        self.fault = ""
        self.open: list[int] = []

    def lay_out(self, body: bytes) -> None:
        for name in ("files", "home", "tmp"):
            os.makedirs(f"{self.folder}/{name}", mode=0o700)
        at = 0
        for path, size in self.ask["files"]:
            target = f"{self.folder}/files/{path}"
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with open(target, "xb") as file:
                file.write(body[at : at + size])
            at += size
        for name, target in self.ask.get("links", {}).items():
            link_all(target, f"{self.folder}/files/{name}")

    def watch(self, command: int, pipe: int, bell: int) -> None:
        """Until the command ends, breaks a limit, or the keeper lets go of the control pipe."""
        started = looked = time.monotonic()
        self.open = [pipe, bell, self.control]
        while command not in self.ended and not self.fault:
            for fd in select.select(self.open, [], [], WATCH)[0]:
                self.notice(fd, bell)
            self.ended.update(reap())
            now = time.monotonic()
            if now - started > self.limits["seconds"]:
                self.fault = f"time limit of {self.limits['seconds']:g} s"
            elif now - looked > WATCH and not self.fault:
                looked = now
                self.weigh()

    def notice(self, fd: int, bell: int) -> None:
        if fd == self.control:
            self.fault = "stopped"
        elif fd == bell:
            os.read(bell, 512)
        else:
            data = os.read(fd, 65536)
            self.output.add(data)
            if not data:  # everything that could write has closed it; the end of the command rings the bell
                self.open.remove(fd)
            if self.output.total > self.limits["output_total"]:
                self.fault = f"output limit of {self.limits['output_total']} bytes"

    def weigh(self) -> None:
        sizes = descendants(os.getpid())
        if len(sizes) > self.limits["processes"]:
            self.fault = f"limit of {self.limits['processes']} processes"
        elif sum(sizes.values()) > self.limits["memory"]:
            self.fault = f"memory limit of {self.limits['memory'] >> 20} MiB"

    def drain(self, pipe: int) -> None:
        """What was still in the pipe when the last writer ended."""
        while select.select([pipe], [], [], 0)[0]:
            data = os.read(pipe, 65536)
            if not data or self.output.total > self.limits["output_total"]:
                return
            self.output.add(data)


def exit_code(status: int) -> int:
    """As a shell gives it: 128 and the signal's number for a command that was killed."""
    code = os.waitstatus_to_exitcode(status)
    return 128 - code if code < 0 else code


def guard(ask: dict[str, Any], body: bytes, folder: str, control: int, report: int, warm: bool) -> None:
    """One whole run. Returns only in the fork that has become the command and has finished."""
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    bell, ring = os.pipe()
    os.set_blocking(ring, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(ring, warn_on_full_buffer=False)
    warden = Warden(ask, folder, control)
    try:
        warden.lay_out(body)
    except OSError as error:
        finish(warden, report, None, 0, f"the files could not be written: {error}")
    started = time.monotonic()
    pipe, output = os.pipe()
    command = os.fork()
    if command == 0:
        become(ask, folder, output, warm)
        return
    os.close(output)
    warden.watch(command, pipe, bell)
    warden.ended.update(kill_descendants())
    seconds = time.monotonic() - started
    warden.drain(pipe)
    finish(warden, report, warden.ended.get(command), seconds, warden.fault)


def finish(warden: Warden, report: int, status: int | None, seconds: float, fault: str) -> NoReturn:
    remove(warden.folder)
    code = None if fault or status is None else exit_code(status)
    head = {"id": warden.ask["id"], "code": code, "seconds": seconds, "fault": fault, "folder": warden.folder}
    write_frame(report, head, warden.output.kept())
    os._exit(0)
