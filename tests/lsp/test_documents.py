"""The specification and the plan as documents: written, read back, and read as a person edited them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samokoder.domain.plan import Plan
from samokoder.domain.specification import Requirement, Specification
from samokoder.lsp.documents import (
    Misread,
    plan_text,
    read_plan,
    read_specification,
    specification_text,
    tidied_plan,
    tidied_specification,
)
from tests.orchestrator.story import PLAN, SPECIFICATION

words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60).filter(lambda s: s.split())
marked = st.sampled_from(
    ["# no heading", "- no item", "\\- odd", "<!-- no comment -->", "## Assumptions", "a\n\n- b"]
)
texts = words | marked | st.tuples(words, marked).map("\n".join)
requirements = st.lists(
    st.builds(
        Requirement,
        id=st.integers(1, 99).map("R{}".format),
        title=texts,
        text=texts,
        acceptance=st.lists(texts, max_size=3).map(tuple),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda requirement: requirement.id,
)
specifications = st.builds(
    Specification,
    title=texts,
    summary=texts,
    language=st.sampled_from(["en", "ru"]),
    requirements=requirements.map(tuple),
    assumptions=st.lists(texts, max_size=3).map(tuple),
    questions=st.just(SPECIFICATION.questions),
)


def flat(text: str) -> str:
    return " ".join(text.replace("\\", " ").split())


@given(specifications)
def test_a_specification_is_read_back_as_it_was_written(written: Specification) -> None:
    read = tidied_specification(written)
    assert read.questions == written.questions and read.language == written.language
    assert flat(read.title) == flat(written.title) and flat(read.summary) == flat(written.summary)
    assert [flat(text) for text in read.assumptions] == [flat(text) for text in written.assumptions]
    for after, before in zip(read.requirements, written.requirements, strict=True):
        assert (after.id, flat(after.title), flat(after.text)) == (
            before.id,
            flat(before.title),
            flat(before.text),
        )
        assert [flat(text) for text in after.acceptance] == [flat(text) for text in before.acceptance]
    assert tidied_specification(read) == read


def edited(old: str, new: str) -> Specification:
    text = specification_text(SPECIFICATION)
    assert old in text
    return read_specification(text.replace(old, new), SPECIFICATION)


def test_edits_of_a_person_are_found() -> None:
    assert (
        edited("SHALL keep books", "SHALL lend books").requirements[0].text == "The system SHALL lend books."
    )
    added = "### R3 Lend\n\nWHEN asked, the system SHALL lend.\n\n- once\n- twice\n  or more\n"
    third = edited("### R2", f"{added}\n### R2").requirements[1]
    assert (third.id, third.title, third.acceptance) == ("R3", "Lend", ("once", "twice\nor more"))
    removed = edited("### R2 Show\n\nThe system SHALL show books.\n", "")
    assert [requirement.id for requirement in removed.requirements] == ["R1"]
    assumed = edited("### R2", "### R2").model_copy()
    assert assumed.assumptions == ()
    text = specification_text(SPECIFICATION) + "\n## Assumptions\n\n- Nobody steals.\n"
    assert read_specification(text, SPECIFICATION).assumptions == ("Nobody steals.",)


def test_a_russian_specification_has_russian_headings() -> None:
    text = specification_text(SPECIFICATION.model_copy(update={"language": "ru"}))
    assert "## Требования" in text
    assert read_specification(text, SPECIFICATION).requirements == SPECIFICATION.requirements


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("### R2 Show", "### R1 Show", 10, "two requirements R1"),
        ("### R2 Show", "### Show", 10, "### R1 Title"),
        ("The system SHALL show books.", "", 10, "R2 says nothing"),
        ("## Requirements", "## Wishes", 4, "unknown section"),
        ("### R1 Keep", "", 8, "belongs to no requirement"),
    ],
)
def test_what_makes_no_sense_is_told_at_its_line(old: str, new: str, line: int, said: str) -> None:
    with pytest.raises(Misread) as misread:
        edited(old, new)
    assert said in misread.value.message and misread.value.line == line


def test_a_plan_is_read_back_as_it_was_written() -> None:
    assert tidied_plan(PLAN, SPECIFICATION) == PLAN
    russian = SPECIFICATION.model_copy(update={"language": "ru"})
    assert "- файлы: app/models.py" in plan_text(PLAN, russian)
    assert tidied_plan(PLAN, russian) == PLAN


def plan(old: str, new: str) -> Plan:
    text = plan_text(PLAN, SPECIFICATION)
    assert old in text
    return read_plan(text.replace(old, new), PLAN)


def test_a_plan_may_be_edited() -> None:
    assert plan("### T1 Records", "### T1 Records\n\nFor ever.").tasks[0].purpose == "For ever."
    more = plan("app/style.py", "app/style.py, app/print.py").tasks[1]
    assert more.files[-1] == "app/print.py"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("app/style.py", "../style.py", "cannot be used as a file path"),
        ("app/style.py", "app/models.py", "written by both T1 and T2"),
        ("depends on: T1", "depends on: T9", "T9"),
        ("- checks: tests/test_pages.py", "- cheques: 1", "unknown line 'cheques'"),
        ("## E1 Everything", "", "below an epic"),
    ],
)
def test_a_plan_that_cannot_be_carried_out_is_refused(old: str, new: str, said: str) -> None:
    with pytest.raises(Misread) as misread:
        plan(old, new)
    assert said in misread.value.message
