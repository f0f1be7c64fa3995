"""The runs of one client, opened with the first command that needs them: heavy imports begin here."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from samokoder.domain.run import Run
from samokoder.lsp.client import Client
from samokoder.lsp.editor import LspEditor
from samokoder.lsp.marks import Marks
from samokoder.lsp.papers import Papers
from samokoder.lsp.picture import state_of
from samokoder.lsp.results.result import State
from samokoder.lsp.view import View
from samokoder.orchestrator.runs import Runs
from samokoder.settings import Settings

if TYPE_CHECKING:
    from samokoder.lsp.server import Server

logger = logging.getLogger(__name__)


class Session:
    """What commands work with."""

    def __init__(self, server: Server, settings: Settings, runs: Runs, editor: LspEditor) -> None:
        self.server, self.runs = server, runs
        self.marks = Marks(settings.state)
        self.editor = editor
        self.papers = Papers(server.backend.workspace(), editor)
        self._views: dict[str, View] = {}

    @property
    def settings(self) -> Settings:
        """As they are now: some can change while runs are open."""
        assert isinstance(self.server.settings, Settings)
        return self.server.settings

    @property
    def client(self) -> Client:
        return self.server.client

    def view(self, run_id: str) -> View:
        """The run as this client sees it; one that nobody looked at yet begins here."""
        if run_id not in self._views:
            self._views[run_id] = View(self, run_id)
        return self._views[run_id]

    def known(self) -> list[Run]:
        """Runs this client has seen something of, newest first."""
        return [view.run for view in reversed(self._views.values()) if view.run is not None]

    def state(self, run: Run) -> State:
        return state_of(run, run.id in self.under_way())

    def under_way(self) -> frozenset[str]:
        """Runs that are being worked on, here or by another server on the same state."""
        return self.runs.under_way() | self.marks.elsewhere().keys()

    async def close(self) -> None:
        await self.runs.close()


async def open_session(server: Server, settings: Settings) -> Session:
    editor = LspEditor(server)
    runs = await server.backend.runs(settings, editor)
    session = Session(server, settings, runs, editor)
    editor.attach(session)
    return session
