"""Hunks: together they show every changed line."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from samokoder.domain.paths import FilePath
from samokoder.domain.review import hunks

PATH = FilePath("a.py")
LINES = st.lists(st.text(alphabet="ab ", max_size=3), max_size=200).map(
    lambda rows: "".join(r + "\n" for r in rows)
)


@given(LINES)
def test_the_hunks_of_a_new_file_are_the_file(text: str) -> None:
    assert "".join(hunk.text for hunk in hunks(PATH, None, text)) == text


def test_a_new_file_is_cut_before_an_unindented_line() -> None:
    text = "".join(f"def f{n}():\n" + "    x\n" * 30 for n in range(8))
    pieces = hunks(PATH, None, text)
    assert len(pieces) > 1
    assert all(piece.text.startswith("def ") for piece in pieces)


@given(LINES, LINES)
def test_every_changed_line_is_in_some_hunk(old: str, new: str) -> None:
    shown = "".join(hunk.text for hunk in hunks(PATH, old, new))
    added = sum(row.startswith("+") for row in shown.splitlines())
    removed = sum(row.startswith("-") for row in shown.splitlines())
    assert len(new.splitlines()) - len(old.splitlines()) == added - removed
    assert bool(shown) == (old != new)


def test_hunks_have_ids_of_their_own() -> None:
    ids = [hunk.id for hunk in hunks(PATH, None, "x\n" * 500)]
    assert len(set(ids)) == len(ids) > 1
