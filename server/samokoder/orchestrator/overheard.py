"""What a command says while it runs: its last line, for whoever looks on; kept nowhere."""

from __future__ import annotations

import codecs
import math
import re
import unicodedata

from samokoder.orchestrator.world import World
from samokoder.ports import OnOutput, Sign

PAUSE = 0.25
"""Seconds between two signs."""
TAIL = 2_000
"""Characters that are looked at."""
LONGEST = 120
"""Characters of a line that is shown."""
_ORDERS = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|.)")
"""What a terminal would obey: colours, the cursor, its title."""


def overheard(world: World) -> OnOutput:
    decode = codecs.getincrementaldecoder("utf-8")("replace").decode
    tail, told = "", -math.inf

    def hear(output: bytes) -> None:
        nonlocal tail, told
        tail = (tail + decode(output))[-TAIL:]
        if world.clock() - told < PAUSE:
            return
        if line := last_line(tail):
            told = world.clock()
            world.watch(Sign(kind="running", why=line))

    return hear


def last_line(text: str) -> str:
    """The last that says something, as plain text."""
    lines = (_plain(line) for line in reversed(re.split(r"[\r\n]+", _ORDERS.sub("", text))))
    return next(filter(None, lines), "")[:LONGEST]


def _plain(line: str) -> str:
    return "".join(c for c in line if not unicodedata.category(c).startswith("C") or c == "\t").strip()
