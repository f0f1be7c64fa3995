"""What is said to the client, written by one thread: a client that stops reading stops nobody."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import BinaryIO

BACKLOG = 64 * 2**20
"""Bytes; a client that leaves more than this unread is treated as gone."""
BATCH = 512
"""Messages put into one write: handing the interpreter lock over for each makes answers wait."""


class DrainingWriter:
    """Never blocks and never raises into the work that reports."""

    def __init__(self, out: BinaryIO, gone: Callable[[], None]) -> None:
        self._out, self._gone = out, gone
        self._queue: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._unread = 0
        self._dead = False
        self._thread = threading.Thread(target=self._drain, name="to the client", daemon=True)
        self._thread.start()

    def write(self, data: bytes) -> None:
        if self._dead:
            return
        with self._lock:
            self._unread += len(data)
            stuck = self._unread > BACKLOG
        if stuck:
            self._give_up()
        else:
            self._queue.put(data)

    def close(self, timeout: float = 1.0) -> None:
        """Write what is left, for at most so many seconds."""
        self._queue.put(None)
        self._thread.join(timeout)
        self._dead = True

    def _give_up(self) -> None:
        self._dead = True
        self._gone()

    def _drain(self) -> None:
        more = True
        while more:
            batch, more = self._next_batch()
            data = b"".join(batch)
            try:
                self._out.write(data)
                self._out.flush()
            except (OSError, ValueError):
                self._give_up()
                return
            with self._lock:
                self._unread -= len(data)

    def _next_batch(self) -> tuple[list[bytes], bool]:
        """All that waits, and whether more may come."""
        batch: list[bytes] = []
        item = self._queue.get()
        while item is not None:
            batch.append(item)
            if len(batch) == BATCH:
                return batch, True
            try:
                item = self._queue.get_nowait()
            except queue.Empty:
                return batch, True
        return batch, False
