"""A real editor, driven through a story to its end; what it saw comes back as it wrote it down."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

LONGEST = 150.0
"""Seconds a story may take."""


async def seen_by(
    command: Sequence[str], folder: Path, seen_in: Path, environment: dict[str, str]
) -> dict[str, Any]:
    """Fails with what the editor printed when it saw nothing, or a fault."""
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        env={**os.environ, **environment},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        said, _ = await asyncio.wait_for(process.communicate(), LONGEST)
    finally:
        if process.returncode is None:
            process.kill()
    assert seen_in.exists(), said.decode(errors="replace")
    seen: dict[str, Any] = json.loads(seen_in.read_text(encoding="utf-8"))
    assert "fault" not in seen, (seen, said.decode(errors="replace"))
    return seen
