"""Runs about a project that is there: it is read first, changed where the plan says, and kept otherwise."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from samokoder.adapters.fakes import FakeSandbox, MemoryWorkspace
from samokoder.agents.tech_lead import TECH_LEAD, TechLeadBrief
from samokoder.domain.evidence import Check, CommandReport
from samokoder.domain.files import SourceFile
from samokoder.domain.outcome import BaselineSeen, FileWritten, ProjectRead
from samokoder.domain.paths import FilePath
from samokoder.domain.project import NOT_SHOWN, shown
from samokoder.domain.request import RequestKind
from samokoder.errors import InvalidRequest
from samokoder.orchestrator.runs import Runs
from samokoder.orchestrator.world import World
from tests.orchestrator import story
from tests.orchestrator.cast import Player, world

TARGET = "/nowhere"
MODELS, PAGES, STYLE = FilePath("app/models.py"), FilePath("app/pages.py"), FilePath("app/style.py")
THEIRS = {
    MODELS: b"theirs",
    FilePath("app/other.py"): b"stays",
    FilePath("README.md"): b"our project",
    FilePath("tests/test_old.py"): b"def test(): ...",
    FilePath(".env"): b"TOKEN=1",
    FilePath("node_modules/x/index.js"): b"x",
}


def changed_code(files: Mapping[FilePath, bytes], check: Check) -> CommandReport:
    """Checks of a task pass once its file was written by us; the project's own tests always pass."""
    if check.id == "own-tests":
        return story.PASS
    needed = {"T1": MODELS, "T2": PAGES}.get(check.id, PAGES)
    return story.PASS if files.get(needed, b"").startswith(b"# ") else story.failed(f"{check.id}.py::test")


def a_world(
    theirs: Mapping[FilePath, bytes] = THEIRS, sandbox: FakeSandbox | None = None, **parts: object
) -> tuple[World, MemoryWorkspace]:
    workspace = MemoryWorkspace()
    workspace.folders[TARGET] = dict(theirs)
    box = sandbox or FakeSandbox(changed_code)
    return world(workspace=workspace, sandbox=lambda choice: box, **parts), workspace


async def carried_out(parts: World, kind: RequestKind) -> tuple[Runs, str, str]:
    runs = Runs(parts)
    run_id = await runs.start(story.request().model_copy(update={"kind": kind}))
    end = (await runs.wait(run_id)).end
    assert end is not None
    return runs, run_id, end.kind


async def test_extending_changes_what_the_plan_names_and_nothing_else() -> None:
    parts, workspace = a_world()
    _, _, end = await carried_out(parts, "extend")
    there = workspace.folders[TARGET]
    assert end == "verified"
    assert there[MODELS].startswith(b"# app/models.py")
    assert {path: there[path] for path in THEIRS if path != MODELS} == {
        path: content for path, content in THEIRS.items() if path != MODELS
    }


async def test_secrets_and_what_tools_have_made_are_never_read() -> None:
    parts, _ = a_world()
    runs, run_id, _ = await carried_out(parts, "extend")
    read = next(s.outcome for s in await runs.steps(run_id) if isinstance(s.outcome, ProjectRead))
    assert set(read.files) == {MODELS, "app/other.py", "README.md", "tests/test_old.py"}
    assert any(entry.startswith(".env:") for entry in read.left_out)


async def test_the_roles_are_shown_the_project_and_none_of_its_secrets() -> None:
    player = Player()
    seen: list[str] = []
    complete = player.complete

    async def listening(request, *rest):  # type: ignore[no-untyped-def]
        seen.append("\n".join(message.content for message in request.messages))
        return await complete(request, *rest)

    player.complete = listening  # type: ignore[method-assign]
    parts, _ = a_world(model=player)
    await carried_out(parts, "extend")
    assert any("theirs" in text and '"app/other.py"' in text for text in seen)
    assert not any("TOKEN=1" in text for text in seen)


async def test_the_projects_own_tests_must_pass_at_the_end_if_they_did_before() -> None:
    def breaks_them(files: Mapping[FilePath, bytes], check: Check) -> CommandReport:
        if check.id == "own-tests" and files[MODELS] != b"theirs":
            return story.failed("tests/test_old.py::test")
        return changed_code(files, check)

    parts, _ = a_world(sandbox=FakeSandbox(breaks_them))
    _, _, end = await carried_out(parts, "extend")
    assert end != "verified"


async def test_tests_that_failed_before_are_not_required() -> None:
    def broken_before(files: Mapping[FilePath, bytes], check: Check) -> CommandReport:
        if check.id == "own-tests":
            return story.failed("tests/test_old.py::test")
        return changed_code(files, check)

    parts, _ = a_world(sandbox=FakeSandbox(broken_before))
    runs, run_id, end = await carried_out(parts, "extend")
    assert end == "verified"
    assert sum(isinstance(s.outcome, BaselineSeen) for s in await runs.steps(run_id)) == 1


async def test_a_file_the_person_changed_since_it_was_read_is_left_alone() -> None:
    parts, workspace = a_world()
    runs = Runs(parts)
    run_id = await runs.start(story.request().model_copy(update={"kind": "extend"}))
    while not any(isinstance(step.outcome, FileWritten) for step in await runs.steps(run_id)):
        await _a_moment()
    workspace.folders[TARGET][MODELS] = b"edited meanwhile"
    end = (await runs.wait(run_id)).end
    assert workspace.folders[TARGET][MODELS] == b"edited meanwhile"
    assert end is not None
    assert end.kind == "blocked"


async def _a_moment() -> None:
    import anyio.lowlevel

    await anyio.lowlevel.checkpoint()


async def test_fixing_begins_where_a_check_fails_on_the_code_as_it_is() -> None:
    player = Player()
    there = {**THEIRS, PAGES: b"theirs", STYLE: b"theirs"}

    def fails_until_mended(files: Mapping[FilePath, bytes], check: Check) -> CommandReport:
        if check.id == "own-tests":
            return story.PASS
        mended = files[{"T1": MODELS}.get(check.id, STYLE)] != b"theirs"
        return story.PASS if mended or check.id in {"build", "start"} else story.failed(f"{check.id}.py::t")

    parts, _ = a_world(there, sandbox=FakeSandbox(fails_until_mended), model=player)
    _, _, end = await carried_out(parts, "fix")
    assert end == "verified"
    assert player.asked["bug_hunter"] == 2
    assert player.asked["developer"] == 0


@pytest.mark.parametrize("there", [{}, {FilePath(".env"): b"TOKEN=1"}])
async def test_where_there_is_no_project_nothing_can_be_extended(there: dict[FilePath, bytes]) -> None:
    parts, _ = a_world(there)
    runs = Runs(parts)
    with pytest.raises(InvalidRequest, match="no project"):
        await runs.start(story.request().model_copy(update={"kind": "extend"}))
    assert await runs.runs() == []


async def test_a_second_request_knows_what_was_asked_before() -> None:
    parts, _ = a_world({})
    _, _, end = await carried_out(parts, "generate")
    assert end == "verified"
    runs = Runs(parts)
    run_id = await runs.start(
        story.request().model_copy(update={"kind": "extend", "description": "And shelves"})
    )
    await runs.wait(run_id)
    request, steps = await parts.journal.read(run_id)
    assert request.earlier == "Keep books"
    read = next(step.outcome for step in steps if isinstance(step.outcome, ProjectRead))
    assert set(read.own) == set(read.files)


def test_a_persons_tests_are_not_written_over_by_checks() -> None:
    brief = TechLeadBrief(
        kind="extend",
        existing=(FilePath("tests/test_records.py"),),
        not_ours=(FilePath("tests/test_records.py"),),
        specification=story.SPECIFICATION,
        architecture=story.ARCHITECTURE,
    )
    assert "tests/test_records.py" in TECH_LEAD.objection(brief, story.PLAN)
    assert TECH_LEAD.objection(brief.model_copy(update={"not_ours": ()}), story.PLAN) == ""


def test_what_does_not_fit_into_a_question_is_named() -> None:
    files = (
        SourceFile(path=FilePath("a.py"), text="a" * 80),
        SourceFile(path=FilePath("long.py"), text="b" * 90),
        SourceFile(path=FilePath("wanted.py"), text="c" * 60),
    )
    texts = {file.path: file.text for file in shown(files, "change wanted.py", room=100)}
    assert texts == {"a.py": NOT_SHOWN, "long.py": NOT_SHOWN, "wanted.py": "c" * 60}
