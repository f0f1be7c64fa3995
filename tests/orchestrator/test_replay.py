"""A recorded run comes out again as it did, without a model, a sandbox or a folder."""

from __future__ import annotations

import pytest

from samokoder.adapters.fakes import FakeSandbox, MemoryWorkspace
from samokoder.domain.files import digest_of
from samokoder.domain.outcome import CheckRan, FileWritten, Mirrored
from samokoder.domain.paths import FilePath
from samokoder.domain.run import Building
from samokoder.errors import ReplayDiffers
from samokoder.orchestrator.recording import Recording
from samokoder.orchestrator.runs import Runs
from samokoder.orchestrator.world import World
from tests.orchestrator import story
from tests.orchestrator.cast import Player, only_with_code, world
from tests.orchestrator.test_changing import a_world, carried_out


async def recorded(parts: World) -> tuple[Runs, Recording]:
    runs = Runs(parts)
    run_id = await runs.start(story.request())
    await runs.wait(run_id)
    return runs, await runs.recording(run_id)


async def elsewhere(recording: Recording) -> tuple[object, dict[FilePath, bytes]]:
    """Replayed where nothing of the first run is left."""
    model, box = Player(), FakeSandbox(only_with_code)
    again = Recording.model_validate_json(recording.model_dump_json())
    found = await Runs(world(model=model, sandbox=lambda choice: box)).replay(again)
    assert not model.asked
    assert not box.ran
    return found


async def test_a_replay_makes_the_same_files_byte_for_byte() -> None:
    workspace = MemoryWorkspace()
    runs, recording = await recorded(world(workspace=workspace))
    done, files = await elsewhere(recording)
    assert files == workspace.folders["/nowhere"]
    assert done.end == "verified"  # type: ignore[attr-defined]
    run = await runs.read(recording.run_id)
    assert isinstance(run.unfinished, Building)
    assert {path: digest_of(content) for path, content in files.items()} == run.unfinished.whole


async def test_a_run_with_repairs_and_bad_answers_is_replayed() -> None:
    def spoil(role: str, times: int) -> str | None:
        return "no JSON at all" if role in {"architect", "code_monkey"} and times == 1 else None

    def fails_first(files, check):  # type: ignore[no-untyped-def]
        mended = any(b"mend" in content for content in files.values())
        return only_with_code(files, check) if mended or check.id != "T2" else story.failed("T2.py::test")

    _, recording = await recorded(world(fails_first, model=Player(spoil)))
    assert any(isinstance(s.outcome, CheckRan) and not s.outcome.evidence.passed for s in recording.steps)
    done, _ = await elsewhere(recording)
    assert done.end == "verified"  # type: ignore[attr-defined]


async def test_an_extension_of_a_project_is_replayed_with_the_project_it_read() -> None:
    parts, workspace = a_world()
    runs, run_id, end = await carried_out(parts, "extend")
    assert end == "verified"
    _, files = await elsewhere(await runs.recording(run_id))
    there = workspace.folders["/nowhere"]
    assert files == {path: content for path, content in there.items() if path in files}
    assert FilePath("app/other.py") in files


async def test_a_file_that_nobody_wrote_was_never_put_into_the_folder() -> None:
    _, recording = await recorded(world())
    put = next(s for s in recording.steps if isinstance(s.outcome, Mirrored) and s.outcome.files)
    assert isinstance(put.outcome, Mirrored)
    forged = put.outcome.model_copy(update={"files": dict.fromkeys(put.outcome.files, digest_of(b"other"))})
    steps = tuple(s.model_copy(update={"outcome": forged}) if s is put else s for s in recording.steps)
    with pytest.raises(ReplayDiffers, match="never written"):
        await elsewhere(recording.model_copy(update={"steps": steps}))


async def test_a_recording_does_not_tell_where_on_the_machine_it_was_made() -> None:
    _, recording = await recorded(world())
    assert "/nowhere" not in recording.model_dump_json()


async def test_a_reply_that_was_changed_is_noticed_at_its_step() -> None:
    _, recording = await recorded(world())
    written = next(s for s in recording.steps if isinstance(s.outcome, FileWritten))
    changed = {
        digest: reply.model_copy(update={"text": reply.text.replace("app/models.py: write", "other")})
        for digest, reply in recording.replies.items()
    }
    with pytest.raises(ReplayDiffers, match=f"Step {written.index} "):
        await elsewhere(recording.model_copy(update={"replies": changed}))


async def test_a_missing_reply_is_never_asked_for() -> None:
    _, recording = await recorded(world())
    with pytest.raises(ReplayDiffers, match="not on record"):
        await elsewhere(recording.model_copy(update={"replies": {}, "used": {}}))


async def test_a_step_that_was_taken_out_is_noticed() -> None:
    _, recording = await recorded(world())
    steps = tuple(step for step in recording.steps if step.outcome.kind != "designed")
    with pytest.raises(ReplayDiffers, match="is not due"):
        await elsewhere(recording.model_copy(update={"steps": steps}))


async def test_a_recording_outlives_a_new_wording_of_the_questions() -> None:
    _, recording = await recorded(world())
    reworded = {f"{n:064d}": reply for n, reply in enumerate(recording.replies.values())}
    names = dict(zip(recording.replies, reworded, strict=True))
    used = {index: tuple(names[digest] for digest in digests) for index, digests in recording.used.items()}
    done, _ = await elsewhere(recording.model_copy(update={"replies": reworded, "used": used}))
    assert done.end == "verified"  # type: ignore[attr-defined]
    assert done.reworded == done.replies > 10  # type: ignore[attr-defined]
