"""Runs carried away as files, and done again from them."""

from __future__ import annotations

import asyncio
from pathlib import Path

from pydantic import ValidationError

from samokoder.domain.paths import FilePath
from samokoder.errors import InvalidRequest
from samokoder.lsp.from_lsp import path_of
from samokoder.lsp.params import ExportRecordingParams, ReplayParams
from samokoder.lsp.results.evidence import RecordingExported, ReplayResult
from samokoder.lsp.session import Session
from samokoder.orchestrator.recording import Recording


async def export_recording(session: Session, given: ExportRecordingParams) -> RecordingExported:
    """Into a new file; one that is there stays as it is."""
    place = Path(path_of(given.path, "path"))
    recording = await session.runs.recording(given.run_id)
    await asyncio.to_thread(_keep, place, recording.model_dump_json(indent=1))
    return RecordingExported(path=str(place), steps=len(recording.steps), replies=len(recording.replies))


def _keep(place: Path, text: str) -> None:
    try:
        with place.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise InvalidRequest(f"{place} is there already.", hint="Choose a new name.") from None
    except OSError as error:
        raise InvalidRequest(
            f"{place} cannot be written: {error.strerror}.", hint="Choose another place."
        ) from None


async def replay(session: Session, given: ReplayParams) -> ReplayResult:
    """Do a run again from its record; with ``target`` its files are written into that new folder."""
    if given.run_id is not None:
        recording = (await session.runs.recording(given.run_id)).model_copy(update={"used": {}})
    else:
        recording = await asyncio.to_thread(_read, Path(path_of(given.recording or "", "recording")))
    done, files = await session.runs.replay(recording)
    if given.target is not None:
        await _write(session, path_of(given.target), files)
    return ReplayResult(**done.model_dump(), files=len(files))


def _read(place: Path) -> Recording:
    try:
        return Recording.model_validate_json(place.read_bytes())
    except OSError as error:
        raise InvalidRequest(
            f"{place} cannot be read: {error.strerror}.", hint="Give a file that exists."
        ) from None
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in fault["loc"])
        raise InvalidRequest(
            f"{place} is no recording: {where}: {fault['msg']}.", hint="Make one with export-recording."
        ) from None


async def _write(session: Session, target: str, files: dict[FilePath, bytes]) -> None:
    workspace = session.server.backend.workspace()
    await workspace.check(target)
    for path, content in files.items():
        if not await workspace.replace(target, path, content, None):
            raise InvalidRequest(f"{target}/{path} is there already.", hint="Choose a new folder.")
