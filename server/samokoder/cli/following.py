"""Following a run: messages are shown, questions asked where somebody can answer, Ctrl-C ends it cleanly."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager
from typing import Any, Protocol

from samokoder.cli.client import Client, ServerError, ServerGone

APPROVALS = frozenset({"approve-specification", "approve-plan"})
RUNNING = "running"


class Follower(AbstractContextManager["Follower"], Protocol):
    """What a run is shown with."""

    def begun(self, run_id: str) -> None: ...

    def event(self, event: dict[str, Any]) -> None: ...

    def status(self, status: dict[str, Any]) -> None: ...

    def cancelling(self) -> None: ...

    async def ask(self, question: dict[str, Any]) -> str | None:
        """The answer; "" to skip; None when nobody is here to answer."""
        ...


class Left(Exception):
    """The person pressed Ctrl-C twice."""


async def follow(client: Client, run_id: str, follower: Follower) -> bool:
    """Until nothing is being done any more; False when the person left before."""
    stopping = _Stopping(client, run_id, follower)
    try:
        with stopping:
            while True:
                state = await _until_still(client, run_id, follower, stopping)
                if state["state"] != "waiting" or not await _answered(client, state, follower, stopping):
                    return True
    except Left:
        return False


async def _until_still(
    client: Client, run_id: str, follower: Follower, stopping: _Stopping
) -> dict[str, Any]:
    """The first snapshot of the run in which nothing is being done."""
    while True:
        message = await stopping.unless_left(client.messages.get())
        if message is None:
            raise ServerGone
        method: str = message[0]
        value: dict[str, Any] = message[1]
        if value.get("runId") != run_id:
            continue
        if method == "samokoder/event":
            follower.event(value)
        elif method == "samokoder/status":
            follower.status(value)
            if value["state"] != RUNNING:
                return value


async def _answered(client: Client, state: dict[str, Any], follower: Follower, stopping: _Stopping) -> bool:
    """Whether the person answered everything, so that the run goes on."""
    for question in state["waiting"]:
        text = await stopping.unless_cancelled(follower.ask(question))
        if text is None:
            return False
        if question["questionId"] in APPROVALS:
            if text.lower() not in {"y", "yes", "approve", "д", "да"}:
                return False
            await client.command("approve", runId=state["runId"])
            continue
        skip = text == "" or None
        await client.command(
            "answer", runId=state["runId"], questionId=question["questionId"], text=text or None, skip=skip
        )
    return True


class _Stopping:
    """The first Ctrl-C cancels the run; the second leaves it as it is, to be resumed."""

    def __init__(self, client: Client, run_id: str, follower: Follower) -> None:
        self._client, self._run_id, self._follower = client, run_id, follower
        self._left: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._cancelling: asyncio.Task[None] | None = None
        self._cancelled: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def __enter__(self) -> None:
        on_interrupt(self._pressed)

    def __exit__(self, *_: object) -> None:
        on_interrupt(None)

    def _pressed(self) -> None:
        if self._cancelling is None:
            self._follower.cancelling()
            self._cancelling = asyncio.create_task(self._cancel())
        elif not self._left.done():
            self._left.set_result(None)

    async def _cancel(self) -> None:
        try:
            await self._client.command("cancel", runId=self._run_id)
        except (ServerError, ServerGone) as error:
            print(f"samokoder: {error}", file=sys.stderr)
        finally:
            self._cancelled.set_result(None)

    async def unless_left(self, awaitable: Any) -> Any:
        """What comes of it; raises Left when the person has gone first."""
        waiting = asyncio.ensure_future(awaitable)
        await asyncio.wait({waiting, self._left}, return_when=asyncio.FIRST_COMPLETED)
        if not waiting.done():
            waiting.cancel()
            raise Left
        return waiting.result()

    async def unless_cancelled(self, answer: Coroutine[Any, Any, str | None]) -> str | None:
        """The answer; None when the run was cancelled instead."""
        waiting = asyncio.ensure_future(answer)
        both: set[asyncio.Future[Any]] = {waiting, self._cancelled}
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        if waiting.done():
            return waiting.result()
        waiting.cancel()
        await asyncio.wait({waiting})
        return None


def on_interrupt(pressed: Callable[[], None] | None) -> None:
    loop = asyncio.get_running_loop()
    try:
        if pressed is None:
            loop.remove_signal_handler(signal.SIGINT)
        else:
            loop.add_signal_handler(signal.SIGINT, pressed)
    except NotImplementedError:  # Windows
        handler = (
            signal.default_int_handler if pressed is None else lambda *_: loop.call_soon_threadsafe(pressed)
        )
        signal.signal(signal.SIGINT, handler)
