"""One run as one client sees it: progress, notifications, questions, documents, diagnostics."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from lsprotocol import types

from samokoder.domain.run import Run, waiting_for
from samokoder.lsp.bar import ProgressBar
from samokoder.lsp.diagnostics import Published
from samokoder.lsp.picture import event, question, state_of, status, title_of
from samokoder.lsp.questions import put
from samokoder.lsp.results.status import Status
from samokoder.ports import News

if TYPE_CHECKING:
    from samokoder.lsp.session import Session

logger = logging.getLogger(__name__)

PAUSE = 0.25
"""Seconds between two snapshots; editors redraw for each."""


class View:
    """Single events go out as they come; everything drawn from the whole run is drawn at most every PAUSE."""

    def __init__(self, session: Session, run_id: str) -> None:
        self._session, self._run_id = session, run_id
        self._client = session.client
        self._bar: ProgressBar | None = None
        self._published = Published(session.client)
        self.run: Run | None = None
        self._doing: News | None = None
        self._seq = 0
        self._bars = 0
        self._asked: set[str] = set()
        self._offered: tuple[str, tuple[str, ...]] = "", ()
        self._due: asyncio.TimerHandle | None = None
        self._drawn = 0.0

    def begin(self, run: Run, token: str | int | None) -> str | int | None:
        """Work begins: returns the token under which progress will be shown, None for no progress."""
        self.run = run
        self._session.marks.set(run.id, run.request.target)
        if self._bar is not None and token is None:
            return self._bar.token
        if self._bar is not None:
            self._bar.end("shown elsewhere")
        self._bars += 1
        bar = self._bar = ProgressBar(self._session.server.work_done_progress, title_of(run), token)
        own = f"samokoder/{run.id}/{self._bars}"
        self._client.refresh_lenses()
        self._session.server.spawn(bar.begin(self._client, own, self._cancel), f"progress of {run.id}")
        return token if token is not None else own if self._client.can.progress else None

    def happened(self, run: Run, news: News) -> None:
        """Never raises: what is shown must not harm what is done."""
        try:
            self._happened(run, news)
        except Exception:
            logger.exception("%s of run %s could not be shown", news.kind, run.id)

    def _happened(self, run: Run, news: News) -> None:
        if news.kind in ("started", "going"):
            self._doing = news
        if news.kind == "going":  # with the run as it was when its action started
            self._draw_soon()
            return
        if self._client.can.event:
            self._client.notify("samokoder/event", event(news, self._next()))
        if news.kind == "noted":
            self._client.say(f"{title_of(run)}: {news.detail}", types.MessageType.Warning)
            return
        self.run = run
        if news.kind != "started":
            self._ask(run)
            bar = self._bar
            if news.kind == "ended":
                self._bar = None  # the person may go on before we come to the end of this part
            self._session.server.spawn(self._after(run, news, bar), f"documents of {run.id}")
        if news.kind != "ended":
            self._draw_soon()
        elif self._due is not None:
            self._due.cancel()
            self._due = None

    async def _after(self, run: Run, news: News, bar: ProgressBar | None) -> None:
        """Who is told that a run has ended finds its documents written."""
        try:
            await self._session.papers.keep(run)
        finally:
            if news.kind == "ended":
                self._end(run, news, bar)

    # ----------------------------------------------------------------------------------------- drawing

    def _draw_soon(self) -> None:
        if self._due is None:
            loop = asyncio.get_running_loop()
            wait = max(0.0, self._drawn + PAUSE - loop.time())
            self._due = loop.call_later(wait, self._draw)

    def _draw(self, bar: ProgressBar | None = None) -> None:
        if self._due is not None:
            self._due.cancel()
        self._due, self._drawn = None, asyncio.get_running_loop().time()
        if self.run is None:
            return
        try:
            snapshot = self.status(self.run)
            if shown := bar or self._bar:
                shown.report(message_of(snapshot), snapshot.percentage)
            if self._client.can.status:
                self._client.notify("samokoder/status", snapshot)
            self._published.show(self.run)
            self._renew_lenses(snapshot.state, self.run)
        except Exception:
            logger.exception("run %s could not be drawn", self._run_id)

    def _renew_lenses(self, state: str, run: Run) -> None:
        """Editors ask for lenses when a text changes; an answer or a new state changes none."""
        offered = state, tuple(asked.id for asked in waiting_for(run))
        if offered != self._offered:
            self._offered = offered
            self._client.refresh_lenses()

    def status(self, run: Run) -> Status:
        under_way = run.id in self._session.runs.under_way()
        return status(run, under_way, self._next(), self._doing if under_way else None)

    def _end(self, run: Run, news: News, bar: ProgressBar | None) -> None:
        state = state_of(run, False)
        under_way = run.id in self._session.runs.under_way()
        if state != "interrupted" and not under_way:
            self._session.marks.clear(run.id)
        self._draw(bar)
        waiting = len(run.proposed) if run.request.options.review else 0
        review = f"{waiting} files wait for your review (samokoder.changes)." if waiting else ""
        words = " ".join(filter(None, [state, run.end.reason if run.end else news.detail, review]))
        if bar is not None:
            bar.end(words)
        shown = (bar is not None and bar.seen) or self._client.can.status
        if state != "waiting" and not shown:
            self._client.say(f"Samokoder, {title_of(run)}: {words}")
        self._client.log(f"run {run.id} in {run.request.target}: {words}")
        self._client.refresh_lenses()

    def _next(self) -> int:
        self._seq += 1
        return self._seq

    # ---------------------------------------------------------------------------------- the other way

    def _ask(self, run: Run) -> None:
        waiting = waiting_for(run)
        self._asked &= {asked.id for asked in waiting}
        for asked in waiting:
            if asked.id not in self._asked:
                self._asked.add(asked.id)
                put(self._session, question(run.id, asked), title_of(run))

    def _cancel(self) -> None:
        self._session.server.spawn(self._session.runs.cancel(self._run_id), f"cancelling {self._run_id}")


AGENTS = {
    "SpecWriter": "Specification writer",
    "TechLead": "Tech lead",
    "CodeMonkey": "Coder",
    "BugHunter": "Bug hunter",
    "ProblemSolver": "Problem solver",
    "TechnicalWriter": "Technical writer",
}
"""What people call the roles whose names are of the trade; as the extension does."""


def message_of(snapshot: Status) -> str:
    """Short, for one line: ``3/12 Coder app/models.py 2.1 kB, about 520 tokens``."""
    count = f"{snapshot.tasks_done}/{snapshot.tasks_total}" if snapshot.tasks_total else snapshot.phase
    what = snapshot.subject if len(snapshot.subject) <= 60 else f"{snapshot.subject[:57]}…"
    agent = AGENTS.get(snapshot.agent, snapshot.agent)
    return " ".join(filter(None, [count, agent, what or snapshot.task, snapshot.detail]))
