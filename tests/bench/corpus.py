"""The descriptions we gathered, each built by the embedded model and proved: how many end verified.

Run by itself, `python -m tests.bench.corpus [LIMIT or SET]`, since it takes minutes.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import anyio

from samokoder.domain.ending import End
from samokoder.domain.request import Request
from samokoder.errors import InvalidRequest
from tests.e2e.worlds import real_world

CORPUS = Path(__file__).parents[1] / "corpus" / "descriptions"
AT_ONCE = 2


def descriptions() -> list[tuple[str, str, bool]]:
    """Name, text and whether the embedded model should be able to serve it."""
    found = []
    for path in sorted(CORPUS.glob("*.json")):
        for n, entry in enumerate(json.loads(path.read_text("utf-8"))):
            text = entry["description"] if "description" in entry else entry["text"]
            refused = path.stem == "refused" or bool(entry.get("refused") or entry.get("subject"))
            found.append((f"{path.stem}-{n + 1}", text, not refused))
    return found


async def measure(limit: int | None = None, only: str = "") -> dict[str, Any]:
    ends: Counter[str] = Counter()
    failed: list[str] = []
    chosen = [entry for entry in descriptions() if entry[0].startswith(only)][:limit]
    with tempfile.TemporaryDirectory(prefix="samokoder-corpus-") as folder:
        async with real_world(Path(folder)) as (runs, _):
            slots = anyio.CapacityLimiter(AT_ONCE)

            async def build(name: str, text: str, in_scope: bool) -> None:
                async with slots:
                    began = time.perf_counter()
                    try:
                        run_id = await runs.start(Request(description=text, target=f"{folder}/{name}"))
                    except InvalidRequest:
                        end = End(kind="blocked", reason="refused before it began")
                    else:
                        end = (await runs.wait(run_id)).end
                    kind = end.kind if end else "interrupted"
                    ends[f"{'in' if in_scope else 'out of'} scope: {kind}"] += 1
                    if kind != ("verified" if in_scope else "blocked"):
                        failed.append(f"{name}: {kind}: {end.reason[:160] if end else ''}")
                    print(f"  {name:<16} {kind:<12} {time.perf_counter() - began:6.1f} s", flush=True)

            async with anyio.create_task_group() as group:
                for entry in chosen:
                    group.start_soon(build, *entry)
    in_scope = sum(known for _, _, known in chosen)
    verified = ends["in scope: verified"]
    print(*failed, sep="\n")
    print(f"verified: {verified} of {in_scope} in scope ({verified / max(in_scope, 1):.0%}); {dict(ends)}")
    return {"corpus": dict(ends), "verified share": verified / max(in_scope, 1)}


if __name__ == "__main__":
    given = sys.argv[1] if len(sys.argv) > 1 else ""
    asyncio.run(measure(int(given)) if given.isdigit() else measure(only=given))
