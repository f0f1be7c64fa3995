"""What lies on the host for the probes to find: services, files, secrets, the server itself."""

from __future__ import annotations

import json
import os
import platform
import secrets
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import samokoder
from samokoder.adapters.sandbox.seccomp_table import table


@contextmanager
def laid(folder: Path) -> Iterator[str]:
    """As JSON for ``kit.HOST``; the services only listen, nobody answers."""
    with ExitStack() as open_:
        listener = open_.enter_context(socket.create_server(("0.0.0.0", 0)))  # the bait itself
        abstract = f"samokoder-bait-{secrets.token_hex(8)}"
        for name in (f"\0{abstract}", str(folder / "socket")):
            server = open_.enter_context(socket.socket(socket.AF_UNIX))
            server.bind(name)
            server.listen()
        for name in ("file", "state.db"):
            (folder / name).write_text("bait")
            (folder / name).chmod(0o666)
        folder.chmod(0o777)
        yield json.dumps(
            {
                "port": listener.getsockname()[1],
                "addresses": _addresses(),
                "abstract": abstract,
                "socket": str(folder / "socket"),
                "file": str(folder / "file"),
                "database": str(folder / "state.db"),
                "project": str(folder),
                "home": str(Path.home()),
                "python": os.path.realpath(sys.base_prefix),
                "program": str(Path(samokoder.__file__)),
                "passwd": Path("/etc/passwd").read_text(),
                "machine_id": _text(Path("/etc/machine-id")),
                "pid": os.getpid(),
                "command_line": _text(Path("/proc/self/cmdline")),
                "syscalls": table()[platform.machine()],
            }
        )


def _text(path: Path) -> str:
    return path.read_text().strip() if path.exists() else "none"


def _addresses() -> list[str]:
    """All of this machine's, the engine's bridge among them."""
    found = socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)
    return sorted({str(one[4][0]) for one in found} | {"172.17.0.1"})
