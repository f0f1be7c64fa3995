"""What the person asked, and how far the run may go."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from samokoder.domain.value import Value

MAX_DESCRIPTION = 200_000
"""Characters; a longer description is refused with a clear message rather than cut."""

SandboxChoice = Literal["auto", "auto-unsafe", "docker", "bubblewrap", "local", "local-unsafe"]
"""``local`` is bubblewrap; only the choices that say so may run code without isolation."""


class Usage(Value):
    """What was spent. Money is in millionths of a US dollar, so that sums are exact."""

    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    tokens_cached: int = 0
    cost: int = 0
    seconds: float = 0.0
    """Wall time during which the run was being worked on."""

    @property
    def tokens(self) -> int:
        return self.tokens_in + self.tokens_out

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            calls=self.calls + other.calls,
            tokens_in=self.tokens_in + other.tokens_in,
            tokens_out=self.tokens_out + other.tokens_out,
            tokens_cached=self.tokens_cached + other.tokens_cached,
            cost=self.cost + other.cost,
            seconds=round(self.seconds + other.seconds, 3),
        )


class Budget(Value):
    """What may be spent. Each is a hard cap, checked before the next action is decided."""

    calls: int = Field(default=1_000, ge=1)
    tokens: int = Field(default=5_000_000, ge=1)
    cost: int = Field(default=5_000_000, ge=0)
    """Millionths of a US dollar; 0 permits only models that cost nothing."""
    task_cost: int | None = Field(default=None, ge=0)
    """For each task; None: no cap but the run's. Millionths of a US dollar."""
    day_cost: int | None = Field(default=None, ge=0)
    """For all runs of the person's day together; None: no such cap. Millionths of a US dollar."""
    warn: int = Field(default=80, ge=1, le=100)
    """Per cent of a cap on money at which the person is told."""
    on_cap: Literal["stop", "ask"] = "stop"
    """Whether a run that reaches a cap ends, to be resumed, or asks the person for more."""
    seconds: float = Field(default=3_600, gt=0)
    repairs: int = Field(default=8, ge=0)
    """Repair attempts for one task."""
    reviews: int = Field(default=3, ge=1)
    """Times the reviewer may send one task back."""
    check_rewrites: int = Field(default=2, ge=0)
    """Times the tester may write a task's checks again."""
    retries: int = Field(default=2, ge=0)
    """Times an action that brought no usable answer is tried again."""


class Purpose(Value):
    """What a call is for: where its cost is booked."""

    task: str = ""
    day: str = ""
    """The person's own date, ISO 8601; caps for a day end with it."""


NO_PURPOSE = Purpose()


class Options(Value):
    """How this run is to be conducted; fixed when it starts."""

    ask: bool = False
    """Whether clarifying questions wait for the person; otherwise the defaults are assumed and said."""
    approve_specification: bool = False
    approve_plan: bool = False
    review: bool = False
    """Whether files are proposed to the person, who puts them into the folder; otherwise they are written."""
    sandbox: SandboxChoice = "auto"
    stronger_model: bool = False
    """Whether a stronger model is configured to turn to when repair makes no progress."""
    together: int = Field(default=6, ge=0)
    """Plans of at most so many tasks wait until all is written, and run each check once, on the whole.

    A larger plan proves each task on its own ground first, so that its files are in the folder early.
    """
    budget: Budget = Budget()


RequestKind = Literal["generate", "extend", "fix"]


class Request(Value):
    """What the person asked."""

    kind: RequestKind = "generate"
    """``extend`` and ``fix`` work on the project that stands in the target; they read it first."""
    description: str
    target: str
    """Absolute path of the folder the application is written into."""
    options: Options = Options()
    earlier: str = ""
    """What was asked of the runs that made the project, oldest first; empty when none of ours did."""
