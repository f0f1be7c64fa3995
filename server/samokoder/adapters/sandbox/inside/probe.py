"""Starts a service, looks until it is ready, and stops it; exit code 0 when it was ready in time.

It is the command of its run: the warden counts, limits and ends it with everything below it.
"""

# What only a service needs is imported when there is one: every keeper reads this.

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from samokoder.adapters.sandbox.inside.readiness import NOTHING, PAUSE, free_port, how, look

PATIENCE = 3.0
"""Seconds a service has to leave when it is asked to."""
NOT_THERE = 127
"""Exit code of a service whose program there is not, as a shell gives it."""


class Service:
    """A service that was started, and what it has written when somebody looks for a line of it."""

    def __init__(self, pid: int, heard: int | None) -> None:
        self.pid, self.heard = pid, heard
        self.output = b""
        self.code: int | None = None

    def ended(self) -> bool:
        if self.code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.code = os.waitstatus_to_exitcode(status) if pid else None
        return self.code is not None

    def listen(self) -> None:
        """Pass on what it writes, and keep the last of it to be looked at."""
        if self.heard is None:
            return
        with suppress(BlockingIOError):
            while data := os.read(self.heard, 65536):
                self.output = (self.output + data)[-(1 << 16) :]
                os.write(1, data)

    def stop(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGTERM)
        deadline = time.monotonic() + PATIENCE
        while not self.ended() and time.monotonic() < deadline:
            time.sleep(PAUSE)


def wait_until_ready(service: Service, task: dict[str, Any], port: int) -> str:
    """Empty when it was, else what was seen last."""
    seen, deadline = NOTHING, time.monotonic() + task["seconds"]
    while time.monotonic() < deadline:
        service.listen()
        if service.ended():
            return f"the service ended with exit code {service.code}; last seen: {seen}"
        found = look(task, port, service.output)
        if not found and not service.ended():
            return ""
        seen = seen if found in ("", NOTHING) else found
        time.sleep(PAUSE)
    return f"not healthy within {task['seconds']:g} s; last seen: {seen}"


def start(task: dict[str, Any], port: int, run: Callable[[], None]) -> Service | None:
    """None in the fork that has become the service and has finished."""
    heard, says = os.pipe() if task.get("says") else (None, None)
    pid = os.fork()
    if pid:
        if heard is not None and says is not None:
            os.close(says)
            os.set_blocking(heard, False)
        return Service(pid, heard)
    os.setsid()
    if says is not None:
        os.dup2(says, 1)
        os.dup2(says, 2)
    os.environ["PORT"] = str(port)
    run()
    return None


def probe(task: dict[str, Any], run: Callable[[], None]) -> None:
    """Ends with the verdict; returns in the fork that has become the service and has finished.

    ``run`` turns a fork into the service, whose port is in its environment.
    """
    port = free_port(task["port"])
    os.write(1, f"$ {' '.join(task['command'])}\n".encode())
    service = start(task, port, run)
    if service is None:
        return
    fault = wait_until_ready(service, task, port)
    service.stop()
    service.listen()
    shown = "declared port" if port == task["port"] else "free port"
    well = "HTTP 200, healthy" if task["health"] and not task.get("says") else "ready"
    os.write(1, f"{how(task)} on the {shown}: {fault or well}\n".encode())
    os._exit(NOT_THERE if service.code == NOT_THERE else 1 if fault else 0)
