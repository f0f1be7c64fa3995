"""A LanguageModel whose answers come from a function: for tests, without network."""

from __future__ import annotations

from collections.abc import Callable

import anyio.lowlevel

from samokoder.domain.request import Usage
from samokoder.ports import ModelReply, ModelRequest, Sign, Watch, unwatched

Script = Callable[[ModelRequest], str]
"""What the model says to a request; may raise ModelUnavailable."""


class FakeModel:
    """Answers as the script says, counts a token for each character, costs ``cost`` a call."""

    def __init__(self, script: Script, *, name: str = "scripted (fake)", cost: int = 0) -> None:
        self._script, self._name, self._cost = script, name, cost
        self.asked: list[ModelRequest] = []
        """Every request, in order."""
        self.longest = 20_000
        """Characters an answer may have; a longer one is cut and says so."""

    @property
    def name(self) -> str:
        return self._name

    def worst_case(self, request: ModelRequest, written: int | None = None) -> Usage:
        most = self.longest if written is None else min(written, self.longest)
        return Usage(calls=1, tokens_in=_length(request), tokens_out=most, cost=self._cost)

    async def complete(self, request: ModelRequest, watch: Watch = unwatched) -> ModelReply:
        await anyio.lowlevel.checkpoint()
        self.asked.append(request)
        text = self._script(request)
        kept = text[: self.longest]
        watch(Sign(kind="asked"))
        watch(Sign(kind="writing", characters=len(kept)))
        usage = Usage(calls=1, tokens_in=_length(request), tokens_out=len(kept), cost=self._cost)
        return ModelReply(text=kept, model=self._name, usage=usage, truncated=kept != text)

    async def close(self) -> None:
        await anyio.lowlevel.checkpoint()


def _length(request: ModelRequest) -> int:
    return sum(len(message.content) for message in request.messages)
