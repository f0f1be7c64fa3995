"""What verified a piece of code is seen where the code is."""

from __future__ import annotations

from pathlib import Path

from samokoder.domain.files import digest_of
from samokoder.domain.paths import FilePath
from samokoder.lsp.lenses import code_lenses
from samokoder.orchestrator.runs import Runs
from tests.lsp.conftest import ALL
from tests.lsp.raw import RawClient
from tests.lsp.test_stories import generate, still
from tests.orchestrator import story
from tests.orchestrator.cast import world

CODE = "class Book:\n    def title(self): ...\n\n\nasync def keep(): ...\n"


async def test_classes_and_functions_say_by_which_check_they_were_verified() -> None:
    runs = Runs(world())
    run_id = await runs.start(story.request())
    run = await runs.wait(run_id)
    building = run.unfinished
    task = building.task("T1")  # type: ignore[union-attr]
    same = task.model_copy(update={"files": {FilePath("app/models.py"): digest_of(CODE.encode())}})
    changed = run.model_copy(
        update={"phase": run.phase.model_copy(update={"before": building.replaced(same)})}  # type: ignore[union-attr]
    )
    lenses = code_lenses(changed, "app/models.py", CODE)
    assert [lens.range.start.line for lens in lenses] == [0, 4]
    stale = code_lenses(run, "app/models.py", CODE)
    assert stale[0].command is not None and stale[0].command.title.startswith("stale")
    assert code_lenses(run, "elsewhere.py", CODE) == []


async def test_a_hover_on_a_requirement_shows_what_the_check_said(rich: RawClient, tmp_path: Path) -> None:
    assert ALL
    run_id = await generate(rich, tmp_path / "app")
    await still(rich, run_id)
    spec = tmp_path / "app" / ".samokoder" / "spec.md"
    lines = spec.read_text(encoding="utf-8").splitlines()
    line = next(n for n, text in enumerate(lines) if text.startswith("### R1"))
    given = {"textDocument": {"uri": spec.as_uri()}, "position": {"line": line, "character": 4}}
    shown = (await rich.ask("textDocument/hover", given))["result"]
    assert shown["contents"]["kind"] == "markdown" and "1 passed" in shown["contents"]["value"]
    given["position"] = {"line": 0, "character": 0}
    assert (await rich.ask("textDocument/hover", given))["result"] is None
