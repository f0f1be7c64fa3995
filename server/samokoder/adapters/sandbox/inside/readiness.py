"""Whether a service is up: by a line it writes, by its port, or by its health path. Only loopback is used."""

# What only a service needs is imported when there is one: every keeper reads this.

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import socket

PAUSE = 0.05
"""Seconds between two looks."""
SECONDS = 5.0
"""Of one look, however slowly a service answers."""
ANSWER = 300
"""Characters of the answer that are shown."""
NOTHING = "nothing listens there"
CLAIMS: list[socket.socket] = []


def free_port(wanted: int) -> int:
    """The wanted port when nobody listens there and no other probe is about to, else any free one."""
    import socket

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
    import socket

    claim = socket.socket(socket.AF_UNIX)
    try:
        claim.bind(f"\0samokoder-port-{port}")
    except OSError:
        claim.close()
        return False
    CLAIMS.append(claim)
    return True


def ask(port: int, path: str) -> tuple[int, str]:
    import http.client
    import socket
    import threading

    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    connection.connect()
    # the timeout is of each piece of the answer: one that comes in pieces would never meet it
    over = threading.Timer(SECONDS, connection.sock.shutdown, [socket.SHUT_RDWR])
    deadline = time.monotonic() + SECONDS
    over.start()
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        text = answer.read(65536).decode("utf-8", "replace")
        if time.monotonic() >= deadline:  # what was cut off may look whole
            raise TimeoutError(f"no whole answer within {SECONDS:g} s")
        return answer.status, text
    finally:
        over.cancel()
        connection.close()


def look(service: dict[str, Any], port: int, output: bytes) -> str:
    """Empty when it is ready, else what is seen. Takes SECONDS at most."""
    if says := service.get("says"):
        return "" if says.encode() in output else f"it has not written {says!r}"
    import http.client
    import socket

    try:
        if not service["health"]:
            socket.create_connection(("127.0.0.1", port), SECONDS).close()
            return ""
        status, text = ask(port, service["health"])
    except ConnectionRefusedError:
        return NOTHING
    except (OSError, http.client.HTTPException) as error:
        return repr(error)
    return "" if status == 200 else f"HTTP {status}: {text[:ANSWER]}"


def how(service: dict[str, Any]) -> str:
    """What is looked for, in words."""
    if service.get("says"):
        return f"a line with {service['says']!r}"
    return f"GET {service['health']}" if service["health"] else "a connection"
