"""How many calls one endpoint is sent at once: halved when it finds them too many, restored by success."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio

logger = logging.getLogger(__name__)

SLOTS = 16


class Pace:
    """Additive increase, multiplicative decrease (RFC 5681, 3.1), counted in calls."""

    def __init__(self, most: int = SLOTS) -> None:
        self._most = most
        self._allowed = float(most)
        self._epoch = 0
        """Counts halvings: calls that were sent before one say nothing new about the pace after it."""
        self._slots: anyio.CapacityLimiter | None = None

    @property
    def slots(self) -> int:
        """Calls that may be in flight now."""
        return int(self._allowed)

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[int]:
        """A place among the calls in flight; gives what ``too_many`` wants to know."""
        if self._slots is None:
            self._slots = anyio.CapacityLimiter(self.slots)
        async with self._slots:
            yield self._epoch

    def went_well(self) -> None:
        """As many successes as there are slots make one slot more."""
        self._set(min(float(self._most), self._allowed + 1 / self._allowed))

    def too_many(self, sent_in: int) -> None:
        if sent_in == self._epoch:
            self._epoch += 1
            self._set(max(1.0, self._allowed / 2))
            logger.info("an endpoint limits the rate of calls; %d at once from now on", self.slots)

    def _set(self, allowed: float) -> None:
        self._allowed = allowed
        if self._slots is not None and self._slots.total_tokens != self.slots:
            self._slots.total_tokens = self.slots
