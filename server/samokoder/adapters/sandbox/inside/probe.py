"""Starts a service, asks its health path until it answers 200, and stops it; exit code 0 when it was healthy.

Runs inside the sandbox as ``python -I -c <this text> <JSON>``: it works without any network but loopback.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from typing import Any

PAUSE = 0.05
CLAIMS: list[socket.socket] = []
ANSWER = 300
"""Characters of the answer that are shown."""


def free_port(wanted: int) -> int:
    """The wanted port when nobody listens there and no other probe is about to, else any free one."""
    for port in (wanted, 0):
        with socket.socket() as listener:
            try:
                listener.bind(("127.0.0.1", port))
                if port == 0 or claimed(port):
                    return int(listener.getsockname()[1])
            except OSError:
                continue
    raise OSError("no free port")


def claimed(port: int) -> bool:
    """Take a name only one process of this network can hold, until we end; Linux knows such names."""
    if sys.platform != "linux":
        return False
    claim = socket.socket(socket.AF_UNIX)
    try:
        claim.bind(f"\0samokoder-port-{port}")
    except OSError:
        claim.close()
        return False
    CLAIMS.append(claim)
    return True


def ask(port: int, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read(65536).decode("utf-8", "replace")
    finally:
        connection.close()


def wait_until_healthy(service: subprocess.Popen[bytes], port: int, path: str, seconds: float) -> str:
    """Empty when it answered 200, else what was seen last."""
    seen, deadline = "nothing listens there", time.monotonic() + seconds
    while time.monotonic() < deadline:
        if service.poll() is not None:
            return f"the service ended with exit code {service.returncode}; last seen: {seen}"
        try:
            status, text = ask(port, path)
        except (OSError, http.client.HTTPException) as error:
            seen = seen if isinstance(error, ConnectionRefusedError) else repr(error)
        else:
            if status == 200 and service.poll() is None:
                return ""
            seen = f"HTTP {status}: {text[:ANSWER]}"
        time.sleep(PAUSE)
    return f"not healthy within {seconds:g} s; last seen: {seen}"


def stop(service: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(service.pid, signal.SIGTERM)
        service.wait(timeout=3)
    except (OSError, subprocess.TimeoutExpired):
        service.kill()


def main(task: dict[str, Any]) -> int:
    port = free_port(task["port"])
    environment = {**os.environ, "PORT": str(port)}
    print("$", " ".join(task["command"]), flush=True)
    try:
        service = subprocess.Popen(task["command"], env=environment, start_new_session=True)
    except OSError as error:
        print(f"the service could not be started: {error}", flush=True)
        return 127
    fault = wait_until_healthy(service, port, task["health"], task["seconds"])
    stop(service)
    shown = "declared port" if port == task["port"] else "free port"
    print(f"GET {task['health']} on the {shown}: {fault or 'HTTP 200, healthy'}", flush=True)
    return 1 if fault else 0


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1])))
