"""Whole runs on fakes: what a person does to them, and how they end."""

from __future__ import annotations

import asyncio
import dataclasses

import pytest

from samokoder.adapters.fakes import MemoryWorkspace
from samokoder.domain.paths import FilePath
from samokoder.domain.request import MAX_DESCRIPTION, Request
from samokoder.domain.run import waiting_for
from samokoder.errors import FolderBusy, InvalidRequest, ModelUnavailable, NotFound, SandboxUnavailable
from samokoder.orchestrator.runs import More, Runs
from samokoder.ports import ModelReply, ModelRequest, Sign, Watch, unwatched
from tests.orchestrator import story
from tests.orchestrator.cast import Player, Silent, world


class Slow(Player):
    """Answers when it is told to go."""

    def __init__(self) -> None:
        super().__init__()
        self.began, self.go, self.calls = asyncio.Event(), asyncio.Event(), 0

    async def complete(self, request: ModelRequest, watch: Watch = unwatched) -> ModelReply:
        self.calls += 1
        self.began.set()
        await self.go.wait()
        return await super().complete(request, watch)


async def finished(runs: Runs, request: Request | None = None) -> tuple[str, str, str]:
    """Id, end state and reason of a run from start to end."""
    run_id = await runs.start(request or story.request())
    end = (await runs.wait(run_id)).end
    assert end is not None
    return run_id, end.kind, end.reason


async def test_a_run_goes_from_description_to_verified_and_fills_the_folder() -> None:
    workspace = MemoryWorkspace()
    runs = Runs(world(workspace=workspace))
    run_id, kind, _ = await finished(runs)
    assert kind == "verified"
    assert set(workspace.folders["/nowhere"]) == {
        *("app/models.py", "app/pages.py", "app/style.py"),
        *("tests/test_records.py", "tests/test_pages.py", "README.md", "Dockerfile"),
    }
    run = await runs.read(run_id)
    assert (await runs.text(run.mirrored[FilePath("app/models.py")])).startswith("# app/models.py")


class Counting(Player):
    """Knows how many ask it at once, and who asked in which order."""

    def __init__(self) -> None:
        super().__init__()
        self.asking, self.most, self.order = 0, 0, list[str]()

    async def complete(self, request: ModelRequest, watch: Watch = unwatched) -> ModelReply:
        self.order.append(request.agent)
        self.asking += 1
        self.most = max(self.most, self.asking)
        await asyncio.sleep(0)
        self.asking -= 1
        return await super().complete(request, watch)


async def test_models_are_asked_within_their_slots_and_files_wait_for_what_others_need() -> None:
    model = Counting()
    _, kind, _ = await finished(Runs(dataclasses.replace(world(model=model), model_slots=1)))
    assert (kind, model.most) == ("verified", 1)
    first_file = model.order.index("code_monkey")
    assert first_file > max(i for i, agent in enumerate(model.order) if agent in ("tester", "developer"))


async def test_reading_a_finished_run_gives_the_fold_of_its_journal() -> None:
    parts = world()
    runs = Runs(parts)
    run_id, *_ = await finished(runs)
    assert await Runs(parts).read(run_id) == await runs.read(run_id)


async def test_two_runs_work_side_by_side_but_not_in_one_folder() -> None:
    runs = Runs(world())
    one = await runs.start(story.request())
    with pytest.raises(FolderBusy):
        await runs.start(story.request())
    other = await runs.start(story.request().model_copy(update={"target": "/elsewhere"}))
    ends = [(await runs.wait(run_id)).end for run_id in (one, other)]
    assert [end.kind for end in ends if end] == ["verified", "verified"]
    await runs.start(story.request())
    await runs.close()


@pytest.mark.parametrize(
    ("description", "complaint"),
    [
        ("", "empty"),
        ("  \n", "empty"),
        ("\0\1\2\3" * 50, "not text"),
        ("x" * (MAX_DESCRIPTION + 1), "characters"),
    ],
)
async def test_what_nobody_can_build_from_is_refused_at_once(description: str, complaint: str) -> None:
    runs = Runs(world())
    with pytest.raises(InvalidRequest, match=complaint):
        await runs.start(story.request().model_copy(update={"description": description}))
    assert await runs.runs() == []


async def test_right_to_left_text_is_a_description() -> None:
    runs = Runs(world())
    arabic = story.request().model_copy(update={"description": "\u200fقائمة الكتب مع العنوان والمؤلف"})
    assert (await finished(runs, arabic))[1] == "verified"


async def test_questions_wait_and_are_answered_after_a_restart() -> None:
    parts = world()
    runs = Runs(parts)
    run_id = await runs.start(story.request(ask=True))
    run = await runs.wait(run_id)
    assert [q.id for q in waiting_for(run)] == ["q1"]
    await runs.close()
    later = Runs(parts)
    with pytest.raises(NotFound):
        await later.answer(run_id, "q9", "all")
    await later.answer(run_id, "q1", "staff")
    end = (await later.wait(run_id)).end
    assert end is not None
    assert end.kind == "verified"


async def test_specification_and_plan_wait_for_approval() -> None:
    runs = Runs(world())
    run_id = await runs.start(story.request(approve_specification=True, approve_plan=True))
    assert (await runs.wait(run_id)).phase.kind == "approving_specification"
    edited = story.SPECIFICATION.model_copy(update={"title": "My books"})
    await runs.approve(run_id, specification=edited)
    run = await runs.wait(run_id)
    assert run.phase.kind == "approving_plan"
    assert run.phase.specification.title == "My books"
    await runs.answer(run_id, "approve-plan", "approve")
    assert (await runs.wait(run_id)).phase.kind == "finished"
    with pytest.raises(NotFound):
        await runs.approve(run_id)


async def test_a_cancelled_run_stops_says_so_and_can_be_taken_up() -> None:
    class Slow(Player):
        async def complete(self, request: ModelRequest, watch: Watch = unwatched) -> ModelReply:
            await asyncio.sleep(30 if request.agent == "architect" and not self.asked["slept"] else 0)
            return await super().complete(request)

    model = Slow()
    runs = Runs(world(model=model))
    run_id = await runs.start(story.request())
    while model.asked["spec_writer"] == 0:
        await asyncio.sleep(0)
    await runs.cancel(run_id)
    await runs.cancel(run_id)
    assert (await runs.read(run_id)).end.kind == "cancelled"  # type: ignore[union-attr]
    assert not runs.under_way()
    model.asked["slept"] = 1
    await runs.resume(run_id)
    assert (await runs.wait(run_id)).end.kind == "verified"  # type: ignore[union-attr]


async def test_a_paused_run_finishes_what_it_has_begun_and_pays_for_nothing_twice() -> None:
    model = Slow()
    runs = Runs(world(model=model))
    run_id = await runs.start(story.request())
    await asyncio.wait_for(model.began.wait(), 10)
    await runs.pause(run_id)
    begun = model.calls
    model.go.set()
    run = await runs.wait(run_id)
    assert run.end is None and run_id not in runs.under_way()
    assert model.calls == begun == run.usage.calls
    await runs.resume(run_id)
    end = (await runs.wait(run_id)).end
    assert end is not None and end.kind == "verified"
    straight = Runs(world())
    assert (await runs.read(run_id)).usage.calls == (
        await straight.read((await finished(straight))[0])
    ).usage.calls


async def test_a_pause_is_taken_back_by_going_on() -> None:
    model = Slow()
    runs = Runs(world(model=model))
    run_id = await runs.start(story.request())
    await asyncio.wait_for(model.began.wait(), 10)
    await runs.pause(run_id)
    await runs.resume(run_id)
    model.go.set()
    end = (await runs.wait(run_id)).end
    assert end is not None and end.kind == "verified"


ASKED, REFUSED = Sign(kind="asked"), Sign(kind="refused")


@pytest.mark.parametrize(
    ("signs", "calls", "written"),
    [
        ([ASKED, Sign(kind="writing", characters=400)], 1, 100),
        ([ASKED], 1, 0),
        ([REFUSED, ASKED], 1, 0),
        ([ASKED, REFUSED], 0, 0),
        ([], 0, 0),
    ],
)
async def test_a_cancelled_call_is_billed_for_the_question_once_asked_and_what_was_written(
    signs: list[Sign], calls: int, written: int
) -> None:
    class Slow(Player):
        async def complete(self, request: ModelRequest, watch: Watch = unwatched) -> ModelReply:
            for sign in signs:
                watch(sign)
            began.set()
            await asyncio.sleep(30)
            raise AssertionError

    began = asyncio.Event()
    runs = Runs(world(model=Slow()))
    run_id = await runs.start(story.request())
    await asyncio.wait_for(began.wait(), 10)
    await runs.cancel(run_id)
    spent = (await runs.costs(run_id)).total
    assert (spent.calls, spent.cost) == (calls, 10 * calls)
    assert (spent.tokens_in, spent.tokens_out) == (100 * calls, written)


async def test_a_spent_budget_ends_resumable() -> None:
    runs = Runs(world())
    run_id, kind, reason = await finished(runs, story.request(budget={"calls": 4}))
    assert kind == "budget_exhausted"
    assert "4" in reason
    await runs.resume(run_id, More(calls=100))
    assert (await runs.wait(run_id)).end.kind == "verified"  # type: ignore[union-attr]


async def test_money_is_never_spent_beyond_the_cap() -> None:
    runs = Runs(world())
    run_id, kind, _ = await finished(runs, story.request(budget={"cost": 20}))
    assert kind == "budget_exhausted"
    assert (await runs.read(run_id)).usage.cost <= 20


async def test_time_is_a_budget_too() -> None:
    class Hanging(Player):
        async def complete(self, request: ModelRequest, watch: Watch = unwatched) -> ModelReply:
            await asyncio.sleep(60)
            raise AssertionError("it was waited for")

    loop = asyncio.get_running_loop()
    runs = Runs(world(model=Hanging(), clock=loop.time))
    _, kind, _ = await finished(runs, story.request(budget={"seconds": 0.2}))
    assert kind == "budget_exhausted"


async def test_a_model_that_cannot_be_reached_ends_resumable() -> None:
    class Away(Player):
        away = True

        async def complete(self, request: ModelRequest, watch: Watch = unwatched) -> ModelReply:
            if self.away:
                raise ModelUnavailable("no connection")
            return await super().complete(request)

    model = Away()
    runs = Runs(world(model=model))
    run_id, kind, reason = await finished(runs)
    assert (kind, reason) == ("environment_missing", "no connection")
    model.away = False
    await runs.resume(run_id)
    assert (await runs.wait(run_id)).end.kind == "verified"  # type: ignore[union-attr]


async def test_without_a_sandbox_nothing_is_called_verified() -> None:
    class Nowhere:
        def open(self, spec: object) -> object:
            raise SandboxUnavailable("no engine", hint="install one")

    runs = Runs(world(sandbox=lambda choice: Nowhere()))
    _, kind, reason = await finished(runs)
    assert (kind, reason) == ("environment_missing", "no engine install one")


async def test_an_answer_of_the_wrong_form_goes_back_with_what_is_wrong() -> None:
    model = Player(lambda role, times: "not json" if (role, times) == ("architect", 1) else None)
    runs = Runs(world(model=model))
    assert (await finished(runs))[1] == "verified"
    assert model.asked["architect"] == 2


async def test_answers_that_are_never_usable_end_the_run_within_its_budget() -> None:
    model = Player(lambda role, times: "{}" if role == "tech_lead" else None)
    runs = Runs(world(model=model))
    run_id, kind, _ = await finished(runs)
    assert kind == "stuck"
    assert (await runs.read(run_id)).usage.calls == model.asked.total()


async def test_a_review_that_misses_a_hunk_is_no_approval() -> None:
    silent = Player(lambda role, times: '{"verdicts": []}' if role == "reviewer" else None)
    assert (await finished(Runs(world(model=silent))))[1] == "stuck"


async def test_a_foreign_file_is_kept_and_named() -> None:
    workspace = MemoryWorkspace()
    mine = {FilePath("app/models.py"): b"mine"}
    workspace.folders["/nowhere"] = dict(mine)
    runs = Runs(world(workspace=workspace))
    run_id, kind, reason = await finished(runs)
    assert kind == "blocked"
    assert "app/models.py" in reason
    assert workspace.folders["/nowhere"][FilePath("app/models.py")] == b"mine"
    del workspace.folders["/nowhere"][FilePath("app/models.py")]
    await runs.resume(run_id)
    assert (await runs.wait(run_id)).end.kind == "verified"  # type: ignore[union-attr]


async def test_a_readme_of_ones_own_is_kept_and_blocks_nothing() -> None:
    workspace = MemoryWorkspace()
    workspace.folders["/nowhere"] = {FilePath("README.md"): b"mine"}
    runs = Runs(world(workspace=workspace))
    run_id, kind, _ = await finished(runs)
    assert kind == "verified"
    assert workspace.folders["/nowhere"][FilePath("README.md")] == b"mine"
    assert (await runs.read(run_id)).conflicts == (FilePath("README.md"),)


async def test_a_file_with_unsaved_changes_is_left_alone() -> None:
    editor = Silent(unsaved=frozenset({FilePath("app/pages.py")}))
    workspace = MemoryWorkspace()
    _, kind, _ = await finished(Runs(world(editor=editor, workspace=workspace)))
    assert kind == "blocked"
    assert FilePath("app/pages.py") not in workspace.folders["/nowhere"]


async def test_a_second_run_may_replace_what_the_first_one_wrote_but_not_what_was_edited_since() -> None:
    workspace = MemoryWorkspace()
    runs = Runs(world(workspace=workspace))
    await finished(runs)
    assert (await finished(runs))[1] == "verified"
    workspace.folders["/nowhere"][FilePath("app/models.py")] = b"edited by hand"
    assert (await finished(runs))[1] == "blocked"
    assert workspace.folders["/nowhere"][FilePath("app/models.py")] == b"edited by hand"


async def test_going_back_is_a_fork_and_costs_nothing_twice() -> None:
    model = Player()
    runs = Runs(world(model=model))
    run_id, *_ = await finished(runs)
    steps = await runs.steps(run_id)
    paid = model.asked.total()
    fork = await runs.fork(run_id, 3, "/elsewhere")
    await runs.resume(fork)
    assert (await runs.wait(fork)).end.kind == "verified"  # type: ignore[union-attr]
    assert model.asked.total() == paid
    assert await runs.steps(run_id) == steps
    with pytest.raises(InvalidRequest):
        await runs.fork(run_id, len(steps) + 1)


async def test_a_check_that_never_passes_ends_stuck_and_its_finding_can_be_waived() -> None:
    def failing(files: object, check: object) -> object:
        return story.failed("tests/test_records.py::test_it")

    runs = Runs(world(script=failing))  # type: ignore[arg-type]
    run_id, kind, _ = await finished(runs)
    assert kind == "stuck"
    from samokoder.orchestrator.findings import findings

    (finding, *_) = findings(await runs.read(run_id))
    with pytest.raises(InvalidRequest):
        await runs.waive(run_id, finding.id, " ")
    await runs.waive(run_id, finding.id, "known and harmless")
    run = await runs.wait(run_id)
    assert run.end is not None
    assert run.end.kind == "built_unverified"


async def test_a_fault_of_ours_stops_one_run_and_leaves_it_resumable() -> None:
    class Broken(MemoryWorkspace):
        broken = True

        async def digests(self, target: str, paths: object) -> object:  # type: ignore[override]
            if self.broken:
                raise RuntimeError("a fault of ours")
            return await super().digests(target, paths)  # type: ignore[arg-type]

    workspace, editor = Broken(), Silent()
    runs = Runs(world(workspace=workspace, editor=editor))
    run_id = await runs.start(story.request())
    assert (await runs.wait(run_id)).end is None
    assert "unforeseen" in editor.news[-1].detail
    workspace.broken = False
    await runs.resume(run_id)
    assert (await runs.wait(run_id)).end.kind == "verified"  # type: ignore[union-attr]
