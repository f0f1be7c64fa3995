"""The one place where adapters are chosen and joined. Each function imports what it needs when called."""

from __future__ import annotations

import asyncio
import os
import secrets
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from samokoder.lsp.backend import Backend
from samokoder.settings import Settings, read_settings

if TYPE_CHECKING:
    from samokoder.domain.request import SandboxChoice
    from samokoder.orchestrator.runs import Runs
    from samokoder.ports import Editor, Sandbox, Workspace


def backend() -> Backend:
    """What a real server works with."""
    from samokoder.doctor import examine

    return Backend(settings=settings, runs=build, workspace=workspace, model_name=model_name, doctor=examine)


def settings(options: Mapping[str, Any]) -> Settings:
    """Raises SetupError."""
    return read_settings(options, os.environ)


async def build(settings: Settings, editor: Editor) -> Runs:
    """Raises StateDamaged, StateTooNew or StateBusy when the database cannot be used."""
    await asyncio.to_thread(_load)
    from samokoder import models
    from samokoder.adapters.sqlite import open_journal
    from samokoder.orchestrator.runs import Runs
    from samokoder.orchestrator.world import World

    known = models.providers(settings, os.environ)
    chosen = models.choice(settings, os.environ)
    found = models.keys(settings, os.environ, editor.secret)
    model, by_tier = models.role_models(chosen, known, found)
    journal = await open_journal(settings.database)
    return Runs(
        World(
            model=model,
            by_tier=by_tier,
            sandbox=_sandboxes(settings),
            workspace=workspace(),
            journal=journal,
            editor=editor,
            now=lambda: datetime.now(UTC).isoformat(timespec="milliseconds"),
            clock=time.monotonic,
            new_id=new_id,
        )
    )


def new_id() -> str:
    """Sorts by day, and can be typed: ``261123-9f3a1c``."""
    return f"{datetime.now(UTC):%y%m%d}-{secrets.token_hex(3)}"


def workspace() -> Workspace:
    from samokoder.adapters.disk import DiskWorkspace

    return DiskWorkspace()


def model_name(settings: Settings) -> str:
    from samokoder.models import name_of

    return name_of(settings, os.environ)


def _load() -> None:
    """The heavy imports, in a thread: the client is answered meanwhile."""
    import samokoder.adapters.models.connecting
    import samokoder.adapters.sandbox.choose
    import samokoder.adapters.sqlite
    import samokoder.models
    import samokoder.offline.transport
    import samokoder.orchestrator.runs  # noqa: F401


def _sandboxes(settings: Settings) -> Callable[[SandboxChoice], Sandbox]:
    from samokoder.adapters.sandbox.choose import make_sandbox
    from samokoder.adapters.sandbox.environments import Environments

    environments = Environments(settings.cache / "environments")
    if settings.image:
        return partial(make_sandbox, environments=environments, image=settings.image)
    return partial(make_sandbox, environments=environments)
