"""The answer to ``initialize``, given before anything heavy is imported.

Importing pygls and lsprotocol takes most of a second; what the server can do does not depend on it. So the
answer is shipped (``greeting.json``, made by ``python -m samokoder.lsp.greeting``); the client goes on at
once, its next messages wait in the pipe, and the server, when it is there, is told of the greeting and
does not answer again. A test holds the shipped answer against the server's own.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import resources
from typing import Any, BinaryIO

ENCODINGS = frozenset({"utf-8", "utf-16", "utf-32"})
FILE = "greeting.json"
LONGEST_HEADER = 4_096


@dataclass(frozen=True)
class Greeting:
    """What was read of the client before the server was there."""

    read: bytes
    """Goes on to the server as if nobody had read it."""
    answered: str | int | None = None
    """Id of the request that has its answer."""


def greet(stdin: BinaryIO, stdout: BinaryIO) -> Greeting:
    """Read the first message and answer it, if it is an ``initialize`` that can be."""
    header, body = _message(stdin)
    given = _request(body)
    if given is not None:
        reply = {"jsonrpc": "2.0", "id": given["id"], "result": answer(given["params"])}
        text = json.dumps(reply, separators=(",", ":")).encode()
        stdout.write(b"Content-Length: %d\r\n\r\n%s" % (len(text), text))
        stdout.flush()
    return Greeting(header + body, given["id"] if given is not None else None)


def _message(stdin: BinaryIO) -> tuple[bytes, bytes]:
    """Header lines and body, as far as they came; what is no message is left to the server to refuse."""
    header, length = b"", 0
    while len(header) < LONGEST_HEADER:
        line = stdin.readline(LONGEST_HEADER)
        header += line
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length" and value.strip().isdigit():
            length = int(value)
        if not line.strip():
            break
    return header, stdin.read(length) if length else b""


def _request(body: bytes) -> dict[str, Any] | None:
    try:
        given = json.loads(body)
    except ValueError:
        return None
    if not isinstance(given, dict) or given.get("method") != "initialize":
        return None
    params = given.get("params")
    known = isinstance(params, dict) and isinstance(params.get("capabilities"), dict)
    return given if known and type(given.get("id")) in {int, str} else None


def answer(params: dict[str, Any]) -> dict[str, Any]:
    """The shipped answer, with the position encoding this client likes best of those the server knows."""
    shipped: dict[str, Any] = json.loads((resources.files(__package__) / FILE).read_text("utf-8"))
    general = params["capabilities"].get("general") or {}
    liked = [name for name in general.get("positionEncodings") or () if name in ENCODINGS]
    shipped["capabilities"]["positionEncoding"] = liked[0] if liked else "utf-16"
    return shipped


class Reread:
    """A stream that begins with what was read of it already."""

    def __init__(self, read: bytes, stream: BinaryIO) -> None:
        self._read, self._stream = read, stream

    def readline(self) -> bytes:
        line, mark, self._read = self._read.partition(b"\n")
        return line + mark if mark else line + self._stream.readline()

    def read(self, size: int) -> bytes:
        early, self._read = self._read[:size], self._read[size:]
        return early + (self._stream.read(size - len(early)) if len(early) < size else b"")


def _make() -> None:
    """Ask a server that was not greeted, and write its answer down."""
    import subprocess
    import sys
    from pathlib import Path

    code = "from samokoder import bootstrap; from samokoder.lsp.serving import serve_stdio; "
    given = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"capabilities": {}}})
    done = subprocess.run(
        [sys.executable, "-c", f"{code}serve_stdio(bootstrap.backend())"],
        input=f"Content-Length: {len(given)}\r\n\r\n{given}".encode(),
        stdout=subprocess.PIPE,
        check=False,  # it ends as a server whose client has gone
    )
    said = json.loads(done.stdout.partition(b"\r\n\r\n")[2])["result"]
    (Path(__file__).parent / FILE).write_text(json.dumps(said, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    _make()
