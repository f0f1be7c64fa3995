"""The Editor port: what the orchestrator tells and asks the person's editor."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from samokoder.domain.paths import FilePath
from samokoder.domain.run import Run
from samokoder.ports import News

if TYPE_CHECKING:
    from samokoder.lsp.server import Server
    from samokoder.lsp.session import Session


class LspEditor:
    """Open documents are looked at; news goes to the run's view, after the work that made it."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._session: Session | None = None

    def attach(self, session: Session) -> None:
        self._session = session

    def happened(self, run: Run, news: News) -> None:
        if self._session is not None:
            view = self._session.view(run.id)
            asyncio.get_running_loop().call_soon(view.happened, run, news)

    async def secret(self, name: str) -> SecretStr | None:
        return await self._server.client.secret(name)

    async def unsaved(self, target: str, paths: Sequence[FilePath]) -> frozenset[FilePath]:
        texts = {Path(document.path): document.source for document in self._open_documents()}
        wanted = {path: Path(target, path) for path in paths}
        opened = {path: texts[place] for path, place in wanted.items() if place in texts}
        if not opened:
            return frozenset()
        saved = await asyncio.to_thread(lambda: {path: read_text(wanted[path]) for path in opened})
        return frozenset(path for path, text in opened.items() if saved[path] != _lines(text))

    def text(self, place: Path) -> str | None:
        """What the person sees in an open document, saved or not."""
        return next((d.source for d in self._open_documents() if Path(d.path) == place), None)

    def _open_documents(self) -> list[_Document]:
        return [
            _Document(path=document.path, source=document.source)
            for document in list(self._server.workspace.text_documents.values())
            if document.uri.startswith("file:")
        ]


class _Document:
    def __init__(self, path: str, source: str) -> None:
        self.path, self.source = path, source


def read_text(place: Path) -> str | None:
    """None where there is no readable text."""
    try:
        return _lines(place.read_bytes().decode("utf-8"))
    except (OSError, UnicodeDecodeError):
        return None


def _lines(text: str) -> str:
    """Editors change line ends without the person changing anything."""
    return text.replace("\r\n", "\n")
