"""Our documents in the person's folder: ours while nobody edits them, the person's afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from lsprotocol import types

from samokoder.adapters.disk import DiskWorkspace
from samokoder.domain.outcome import PlanApproved
from samokoder.domain.run import Run
from samokoder.errors import InvalidRequest
from samokoder.lsp.client import Client
from samokoder.lsp.papers import FOLDER, Papers, is_ours, run_of
from tests.orchestrator import story


class NothingOpen:
    """An editor in which no document is open, unless it is put here."""

    def __init__(self) -> None:
        self.open: dict[Path, str] = {}

    def text(self, place: Path) -> str | None:
        return self.open.get(place)


class Silent(Client):
    """A client that shows nothing."""

    def __init__(self) -> None: ...

    def publish(self, path: str, diagnostics: Sequence[types.Diagnostic]) -> None: ...


def papers(editor: NothingOpen | None = None) -> Papers:
    return Papers(DiskWorkspace(), editor or NothingOpen())  # type: ignore[arg-type]


def run_in(folder: Path, run_id: str = "r1", *outcomes: object) -> Run:
    run = story.run_after(*(outcomes or (story.specified,)), approve_plan=True)  # type: ignore[arg-type]
    request = run.request.model_copy(update={"target": str(folder)})
    return run.model_copy(update={"id": run_id, "request": request})


def spec(folder: Path) -> Path:
    return folder / FOLDER / "spec.md"


async def test_the_specification_is_written_when_it_is_there(tmp_path: Path) -> None:
    await papers().keep(story.run_after().model_copy(update={"request": run_in(tmp_path).request}))
    assert not (tmp_path / FOLDER).exists()
    await papers().keep(run_in(tmp_path))
    text = spec(tmp_path).read_text()
    assert run_of(text) == "r1" and is_ours(text) and "### R1 Keep" in text


async def test_a_later_run_replaces_what_nobody_edited(tmp_path: Path) -> None:
    await papers().keep(run_in(tmp_path))
    await papers().keep(run_in(tmp_path, "r2"))
    assert run_of(spec(tmp_path).read_text()) == "r2"
    assert sorted(path.name for path in spec(tmp_path).parent.iterdir()) == ["spec.md"]


async def test_an_edited_document_is_left_alone_and_the_next_run_writes_beside_it(tmp_path: Path) -> None:
    await papers().keep(run_in(tmp_path))
    mine = spec(tmp_path).read_text().replace("keep books", "keep secrets")
    spec(tmp_path).write_text(mine)
    second = run_in(tmp_path, "r2")
    shelf = papers()
    await shelf.keep(second)
    assert spec(tmp_path).read_text() == mine
    assert await shelf.find(second, "spec") == tmp_path / FOLDER / "spec-r2.md"


async def test_a_file_of_the_person_under_our_name_is_kept(tmp_path: Path) -> None:
    spec(tmp_path).parent.mkdir()
    spec(tmp_path).write_text("my own notes")
    await papers().keep(run_in(tmp_path))
    assert spec(tmp_path).read_text() == "my own notes"


async def test_a_document_with_unsaved_edits_is_not_replaced_below_the_editor(tmp_path: Path) -> None:
    editor = NothingOpen()
    await papers(editor).keep(run_in(tmp_path))
    editor.open[spec(tmp_path)] = spec(tmp_path).read_text() + "\nmore"
    before = spec(tmp_path).read_text()
    await papers(editor).keep(run_in(tmp_path, "r2"))
    assert spec(tmp_path).read_text() == before


async def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / FOLDER).symlink_to(elsewhere)
    with pytest.raises(InvalidRequest):
        await papers().keep(run_in(tmp_path / "app"))
    assert list(elsewhere.iterdir()) == []


async def test_the_plan_keeps_its_words_when_it_is_approved(tmp_path: Path) -> None:
    shelf, before = papers(), (story.specified, story.designed, story.environment, story.planned)
    await shelf.keep(run_in(tmp_path, "r1", *before))
    proposed = (tmp_path / FOLDER / "plan.md").read_text()
    assert "### T2 Pages" in proposed
    await shelf.keep(run_in(tmp_path, "r1", *before, PlanApproved(plan=story.PLAN)))
    assert (tmp_path / FOLDER / "plan.md").read_text() == proposed


async def test_an_edited_document_without_its_first_line_is_not_passed_over(tmp_path: Path) -> None:
    shelf, run = papers(), run_in(tmp_path)
    await shelf.keep(run)
    first, _, body = spec(tmp_path).read_text().partition("\n")
    edited = body.replace("keep books", "keep maps")
    spec(tmp_path).write_text(edited)
    with pytest.raises(InvalidRequest) as refused:
        await shelf.specification(Silent(), run, story.SPECIFICATION)
    assert first in refused.value.hint
    spec(tmp_path).write_text(f"{first}\n{edited}")
    found = await shelf.specification(Silent(), run, story.SPECIFICATION)
    assert found is not None and found.requirements[0].text == "The system SHALL keep maps."


async def test_a_byte_order_mark_of_an_editor_changes_nothing(tmp_path: Path) -> None:
    shelf, run = papers(), run_in(tmp_path)
    await shelf.keep(run)
    spec(tmp_path).write_text(f"\ufeff{spec(tmp_path).read_text().replace('keep books', 'keep maps')}")
    found = await shelf.specification(Silent(), run, story.SPECIFICATION)
    assert found is not None and found.requirements[0].text == "The system SHALL keep maps."
    assert found.summary == story.SPECIFICATION.summary


async def test_notes_of_the_person_under_our_name_do_not_hinder_approval(tmp_path: Path) -> None:
    spec(tmp_path).parent.mkdir()
    spec(tmp_path).write_text("my own notes")
    shelf, run = papers(), run_in(tmp_path)
    await shelf.keep(run)
    assert await shelf.specification(Silent(), run, story.SPECIFICATION) is None


async def test_a_document_that_is_gone_is_approved_as_it_was_written(tmp_path: Path) -> None:
    assert await papers().specification(Silent(), run_in(tmp_path), story.SPECIFICATION) is None
