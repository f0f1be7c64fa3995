"""The real server's world looks at what it has written: what the scanner forbids is never started."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from samokoder.bootstrap import build
from samokoder.domain.request import Options, Request
from samokoder.orchestrator.findings import findings
from samokoder.settings import read_settings
from tests.e2e.worlds import Listener

DESCRIPTION = "A list of books. A book has a title."


async def played(folder: Path, scanning: dict[str, Any]) -> tuple[Any, set[str]]:
    """The finished run, and the kinds of what happened in it."""
    given = {"state": str(folder / "state"), "cache": str(folder / "cache"), "scanning": scanning}
    runs = await build(read_settings(given, {}), Listener(), {})
    try:
        options = Options(sandbox="local-unsafe")
        run_id = await runs.start(
            Request(description=DESCRIPTION, target=str(folder / "app"), options=options)
        )
        run = await runs.wait(run_id)
        return run, {step.outcome.kind for step in await runs.steps(run_id)}
    finally:
        await runs.close()


async def test_checks_the_scanner_forbids_are_never_started_and_the_run_says_so(tmp_path: Path) -> None:
    """Every check asserts something; here that alone is forbidden."""
    run, kinds = await played(tmp_path, {"S101": "block"})
    assert run.end is not None and run.end.kind not in {"verified", "environment_missing"}
    assert "checks_written" in kinds and not kinds & {"checks_seen", "check_ran"}
    assert any("S101" in one.message and one.source == "scanner" for one in findings(run))


async def test_what_the_embedded_model_writes_raises_no_objection(tmp_path: Path) -> None:
    run, kinds = await played(tmp_path, {})
    assert run.end is not None and run.end.kind == "verified", run.end
    assert "check_ran" in kinds
    assert [one for one in findings(run) if one.source == "scanner"] == []
