"""``.samokoder/spec.md`` and ``plan.md`` in the target folder: written by us, and the person's to edit.

The first line of a document names its run and the digest of what we wrote below it. While they
agree, nobody has edited the document and it is ours to replace; else it is left as it is, and what
we have to say goes into a document named after the run.
"""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Literal

from lsprotocol import types

from samokoder.domain.files import Digest, digest_of
from samokoder.domain.paths import FilePath
from samokoder.domain.plan import Plan
from samokoder.domain.run import ApprovingPlan, Building, Run
from samokoder.domain.specification import Specification
from samokoder.errors import InvalidRequest
from samokoder.lsp.client import Client
from samokoder.lsp.documents import (
    Misread,
    plan_text,
    read_plan,
    read_specification,
    specification_text,
    tidied_plan,
    tidied_specification,
)
from samokoder.lsp.editor import LspEditor, read_text
from samokoder.lsp.markup import BYTE_ORDER_MARK
from samokoder.lsp.proofs import specification_of
from samokoder.ports import Workspace

Kind = Literal["spec", "plan"]
KINDS: tuple[Kind, ...] = ("spec", "plan")
Subject = tuple[Plan | None, Specification]
"""What a document is about; of a plan also the requirements its tasks are for."""
FOLDER = ".samokoder"
_HEAD = re.compile(r"^<!-- samokoder run=(\S+) (spec|plan) ([0-9a-f]{16}) -->\n")


class Papers:
    """Writes one document at a time, so that a newer one never loses against an older."""

    def __init__(self, workspace: Workspace, editor: LspEditor) -> None:
        self._workspace, self._editor = workspace, editor
        self._lock = asyncio.Lock()
        self._written: dict[tuple[str, Kind], Subject] = {}

    # ----------------------------------------------------------------------------------------- writing

    async def keep(self, run: Run) -> None:
        """Make the documents say what the run says."""
        for kind in KINDS:
            subject = _subject(run, kind)
            async with self._lock:  # held while comparing too: when we return, it is on the disk
                if subject is not None and self._written.get((run.id, kind)) != subject:
                    self._written[run.id, kind] = subject
                    body = _body(subject)
                    await self._write(run, kind, head(run.id, kind, body) + body)

    async def _write(self, run: Run, kind: Kind, text: str) -> None:
        folder = Path(run.request.target, FOLDER)
        if await asyncio.to_thread(folder.is_symlink):
            raise InvalidRequest(
                f"{folder} is a symbolic link.", hint="Remove it; Samokoder writes through none."
            )
        for name in (f"{kind}.md", f"{kind}-{run.id}.md"):
            there = await asyncio.to_thread(read_text, folder / name)
            if there is not None and (
                not is_ours(there) or await self._is_being_edited(folder / name, there)
            ):
                continue
            if there == text:
                return
            path, expected = FilePath(name), digest_of(there.encode()) if there is not None else None
            if await self._workspace.replace(str(folder), path, text.encode(), expected):
                return

    async def _is_being_edited(self, place: Path, there: str) -> bool:
        opened = self._editor.text(place)
        return opened is not None and opened.replace("\r\n", "\n") != there

    # ----------------------------------------------------------------------------------------- reading

    async def find(self, run: Run, kind: Kind) -> Path | None:
        """The run's document, once it is written."""
        folder = Path(run.request.target, FOLDER)
        for name in (f"{kind}.md", f"{kind}-{run.id}.md"):
            text = await self.text(folder / name)
            if text is not None and run_of(text) == run.id:
                return folder / name
        return None

    async def text(self, place: Path) -> str | None:
        """What the person sees: the open document, else the file."""
        opened = self._editor.text(place)
        return opened if opened is not None else await asyncio.to_thread(read_text, place)

    async def specification(self, client: Client, run: Run, written: Specification) -> Specification | None:
        """As the person left it; None when unchanged. Raises InvalidRequest when it makes no sense."""
        place = await self._to_approve(run, "spec")
        text = await self.text(place) if place else None
        if place is None or text is None:
            return None
        try:
            edited = read_specification(text, written)
        except Misread as error:
            raise _refused(client, place, error) from None
        client.publish(str(place), [])
        return None if edited == tidied_specification(written) else edited

    async def plan(self, client: Client, run: Run, written: Plan) -> Plan | None:
        """As ``specification``."""
        place = await self._to_approve(run, "plan")
        text = await self.text(place) if place else None
        if place is None or text is None:
            return None
        specification = specification_of(run)
        assert specification is not None
        try:
            edited = read_plan(text, written)
        except Misread as error:
            raise _refused(client, place, error) from None
        client.publish(str(place), [])
        return None if edited == tidied_plan(written, specification) else edited

    async def _to_approve(self, run: Run, kind: Kind) -> Path | None:
        """The run's document. One that may be it, but no longer says so, is refused: it may hold edits."""
        place = await self.find(run, kind)
        nameless = Path(run.request.target, FOLDER, f"{kind}.md")
        text = await self.text(nameless) if place is None else None
        if text is not None and run_of(text) is None:
            first = head(run.id, kind, body_of(run, kind) or "").strip()
            raise InvalidRequest(
                f"{nameless} does not begin with the line that names its run.",
                hint=f"Put it at the top again: {first} Or remove the file, to approve what was written.",
            )
        return place


def _refused(client: Client, place: Path, error: Misread) -> InvalidRequest:
    client.publish(str(place), [misread(error)])
    return InvalidRequest(
        f"{place.name}, line {error.line + 1}: {error.message}.",
        hint="Correct the document and approve it again.",
    )


def misread(error: Misread) -> types.Diagnostic:
    return types.Diagnostic(
        range=types.Range(types.Position(error.line, 0), types.Position(error.line + 1, 0)),
        message=error.message,
        severity=types.DiagnosticSeverity.Error,
        source="samokoder",
        code="document",
    )


# ------------------------------------------------------------------------------------- what is in one


def body_of(run: Run, kind: Kind) -> str | None:
    """The document's text below its first line; None while there is nothing to tell."""
    subject = _subject(run, kind)
    return None if subject is None else _body(subject)


def _subject(run: Run, kind: Kind) -> Subject | None:
    specification, phase = specification_of(run), run.unfinished
    if specification is None:
        return None
    if kind == "spec":
        return None, specification
    return (phase.plan, specification) if isinstance(phase, (ApprovingPlan, Building)) else None


def _body(subject: Subject) -> str:
    plan, specification = subject
    return plan_text(plan, specification) if plan else specification_text(specification)


def head(run_id: str, kind: Kind, body: str) -> str:
    return f"<!-- samokoder run={run_id} {kind} {_short(body)} -->\n"


def run_of(text: str) -> str | None:
    """The run a document belongs to."""
    matched = _HEAD.match(text.removeprefix(BYTE_ORDER_MARK).replace("\r\n", "\n"))
    return matched[1] if matched else None


def is_ours(text: str) -> bool:
    """Whether it is as we wrote it."""
    matched = _HEAD.match(text)
    return matched is not None and matched[3] == _short(text[matched.end() :])


def _short(body: str) -> Digest:
    return digest_of(body.encode())[:16]


_NOTHING = Specification(title="", summary="", requirements=())


def faults_in(kind: Kind, text: str) -> list[types.Diagnostic]:
    """What keeps this document from being approved; empty when nothing does."""
    try:
        if kind == "spec":
            read_specification(text, _NOTHING)
        else:
            read_plan(text)
    except Misread as error:
        return [misread(error)]
    return []
