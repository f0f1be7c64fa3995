"""The Editor port: what the orchestrator tells and asks the person's editor."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types
from pydantic import SecretStr
from pygls.workspace import TextDocument

from samokoder.domain.changes import changes, lines_of
from samokoder.domain.paths import FilePath
from samokoder.domain.run import Run
from samokoder.ports import News

if TYPE_CHECKING:
    from samokoder.lsp.server import Server
    from samokoder.lsp.session import Session

READ_AGAIN, READ_PAUSE = 40, 0.05
"""How often, and seconds apart, a document is read after an edit until it holds it."""


class LspEditor:
    """Open documents are looked at; news goes to the run's view, after the work that made it."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._session: Session | None = None
        self._put: dict[Path, str] = {}
        """What we last put into open documents: that is no change of the person's."""

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
        ours = {path for path, text in opened.items() if self._put.get(wanted[path]) == _lines(text)}
        theirs = {path: text for path, text in opened.items() if path not in ours}
        if not theirs:
            return frozenset()
        saved = await asyncio.to_thread(lambda: {path: read_text(wanted[path]) for path in theirs})
        return frozenset(path for path, text in theirs.items() if saved[path] != _lines(text))

    async def put(self, target: str, path: FilePath, text: str) -> bool | None:
        place = Path(target, path)
        document = next((d for d in self._open_documents() if Path(d.path) == place), None)
        can = self._server.client.can
        if document is None or not can.apply_edit:
            return None
        await self._server.client.apply(edit_to(document, text, can.versioned_edits))
        for _ in range(READ_AGAIN):
            if self.text(place) == text:
                self._put[place] = _lines(text)
                return True
            await asyncio.sleep(READ_PAUSE)
        return False

    def text(self, place: Path) -> str | None:
        """What the person sees in an open document, saved or not."""
        return next((d.source for d in self._open_documents() if Path(d.path) == place), None)

    def _open_documents(self) -> list[TextDocument]:
        documents = list(self._server.workspace.text_documents.values())
        return [document for document in documents if document.uri.startswith("file:")]


def edit_to(document: TextDocument, text: str, versioned: bool) -> types.WorkspaceEdit:
    """From what the document holds now to this text, changing only the lines that differ."""
    lines = lines_of(document.source)
    units = document.position_codec.client_num_units

    def position(line: int) -> types.Position:
        """A line's beginning; where the last line has no end, the end of the text."""
        if line and line == len(lines) and not lines[-1].endswith(("\n", "\r")):
            return types.Position(line - 1, units(lines[-1]))
        return types.Position(line, 0)

    edits = [
        types.TextEdit(types.Range(position(c.start), position(c.end)), "".join(c.added))
        for c in changes(document.source, text)
    ]
    if not versioned:
        return types.WorkspaceEdit(changes={document.uri: edits})
    at = types.OptionalVersionedTextDocumentIdentifier(uri=document.uri, version=document.version)
    return types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(text_document=at, edits=list(edits))])


def read_text(place: Path) -> str | None:
    """None where there is no readable text."""
    try:
        return _lines(place.read_bytes().decode("utf-8"))
    except (OSError, UnicodeDecodeError):
        return None


def _lines(text: str) -> str:
    """Editors change line ends without the person changing anything."""
    return text.replace("\r\n", "\n")
