"""One run from its first file to the end of the last process it left."""

# No pathlib: it would cost every cold run 10 ms.

# ruff: noqa: PTH101, PTH103, PTH120, PTH123, PTH208, PTH211

from __future__ import annotations

import os
import select
import signal
import time
from contextlib import suppress
from typing import Any, NoReturn

from samokoder.adapters.sandbox.inside.archive import pack_up
from samokoder.adapters.sandbox.inside.command import become
from samokoder.adapters.sandbox.inside.framing import write_frame
from samokoder.adapters.sandbox.inside.group import forks_refused, oom_kills
from samokoder.adapters.sandbox.inside.processes import (
    PR_SET_CHILD_SUBREAPER,
    descendants,
    kill_descendants,
    prctl,
    reap,
    remove,
)

FULL = 4096
"""Bytes left in a workspace that is as good as full."""
WATCH = 0.2
"""Seconds between two looks at the processes and the memory of a run."""
SAY = 1.0
"""Seconds a run that was refused a process has to say so itself, before it is ended for it."""
CROWDED = "limit of processes: the sandbox had no room for another process or thread"


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

    def __init__(self, ask: dict[str, Any], folder: str, control: int, report: int) -> None:
        self.ask, self.folder, self.control, self.report = ask, folder, control, report
        self.limits = ask["limits"]
        self.output = Output(self.limits["output"])
        self.ended: dict[int, int] = {}
        self.fault, self.ended_by = "", "itself"
        self.kills, self.refusals = oom_kills(), forks_refused()
        self.crowded = 0.0
        self.full = False
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
        for path in self.ask.get("executable", []):
            os.chmod(f"{self.folder}/files/{path}", 0o700)
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
                self.end_late()
            elif now - looked > WATCH and not self.fault:
                looked = now
                self.weigh()

    def notice(self, fd: int, bell: int) -> None:
        if fd == self.control:
            self.end("stopped", "stopped")
        elif fd == bell:
            os.read(bell, 512)
        else:
            data = os.read(fd, 65536)
            self.hear(data)
            if not data:  # everything that could write has closed it; the end of the command rings the bell
                self.open.remove(fd)
            if self.output.total > self.limits["output_total"]:
                self.end("output", f"output limit of {self.limits['output_total']} bytes")

    def end(self, by: str, fault: str) -> None:
        self.ended_by, self.fault = by, fault

    def end_late(self) -> None:
        """A bomb that dies down between two looks leaves a run that only waits; it did not lack time."""
        if forks_refused() > self.refusals:
            self.end("processes", CROWDED)
        else:
            self.end("time", f"time limit of {self.limits['seconds']:g} s")

    def hear(self, data: bytes) -> None:
        """Keep what was written and, where somebody looks on, pass it on as it comes."""
        self.output.add(data)
        if data and self.ask.get("live"):
            write_frame(self.report, {"id": self.ask["id"], "live": True}, data)

    def weigh(self) -> None:
        if self.crowded and time.monotonic() - self.crowded > SAY:
            self.end("processes", CROWDED)
            return
        if not self.crowded and forks_refused() > self.refusals:
            self.crowded = time.monotonic()
        sizes = descendants(os.getpid())
        if len(sizes) > self.limits["processes"]:
            self.end("processes", f"limit of {self.limits['processes']} processes")
        elif sum(sizes.values()) > self.limits["memory"]:
            self.end("memory", f"memory limit of {self.limits['memory'] >> 20} MiB")
        self.full = self.full or is_full(self.folder)

    def drain(self, pipe: int) -> None:
        """What was still in the pipe when the last writer ended."""
        while select.select([pipe], [], [], 0)[0]:
            data = os.read(pipe, 65536)
            if not data or self.output.total > self.limits["output_total"]:
                return
            self.hear(data)

    def explain(self, status: int | None, missing: bool) -> None:
        """A remark on an exit code that is not the command's own doing."""
        if self.fault or not status:
            return
        if missing:
            self.end("not found", f"there is no program {self.ask['argv'][0]!r}")
        elif self.full or is_full(self.folder):
            self.end("workspace", "the workspace was full")
        elif os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL and oom_kills() > self.kills:
            self.end("memory", "the sandbox ran out of memory")


def is_full(folder: str) -> bool:
    try:
        left = os.statvfs(folder)
    except OSError:
        return False
    return left.f_bavail * left.f_frsize < FULL or (left.f_files > 0 and left.f_favail == 0)


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
    warden = Warden(ask, folder, control, report)
    try:
        warden.lay_out(body)
    except OSError as error:
        warden.end("workspace", f"the files could not be written: {error}")
        finish(warden, None, 0)
    started = time.monotonic()
    pipe, output = os.pipe()
    absent, tell_absent = os.pipe()
    command = os.fork()
    if command == 0:
        become(ask, folder, output, tell_absent, warm)
        return
    os.close(output)
    os.close(tell_absent)
    warden.watch(command, pipe, bell)
    warden.ended.update(kill_descendants())
    seconds = time.monotonic() - started
    warden.drain(pipe)
    limited = bool(warden.fault)
    missing = bool(select.select([absent], [], [], 0)[0] and os.read(absent, 1))
    warden.explain(warden.ended.get(command), missing)
    finish(warden, None if limited else warden.ended.get(command), seconds)


def finish(warden: Warden, status: int | None, seconds: float) -> NoReturn:
    archive = b""
    left_out: list[str] = []
    if "export" in warden.ask:
        archive, left_out = pack_up(
            f"{warden.folder}/files", **warden.ask["export"], spare=warden.ask["links"]
        )
    remove(warden.folder)
    head = {
        "id": warden.ask["id"],
        "code": None if status is None else exit_code(status),
        "seconds": seconds,
        "fault": warden.fault,
        "ended_by": warden.ended_by,
        "folder": warden.folder,
        "archived": len(archive),
        "left_out": left_out,
    }
    write_frame(warden.report, head, warden.output.kept() + archive)
    os._exit(0)
