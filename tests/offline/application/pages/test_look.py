"""Accents and marks."""

from __future__ import annotations

import itertools
import re

import pytest

from samokoder.domain.data_model import DataModel
from samokoder.offline.application.pages import look, text
from tests.offline.application.pages.models import DESK, LIBRARY, ORDERS

AA = 4.5


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def palettes(accent: look.Accent) -> list[dict[str, str]]:
    """The custom properties of the light and of the dark style sheet."""
    model = DataModel(title="Nothing known")
    sheet = text(model, "app/static/style.css")
    for name, value in look.accent(model).model_dump().items():
        sheet = sheet.replace(value, getattr(accent, name))
    blocks = re.findall(r":root \{(.*?)\}", sheet, re.S)
    return [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block)) for block in blocks]


@pytest.mark.parametrize("accent", look.ACCENTS)
def test_every_accent_is_readable_light_and_dark(accent: look.Accent) -> None:
    for colours in palettes(accent):
        pairs = [("on-accent", "accent"), ("accent", "tint"), ("accent", "page"), ("accent", "card")]
        pairs += itertools.product(("ink", "quiet", "bad"), ("page", "card"))
        pairs += [("good", "good-tint"), ("bad", "bad-tint"), ("warn", "warn-tint")]
        for ink, ground in pairs:
            assert contrast(colours[ink], colours[ground]) >= AA, (ink, ground)
        assert contrast(colours["control"], colours["card"]) >= 3


def test_the_subject_chooses_accent_and_mark() -> None:
    assert look.mark(LIBRARY) == "book"
    assert look.mark(DESK) == "ticket"
    assert look.mark(ORDERS) == "cart"
    assert len({look.accent(model) for model in (LIBRARY, DESK, ORDERS)}) == 3


def test_an_unknown_subject_gets_its_first_letter() -> None:
    model = DataModel(title="«Зюзя» 42")
    assert look.mark(model) is None
    assert ">З</span>" in text(model, "app/templates/base.html")
