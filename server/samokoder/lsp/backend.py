"""What the server is handed by ``bootstrap``: so it knows neither adapters nor how they are chosen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from samokoder.settings import Settings

if TYPE_CHECKING:
    from pydantic import SecretStr

    from samokoder.lsp.results.models import ModelList, ModelTest
    from samokoder.orchestrator.runs import Runs
    from samokoder.ports import Editor, Workspace


Secret = Callable[[str], "Awaitable[SecretStr | None]"]
"""A key from the client's secret store, by the name of its provider."""


@dataclass(frozen=True)
class Diagnosis:
    """One thing the doctor looked at."""

    name: str
    ok: bool
    found: str
    hint: str = ""
    needed: bool = True
    """Whether runs with these settings cannot do without it."""


async def no_upkeep(settings: Settings) -> None:
    """Nothing to keep up."""


@dataclass(frozen=True)
class Backend:
    """Each of these imports what it needs when it is called, not before."""

    settings: Callable[[Mapping[str, Any]], Settings]
    """From initializationOptions; raises SetupError."""
    runs: Callable[[Settings, Editor], Awaitable[Runs]]
    workspace: Callable[[], Workspace]
    model_name: Callable[[Settings], str]
    """The model that would answer now, and where it runs."""
    doctor: Callable[[Settings, Secret], Awaitable[list[Diagnosis]]]
    models: Callable[[Settings, Secret, bool], Awaitable[ModelList]]
    """The models that can be reached; True tries out what the chosen ones can do."""
    test_model: Callable[[Settings, Secret, str | None], Awaitable[ModelTest]]
    upkeep: Callable[[Settings], Coroutine[Any, Any, None]] = no_upkeep
    """Goes on as long as the server does."""
