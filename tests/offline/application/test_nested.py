"""Totals of totals reach the pages too."""

from __future__ import annotations

from samokoder.offline.application import layout, text
from tests.offline.application.by_hand import NESTED


def test_every_file_of_an_application_with_totals_of_totals_can_be_written() -> None:
    for file in layout(NESTED):
        assert text(NESTED, file.path).strip() or file.path.endswith("__init__.py")
