"""Where a description comes from and where the application goes, as the person pointed at it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.workspace import PositionCodec

from samokoder.domain.request import MAX_DESCRIPTION
from samokoder.errors import InvalidRequest
from samokoder.lsp.faults import invalid_params
from samokoder.lsp.from_lsp import is_inside, path_of
from samokoder.lsp.params import GenerateParams

if TYPE_CHECKING:
    from samokoder.lsp.server import Server


async def description_of(server: Server, given: GenerateParams) -> str:
    """The text given, or that of the document or selection; raises InvalidRequest when it cannot be used."""
    text = await _given_text(server, given)
    if "\0" in text:
        raise InvalidRequest("The description holds a NUL character.", hint="Give it as plain UTF-8 text.")
    return text


async def _given_text(server: Server, given: GenerateParams) -> str:
    if given.description is not None:
        return given.description
    assert given.uri is not None
    text = await document_text(server, given.uri)
    if given.range is None:
        return text
    span = types.Range(
        types.Position(given.range.start.line, given.range.start.character),
        types.Position(given.range.end.line, given.range.end.character),
    )
    return within(text, span, server.workspace.position_codec)


async def document_text(server: Server, uri: str) -> str:
    """What the person sees when it is open; else the file."""
    if (opened := server.workspace.text_documents.get(uri)) is not None:
        return str(opened.source)
    return await asyncio.to_thread(_read, Path(path_of(uri, "uri")))


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(4 * MAX_DESCRIPTION + 1)
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise InvalidRequest(f"{path} is not UTF-8 text.", hint="Save it as plain UTF-8 text.") from None
    except OSError as error:
        raise InvalidRequest(
            f"{path} cannot be read: {error.strerror}.", hint="Give a file that exists."
        ) from None


def within(text: str, span: types.Range, codec: PositionCodec) -> str:
    """The part of a text inside a range of LSP."""
    lines = text.splitlines(keepends=True)
    start, end = (codec.position_from_client_units(lines, position) for position in (span.start, span.end))
    if start.line == end.line:
        return lines[start.line][start.character : end.character] if start.line < len(lines) else ""
    chosen = lines[start.line : end.line + 1]
    if end.line < len(lines):
        chosen[-1] = chosen[-1][: end.character]
    return "".join([chosen[0][start.character :], *chosen[1:]]) if chosen else ""


def target_of(server: Server, given: GenerateParams) -> str:
    """The folder named, else the workspace folder, else the folder of the document."""
    if given.target is not None:
        return path_of(given.target)
    folders = [path_of(uri) for uri in workspace_folders(server)]
    document = path_of(given.uri, "uri") if given.uri is not None and given.uri.startswith("file:") else None
    around = [folder for folder in folders if document and is_inside(document, folder)]
    if found := (*sorted(around, key=len, reverse=True), *folders):
        return found[0]
    if document:
        return str(Path(document).parent)
    raise invalid_params([{"field": "target", "message": "no folder is open, so name the target folder"}])


def workspace_folders(server: Server) -> list[str]:
    named = list(server.workspace.folders)
    root = server.workspace.root_uri
    return named or ([root] if root else [])
