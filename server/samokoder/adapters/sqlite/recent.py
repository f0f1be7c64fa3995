"""The contents that were written or read last: they never change, and most are soon asked for again."""

from __future__ import annotations

from collections import OrderedDict

from samokoder.domain.files import Digest


class Recent:
    def __init__(self, most: int) -> None:
        """``most`` bytes are held."""
        self._most, self._held = most, 0
        self._contents: OrderedDict[Digest, bytes] = OrderedDict()

    def get(self, digest: Digest) -> bytes | None:
        if digest in self._contents:
            self._contents.move_to_end(digest)
        return self._contents.get(digest)

    def put(self, digest: Digest, content: bytes) -> None:
        if digest in self._contents or len(content) > self._most:
            return
        self._contents[digest] = content
        self._held += len(content)
        while self._held > self._most:
            self._held -= len(self._contents.popitem(last=False)[1])
