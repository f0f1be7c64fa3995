"""Whatever text comes in, understanding ends in a consistent model or a refusal that helps."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from samokoder.offline.understanding import Refused, Understood, understand
from samokoder.offline.understanding.text import LONGEST
from tests.offline.understanding.consistency import faults
from tests.offline.understanding.expectations import corpus

_WORDS = sorted({word for entry in corpus() for word in entry["description"].split()})
_slow = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _holds(text: str) -> None:
    found = understand(text)
    if isinstance(found, Understood):
        assert faults(found.model) == [], text
        assert len(found.queries) <= 3
    else:
        assert found.message


@_slow
@given(st.lists(st.sampled_from(_WORDS), min_size=1, max_size=60).map(" ".join))
def test_shuffled_words_of_real_descriptions_never_break_the_model(text: str) -> None:
    _holds(text)


@_slow
@given(st.text(max_size=300))
def test_no_text_at_all_makes_it_fail(text: str) -> None:
    _holds(text)


@_slow
@given(st.sampled_from(corpus()), st.randoms(use_true_random=False))
def test_a_damaged_description_never_breaks_the_model(entry: dict[str, str], chance: random.Random) -> None:
    letters = list(entry["description"])
    for _ in range(max(1, len(letters) // 12)):
        at = chance.randrange(len(letters))
        letters[at] = chance.choice(
            ["", " ", ",", ":", "(", ")", "\n", "-", ".", "order", "класс", letters[at] * 2]
        )
    _holds("".join(letters))


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t ",
        "\x00\x01\x02\xff" * 50,
        "🐶🐱" * 40,
        "مكتبة: كتب ومؤلفون وقراء",
        "ספרים, מחברים",
        "book",
        "книга",
        "a" * 5000,
        "(" * 3000,
        "->" * 2000,
        "1 2 3 4 5 6 7 8 9",
        "9" * 4000,
        "order group user class type id import",
        "class: id, type, from, select, copy, json, schema, metadata, registry, model_x, created_at",
    ],
)
def test_odd_texts_end_in_a_model_or_a_helpful_refusal(text: str) -> None:
    _holds(text)


def test_an_empty_description_is_refused_as_empty() -> None:
    found = understand(" \n ")
    assert isinstance(found, Refused)
    assert found.subject == "empty"
    assert "SAMOKODER_MODEL" in found.message


def test_a_very_long_description_is_cut_and_says_so() -> None:
    found = understand("Each book has a title and an author. " * 30_000)
    assert isinstance(found, Understood)
    assert any(str(LONGEST) in sentence for sentence in found.assumptions)


def test_the_same_text_gives_the_same_answer() -> None:
    for entry in corpus()[:20]:
        assert understand(entry["description"]) == understand(entry["description"])
