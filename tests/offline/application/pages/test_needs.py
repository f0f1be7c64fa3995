"""What the pages promise."""

from __future__ import annotations

import pytest

from samokoder.domain.data_model import DataModel
from samokoder.offline.application.pages import layout, needs
from tests.offline.application.pages.models import DESK, EVERY, LIBRARY


@pytest.mark.parametrize("model", EVERY)
def test_every_need_can_be_shown_and_has_tests_in_its_group(model: DataModel) -> None:
    tested = {file.group for file in layout(model) if file.is_test}
    for title, said, acceptance, group in needs(model):
        assert title and said and acceptance
        assert group in tested


def test_needs_speak_the_language_of_the_application() -> None:
    for _, said, acceptance, _ in needs(DESK):
        assert all("а" <= c.lower() <= "я" or c == "ё" for c in said[:1])
        assert not any(" the " in sentence for sentence in acceptance)
    assert all(said.isascii() for _, said, _, _ in needs(LIBRARY))


def test_titles_of_needs_are_told_apart() -> None:
    titles = [title for title, *_ in needs(LIBRARY)]
    assert len(titles) == len(set(titles))
