"""What runs leave beside their own folders, where nothing but the keeper takes it away."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="locks of POSIX")

FILES = (
    "shared/left",
    "shared/deep/left",
    "place/left",
    "place/stray/left",
    "place/1/left",
    "place/1/old/left",
)
KEPT = ("place/1/run-2/own", "place/2/run-1/own")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    for name in (*FILES, *KEPT):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("left")
    return tmp_path


def left(place: Path) -> set[str]:
    return {path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file()}


def test_all_goes_but_the_folders_of_keepers_and_of_the_runs_of_this_one(place: Path) -> None:
    from samokoder.adapters.sandbox.inside.leftovers import clear

    assert clear(f"{place}/place/1", [f"{place}/shared"], {"run-2"})
    assert left(place) == set(KEPT) and (place / "shared").is_dir()


def test_nothing_goes_while_a_run_is_at_work(place: Path) -> None:
    from samokoder.adapters.sandbox.inside.leftovers import at_work, clear

    working = at_work(f"{place}/place/2")
    assert not clear(f"{place}/place/1", [f"{place}/shared"])
    assert left(place) == {*FILES, *KEPT}
    os.close(working)
    assert clear(f"{place}/place/1", [f"{place}/shared"])
