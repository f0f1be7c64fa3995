"""A second request for an application of the embedded model, in a real sandbox."""

from __future__ import annotations

from pathlib import Path

from samokoder.domain.request import Request
from samokoder.orchestrator.runs import Runs
from tests.e2e.worlds import real_world

FIRST = "Books have a title and an author. Members have a name and an email."


async def ended(runs: Runs, request: Request) -> tuple[str, str]:
    run_id = await runs.start(request)
    end = (await runs.wait(run_id)).end
    assert end is not None
    return end.kind, end.reason


async def test_an_application_is_extended_and_what_the_person_added_stays(tmp_path: Path) -> None:
    target = tmp_path / "app"
    async with real_world(tmp_path) as (runs, _):
        assert (await ended(runs, Request(description=FIRST, target=str(target))))[0] == "verified"
        (target / "notes.txt").write_text("mine", "utf-8")
        before = {p: p.read_bytes() for p in target.rglob("*.py")}
        more = Request(kind="extend", description="Books also have a publisher.", target=str(target))
        assert (await ended(runs, more))[0] == "verified"
    assert "publisher" in (target / "app/models.py").read_text("utf-8")
    assert (target / "notes.txt").read_text("utf-8") == "mine"
    changed = {p for p, content in before.items() if p.read_bytes() != content}
    assert target / "app/services/books.py" in changed
    assert target / "app/services/members.py" not in changed


async def test_the_embedded_model_says_what_it_cannot_change(tmp_path: Path) -> None:
    target = tmp_path / "theirs"
    target.mkdir()
    (target / "main.py").write_text("print(1)\n", "utf-8")
    async with real_world(tmp_path) as (runs, _):
        for kind, word in (("extend", "wrote itself"), ("fix", "cannot find faults")):
            wish = Request.model_validate({"kind": kind, "description": "Print 2", "target": str(target)})
            end, reason = await ended(runs, wish)
            assert end == "blocked"
            assert word in reason
    assert sorted(path.name for path in target.iterdir()) == ["main.py"]
