"""The one place where adapters are chosen and joined. Each function imports what it needs when called."""

from __future__ import annotations

import asyncio
import os
import secrets
import time
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from functools import partial
from typing import TYPE_CHECKING

from samokoder.lsp.backend import Backend, Secret
from samokoder.settings import Settings, read_settings

if TYPE_CHECKING:
    from samokoder.adapters.sandbox.choose import Runner
    from samokoder.adapters.sandbox.dependencies.policy import DependencyPolicy
    from samokoder.domain.request import SandboxChoice
    from samokoder.lsp.results.models import ModelList, ModelTest
    from samokoder.orchestrator.runs import Runs
    from samokoder.ports import Editor, Workspace
    from samokoder.survey import Survey

FIRST_MOMENTS = 2.0
"""Seconds in which the client is answered first."""


def backend() -> Backend:
    """What a real server works with."""
    from samokoder.doctor import examine

    environment = own_environment()
    return Backend(
        settings=partial(read_settings, environment=environment),
        runs=partial(build, environment=environment),
        workspace=workspace,
        model_name=partial(model_name, environment=environment),
        doctor=partial(examine, environment=environment),
        models=partial(list_models, environment=environment),
        test_model=partial(test_model, environment=environment),
        upkeep=upkeep,
    )


def own_environment() -> Mapping[str, str]:
    """The environment as it was; no process that is started from here on inherits a key from it."""
    from samokoder.adapters.models.keys import without_keys

    whole = dict(os.environ)
    for name in whole.keys() - without_keys(whole).keys():
        del os.environ[name]
    return whole


async def build(settings: Settings, editor: Editor, environment: Mapping[str, str]) -> Runs:
    """Raises StateDamaged, StateTooNew or StateBusy when the database cannot be used."""
    await asyncio.to_thread(_load)
    from samokoder import models
    from samokoder.adapters.scanning import Scanner
    from samokoder.adapters.sqlite import open_journal
    from samokoder.orchestrator.runs import Runs
    from samokoder.orchestrator.world import World

    chosen = models.choice(settings, environment)
    model, by_tier = models.role_models(
        chosen,
        models.providers(settings, environment),
        models.keys(settings, environment, editor.secret),
    )
    journal = await open_journal(settings.database)
    return Runs(
        World(
            model=model,
            by_tier=by_tier,
            sandbox=sandboxes(settings),
            scan=Scanner(settings.scanning),
            workspace=workspace(),
            journal=journal,
            editor=editor,
            now=lambda: datetime.now(UTC).isoformat(timespec="milliseconds"),
            cost=partial(models.cost_of, chosen),
            today=lambda: date.today().isoformat(),
            clock=time.monotonic,
            preview_idle=settings.preview_idle,
            new_id=new_id,
        )
    )


async def upkeep(settings: Settings) -> None:
    """Removes what servers that were killed have left, as long as this one runs."""
    await asyncio.sleep(FIRST_MOMENTS)
    await asyncio.to_thread(_load_reaping)
    from samokoder.adapters.sandbox.choose import CHOICES
    from samokoder.adapters.sandbox.reaping import keep_reaping

    if "docker" in CHOICES[settings.sandbox]:
        await keep_reaping()


def _load_reaping() -> None:
    import samokoder.adapters.sandbox.choose
    import samokoder.adapters.sandbox.reaping  # noqa: F401


def new_id() -> str:
    """Sorts by day, and can be typed: ``261123-9f3a1c``."""
    return f"{datetime.now(UTC):%y%m%d}-{secrets.token_hex(3)}"


def workspace() -> Workspace:
    from samokoder.adapters.disk import DiskWorkspace

    return DiskWorkspace()


def model_name(settings: Settings, environment: Mapping[str, str]) -> str:
    from samokoder.models import name_of

    return name_of(settings, environment)


async def list_models(
    settings: Settings, secret: Secret, probe: bool, environment: Mapping[str, str]
) -> ModelList:
    survey = await asyncio.to_thread(_survey, settings, environment, secret)
    return await survey.look(probe)


async def test_model(
    settings: Settings, secret: Secret, name: str | None, environment: Mapping[str, str]
) -> ModelTest:
    survey = await asyncio.to_thread(_survey, settings, environment, secret)
    return await survey.test(name)


def _survey(settings: Settings, environment: Mapping[str, str], secret: Secret) -> Survey:
    from samokoder.survey import Survey

    return Survey(settings, environment, secret)


def _load() -> None:
    """The heavy imports, in a thread: the client is answered meanwhile."""
    import samokoder.adapters.models.connecting
    import samokoder.adapters.sandbox.choose
    import samokoder.adapters.sqlite
    import samokoder.models
    import samokoder.offline.transport
    import samokoder.orchestrator.runs  # noqa: F401


def _dependencies(settings: Settings) -> DependencyPolicy:
    """The releases the embedded model builds on were looked at when they were chosen."""
    from samokoder.offline.application.files import releases

    allow = (*settings.dependencies.allow, *releases())
    return settings.dependencies.model_copy(update={"allow": allow})


def sandboxes(settings: Settings) -> Callable[[SandboxChoice], Runner]:
    """The runner of each choice."""
    from samokoder.adapters.sandbox.choose import make_sandbox
    from samokoder.adapters.sandbox.environments import Environments

    environments = Environments(settings.cache / "environments", policy=_dependencies(settings))
    return partial(make_sandbox, environments=environments, policy=settings.policy)
