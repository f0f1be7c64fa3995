"""What the client asks without a command: lenses, code actions, faults of our documents as they are typed.

The orchestrator is imported only for a document of ours; any other document is answered from what is loaded.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from samokoder.errors import SamokoderError
from samokoder.lsp.from_lsp import PROPOSED
from samokoder.settings import Settings

if TYPE_CHECKING:
    from samokoder.lsp.server import Server

OURS = re.compile(r"/\.samokoder/(spec|plan)(?:-[^/]*)?\.md$")
GENERATE_SELECTION = "refactor.rewrite.samokoder"
SOURCE = "source.samokoder"
ACCEPTED = "Accepted by a person in the editor."
"""A code action cannot ask for words; the command takes any."""


def register(server: Server) -> None:
    """Tell pygls who answers what."""

    @server.feature(types.INITIALIZE)
    def initialize(params: types.InitializeParams) -> None:
        server.initialize(params)

    @server.feature(types.INITIALIZED)
    def initialized(params: types.InitializedParams) -> None:
        server.offer_interrupted()
        if isinstance(server.settings, Settings):
            server.spawn(server.backend.upkeep(server.settings), "upkeep")
        if server.client.can.text_content:
            options = types.TextDocumentContentRegistrationOptions(schemes=[PROPOSED])
            method = types.WORKSPACE_TEXT_DOCUMENT_CONTENT
            server.spawn(server.client.register(method, options), "registering proposed text")

    @server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    def configured(params: types.DidChangeConfigurationParams) -> None:
        from samokoder.lsp.configuring import reconfigure

        server.spawn(reconfigure(server, params.settings), "new settings")

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: types.DidOpenTextDocumentParams) -> None:
        _look_over(server, params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: types.DidChangeTextDocumentParams) -> None:
        _look_over(server, params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_CODE_LENS, types.CodeLensOptions(resolve_provider=False))
    async def lenses(params: types.CodeLensParams) -> list[types.CodeLens]:
        return await _lenses(server, params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    async def hover(params: types.HoverParams) -> types.Hover | None:
        return await _hover(server, params)

    @server.feature(
        types.TEXT_DOCUMENT_CODE_ACTION,
        types.CodeActionOptions(
            code_action_kinds=[types.CodeActionKind.QuickFix, GENERATE_SELECTION, SOURCE],
            resolve_provider=False,
        ),
    )
    async def actions(params: types.CodeActionParams) -> list[types.CodeAction]:
        return await _actions(server, params)

    @server.feature(types.WORKSPACE_TEXT_DOCUMENT_CONTENT)
    async def proposed(params: types.TextDocumentContentParams) -> types.TextDocumentContentResult:
        return types.TextDocumentContentResult(text=await _proposed(server, params.uri))


async def _proposed(server: Server, uri: str) -> str:
    from samokoder.lsp.faults import to_lsp

    try:
        session = await server.session()
        from samokoder.lsp.params import ProposedTextParams
        from samokoder.lsp.reviewing import proposed_text

        return (await proposed_text(session, ProposedTextParams(uri=uri))).text
    except Exception as error:  # noqa: BLE001 - the fence towards the client
        raise to_lsp(error) from None


def _look_over(server: Server, uri: str) -> None:
    """Say at the line what makes no sense in one of our documents."""
    matched = OURS.search(uri)
    if not matched:
        return
    from samokoder.lsp.papers import faults_in

    text = server.workspace.get_text_document(uri).source
    faults = faults_in("plan" if matched[1] == "plan" else "spec", text)
    server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri=uri, diagnostics=faults))


async def _lenses(server: Server, uri: str) -> list[types.CodeLens]:
    """On our documents, for the run they belong to, and on files a run wrote that this client has seen."""
    matched = OURS.search(uri)
    if not matched:
        return await _code_lenses(server, uri)
    from samokoder.lsp.lenses import lenses
    from samokoder.lsp.papers import run_of
    from samokoder.lsp.sources import document_text

    try:
        text = await document_text(server, uri)
        run_id = run_of(text)
        if run_id is None:
            return []
        session = await server.session()
        run = await session.runs.read(run_id)
    except SamokoderError:  # a document of another state database, or of none
        return []
    return lenses(run, session.state(run), "plan" if matched[1] == "plan" else "spec", text)


async def _code_lenses(server: Server, uri: str) -> list[types.CodeLens]:
    if server.opened is None or not uri.startswith("file:"):
        return []
    from samokoder.lsp.from_lsp import is_inside, path_of
    from samokoder.lsp.lenses import code_lenses
    from samokoder.lsp.sources import document_text

    path = path_of(uri, "uri")
    for run in server.opened.known():
        if is_inside(path, run.request.target):
            inside = Path(path).relative_to(run.request.target).as_posix()
            if found := code_lenses(run, inside, await document_text(server, uri)):
                return found
    return []


LONGEST_HOVER = 2_000
"""Characters of a check's output in a hover."""


async def _hover(server: Server, params: types.HoverParams) -> types.Hover | None:
    """The evidence behind the lens on this line."""
    for lens in await _lenses(server, params.text_document.uri):
        command = lens.command
        on_line = lens.range.start.line == params.position.line
        if on_line and command and command.command == "samokoder.explain" and server.opened:
            from samokoder.lsp.explaining import explain_check

            given: Any = (command.arguments or [{}])[0]
            run = await server.opened.runs.read(given["runId"])
            text = explain_check(run, given["checkId"], LONGEST_HOVER)
            return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, text))
    return None


async def _actions(server: Server, params: types.CodeActionParams) -> list[types.CodeAction]:
    uri = params.text_document.uri
    found = [*_on_findings(params.context.diagnostics), *_generating(server, uri, params.range)]
    if place := place_in_workspace(server, uri):
        found += _on_others(params.context.diagnostics, *place)
        found += _on_notes(server, uri, params.range, *place)
    if server.opened is not None:
        from samokoder.lsp.actions import on_runs

        found += on_runs(server.opened, uri)
    return [action for action in found if _wanted(action, params.context.only)]


def _wanted(action: types.CodeAction, only: Sequence[types.CodeActionKind | str] | None) -> bool:
    """A client that wants ``source`` wants ``source.samokoder`` too."""
    kind = f"{action.kind}."
    return not only or any(
        kind.startswith(f"{getattr(o, 'value', o)}.") or not getattr(o, "value", o) for o in only
    )


def _generating(server: Server, uri: str, span: types.Range) -> list[types.CodeAction]:
    if OURS.search(uri):
        return []
    found = []
    if span.start != span.end:
        ends = {"start": _position(span.start), "end": _position(span.end)}
        title = "Samokoder: build an application from the selected text"
        found.append(action(title, GENERATE_SELECTION, "generate", {"uri": uri, "range": ends}))
    if is_brief(server, uri):
        title = "Samokoder: build an application from this document"
        found.append(action(title, SOURCE, "generate", {"uri": uri}))
    return found


def is_brief(server: Server, uri: str) -> bool:
    """Whether the document may be a description: Markdown or plain text."""
    document = server.workspace.text_documents.get(uri)
    language = document.language_id if document else None
    return language in {"markdown", "plaintext"} or uri.lower().endswith((".md", ".markdown", ".txt"))


def _on_findings(diagnostics: Sequence[types.Diagnostic]) -> list[types.CodeAction]:
    found = []
    for diagnostic in diagnostics:
        data = diagnostic.data
        if (
            diagnostic.source != "samokoder"
            or not isinstance(data, dict)
            or not {"runId", "findingId"} <= set(data)
        ):
            continue
        given = {"runId": data["runId"], "findingId": data["findingId"]}
        for title, command, more in (
            ("repair this", "repair", {}),
            ("waive this: accepted by a person", "waive", {"reason": ACCEPTED}),
            ("explain the evidence", "explain", {"show": True}),
        ):
            fix = action(f"Samokoder: {title}", types.CodeActionKind.QuickFix, command, {**given, **more})
            fix.diagnostics = [diagnostic]
            found.append(fix)
    return found


def place_in_workspace(server: Server, uri: str) -> tuple[str, str] | None:
    """The workspace folder a file lies in and its path there; None for what lies outside, or is ours."""
    from samokoder.lsp.from_lsp import is_inside, path_of
    from samokoder.lsp.sources import workspace_folders

    if not uri.startswith("file:") or OURS.search(uri):
        return None
    path = path_of(uri, "uri")
    folders = [path_of(folder) for folder in workspace_folders(server)]
    around = [folder for folder in folders if is_inside(path, folder)]
    if not around:
        return None
    folder = max(around, key=len)
    return folder, Path(path).relative_to(folder).as_posix()


def _on_others(diagnostics: Sequence[types.Diagnostic], folder: str, path: str) -> list[types.CodeAction]:
    """What another tool has found can be fixed by a run."""
    found = []
    for diagnostic in diagnostics:
        if diagnostic.source == "samokoder":
            continue
        said = f"{diagnostic.source}: " if diagnostic.source else ""
        wish = f"{path}, line {diagnostic.range.start.line + 1}: {said}{diagnostic.message}"
        fix = action(
            "Samokoder: fix this",
            types.CodeActionKind.QuickFix,
            "fix",
            {"description": wish, "target": folder},
        )
        fix.diagnostics = [diagnostic]
        found.append(fix)
    return found


_NOTE = re.compile(r"(?:#|//|/\*|<!--|--)\s*(?:TODO|FIXME)\b[:\s]*(?P<wish>.{3,400})")


def _on_notes(server: Server, uri: str, span: types.Range, folder: str, path: str) -> list[types.CodeAction]:
    """A note of something left to do, on the line where the person stands."""
    document = server.workspace.text_documents.get(uri)
    lines = document.lines if document else []
    noted = _NOTE.search(lines[span.start.line]) if span.start.line < len(lines) else None
    if noted is None:
        return []
    wish = noted["wish"].strip().removesuffix("*/").removesuffix("-->").strip()
    told = f"Do what is noted in {path}, line {span.start.line + 1}: {wish}"
    given: dict[str, object] = {"description": told, "target": folder}
    return [action("Samokoder: implement this note", types.CodeActionKind.QuickFix, "extend", given)]


def action(title: str, kind: str, command: str, given: dict[str, object]) -> types.CodeAction:
    return types.CodeAction(title=title, kind=kind, command=to_command(title, command, given))


def to_command(title: str, command: str, given: dict[str, object]) -> types.Command:
    """By keywords: the order of lsprotocol's fields has changed before."""
    return types.Command(title=title, command=f"samokoder.{command}", arguments=[given])


def _position(position: types.Position) -> dict[str, int]:
    return {"line": position.line, "character": position.character}
