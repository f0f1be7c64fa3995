"""Frames over pipes: two lengths, a JSON head, a body of bytes."""

from __future__ import annotations

import json
import os
import struct
from typing import Any

HEAD = struct.Struct(">II")


def read_exactly(fd: int, size: int) -> bytes | None:
    parts = []
    while size:
        part = os.read(fd, min(size, 1 << 20))
        if not part:
            return None
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def read_frame(fd: int) -> tuple[dict[str, Any], bytes] | None:
    sizes = read_exactly(fd, HEAD.size)
    if sizes is None:
        return None
    head_size, body_size = HEAD.unpack(sizes)
    head, body = read_exactly(fd, head_size), read_exactly(fd, body_size)
    if head is None or body is None:
        return None
    return json.loads(head), body


def write_frame(fd: int, head: dict[str, Any], body: bytes = b"") -> None:
    text = json.dumps(head).encode()
    write_all(fd, HEAD.pack(len(text), len(body)) + text + body)


def write_all(fd: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(fd, rest) :]
