"""Keeps strangers' pages from a preview: one whose name was turned to this machine still says its own name.

A browser always speaks HTTP and always names the host. What does not begin as HTTP came from no browser.
"""

from __future__ import annotations

import asyncio
import re

OWN = re.compile(rb"(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?", re.IGNORECASE)
LONGEST = 64 * 1024
"""Bytes of a head; the reader's own limit is as large."""
REFUSED = (
    b"HTTP/1.1 421 Misdirected Request\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n"
    b"This preview is at 127.0.0.1 or localhost alone.\n"
)
_TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]"
_REQUEST = re.compile(_TOKEN + rb"+ (?:/|\*|https?:)", re.IGNORECASE)
_NOT_TOLD = re.compile(_TOKEN + rb"* ?h?t?t?p?s?", re.IGNORECASE)
_END = re.compile(rb"\r?\n\r?\n")
_FIELD = re.compile(rb"(?:\A|\n)host[ \t]*:[ \t]*([^\r\n]*)", re.IGNORECASE)


class Stranger(Exception):
    """The request is for another host, or does not say for which."""


class Begun:
    """A connection whose first bytes were read already."""

    def __init__(self, first: bytes, reader: asyncio.StreamReader) -> None:
        self._first, self._reader = first, reader

    async def read(self, size: int) -> bytes:
        if not self._first:
            return await self._reader.read(size)
        data, self._first = self._first[:size], self._first[size:]
        return data


async def begun(reader: asyncio.StreamReader) -> Begun:
    """After a look at who it is for. Raises Stranger."""
    first = b""
    while len(first) < LONGEST and not _tells(first) and (more := await reader.read(LONGEST)):
        first += more
    told = _tells(first) or len(first) < LONGEST
    if not told or (_REQUEST.match(first) and not is_ours(first)):
        raise Stranger
    return Begun(first, reader)


def _tells(first: bytes) -> bool:
    """Whether no more is needed: it is no HTTP, or the whole head is there."""
    return bool(_END.search(first)) if _REQUEST.match(first) else not _NOT_TOLD.fullmatch(first)


def is_ours(head: bytes) -> bool:
    """Whether it names this machine, once, in a head that is all there."""
    end = _END.search(head)
    hosts = _FIELD.findall(head[: end.start()]) if end else []
    return len(hosts) == 1 and bool(OWN.fullmatch(hosts[0].strip()))
