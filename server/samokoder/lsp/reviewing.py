"""What a run proposes, against what the folder holds now; the person takes or leaves any part of it."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from samokoder.domain.changes import Change, Judgement, applied, to_judge, unified
from samokoder.domain.changes import changes as differences
from samokoder.domain.files import Digest, digest_of
from samokoder.domain.outcome import FileJudged
from samokoder.domain.paths import FilePath, UnsafePath
from samokoder.domain.run import Building, Run
from samokoder.errors import FolderBusy, InvalidRequest, NotFound, SamokoderError
from samokoder.lsp.client import uri_of
from samokoder.lsp.from_lsp import PROPOSED
from samokoder.lsp.params import JudgeParams, ProposedTextParams, RunParams
from samokoder.lsp.results.changes import (
    ChangesResult,
    FileChange,
    HunkResult,
    JudgedResult,
    LineRange,
    ProposedText,
    Refused,
)
from samokoder.lsp.session import Session


@dataclass(frozen=True)
class Proposal:
    """One file, as it is proposed and as it is."""

    path: FilePath
    digest: Digest
    text: str
    there: str | None
    """What the person sees: the open document, else the file. None: no file, or none that is text."""
    on_disk: Digest | None
    unsaved: bool
    judged: Judgement | None

    @property
    def differences(self) -> tuple[Change, ...]:
        return differences(self.there, self.text)

    @property
    def open(self) -> tuple[Change, ...]:
        """What the person has not judged yet."""
        return to_judge(self.differences, self.digest, self.judged)


async def changes(session: Session, given: RunParams) -> ChangesResult:
    return await _changes(session, await session.runs.read(given.run_id))


async def accept(session: Session, given: JudgeParams) -> JudgedResult:
    run = await _to_be_judged(session, given.run_id)
    judged: list[FileJudged] = []
    unsaved: list[str] = []
    refused: list[Refused] = []
    for proposal, chosen in await _chosen(session, run, given):
        now = applied(proposal.there, proposal.text, chosen)
        if now is None or (not chosen and now != proposal.text):
            continue
        try:
            in_editor = await _put(session, run, proposal, now)
        except SamokoderError as error:
            refused.append(Refused(path=proposal.path, reason=" ".join([str(error), error.hint]).strip()))
            continue
        unsaved += [proposal.path] if in_editor else []
        judged.append(_judgement(proposal, chosen, (), digest_of(now.encode())))
    return await _judged(session, run, judged, unsaved, refused)


async def reject(session: Session, given: JudgeParams) -> JudgedResult:
    run = await _to_be_judged(session, given.run_id)
    chosen = [(p, c) for p, c in await _chosen(session, run, given) if c]
    return await _judged(session, run, [_judgement(p, (), c, None) for p, c in chosen], [], [])


async def proposed_text(session: Session, given: ProposedTextParams) -> ProposedText:
    if given.uri is not None:
        run_id, path = place_of(given.uri)
    else:
        run_id, path = given.run_id or "", given.path or ""
    run = await session.runs.read(run_id)
    written = run.unfinished.whole if isinstance(run.unfinished, Building) else {}
    digest = {str(p): d for p, d in {**written, **run.proposed}.items()}.get(path)
    if digest is None:
        raise NotFound(f"Run {run_id} proposes no file {path!r}.", hint="samokoder.changes lists them.")
    return ProposedText(text=await session.runs.text(digest))


def proposed_uri(run_id: str, path: str) -> str:
    return f"{PROPOSED}:/{quote(run_id)}/{quote(path)}"


def place_of(uri: str) -> tuple[str, str]:
    """Run and path that a URI of ours names; raises NotFound."""
    parts = urlsplit(uri)
    run_id, _, path = unquote(parts.path).removeprefix("/").partition("/")
    if parts.scheme != PROPOSED or not path:
        raise NotFound(
            f"{uri[:200]!r} names no proposed file.", hint="Take proposedUri of samokoder.changes."
        )
    return run_id, path


# ------------------------------------------------------------------------------------------ proposals


async def proposals(session: Session, run: Run, only: str | None = None) -> list[Proposal]:
    wanted = {path: digest for path, digest in run.proposed.items() if only in (None, path)}
    on_disk = await asyncio.to_thread(_read, run.request.target, wanted)
    return [
        _proposal(session, run, path, digest, await session.runs.text(digest), on_disk[path])
        for path, digest in sorted(wanted.items())
    ]


def _read(target: str, paths: Iterable[FilePath]) -> dict[FilePath, bytes | None]:
    return {path: _content(Path(target, path)) for path in paths}


def _content(place: Path) -> bytes | None:
    try:
        return place.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise InvalidRequest(
            f"{place} cannot be read: {error.strerror}.", hint="Change that first."
        ) from None


def _proposal(
    session: Session, run: Run, path: FilePath, digest: Digest, text: str, content: bytes | None
) -> Proposal:
    shown = session.editor.text(Path(run.request.target, path))
    saved = _text(content)
    return Proposal(
        path=path,
        digest=digest,
        text=text,
        there=saved if shown is None else shown,
        on_disk=None if content is None else digest_of(content),
        unsaved=shown is not None and shown != saved,
        judged=run.judged.get(path),
    )


def _text(content: bytes | None) -> str | None:
    try:
        return None if content is None else content.decode("utf-8")
    except UnicodeDecodeError:
        return None


async def _chosen(session: Session, run: Run, given: JudgeParams) -> list[tuple[Proposal, frozenset[str]]]:
    """Files, each with the changes meant. Raises NotFound and InvalidRequest."""
    found = await proposals(session, run, given.path)
    if given.path is not None and not found:
        raise NotFound(
            f"Run {run.id} proposes no change of {given.path!r}.", hint="samokoder.changes lists them."
        )
    if given.hunks is None:
        return [(p, frozenset(change.id for change in p.open)) for p in found]
    known = {change.id for change in found[0].differences}
    if unknown := [id for id in given.hunks if id not in known]:
        raise InvalidRequest(
            f"{given.path} has no change {', '.join(unknown)} any more.",
            hint="The file has changed; ask samokoder.changes again.",
        )
    return [(found[0], frozenset(given.hunks))]


# ------------------------------------------------------------------------------------- what is decided


async def _to_be_judged(session: Session, run_id: str) -> Run:
    if other := session.marks.elsewhere().get(run_id):
        raise FolderBusy(
            f"Another Samokoder (process {other.pid}) is working on run {run_id}.", hint="Review it there."
        )
    return await session.runs.read(run_id)


async def _put(session: Session, run: Run, proposal: Proposal, text: str) -> bool:
    """Whether it went into an open document, which is unsaved now. Raises InvalidRequest."""
    target, path = run.request.target, proposal.path
    if text == proposal.there and not proposal.unsaved:
        return False
    await session.runs.intend(run.id, path, text.encode())
    shown = await session.editor.put(target, path, text)
    if shown is False:
        raise InvalidRequest(
            "The editor did not take the change.", hint="Look at the document and try again."
        )
    if shown is None and proposal.unsaved:
        raise InvalidRequest("It is open with changes that are not saved.", hint="Save or close it first.")
    if shown is None and not await session.runs.put(run.id, path, text.encode(), proposal.on_disk):
        raise InvalidRequest("It has changed in the meantime.", hint="Look at it and accept again.")
    return bool(shown)


def _judgement(
    proposal: Proposal, accepted: Collection[str], rejected: Collection[str], now: Digest | None
) -> FileJudged:
    """What was rejected before stays so, unless it is accepted now."""
    waiting = {change.id for change in proposal.open}
    before = {change.id for change in proposal.differences} - waiting
    earlier = proposal.judged.rejected if proposal.judged else ()
    kept = {*earlier, *before, *rejected} - set(accepted)
    settled = waiting <= {*accepted, *rejected}
    judgement = Judgement(proposed=proposal.digest, rejected=tuple(sorted(kept)), settled=settled)
    return FileJudged(path=proposal.path, judgement=judgement, now=now)


async def _judged(
    session: Session, run: Run, judged: list[FileJudged], unsaved: list[str], refused: list[Refused]
) -> JudgedResult:
    if judged:
        run = await session.runs.judge(run.id, tuple(judged))
    return JudgedResult(
        done=tuple(file.path for file in judged),
        unsaved=tuple(unsaved),
        refused=tuple(refused),
        changes=await _changes(session, run),
    )


# -------------------------------------------------------------------------------------- what is shown


async def _changes(session: Session, run: Run) -> ChangesResult:
    found = [_shown(run, p) for p in await proposals(session, run) if p.open]
    return ChangesResult(run_id=run.id, files=tuple(found), waiting=sum(len(file.hunks) for file in found))


def _shown(run: Run, proposal: Proposal) -> FileChange:
    return FileChange(
        path=proposal.path,
        uri=uri_of(str(Path(run.request.target, proposal.path))),
        proposed_uri=proposed_uri(run.id, proposal.path),
        state="new" if proposal.there is None and proposal.on_disk is None else "changed",
        unsaved=proposal.unsaved,
        hunks=tuple(_hunk(change, proposal.there) for change in proposal.open),
    )


def _hunk(change: Change, there: str | None) -> HunkResult:
    header, lines = unified(change, there)
    return HunkResult(
        id=change.id,
        header=header,
        lines=lines,
        before=LineRange(start=change.start, end=change.end),
        after=LineRange(start=change.new_start, end=change.new_end),
    )


def file_path(given: str) -> FilePath:
    """Raises InvalidRequest."""
    try:
        return FilePath(given)
    except UnsafePath as error:
        raise InvalidRequest(f"{given[:200]!r} cannot be a file of the application: {error}.") from None
