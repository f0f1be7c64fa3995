"""Looks whether everything a run needs is there, and says how to get what is not."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from samokoder.errors import SamokoderError
from samokoder.lsp.backend import Diagnosis, Secret
from samokoder.settings import Settings

if TYPE_CHECKING:
    from pydantic import SecretStr

    from samokoder.domain.evidence import Isolation
    from samokoder.survey import Seen

OLDEST = (3, 11)
ROOM = 2**30
"""Bytes that dependency environments and their images comfortably fit in."""


async def no_editor(name: str) -> SecretStr | None:
    """There is no secret store to ask."""
    return None


Look = Callable[[Settings], Awaitable[list[Diagnosis]]]


async def examine(
    settings: Settings, secret: Secret = no_editor, environment: Mapping[str, str] | None = None
) -> list[Diagnosis]:
    """Everything is looked at, side by side; what cannot be looked at is not well."""
    known = os.environ if environment is None else environment
    looks: dict[str, Look] = {
        "python": _python,
        "state": _state,
        "model": partial(_model, secret=secret, environment=known),
        "sandboxes": _sandboxes,
        "disk": _disk,
    }
    found = await asyncio.gather(*(_fenced(name, look, settings) for name, look in looks.items()))
    return [item for items in found for item in items]


async def _fenced(name: str, look: Look, settings: Settings) -> list[Diagnosis]:
    try:
        return await look(settings)
    except SamokoderError as error:
        return [Diagnosis(name, False, str(error), error.hint)]
    except OSError as error:
        return [
            Diagnosis(
                name, False, f"{error.strerror}: {error.filename}", "Change the setting or the permissions."
            )
        ]


async def _python(settings: Settings) -> list[Diagnosis]:
    good = sys.version_info >= OLDEST
    hint = "" if good else "Install Python 3.11 or newer."
    return [Diagnosis("python", good, sys.version.split()[0], hint)]


async def _state(settings: Settings) -> list[Diagnosis]:
    from samokoder.adapters.sqlite import open_journal

    journal = await open_journal(settings.database)
    try:
        count = len(await journal.runs())
    finally:
        await journal.close()
    return [Diagnosis("state", True, f"{settings.database}, {count} runs")]


async def _model(settings: Settings, secret: Secret, environment: Mapping[str, str]) -> list[Diagnosis]:
    """Each model that is chosen: whether it can be reached, with a key, at a known price."""
    from samokoder.survey import Survey

    seen = await Survey(settings, environment, secret).chosen()
    if not seen:
        return [Diagnosis("model", True, "embedded; needs no network")]
    return [_of_model(item) for item in seen]


def _of_model(item: Seen) -> Diagnosis:
    endpoint = item.endpoint
    found = f"{endpoint.name} at {endpoint.base_url}"
    if item.why_not:
        hint = (
            "samokoder test-model tells more. Check its name, its key, the network, and SAMOKODER_BASE_URL."
        )
        return Diagnosis("model", False, f"{found}: {item.why_not}", hint)
    if endpoint.price is None:
        return Diagnosis("model", False, f"{found}: what it costs is not known", "Set prices for it.")
    return Diagnosis("model", True, found)


async def _sandboxes(settings: Settings) -> list[Diagnosis]:
    """Only the one that was named is needed; "auto" takes the best there is."""
    from samokoder.adapters.sandbox.choose import CHOICES, survey

    found = await survey(settings.policy)
    return [
        Diagnosis(
            f"sandbox {runner.name}",
            runner.usable,
            _separation(runner.isolation) if runner.isolation else runner.why_not,
            runner.how_to_get,
            needed=CHOICES[settings.sandbox] == (runner.name,),
        )
        for runner in found
    ]


def _separation(isolation: Isolation) -> str:
    separates = ", ".join(isolation.separates) or "nothing"
    return f"isolation {isolation.level} ({isolation.engine}); separates {separates}"


async def _disk(settings: Settings) -> list[Diagnosis]:
    found = []
    for name, folder in (("disk state", settings.state), ("disk cache", settings.cache)):
        free = shutil.disk_usage(_existing(folder)).free
        hint = "" if free > ROOM else f"Free some space, or move it with SAMOKODER_{name.split()[1].upper()}."
        found.append(Diagnosis(name, free > ROOM, f"{free / 2**30:.1f} GiB free at {folder}", hint))
    return found


def _existing(folder: Path) -> Path:
    return next(place for place in (folder, *folder.parents) if place.exists())
