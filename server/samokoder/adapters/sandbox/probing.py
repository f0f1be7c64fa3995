"""Whether a sandbox separates what it says: asked from inside, never assumed."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from samokoder.adapters.sandbox.inside.attempts import ATTEMPTS
from samokoder.adapters.sandbox.place import text_of
from samokoder.errors import SandboxUnavailable

MUST = frozenset({"network", "files of the host", "system folders", "other processes", "privileges"})
"""Without these a sandbox is not used; the others are reported as they are."""


def attempts() -> list[str]:
    """Arguments for a Python inside; what it prints is for ``separated``."""
    return ["-I", "-c", text_of("attempts"), json.dumps([str(path) for path in _private()])]


def _private() -> list[Path]:
    """Paths of the host no sandbox may show: our own program, and what lies in the home folder.

    The Python that runs the code is shown on purpose, and with it the names of the folders above it.
    """
    home, shown = Path.home(), Path(sys.base_prefix).resolve()
    there = list(home.iterdir())[:50] if home.is_dir() else []
    return [Path(__file__), *(path for path in there if not shown.is_relative_to(path.resolve()))]


def separated(runner: str, output: str) -> tuple[str, ...]:
    """What cannot be reached from inside; raises SandboxUnavailable when something can that must not."""
    try:
        reached = frozenset(json.loads(output.strip().splitlines()[-1]))
    except (ValueError, IndexError, TypeError) as error:
        raise SandboxUnavailable(f"{runner} could not be tried out: {output[-500:]}") from error
    if broken := sorted(reached & MUST):
        raise SandboxUnavailable(
            f"{runner} does not keep generated code from: {', '.join(broken)}.",
            hint="Choose another runner; this one is not used on this machine.",
        )
    return tuple(name for name in ATTEMPTS if name not in reached)
