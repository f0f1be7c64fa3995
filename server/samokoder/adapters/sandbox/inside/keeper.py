"""Runs commands inside a sandbox and tells how each ended.

Frames on stdin ask, frames on stdout answer. For each run it forks a *warden*, which writes the files,
starts the command, watches its limits, kills whatever is left of it and reports. The end of stdin ends
everything, so nothing outlives a server that was killed. A keeper that was told to warm up has imported
dependencies once; its runs of Python modules are forks of it and start with them in memory, unless they ask
for a fresh interpreter.
"""

# No pathlib: it would cost every cold run 10 ms.

# ruff: noqa: PTH102, PTH103

from __future__ import annotations

import gc
import importlib
import json
import os
import resource
import select
import sys
import time
from typing import Any

from samokoder.adapters.sandbox.inside.framing import HEAD, read_frame, write_all, write_frame
from samokoder.adapters.sandbox.inside.leftovers import at_work, clear
from samokoder.adapters.sandbox.inside.processes import (
    GIVE_UP,
    PR_SET_CHILD_SUBREAPER,
    PR_SET_DUMPABLE,
    kill_descendants,
    prctl,
    remove,
)
from samokoder.adapters.sandbox.inside.warden import guard

PROCESSES = 512
"""At most so many where the keeper is the first process; containers are counted by their engine."""


class Run:
    """What the keeper knows of a warden at work."""

    def __init__(self, name: str, warden: int, folder: str, control: int) -> None:
        self.name, self.warden, self.folder, self.control = name, warden, folder, control
        self.said = bytearray()


class Keeper:
    def __init__(self, base: str, shared: list[str]) -> None:
        self.base, self.shared = base, shared
        self.asks, self.answers = os.dup(0), os.dup(1)
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, 0)
        os.dup2(nothing, 1)
        self.runs: dict[int, Run] = {}
        self.warm = False
        prctl(PR_SET_CHILD_SUBREAPER, 1)
        prctl(PR_SET_DUMPABLE, 0)  # what runs here as the same user may not read or trace us

    def serve(self) -> bool:
        """Until stdin ends. True in a fork that has become a command and has finished."""
        while True:
            for fd in select.select([self.asks, *self.runs], [], [])[0]:
                if fd in self.runs:
                    self.hear(fd)
                    continue
                frame = read_frame(self.asks)
                if frame is None:
                    self.end()
                    return False
                if self.obey(*frame):
                    return True

    def obey(self, ask: dict[str, Any], body: bytes) -> bool:
        if "warm" in ask:
            self.warm_up(ask["warm"])
        elif "stop" in ask:
            for run in self.runs.values():
                if run.name == ask["stop"]:
                    self.let_go(run)
        else:
            return self.start(ask, body)
        return False

    def warm_up(self, modules: list[str]) -> None:
        gc.disable()  # all of it stays
        for name in modules:
            try:
                importlib.import_module(name)
            except Exception:  # noqa: BLE001 - a dependency that does not import is the cold run's to tell
                continue
        for module in list(sys.modules.values()):
            # pytest warns of modules it can no longer rewrite; this mark is its documented way to be told so
            if getattr(module, "__file__", None) and "site-packages" in str(module.__file__):
                module.__doc__ = (module.__doc__ or "") + "\nPYTEST_DONT_REWRITE"
        self.warm = True
        gc.collect()
        gc.freeze()
        gc.enable()
        names = sorted({name.partition(".")[0] for name in sys.modules})
        write_frame(self.answers, {"ready": names})

    def start(self, ask: dict[str, Any], body: bytes) -> bool:
        folder = f"{self.base}/{ask['id']}"
        os.mkdir(folder, 0o700)
        control, let_go = os.pipe()
        heard, report = os.pipe()
        warden = os.fork()
        if warden == 0:
            for fd in (self.asks, self.answers, let_go, heard, *self.runs, *self.controls()):
                os.close(fd)
            if self.shared:
                at_work(self.base)
            guard(ask, body, folder, control, report, self.warm and not ask.get("fresh"))
            return True
        os.close(control)
        os.close(report)
        self.runs[heard] = Run(ask["id"], warden, folder, let_go)
        return False

    def controls(self) -> list[int]:
        return [run.control for run in self.runs.values() if run.control >= 0]

    def let_go(self, run: Run) -> None:
        if run.control >= 0:
            os.close(run.control)
            run.control = -1

    def hear(self, fd: int) -> None:
        """Part of a warden's report, or its end: then pass the report on, whole or as lost."""
        run = self.runs[fd]
        data = os.read(fd, 1 << 20)
        run.said += data
        if data:
            self.pass_on(run)
            return
        os.close(fd)
        del self.runs[fd]
        self.let_go(run)
        kill_descendants(spare=frozenset(other.warden for other in self.runs.values()))
        remove(run.folder)
        if self.shared:
            clear(self.base, self.shared, {other.name for other in self.runs.values()})
        write_all(self.answers, self.whole(run))

    def pass_on(self, run: Run) -> None:
        """What a run has written so far; its report is held back until its warden is gone."""
        while len(run.said) >= HEAD.size:
            head_size, body_size = HEAD.unpack(run.said[: HEAD.size])
            end = HEAD.size + head_size + body_size
            if len(run.said) < end or "live" not in json.loads(run.said[HEAD.size : HEAD.size + head_size]):
                return
            write_all(self.answers, bytes(run.said[:end]))
            del run.said[:end]

    def whole(self, run: Run) -> bytes:
        if len(run.said) >= HEAD.size and len(run.said) == HEAD.size + sum(
            HEAD.unpack(run.said[: HEAD.size])
        ):
            return bytes(run.said)
        head = json.dumps({"id": run.name, "lost": True, "folder": run.folder}).encode()
        return HEAD.pack(len(head), 0) + head

    def end(self) -> None:
        for run in self.runs.values():
            self.let_go(run)
        deadline = time.monotonic() + GIVE_UP
        while self.runs and time.monotonic() < deadline:
            for fd in select.select(list(self.runs), [], [], 0.1)[0]:
                if os.read(fd, 1 << 20) == b"":
                    del self.runs[fd]
        kill_descendants()
        remove(self.base)


def main() -> None:
    if sys.path and sys.path[0] == "":
        del sys.path[0]
    if os.getpid() == 1:
        resource.setrlimit(resource.RLIMIT_NPROC, (PROCESSES, PROCESSES))
    os.makedirs(sys.argv[1], mode=0o700, exist_ok=True)
    Keeper(sys.argv[1], sys.argv[2:]).serve()
