"""The last of a log that may never end."""

from __future__ import annotations

KEPT = 256 << 10
"""Bytes."""


class Ring:
    def __init__(self, limit: int = KEPT) -> None:
        self._limit, self._dropped = limit, 0
        self._data = bytearray()

    def add(self, data: bytes) -> None:
        self._data += data
        if (over := len(self._data) - self._limit) > 0:
            self._dropped += over
            del self._data[:over]

    def text(self) -> str:
        note = f"[… {self._dropped} bytes before this are not kept …]\n" if self._dropped else ""
        return note + self._data.decode("utf-8", "replace")
