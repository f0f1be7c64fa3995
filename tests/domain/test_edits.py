"""An edit does exactly what a unique target says, or is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samokoder.domain.edits import Edit, Refused, applied

FILE = """\
def total(items):
    result = 0
    for item in items:
        result += item.price
    return result


def count(items):
    result = 0
    for item in items:
        result += 1
    return result


class Basket:
    def __init__(self):
        self.items = []

    def add(self, item):
        if item is None:
            raise ValueError("no item")
        self.items.append(item)
        return self
"""


def edit(search: str, replace: str) -> Edit:
    return Edit(search=search, replace=replace)


def refusal(*edits: Edit, text: str = FILE) -> str:
    with pytest.raises(Refused) as caught:
        applied(text, edits)
    return str(caught.value)


# --------------------------------------------------------------------------------------- is applied


@pytest.mark.parametrize(
    ("search", "replace", "old", "new"),
    [
        ("        result += 1", "        result += 2", "        result += 1\n", "        result += 2\n"),
        ("        result += 1\n", "        result += 2\n", "        result += 1\n", "        result += 2\n"),
        ("        result += 1   ", "        result += 2", "        result += 1\n", "        result += 2\n"),
        ("result += 1", "result += 2\nseen()", "result += 1\n", "result += 2\n        seen()\n"),
        ("        result += 1", "", "        result += 1\n", ""),
        (
            "class Basket:\n    ...\n        self.items.append(item)",
            "class Cart:\n    ...\n        self.items += [item]",
            "",
            "",
        ),
    ],
    ids=["exact", "line ends", "ends of lines", "shifted", "deleted", "ellipsis"],
)
def test_a_piece_that_names_one_place_is_replaced_there(
    search: str, replace: str, old: str, new: str
) -> None:
    expected = FILE.replace(old, new) if old else FILE.replace("class Basket", "class Cart")
    if not old:
        expected = expected.replace("self.items.append(item)", "self.items += [item]")
    assert applied(FILE, [edit(search, replace)]) == expected


def test_lines_quoted_not_quite_right_around_a_change_stay_as_the_file_has_them() -> None:
    search = (
        "    def add(self, item):\n        if item is None:\n            raise ValueError('no item')\n"
        "        self.items.append(item)\n        return self"
    )
    changed = search.replace("self.items.append(item)", "self.items.insert(0, item)")
    made = applied(FILE, [edit(search, changed)])
    assert made == FILE.replace("self.items.append(item)", "self.items.insert(0, item)")


def test_several_edits_are_made_in_the_text_as_it_was_in_any_order() -> None:
    edits = [edit("class Basket:", "class Cart:"), edit("def count(items):", "def number(items):")]
    assert applied(FILE, edits) == applied(FILE, edits[::-1])
    assert applied(FILE, edits).count("Cart") == 1


def test_windows_line_ends_are_kept() -> None:
    text = FILE.replace("\n", "\r\n")
    assert applied(text, [edit("class Basket:", "class Cart:")]) == text.replace("Basket", "Cart")


def test_an_empty_file_is_filled() -> None:
    assert applied("", [edit("", "a = 1\n")]) == "a = 1\n"


# --------------------------------------------------------------------------------------- is refused


def test_a_piece_that_fits_two_places_is_refused_with_their_lines() -> None:
    assert "2 places (lines 2, 9)" in refusal(edit("    result = 0", "    result = 1"))
    assert "2 places" in refusal(edit("for item in items:", "for thing in items:"))


def test_a_piece_that_is_nowhere_comes_back_with_the_nearest_real_lines() -> None:
    said = refusal(edit("    def add(self, thing):\n        if thing is None:", "    pass"))
    assert "def add(self, item):\n        if item is None:" in said and "19 to 20" in said


def test_a_change_of_a_line_that_is_not_really_there_is_refused() -> None:
    search = (
        "    def add(self, item):\n        if item is None:\n            raise ValueError('no item')\n"
        "        self.items.append(item)\n        return self"
    )
    assert "not in the file" in refusal(edit(search, search.replace("'no item'", "'nothing'")))


def test_what_is_there_already_is_said_to_be() -> None:
    assert "already is" in refusal(edit("class Bag:", "class Basket:"))


def test_one_bad_edit_stops_all_and_says_which() -> None:
    said = refusal(edit("class Basket:", "class Cart:"), edit("class Missing:", "class Found:"))
    assert "edit 2" in said and "the other 1 would fit" in said


def test_edits_of_the_same_lines_are_refused() -> None:
    assert "two edits change line" in refusal(
        edit("class Basket:\n    def __init__(self):", "class Cart:\n    def __init__(self):"),
        edit("    def __init__(self):\n        self.items = []", "    items = ()"),
    )


def test_an_empty_search_in_a_file_with_text_and_no_edits_at_all_are_refused() -> None:
    assert "search is empty" in refusal(edit("\n", "x = 1"))
    assert refusal()


def test_an_ellipsis_whose_pieces_are_not_all_found_once_is_refused() -> None:
    refusal(
        edit("def total(items):\n    ...\n    return result", "def sum(items):\n    ...\n    return result")
    )


# ------------------------------------------------------------------------------------- whatever comes

LINES = st.lists(
    st.sampled_from(["a = 1", "b = 2", "    c = 3", "", "    return c", "def f(x):", "    if x:", "y", "}"]),
    min_size=1,
    max_size=14,
)


@given(LINES, st.data())
def test_a_quote_of_the_file_is_replaced_when_it_stands_there_once_and_else_refused(
    lines: list[str], data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(lines) - 1))
    end = data.draw(st.integers(start + 1, len(lines)))
    search, new = lines[start:end], data.draw(LINES)
    places = [at for at in range(len(lines)) if lines[at : at + len(search)] == search]
    try:
        made = applied("\n".join([*lines, ""]), [edit("\n".join([*search, ""]), "\n".join([*new, ""]))])
    except Refused:
        assert len(places) > 1 or not any(map(str.strip, search))
    else:
        assert places == [start] or not any(map(str.strip, lines))
        if any(map(str.strip, search)):
            assert made.split("\n") == [*lines[:start], *new, *lines[end:], ""]


WORDS = st.lists(st.sampled_from(["alpha", "beta", "gamma", "delta", "(x)", "= 1"]), min_size=1, max_size=4)


@given(st.lists(WORDS.map(" ".join), min_size=4, max_size=12), st.data())
def test_a_quote_with_slips_changes_the_line_that_is_meant_or_nothing(
    lines: list[str], data: st.DataObject
) -> None:
    """Slips in the lines around the changed one: blanks at the end, an indentation, a letter."""
    start = data.draw(st.integers(0, len(lines) - 3))
    end = data.draw(st.integers(start + 3, len(lines)))
    changed = data.draw(st.integers(start, end - 1))
    search = list(lines[start:end])
    slip = data.draw(st.sampled_from(["blanks", "indent", "letter"]))
    for at in range(len(search)):
        if slip == "indent":
            search[at] = "  " + search[at]
        elif start + at != changed and data.draw(st.booleans()):
            search[at] = search[at] + " " if slip == "blanks" else search[at].replace("a", "o", 1)
    replace = [*search]
    replace[changed - start] = "  changed" if slip == "indent" else "changed"
    try:
        made = applied("\n".join(lines), [edit("\n".join(search), "\n".join(replace))])
    except Refused:
        return
    places = [at for at in range(len(lines)) if lines[at : at + len(search)] == search]
    at = places[0] + changed - start if places else changed  # a slip may make it a quote of another place
    assert made.split("\n") == [*lines[:at], "changed", *lines[at + 1 :]]


@given(
    st.text(max_size=60),
    st.lists(st.builds(Edit, search=st.text(max_size=20), replace=st.text(max_size=20)), max_size=3),
)
def test_whatever_is_asked_ends_in_a_text_or_a_refusal(text: str, edits: list[Edit]) -> None:
    try:
        assert isinstance(applied(text, edits), str)
    except Refused as fault:
        assert str(fault)
