"""Commands about what a run has made: carry it away, check it again, compare its steps."""

from __future__ import annotations

import asyncio
import io
import os
import shlex
import zipfile
from collections.abc import Mapping
from pathlib import Path

from samokoder.domain.evidence import Check, CommandReport
from samokoder.domain.files import Files, tree_digest
from samokoder.errors import InvalidRequest, NotFound
from samokoder.lsp.from_lsp import path_of
from samokoder.lsp.params import CompareParams, ExportParams, RunParams, TextOfParams
from samokoder.lsp.picture import picture
from samokoder.lsp.results.changes import ChangeResult, Comparison, ExportResult, TextResult
from samokoder.lsp.results.evidence import CheckedResult, ChecksResult
from samokoder.lsp.results.picture import IsolationResult, Picture
from samokoder.lsp.session import Session
from samokoder.orchestrator.products import Change

EVIDENCE = "EVIDENCE.samokoder.md"
"""No generated file can have this name: the folder's own stay apart from what is said of them."""
LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""Every file has the same time, so that the same files make the same archive."""


async def export(session: Session, given: ExportParams) -> ExportResult:
    place = Path(path_of(given.path, "path"))
    if not place.is_absolute():
        raise InvalidRequest(f"{place} is not an absolute path.", hint="Give the whole path of a zip file.")
    run = await session.runs.read(given.run_id)
    files = await session.runs.products.to_export(given.run_id)
    shown = picture(
        run, run.id in session.under_way(), session.server.backend.model_name(session.settings), 0
    )
    contents = {str(path): text for path, text in (await session.runs.products.contents(files)).items()}
    data = archive({**contents, EVIDENCE: evidence(shown, files).encode()})
    await asyncio.to_thread(_keep, place, data, given.force)
    return ExportResult(path=str(place), files=len(files), bytes=len(data), state=shown.state)


def archive(files: Mapping[str, bytes]) -> bytes:
    """The same bytes for the same files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archived:
        for path in sorted(files):
            entry = zipfile.ZipInfo(path, LONG_AGO)
            entry.compress_type, entry.create_system, entry.external_attr = (
                zipfile.ZIP_DEFLATED,
                3,
                0o644 << 16,
            )
            archived.writestr(entry, files[path])
    return out.getvalue()


def _keep(place: Path, data: bytes, force: bool) -> None:
    """Whole or not at all."""
    part = place.with_name(f"{place.name}.part-{os.getpid()}")
    try:
        if not force and place.exists():
            raise FileExistsError
        with part.open("xb") as file:
            file.write(data)
            os.fsync(file.fileno())
        if force:
            part.replace(place)
        else:
            os.link(part, place)
    except FileExistsError:
        raise InvalidRequest(
            f"{place} is there already.", hint="Choose a new name, or force it to be replaced."
        ) from None
    except OSError as error:
        raise InvalidRequest(
            f"{place} cannot be written: {error.strerror}.", hint="Choose another place."
        ) from None
    finally:
        part.unlink(missing_ok=True)


def evidence(shown: Picture, files: Files) -> str:
    """On what the exported files rest."""
    isolation = shown.isolation
    lines = [
        f"# {shown.title or 'An application'}: what was proved",
        "",
        f"Run {shown.run_id} ended: {shown.state}. {shown.reason}".rstrip(),
        f"Tree of these files: {tree_digest(files)}",
        f"Checks ran in: {isolation.level}, {isolation.engine}" if isolation else "No check was run.",
        "",
        "## Requirements",
        "",
        *(f"- {one.id} {one.title}: {one.proof}" for one in shown.requirements),
        "",
        "## Checks",
        "",
        *(
            f"- {c.title}: `{c.command}` gave {_result(c.exit_code, c.fault)} on tree {c.tree}"
            for c in shown.checks
        ),
        "",
        "## Files",
        "",
        *(f"- {files[path]} {path}" for path in sorted(files)),
    ]
    return "\n".join(lines) + "\n"


def _result(code: int | None, fault: str) -> str:
    return fault if code is None else f"exit code {code}"


async def run_checks(session: Session, given: RunParams) -> ChecksResult:
    """Answers when all are done; nothing of the run changes."""
    done = await session.runs.products.check(given.run_id)
    return ChecksResult(
        run_id=given.run_id,
        passed=all(report.passed for _, report in done.reports),
        stale=bool(done.changes),
        changes=tuple(_change(one) for one in done.changes),
        checks=tuple(_checked(check, report) for check, report in done.reports),
        isolation=IsolationResult(**done.isolation.model_dump()),
    )


def _checked(check: Check, report: CommandReport) -> CheckedResult:
    return CheckedResult(
        id=check.id,
        title=check.title,
        command=shlex.join(check.command),
        state="passed" if report.passed else "not run" if report.exit_code is None else "failed",
        exit_code=report.exit_code,
        seconds=report.seconds,
        fault=report.fault,
        output=report.output,
    )


async def compare(session: Session, given: CompareParams) -> Comparison:
    found = await session.runs.products.compare(given.run_id, given.from_step, given.to_step)
    return Comparison(run_id=given.run_id, files=tuple(_change(one) for one in found))


def _change(one: Change) -> ChangeResult:
    return ChangeResult(path=one.path, kind=one.kind, before=one.before, after=one.after)


async def text_of(session: Session, given: TextOfParams) -> TextResult:
    digest = given.digest
    if digest is None:
        files = await session.runs.products.files(given.run_id, given.step)
        digest = next((d for path, d in files.items() if path == given.path), None)
    if digest is None:
        raise NotFound(
            f"Run {given.run_id} has no file {given.path!r} there.", hint="samokoder.compare lists files."
        )
    if given.digest is not None and not await session.runs.products.holds(given.run_id, digest):
        raise NotFound(
            f"Run {given.run_id} has no content {digest!r}.", hint="samokoder.compare lists files."
        )
    return TextResult(text=await session.runs.text(digest), digest=digest)
