"""What each rule leads to: ``block`` is mended first, ``ask`` is for the person, ``note`` is only shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from samokoder.domain.paths import FilePath

Set = Literal["block", "ask", "note", "off"]

ACTIONS: dict[str, Set] = {
    "S1": "note",
    "S101": "off",  # assert
    "S102": "block",  # exec
    "S2": "note",
    "S3": "note",
    "S301": "ask",  # unpickling
    "S302": "ask",  # unmarshalling
    "S306": "note",
    "S307": "block",  # eval
    "S310": "note",
    "S4": "note",
    "S5": "note",
    "S501": "ask",  # certificates not checked
    "S506": "block",  # YAML that makes objects
    "S6": "note",
    "S602": "block",  # a command line of the shell made from data
    "S604": "block",
    "S605": "block",
    "S7": "note",
    "runner": "block",
    "process": "block",
    "foreign": "ask",
    "place": "block",
    "secret": "block",
    "command": "block",
    "machine": "ask",
    "install-script": "ask",
    "workflow": "ask",
    "js-eval": "block",
    "js-process": "ask",
    "js-html": "note",
}
"""By rule, or by the beginning of its name; the longest one counts."""


class Found(NamedTuple):
    path: FilePath
    line: int
    rule: str
    message: str


def action_of(rule: str, chosen: Mapping[str, Set]) -> Set:
    """A rule nobody has judged asks."""
    known = {**ACTIONS, **chosen}
    fitting = [name for name in known if rule.startswith(name)]
    return known[max(fitting, key=len)] if fitting else "ask"
