"""Runs every bench and writes what it found to .bench/figures.json."""

from __future__ import annotations

import asyncio
import json
import platform
import tempfile
from pathlib import Path

from tests.bench import dependencies, journal, models, preview, sandbox, scanning, server

SERIES = (
    ("server", server.measure),
    ("journal", journal.measure),
    ("models", models.measure),
    ("dependencies", dependencies.measure),
    ("sandbox", sandbox.measure),
    ("preview", preview.measure),
    ("scanning", scanning.measure),
)


def main() -> None:
    figures = {"python": platform.python_version(), "machine": platform.machine()}
    with tempfile.TemporaryDirectory(prefix="samokoder-bench-") as folder:
        for name, measure in SERIES:
            print(f"— {name}", flush=True)
            figures |= asyncio.run(measure(Path(folder)))
    out = Path(".bench")
    out.mkdir(exist_ok=True)
    (out / "figures.json").write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(f"\nwritten to {out / 'figures.json'}")


if __name__ == "__main__":
    main()
