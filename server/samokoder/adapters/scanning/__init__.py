"""A look at generated code before anything runs it: dangerous calls, secrets, files in protected places.

Python is read by ruff's security rules and some of our own; JavaScript, scripts and the rest by patterns.
What each rule leads to is in ``rules``; a person can set it otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping

from samokoder.adapters.scanning import commands, javascript, places, programs, secrets
from samokoder.adapters.scanning.ruff import read_by_ruff
from samokoder.adapters.scanning.rules import Found, Set, action_of
from samokoder.domain.paths import FilePath
from samokoder.domain.review import Danger


class Scanner:
    """Raises SandboxUnavailable when it cannot look: what was not looked at is not run."""

    def __init__(self, chosen: Mapping[str, Set] | None = None) -> None:
        self._chosen = dict(chosen or {})

    async def __call__(self, files: Mapping[FilePath, bytes]) -> tuple[Danger, ...]:
        found = [*await read_by_ruff(files)]
        for path, content in files.items():
            text = content.decode("utf-8", "replace")
            found += [*places.read(path), *secrets.read(path, text)]
            found += programs.read(path, text) + javascript.read(path, text) + commands.read(path, text)
        return tuple(filter(None, map(self._judged, sorted(set(found)))))

    def _judged(self, found: Found) -> Danger | None:
        action = action_of(found.rule, self._chosen)
        if action == "off":
            return None
        message = f"{found.message} ({found.rule})"
        return Danger(path=found.path, line=found.line, message=message, action=action)
