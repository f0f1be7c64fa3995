"""The host's end of the keeper's protocol: a frame is two lengths, a JSON head and a body of bytes."""

from __future__ import annotations

import json
import struct
from typing import Any

from pydantic import Field, ValidationError

from samokoder.domain.evidence import EndedBy
from samokoder.domain.value import Value

HEAD = struct.Struct(">II")
LARGEST = 96 << 20
"""Bytes; a longer answer cannot be honest, since output and files are cut inside."""


class BrokenFrame(Exception):
    """What came is not a frame: something inside the sandbox has tampered with the stream."""


class Told(Value):
    """What a keeper says: a run's report, the loss of a run, or that it is warm."""

    id: str = ""
    code: int | None = None
    seconds: float = 0
    fault: str = ""
    folder: str = ""
    """Where the run had its work, home and tmp folders."""
    lost: bool = False
    """The run's warden was killed; nothing is known of how the run ended."""
    ready: tuple[str, ...] | None = None
    """Top-level names of all modules a warm keeper has loaded."""
    live: bool = False
    """Not the report yet: only what was written just now."""
    ended_by: EndedBy = "itself"
    archived: int = Field(default=0, ge=0)
    """Bytes at the end of the body that are a tar of the run's files."""
    left_out: tuple[str, ...] = ()
    output: bytes = b""
    archive: bytes = b""


def pack(head: dict[str, Any], body: bytes = b"") -> bytes:
    text = json.dumps(head).encode()
    return HEAD.pack(len(text), len(body)) + text + body


class Unpacker:
    """Turns a stream of bytes, cut anywhere, back into what was told."""

    def __init__(self) -> None:
        self._data = bytearray()

    def feed(self, data: bytes) -> list[Told]:
        """What is complete now; raises BrokenFrame."""
        self._data += data
        told = []
        while (one := self._next()) is not None:
            told.append(one)
        return told

    def _next(self) -> Told | None:
        if len(self._data) < HEAD.size:
            return None
        head_size, body_size = HEAD.unpack(self._data[: HEAD.size])
        start, end = HEAD.size + head_size, HEAD.size + head_size + body_size
        if end > LARGEST:
            raise BrokenFrame(f"a frame of {end} bytes")
        if len(self._data) < end:
            return None
        head, body = bytes(self._data[HEAD.size : start]), bytes(self._data[start:end])
        del self._data[:end]
        try:
            told = Told.model_validate_json(head)
        except ValidationError as error:
            raise BrokenFrame(str(error)) from error
        split = max(0, len(body) - told.archived)
        return told.model_copy(update={"output": body[:split], "archive": body[split:]})
