"""Which requirements a model implies, numbered, worded in its language. Pure.

A requirement has a key (``book.required``) by which the tests that show it find its number.
"""

from __future__ import annotations

from samokoder.offline.application.shape import Shape
from samokoder.offline.application.values import Need
from samokoder.offline.application.wording import Draft
from samokoder.offline.application.wording_en import English
from samokoder.offline.application.wording_ru import Russian


def drafts(shape: Shape) -> tuple[Draft, ...]:
    """Every requirement in the order of its number."""
    word = Russian(shape) if shape.russian else English(shape)
    return tuple(word.every())


def numbered(shape: Shape) -> dict[str, Need]:
    """The requirements by key."""
    return {
        draft.key: Need(
            id=f"R{number}",
            title=draft.title,
            text=draft.text,
            acceptance=draft.acceptance,
            group=draft.group,
        )
        for number, draft in enumerate(drafts(shape), 1)
    }
