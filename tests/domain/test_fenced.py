"""Answers as plain text: what is not clearly in the form is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samokoder.agents.code_monkey import CODE_MONKEY
from samokoder.agents.delivery import DELIVERY
from samokoder.agents.developer import DEVELOPER
from samokoder.agents.technical_writer import TECHNICAL_WRITER
from samokoder.agents.tester import TESTER
from samokoder.domain.fenced import NotFenced, as_json, described


def read(agent: Any, text: str) -> Any:
    return json.loads(as_json(agent.schema, text))


def test_a_file_is_what_stands_in_the_one_fence() -> None:
    assert read(CODE_MONKEY, "```python\nx = '{}'\n```") == {"text": "x = '{}'\n"}
    assert read(CODE_MONKEY, "Here it is:\n```\n```\n") == {"text": ""}


def test_a_text_with_fences_of_its_own_stands_in_a_longer_one() -> None:
    text = "# Use\n\n```\nrun\n```\n"
    assert read(TECHNICAL_WRITER, f"````markdown\n{text}````") == {"readme": text}


def test_files_are_named_before_their_fences_and_the_rest_is_json() -> None:
    text = "FILE: tests/a.py\n```\na\n```\n\n**File: `b.py`**\n```python\nb\n```\n"
    files = [{"path": "tests/a.py", "text": "a\n"}, {"path": "b.py", "text": "b\n"}]
    assert read(TESTER, text) == {"files": files}
    assert read(TESTER, f'```json\n{{"unproved": ["R1"]}}\n```\n{text}') == {
        "files": files,
        "unproved": ["R1"],
    }
    assert read(DELIVERY, 'FILE: a.json\n```json\n{"unproved": []}\n```') == {
        "files": [{"path": "a.json", "text": '{"unproved": []}\n'}]
    }


def test_edits_are_search_and_replace_blocks() -> None:
    block = "<<<<<<< SEARCH\n{}\n=======\n{}\n>>>>>>> REPLACE\n"
    text = block.format("a\n  b", "c") + "and\n" + block.replace("{}\n", "", 1).format("d")
    assert read(CODE_MONKEY, text) == {
        "edits": [{"search": "a\n  b", "replace": "c"}, {"search": "", "replace": "d"}]
    }


@pytest.mark.parametrize(
    ("agent", "text"),
    [
        (CODE_MONKEY, "x = 1"),
        (CODE_MONKEY, "```\nx = 1\n"),
        (CODE_MONKEY, "```\na\n```\nand\n```\nb\n```"),
        (TECHNICAL_WRITER, "```\n# Use\n```\nrun\n```\nmore\n```"),
        (CODE_MONKEY, "<<<<<<< SEARCH\na\n=======\nb\n"),
        (CODE_MONKEY, "<<<<<<< SEARCH\na\n=======\nb\n=======\nc\n>>>>>>> REPLACE"),
        (TESTER, "```\na\n```"),
        (TESTER, "FILE: a.py\n```\na\n```\n```\nb\n```"),
        (DEVELOPER, "FILE: a.py\n```\na\n```"),
        (DEVELOPER, '```json\n{"approach": \n```'),
        (DEVELOPER, "```json\n[]\n```"),
    ],
)
def test_what_could_be_read_in_two_ways_or_not_at_all_is_refused(agent: Any, text: str) -> None:
    with pytest.raises(NotFenced):
        as_json(agent.schema, text)


@given(st.text(st.characters(exclude_characters="\r`"), max_size=80))
def test_any_text_comes_back_as_it_was_written(text: str) -> None:
    lines = text if not text or text.endswith("\n") else f"{text}\n"
    assert read(CODE_MONKEY, f"```\n{lines}```")["text"] == lines


def test_the_form_is_described_by_what_the_answer_has() -> None:
    assert "FILE: folder/name.py" in described(DELIVERY.schema) and "SEARCH" not in described(DELIVERY.schema)
    assert "SEARCH" in described(CODE_MONKEY.schema) and "```json" not in described(CODE_MONKEY.schema)
    assert '"approach"' in described(DEVELOPER.schema)
