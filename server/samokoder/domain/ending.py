"""How a run can end. The same words are the command line's exit codes and what the editor shows."""

from __future__ import annotations

from typing import Literal

from samokoder.domain.value import Value

EndKind = Literal[
    "verified",
    "built_unverified",
    "blocked",
    "budget_exhausted",
    "stuck",
    "environment_missing",
    "cancelled",
]

EXIT_CODES: dict[EndKind, int] = {
    "verified": 0,
    "built_unverified": 10,
    "blocked": 11,
    "budget_exhausted": 12,
    "stuck": 13,
    "environment_missing": 14,
    "cancelled": 15,
}
"""0 only for ``verified``. 1 is an unforeseen error, 2 a wrong command line, 16 an interrupted run."""

INTERRUPTED = 16


class End(Value):
    """The end state of a run, and why in words a person can act on."""

    kind: EndKind
    reason: str = ""
