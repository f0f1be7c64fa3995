"""Settings that change while the server runs: sent by the client, or asked of it where it can be asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pydantic.alias_generators import to_camel

from samokoder.errors import SamokoderError
from samokoder.lsp.from_lsp import NAME, plain
from samokoder.settings import Settings

if TYPE_CHECKING:
    from samokoder.lsp.server import Server

LIVE = frozenset({"ask", "approve_specification", "approve_plan", "review", "sandbox", "budget", "language"})
"""Read whenever a run begins or something is said; the others made what the open runs work with."""
NAMES = frozenset(Settings.model_fields) | {to_camel(name) for name in Settings.model_fields}


async def reconfigure(server: Server, pushed: Any) -> None:
    """Settings that cannot be used change nothing, and are told.

    Some clients send nothing and want to be asked; some can be asked and know nothing; some send the settings
    of every server together, and some ours without our name.
    """
    async with server.configuring:
        asked = await server.client.configuration(NAME)
        given = _ours(asked if isinstance(asked, Mapping) else _section(pushed))
        try:
            new = server.backend.settings({**server.options, **given})
        except SamokoderError as error:
            _refuse(server, error)
        else:
            _take(server, new)


def _section(pushed: Any) -> Mapping[str, Any]:
    given = plain(pushed)
    return plain(given[NAME]) if NAME in given else given


def _ours(section: Mapping[str, Any]) -> dict[str, Any]:
    """An editor keeps settings of its own side under our name, too; null is not set."""
    return {name: value for name, value in section.items() if name in NAMES and value is not None}


def _refuse(server: Server, error: SamokoderError) -> None:
    if not isinstance(server.settings, Settings):
        server.settings = error
    server.client.say(f"The settings stay as they were: {error}", types.MessageType.Error)


def _take(server: Server, new: Settings) -> None:
    """All of them while no runs are open, afterwards those that can change."""
    old = server.settings
    if isinstance(old, Settings) and server.has_runs:
        _say_what_waits(server, _changed(old, new) - LIVE)
        new = old.model_copy(update={name: getattr(new, name) for name in LIVE})
    server.use(new)
    if not isinstance(old, Settings):
        server.spawn(server.backend.upkeep(new), "upkeep")


def _changed(old: Settings, new: Settings) -> frozenset[str]:
    return frozenset(name for name in Settings.model_fields if getattr(old, name) != getattr(new, name))


def _say_what_waits(server: Server, names: frozenset[str]) -> None:
    """Each name once, however often it is sent."""
    if untold := names - server.told_to_wait:
        server.told_to_wait |= untold
        listed = ", ".join(to_camel(name) for name in sorted(untold))
        server.client.say(f"These settings count when the server is started again: {listed}.")
