"""What a person says of the files that are proposed to them, and while a run goes on."""

from __future__ import annotations

import asyncio

import pytest

from samokoder.adapters.fakes import MemoryWorkspace
from samokoder.domain.changes import Judgement
from samokoder.domain.files import digest_of
from samokoder.domain.outcome import FileJudged
from samokoder.domain.paths import FilePath
from samokoder.errors import InvalidRequest
from samokoder.orchestrator.runs import Runs
from samokoder.ports import ModelReply, ModelRequest, Watch, unwatched
from tests.orchestrator import story
from tests.orchestrator.cast import Player, world

MODELS = FilePath("app/models.py")


async def reviewed(runs: Runs) -> str:
    run_id = await runs.start(story.request(review=True))
    await runs.wait(run_id)
    return run_id


async def test_with_review_a_verified_run_leaves_the_folder_alone_and_proposes_everything() -> None:
    workspace = MemoryWorkspace()
    runs = Runs(world(workspace=workspace))
    run = await runs.read(await reviewed(runs))
    assert run.end is not None and run.end.kind == "verified"
    assert workspace.folders.get("/nowhere", {}) == {}
    assert run.proposed == run.unfinished.landed  # type: ignore[union-attr]
    assert not run.partly_accepted


async def test_what_was_accepted_is_proposed_no_more_and_a_part_of_it_is_a_mixture() -> None:
    parts = world()
    runs = Runs(parts)
    run_id = await reviewed(runs)
    digest = (await runs.read(run_id)).proposed[MODELS]
    judged = FileJudged(path=MODELS, judgement=Judgement(proposed=digest, settled=True), now=digest)
    run = await runs.judge(run_id, (judged,))
    assert MODELS not in run.proposed and run.partly_accepted
    assert run.end is not None and run.end.kind == "verified"
    assert await Runs(parts).read(run_id) == run  # it is in the journal


async def test_a_mixture_stays_proposed() -> None:
    runs = Runs(world())
    run_id = await reviewed(runs)
    digest = (await runs.read(run_id)).proposed[MODELS]
    judgement = Judgement(proposed=digest, rejected=("a-1",), settled=True)
    run = await runs.judge(run_id, (FileJudged(path=MODELS, judgement=judgement, now=digest_of(b"mixed")),))
    assert MODELS in run.proposed and run.judged[MODELS] == judgement


async def test_putting_a_file_in_place_needs_what_the_person_saw_there() -> None:
    workspace = MemoryWorkspace()
    parts = world(workspace=workspace)
    runs = Runs(parts)
    run_id = await reviewed(runs)
    assert not await runs.put(run_id, MODELS, b"new", digest_of(b"seen"))
    assert await runs.put(run_id, MODELS, b"new", None)
    assert workspace.folders["/nowhere"][MODELS] == b"new"
    assert digest_of(b"new") in (await parts.journal.ours("/nowhere"))[MODELS]


async def test_a_comment_on_a_verified_run_is_carried_out_and_proved_again() -> None:
    workspace = MemoryWorkspace()
    runs = Runs(world(workspace=workspace))
    run_id = await runs.start(story.request())
    before = await runs.wait(run_id)
    await runs.comment(run_id, MODELS, 3, "Call it Volume.")
    after = await runs.wait(run_id)
    assert after.end is not None and after.end.kind == "verified"
    assert "At line 3: Call it Volume." in workspace.folders["/nowhere"][MODELS].decode()
    assert after.mirrored[MODELS] != before.mirrored[MODELS]
    assert [task.phase.kind for task in after.unfinished.tasks] == ["verified"] * 3  # type: ignore[union-attr]


async def test_a_comment_on_a_check_has_it_written_again() -> None:
    runs = Runs(world())
    run_id = await runs.start(story.request())
    await runs.wait(run_id)
    await runs.comment(run_id, FilePath("tests/test_records.py"), 1, "It must also be kept overnight.")
    run = await runs.wait(run_id)
    task = run.unfinished.task("T1")  # type: ignore[union-attr]
    assert run.end is not None and run.end.kind == "verified" and task.check_rewrites == 1


async def test_a_comment_on_a_file_of_no_task_or_without_words_is_refused() -> None:
    runs = Runs(world())
    run_id = await runs.start(story.request())
    await runs.wait(run_id)
    with pytest.raises(InvalidRequest):
        await runs.comment(run_id, FilePath("README.md"), 1, "Shorter.")
    with pytest.raises(InvalidRequest):
        await runs.comment(run_id, MODELS, 1, "  ")


class Held(Player):
    """Answers the architect only when it may."""

    def __init__(self) -> None:
        super().__init__()
        self.may = asyncio.Event()
        self.told: dict[str, str] = {}

    async def complete(self, request: ModelRequest, watch: Watch = unwatched) -> ModelReply:
        self.told[request.agent] = request.messages[-1].content
        if request.agent == "architect":
            await self.may.wait()
        return await super().complete(request, watch)


async def test_a_hint_reaches_all_who_are_asked_later_and_not_who_was_asked_before() -> None:
    model = Held()
    runs = Runs(world(model=model))
    run_id = await runs.start(story.request())
    while "architect" not in model.told:
        await asyncio.sleep(0.01)
    run = await runs.steer(run_id, "Use plain words.")
    assert [hint.text for hint in run.hints] == ["Use plain words."]
    model.may.set()
    end = (await runs.wait(run_id)).end
    assert end is not None and end.kind == "verified"
    told = {agent for agent, text in model.told.items() if "Use plain words." in text}
    assert {"spec_writer", "architect"}.isdisjoint(told)
    assert {"tech_lead", "developer", "code_monkey", "tester"} <= told


async def test_a_steered_run_can_be_replayed() -> None:
    model = Held()
    runs = Runs(world(model=model))
    run_id = await runs.start(story.request())
    while "architect" not in model.told:
        await asyncio.sleep(0.01)
    await runs.steer(run_id, "Use plain words.")
    model.may.set()
    await runs.wait(run_id)
    done, _ = await runs.replay(await runs.recording(run_id))
    assert done.end == "verified" and done.reworded == 0


async def test_an_ended_run_is_not_steered() -> None:
    runs = Runs(world())
    run_id = await runs.start(story.request())
    await runs.wait(run_id)
    with pytest.raises(InvalidRequest):
        await runs.steer(run_id, "Faster.")
