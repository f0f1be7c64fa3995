"""Code monkey by rules: writes the file the application is planned to have there."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

from samokoder.agents.code_monkey import CodeMonkeyBrief, WrittenFile
from samokoder.domain.edits import Edit, Refused, applied
from samokoder.offline.blueprint import Blueprint

AROUND = 3
"""Lines quoted before and after a change, so that its place is plain."""


def answer(brief: CodeMonkeyBrief, blueprint: Blueprint) -> WrittenFile:
    text = blueprint.written(brief.architecture.data_model, brief.order.path)
    if brief.wanted == "edits" and (edits := tuple(_edits(brief.before, text))):
        try:
            if applied(brief.before, edits) == text:
                return WrittenFile(edits=edits)
        except Refused:  # its lines come more than once
            pass
    return WrittenFile(text=text)


def _edits(before: str, after: str) -> Iterator[Edit]:
    old, new = before.split("\n"), after.split("\n")
    for group in SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(AROUND):
        (_, a, _, c, _), (_, _, b, _, d) = group[0], group[-1]
        yield Edit(search="\n".join(old[a:b]), replace="\n".join(new[c:d]))
