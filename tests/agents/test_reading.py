"""Slips of form are mended; nothing is cut off, left out or made up."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samokoder.agents.reading import Unreadable, json_in


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ('{"a": 1}', {"a": 1}),
        ('```json\n{"a": 1}\n```', {"a": 1}),
        ('Here it is: {"a": 1}. Good luck!', {"a": 1}),
        ('{"a": 1,}', {"a": 1}),
        ('{"a": [1, 2,], "b": "x",\n}', {"a": [1, 2], "b": "x"}),
        ("{'a': 'it is'}", {"a": "it is"}),
        ('{"a": 1 "b": 2}', {"a": 1, "b": 2}),
        ('{"a": True, "b": None}', {"a": True, "b": None}),
        ('{"text": "line\nbreak"}', {"text": "line\nbreak"}),
        ('{"text": "print("hello")"}', {"text": 'print("hello")'}),
        ('{"text": "tab\\t \\"q\\" \\u00e9", }', {"text": 'tab\t "q" é'}),
    ],
)
def test_slips_of_form_are_mended(text: str, meant: Any) -> None:
    assert json.loads(json_in(text)) == meant


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I cannot do that.",
        '{"a": "half of a sen',
        '{"a": "half of a sen}',
        '{"a": [1, 2',
        '{"a": [1, 2}',
        '{"a": {"b": 1}',
        '{"a": , "b": 1}',
        '{"a": 1, "b": tr}',
        '{"a": 1} {"a": 2}',
        '{"a": 1, "a": 2,}',
        '{"a": 1 oops "b": 2}',
        '{"a": [":" null ""]}',
        '{"a": ["x" 1 "y"]}',
        '{"files": [{"path": "a.py", "text": "x = 1\\n"}, {"path": "b.py", "text": "y',
    ],
)
def test_what_would_have_to_be_guessed_is_not_read(text: str) -> None:
    with pytest.raises(Unreadable):
        json_in(text)


LEAVES = st.none() | st.booleans() | st.integers(-99, 99) | st.text("ab \"\\\n{}[],:'é", max_size=6)
VALUES = st.dictionaries(
    st.text("abc", min_size=1, max_size=3),
    st.recursive(LEAVES, lambda v: st.lists(v, max_size=3) | st.dictionaries(st.text("xy"), v, max_size=2)),
    min_size=1,
    max_size=3,
)


@given(VALUES, st.data())
def test_a_damaged_answer_is_read_as_it_was_or_not_at_all(value: Any, data: st.DataObject) -> None:
    """Cut short, or with a mark more or less: never another value."""
    damage = data.draw(st.sampled_from(["cut", "comma", "no commas", "none"]))
    marks = (" ", ": ") if damage == "no commas" else (", ", ": ")
    text = json.dumps(value, ensure_ascii=data.draw(st.booleans()), separators=marks)
    if damage == "cut":
        text = text[: data.draw(st.integers(0, len(text) - 1))]
    elif damage == "comma":
        text = text[:-1] + ",}"
    try:
        assert json.loads(json_in(text)) == value
    except Unreadable:
        assert damage != "none"
