"""One task under way: two tracks side by side, its acceptance checks and its code.

The checks are written from the requirement by one role and seen to fail before they count; the code
is written by another. They meet in ``Verifying``.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from samokoder.domain.evidence import Check, Evidence
from samokoder.domain.files import Digest, Files
from samokoder.domain.paths import FilePath
from samokoder.domain.plan import Task
from samokoder.domain.review import Finding
from samokoder.domain.specification import Question
from samokoder.domain.value import Value

Strategy = Literal["repair", "troubleshoot", "alternative", "narrow", "stronger"]
LoopKind = Literal["same patch", "same tree", "same failure", "alternating failures"]


class Unwritten(Value):
    """No checks yet, or the earlier ones proved useless and are to be written again."""

    kind: Literal["unwritten"] = "unwritten"
    why: str = ""
    """Why the last ones were given up; goes back to the tester."""


class Unseen(Value):
    """Checks are written but nobody has seen them fail."""

    kind: Literal["unseen"] = "unseen"
    checks: tuple[Check, ...]
    files: Files


class Frozen(Value):
    """Checks that failed on the tree before the code; nobody may change them now."""

    kind: Literal["frozen"] = "frozen"
    checks: tuple[Check, ...]
    files: Files


Acceptance = Annotated[Unwritten | Unseen | Frozen, Field(discriminator="kind")]


class FileOrder(Value):
    """What is to be written into one file."""

    path: FilePath
    instruction: str


class Breakdown(Value):
    """The developer's answer: one order a file, all within the task's write-set."""

    approach: str
    orders: tuple[FileOrder, ...]


class Diagnosis(Value):
    """What a failing check means, and what is to be changed."""

    cause: str
    orders: tuple[FileOrder, ...] = ()
    wrong_check: str = ""
    """When the check itself contradicts its requirement: how. The tester then writes it again."""


class BreakingDown(Value):
    kind: Literal["breaking_down"] = "breaking_down"


class Coding(Value):
    """Files are being written side by side; each order lands by itself."""

    kind: Literal["coding"] = "coding"
    approach: str
    orders: tuple[FileOrder, ...]
    done: tuple[FilePath, ...] = ()
    round: int
    """Counts up over the task's life, so that no order is mistaken for an earlier one."""


class Reviewing(Value):
    kind: Literal["reviewing"] = "reviewing"
    orders: tuple[FileOrder, ...]
    """Whose files are read; what is sent back goes on from them."""
    approach: str
    round: int

    @property
    def changed(self) -> tuple[FilePath, ...]:
        return tuple(order.path for order in self.orders)


class Verifying(Value):
    """Waiting for, or running, the checks."""

    kind: Literal["verifying"] = "verifying"
    results: tuple[Evidence, ...] = ()
    """What ran so far on the present tree. A failure is run once more, to tell a flaky check from a
    wrong program."""


class Debugging(Value):
    kind: Literal["debugging"] = "debugging"
    evidence: tuple[Evidence, ...]
    strategy: Strategy
    loop: LoopKind | None = None


class Asking(Value):
    """Every strategy was tried; only a person can help."""

    kind: Literal["asking"] = "asking"
    question: Question


class Verified(Value):
    """Proved: every check passed on exactly this tree."""

    kind: Literal["verified"] = "verified"
    evidence: tuple[Evidence, ...]


class GivenUp(Value):
    """Not proved, and nothing more will be tried."""

    kind: Literal["given_up"] = "given_up"
    why: Literal["stuck", "budget_exhausted", "built_unverified"]
    reason: str


TaskPhase = Annotated[
    BreakingDown | Coding | Reviewing | Verifying | Debugging | Asking | Verified | GivenUp,
    Field(discriminator="kind"),
]


class Attempt(Value):
    """One repair that was tried, and what it came to."""

    strategy: Strategy
    cause: str
    patch: Digest
    """Of the files it changed: the same patch twice is a loop."""
    tree: Digest
    failing: frozenset[str]
    fingerprint: str


class Best(Value):
    """The state with the fewest failing checks so far; an attempt that makes no progress falls back to it."""

    files: Files
    """Of this task and of all it stands on, since a repair may touch those too."""
    evidence: tuple[Evidence, ...]


class TaskRun(Value):
    """A task and everything that has come of it."""

    task: Task
    acceptance: Acceptance
    phase: TaskPhase = BreakingDown()
    files: Files = {}
    """The write-set as it is now."""
    reviewed: Files = {}
    """The versions a reviewer has approved."""
    rounds: int = 0
    """Coding rounds so far."""
    reviews: int = 0
    """Times the reviewer sent it back since the last verification."""
    check_rewrites: int = 0
    tried: tuple[Strategy, ...] = ()
    """Strategies used since progress was last made."""
    patch: Diagnosis | None = None
    """The repair under way, until its result is known."""
    attempts: tuple[Attempt, ...] = ()
    best: Best | None = None
    unproved: tuple[str, ...] = ()
    """Requirements of the task that none of its checks shows."""
    hint: str = ""
    """What a person said when asked for help."""
    findings: tuple[Finding, ...] = ()

    @property
    def check_files(self) -> Files:
        return {} if isinstance(self.acceptance, Unwritten) else self.acceptance.files
