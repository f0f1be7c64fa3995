"""The probes as files of a run, and how they ended."""

from __future__ import annotations

import json
from pathlib import Path

from samokoder.domain.paths import FilePath
from samokoder.ports import SandboxSession
from tests.adapters.sandboxes import check

MARK = "how the probes ended: "
FOLDER = Path(__file__).parent / "probes"


def files() -> dict[FilePath, bytes]:
    return {FilePath(f"probes/{path.name}"): path.read_bytes() for path in FOLDER.glob("*.py")}


async def ended(session: SandboxSession, host: str) -> dict[str, str]:
    """By probe: "reached", "stopped: …", "hung" or "broken: …"."""
    probes = check("env", f"ATTACKED={host}", "python", "-m", "probes")
    return parsed((await session.run(files(), probes)).output)


def parsed(output: str) -> dict[str, str]:
    assert MARK in output, output[-2000:]
    found: dict[str, str] = json.loads(output.split(MARK)[1].splitlines()[0])
    return found
