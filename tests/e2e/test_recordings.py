"""Whole runs that were really answered, from the prompts alone: each comes out again as it did.

The recordings hold every reply; what the program makes of them is computed anew. ``docs/prompts.md`` tells
what they showed about the prompts.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from samokoder.domain.outcome import CheckRan, Diagnosed
from samokoder.orchestrator.recording import Recording
from samokoder.orchestrator.runs import Runs
from tests.orchestrator.cast import world

RECORDINGS = sorted((Path(__file__).parents[1] / "recordings").glob("*.json"))


def test_there_are_recordings() -> None:
    assert RECORDINGS, "without recordings nothing is replayed"


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
async def test_a_recorded_run_comes_out_as_it_did(path: Path) -> None:
    recording = Recording.model_validate_json(path.read_text("utf-8"))
    done, files = await Runs(world()).replay(recording)
    assert done.end == "verified"
    assert files


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_it_was_no_walk_in_the_park(path: Path) -> None:
    """At least one check failed on written code, and a diagnosis led to its repair."""
    outcomes = [step.outcome for step in Recording.model_validate_json(path.read_text("utf-8")).steps]
    assert any(isinstance(o, CheckRan) and not o.evidence.passed for o in outcomes)
    assert any(isinstance(o, Diagnosed) for o in outcomes)
