"""Identifiers: ASCII, lower case, never a word that Python, SQL or a model class already owns."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Collection
from functools import cache

from samokoder.offline.understanding.lexicon import load

_LETTERS = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        [
            "a",
            "b",
            "v",
            "g",
            "d",
            "e",
            "e",
            "zh",
            "z",
            "i",
            "i",
            "k",
            "l",
            "m",
            "n",
            "o",
            "p",
            "r",
            "s",
            "t",
            "u",
            "f",
            "h",
            "ts",
            "ch",
            "sh",
            "sch",
            "_",
            "y",
            "_",
            "e",
            "yu",
            "ya",
        ],
        strict=True,
    )
)
# A pydantic field called as its own type hides the type for the fields after it.
_TYPES = frozenset({"date", "time", "datetime", "decimal", "text"})
_NICER = {
    "order": "sales_order",
    "group": "member_group",
    "case": "legal_case",
    "class": "class_group",
    "table": "dining_table",
    "user": "app_user",
    "property": "estate_property",
    "key": "room_key",
    "match": "team_match",
    "index": "index_number",
    "session": "class_session",
    "request": "service_request",
    "response": "answer_given",
    "transaction": "money_transaction",
    "check": "check_mark",
    "test": "test_paper",
    "set": "item_set",
    "object": "item_object",
    "plan": "work_plan",
    "view": "view_point",
    "role": "role_name",
    "form": "form_sheet",
    "license": "license_record",
}
_LONGEST = 40


_PREFIXES = ("model_", "sa_")
"""Names that begin so belong to pydantic and SQLAlchemy."""


def slug(text: str) -> str:
    """Letters and digits joined by underscores; empty when nothing of the text can be written so."""
    spelled = "".join(_LETTERS.get(letter, letter) for letter in text.lower())
    ascii_only = re.sub(r"[^a-z0-9]+", "_", spelled.replace("'", "")).strip("_")
    ascii_only = re.sub(r"_+", "_", ascii_only)[:_LONGEST].strip("_")
    return f"n_{ascii_only}" if ascii_only[:1].isdigit() else ascii_only


def identifier(text: str, taken: Collection[str], fallback: str) -> str:
    """A free name for a thing. A reserved word gets a longer name: ``order`` becomes ``sales_order``."""
    name = slug(text) or fallback
    if name.startswith(_PREFIXES):
        name = f"thing_{name}"
    elif reserved(name):
        name = _NICER.get(name, f"{name}_record")
    return _free(name, taken)


def attribute_name(text: str, taken: Collection[str], entity: str) -> str:
    """A free name for an attribute; a reserved one is told apart by its entity: ``bike_type``."""
    name = slug(text) or "value_given"
    if name == entity:
        name = f"{name}_value"
    elif reserved(name) or name in _TYPES:
        name = f"{entity}_{name}"
    return _free(name, taken)


def _free(name: str, taken: Collection[str]) -> str:
    free, number = name, 2
    while free in taken or reserved(free):
        free, number = f"{name}_{number}", number + 1
    return free


@cache
def _taken() -> frozenset[str]:
    listed = load("reserved")
    own = {name.lower() for name in dir(builtins)} | set(keyword.kwlist) | set(keyword.softkwlist)
    return frozenset(own | set(listed["sql"].split()) | set(listed["model"].split()))


def reserved(name: str) -> bool:
    return name in _taken() or name.startswith(_PREFIXES)
