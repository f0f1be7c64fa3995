"""What looking at generated code costs before it runs."""

from __future__ import annotations

import os
from pathlib import Path

from samokoder.adapters.scanning import Scanner
from samokoder.domain.paths import FilePath
from tests.bench.figures import median, show

FILES = 80


async def measure(folder: Path) -> dict[str, float]:
    own = sorted(Path(__file__).parents[2].glob("server/samokoder/o*/**/*.py"))[:FILES]
    files = {FilePath(f"app/{n}_{path.name}"): path.read_bytes() for n, path in enumerate(own)}
    scan, seconds = Scanner(), []
    for _ in range(5):
        started = _processor()
        await scan(files)
        seconds.append(_processor() - started)
    return show(f"scan {len(files)} files, processor", median(seconds) * 1000, "ms", "< 150")


def _processor() -> float:
    """Seconds, ours and ruff's."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system
