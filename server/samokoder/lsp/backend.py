"""What the server is handed by ``bootstrap``: so it knows neither adapters nor how they are chosen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from samokoder.settings import Settings

if TYPE_CHECKING:
    from samokoder.orchestrator.runs import Runs
    from samokoder.ports import Editor, Workspace


@dataclass(frozen=True)
class Diagnosis:
    """One thing the doctor looked at."""

    name: str
    ok: bool
    found: str
    hint: str = ""
    needed: bool = True
    """Whether runs with these settings cannot do without it."""


@dataclass(frozen=True)
class Backend:
    """Each of these imports what it needs when it is called, not before."""

    settings: Callable[[Mapping[str, Any]], Settings]
    """From initializationOptions; raises SetupError."""
    runs: Callable[[Settings, Editor], Awaitable[Runs]]
    workspace: Callable[[], Workspace]
    model_name: Callable[[Settings], str]
    """The model that would answer now, and where it runs."""
    doctor: Callable[[Settings], Awaitable[list[Diagnosis]]]
