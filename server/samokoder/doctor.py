"""Looks whether everything a run needs is there, and says how to get what is not."""

from __future__ import annotations

import asyncio
import shutil
import sys
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable
from pathlib import Path

from samokoder.errors import SamokoderError
from samokoder.lsp.backend import Diagnosis
from samokoder.settings import Settings

OLDEST = (3, 11)
ROOM = 2**30
"""Bytes that dependency environments and their images comfortably fit in."""
MODEL_TIME = 5.0
"""Seconds the model's endpoint gets to answer."""

Look = Callable[[Settings], Awaitable[list[Diagnosis]]]


async def examine(settings: Settings) -> list[Diagnosis]:
    """Everything is looked at, side by side; what cannot be looked at is not well."""
    looks: dict[str, Look] = {
        "python": _python,
        "state": _state,
        "model": _model,
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


async def _model(settings: Settings) -> list[Diagnosis]:
    if not settings.model:
        return [Diagnosis("model", True, "embedded; needs no network")]
    try:
        await asyncio.to_thread(_ask_models, settings)
    except urllib.error.HTTPError as error:
        hint = "Check SAMOKODER_API_KEY." if error.code in {401, 403} else "Check SAMOKODER_BASE_URL."
        return [Diagnosis("model", error.code == 404, f"{_endpoint(settings)} answers {error.code}", hint)]
    except (OSError, ValueError) as error:
        return [
            Diagnosis(
                "model", False, f"{_endpoint(settings)}: {error}", "Check SAMOKODER_BASE_URL and the network."
            )
        ]
    return [Diagnosis("model", True, f"{settings.model} at {_endpoint(settings)}")]


def _endpoint(settings: Settings) -> str:
    from samokoder.adapters.openai_model import OPENAI_URL

    return (settings.base_url or OPENAI_URL).rstrip("/")


def _ask_models(settings: Settings) -> None:
    request = urllib.request.Request(f"{_endpoint(settings)}/models")
    if settings.api_key:
        request.add_header("Authorization", f"Bearer {settings.api_key.get_secret_value()}")
    with urllib.request.urlopen(request, timeout=MODEL_TIME):
        pass


async def _sandboxes(settings: Settings) -> list[Diagnosis]:
    """Only the one that was named is needed; "auto" takes the best there is."""
    from samokoder.adapters.sandbox.choose import CHOICES, survey

    found = await survey(settings.policy)
    return [
        Diagnosis(
            f"sandbox {runner.name}",
            runner.usable,
            f"separates {', '.join(runner.isolation.separates) or 'nothing'}"
            if runner.isolation
            else runner.why_not,
            runner.how_to_get,
            needed=CHOICES[settings.sandbox] == (runner.name,),
        )
        for runner in found
    ]


async def _disk(settings: Settings) -> list[Diagnosis]:
    found = []
    for name, folder in (("disk state", settings.state), ("disk cache", settings.cache)):
        free = shutil.disk_usage(_existing(folder)).free
        hint = "" if free > ROOM else f"Free some space, or move it with SAMOKODER_{name.split()[1].upper()}."
        found.append(Diagnosis(name, free > ROOM, f"{free / 2**30:.1f} GiB free at {folder}", hint))
    return found


def _existing(folder: Path) -> Path:
    return next(place for place in (folder, *folder.parents) if place.exists())
