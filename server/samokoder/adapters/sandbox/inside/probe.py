"""Starts a service, looks until it is ready, and stops it; exit code 0 when it was ready in time.

Runs inside the sandbox as ``python -I -c <this text> <JSON>``: it works without any network but loopback.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from typing import Any

from samokoder.adapters.sandbox.inside.readiness import NOTHING, PAUSE, free_port, how, look


def wait_until_ready(
    service: subprocess.Popen[bytes], task: dict[str, Any], port: int, output: bytearray
) -> str:
    """Empty when it was, else what was seen last."""
    seen, deadline = NOTHING, time.monotonic() + task["seconds"]
    while time.monotonic() < deadline:
        if service.poll() is not None:
            return f"the service ended with exit code {service.returncode}; last seen: {seen}"
        found = look(task, port, bytes(output))
        if not found and service.poll() is None:
            return ""
        seen = seen if found in ("", NOTHING) else found
        time.sleep(PAUSE)
    return f"not healthy within {task['seconds']:g} s; last seen: {seen}"


def stop(service: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(service.pid, signal.SIGTERM)
        service.wait(timeout=3)
    except (OSError, subprocess.TimeoutExpired):
        service.kill()


def listen(service: subprocess.Popen[bytes], output: bytearray) -> None:
    """Pass on what it writes, and keep it to be looked at."""
    assert service.stdout
    while data := os.read(service.stdout.fileno(), 65536):
        output += data
        del output[: -(1 << 16)]
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


def start(task: dict[str, Any], port: int, output: bytearray) -> subprocess.Popen[bytes]:
    service = subprocess.Popen(
        task["command"],
        env={**os.environ, "PORT": str(port)},
        start_new_session=True,
        stdout=subprocess.PIPE if task.get("says") else None,
        stderr=subprocess.STDOUT,
    )
    if service.stdout:
        threading.Thread(target=listen, args=(service, output), daemon=True).start()
    return service


def main() -> None:
    task = json.loads(sys.argv[1])
    port, output = free_port(task["port"]), bytearray()
    print("$", " ".join(task["command"]), flush=True)
    try:
        service = start(task, port, output)
    except OSError as error:
        print(f"the service could not be started: {error}", flush=True)
        sys.exit(127)
    fault = wait_until_ready(service, task, port, output)
    stop(service)
    shown = "declared port" if port == task["port"] else "free port"
    well = "HTTP 200, healthy" if task["health"] and not task.get("says") else "ready"
    print(f"{how(task)} on the {shown}: {fault or well}", flush=True)
    sys.exit(1 if fault else 0)
