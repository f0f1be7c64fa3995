"""Everything a run may touch, chosen in ``bootstrap`` and handed over whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from samokoder.domain.message import Tier
from samokoder.domain.request import SandboxChoice, Usage
from samokoder.ports import (
    Editor,
    Journal,
    LanguageModel,
    Sandbox,
    Scan,
    Watch,
    Workspace,
    unscanned,
    unwatched,
)


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
    cost: Callable[[Tier, Usage], int | None] = lambda tier, usage: 0
    """What usage costs with the models chosen for such work, in millionths of a US dollar; None: unknown."""
    today: Callable[[], str] = lambda: ""
    """The person's own date, ISO 8601."""
    task: str = ""
    """What the calls made in it are booked on."""
    scan: Scan = unscanned
    """Looks at what was written before it is run."""
    hints: tuple[str, ...] = ()
    """What the person has said that whoever is asked is to know."""
    watch: Watch = unwatched
    """Told of every call to a model while it goes on."""
    by_tier: Mapping[Tier, LanguageModel] = field(default_factory=dict)
    """Models for certain work; ``model`` does the rest."""
    model_slots: int = 16
    """Calls in flight at once."""
    preview_idle: float = 900
    """Seconds without use after which a preview is stopped."""
    sandbox_slots: int = 2
    """Checks running at once; they are bound by the processor."""

    def model_for(self, tier: Tier) -> LanguageModel:
        return self.by_tier.get(tier, self.model)

    async def close_models(self) -> None:
        for model in {id(model): model for model in (self.model, *self.by_tier.values())}.values():
            await model.close()
