"""Work-done progress of one run: begins once, only grows, ends once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from lsprotocol import types

from samokoder.lsp.client import Client

if TYPE_CHECKING:
    from pygls.progress import Progress


class ProgressBar:
    """Silent for clients that show no progress."""

    def __init__(self, progress: Progress, title: str, token: str | int | None) -> None:
        self._progress, self._title, self._token = progress, f"Samokoder: {title}", token
        self._shown = 0
        self._open = self._begun = False
        self._over: str | None = None

    @property
    def token(self) -> str | int | None:
        return self._token

    @property
    def seen(self) -> bool:
        """Whether the client has shown it."""
        return self._begun

    async def begin(self, client: Client, own_token: str, cancel: Callable[[], None]) -> None:
        """In the client's place for it, or in one the client makes for us."""
        if self._token is None and await client.create_progress(own_token):
            self._token = own_token
        if self._token is None:
            return
        self._progress.begin(
            self._token, types.WorkDoneProgressBegin(title=self._title, percentage=0, cancellable=True)
        )
        self._progress.tokens[self._token].add_done_callback(
            lambda told: cancel() if told.cancelled() else None
        )
        self._open = self._begun = True
        if self._over is not None:  # it was over before the client answered; what it made is closed again
            self.end(self._over)

    def report(self, message: str, percentage: int) -> None:
        if self._open and self._token is not None:
            self._shown = max(self._shown, percentage)
            self._progress.report(
                self._token, types.WorkDoneProgressReport(message=message, percentage=self._shown)
            )

    def end(self, message: str) -> None:
        self._over = message
        if self._open and self._token is not None:
            self._open = False
            self._progress.end(self._token, types.WorkDoneProgressEnd(message=message))
            self._progress.tokens.pop(self._token, None)  # pygls keeps it for ever
