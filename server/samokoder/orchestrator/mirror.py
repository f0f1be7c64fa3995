"""Making the person's folder equal to the run's files, over nothing that is not ours."""

from __future__ import annotations

from samokoder.domain.action import Mirror
from samokoder.domain.files import Digest, Files
from samokoder.domain.outcome import Mirrored
from samokoder.domain.paths import FilePath
from samokoder.domain.run import Run
from samokoder.orchestrator.world import World


async def mirror(action: Mirror, run: Run, world: World) -> Mirrored:
    """Write what can be written; name what is in the way.

    A file may be replaced when it is absent, already as wanted, still as this run read it, or holds what a
    run of ours intended for this place; the intention is on record before the first byte is written, so
    that after a crash our own half of the work is recognised.
    """
    target, wanted = run.request.target, action.digests
    ours = await world.journal.ours(target)
    read = run.existing.files if run.existing else {}
    present = await world.workspace.digests(target, list(wanted))
    unsaved = await world.editor.unsaved(target, list(wanted))
    missing = {path: digest for path, digest in wanted.items() if present[path] != digest}
    writable: Files = {
        path: digest
        for path, digest in missing.items()
        if path not in unsaved and present[path] in {None, read.get(path), *ours.get(path, ())}
    }
    await world.journal.intend(run.id, target, writable, world.now())
    blobs = await world.journal.blobs(list(dict.fromkeys(writable.values())))
    refused: list[FilePath] = [path for path in missing if path not in writable]
    for path, digest in sorted(writable.items()):
        if not await _put(target, path, blobs[digest], present[path], world):
            refused.append(path)  # it changed under our hands
    written = {path: digest for path, digest in wanted.items() if path not in refused}
    return Mirrored(files=written, conflicts=tuple(sorted(refused)))


async def _put(target: str, path: FilePath, content: bytes, present: Digest | None, world: World) -> bool:
    """Through the editor where the file is open, so that the person can undo it; else on the disk."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return await world.workspace.replace(target, path, content, present)
    shown = await world.editor.put(target, path, text)
    return await world.workspace.replace(target, path, content, present) if shown is None else shown
