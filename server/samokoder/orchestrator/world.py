"""Everything a run may touch, chosen in ``bootstrap`` and handed over whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from samokoder.domain.request import SandboxChoice
from samokoder.ports import Editor, Journal, LanguageModel, Sandbox, Watch, Workspace, unwatched


@dataclass(frozen=True)
class World:
    """The five ports, and time and chance, which are effects too."""

    model: LanguageModel
    sandbox: Callable[[SandboxChoice], Sandbox]
    workspace: Workspace
    journal: Journal
    editor: Editor
    now: Callable[[], str]
    """ISO 8601, UTC."""
    clock: Callable[[], float]
    """Monotonic seconds."""
    new_id: Callable[[], str]
    strong: LanguageModel | None = None
    """Turned to when repair makes no progress."""
    watch: Watch = unwatched
    """Told of every call to a model while it goes on."""
    model_slots: int = 16
    """Calls in flight at once."""
    sandbox_slots: int = 2
    """Checks running at once; they are bound by the processor."""
