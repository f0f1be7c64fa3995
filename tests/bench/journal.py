"""The journal: what a step costs, and whether it costs more as a run grows."""

from __future__ import annotations

import time
from pathlib import Path

from samokoder.adapters.sqlite import open_journal
from samokoder.domain.files import digest_of
from samokoder.domain.run import Building, Run
from samokoder.orchestrator.advance import advance
from samokoder.ports import Step
from tests.bench.figures import median, percentile, show
from tests.orchestrator import story

STEPS, FILES, SIZE = 1_400, 100, 4_000


async def measure(folder: Path) -> dict[str, float]:
    path = folder / "journal.db"
    journal = await open_journal(path)
    await journal.create("r1", story.request(), "now")
    run, index = Run(id="r1", request=story.request()), 0
    for outcome in story.START:
        after = advance(run, outcome)
        await journal.commit(run, Step(index=index, at="now", outcome=outcome), after, {})
        run, index = after, index + 1
    times, stored = [], 0
    for n in range(STEPS):
        content = f"{n}\n".encode() * (SIZE // (len(str(n)) + 1))
        after = _with_file(run, n, digest_of(content))
        step = Step(index=index, at="now", outcome=story.written("T1", f"app/f{n % FILES}.py", str(n)))
        began = time.perf_counter()
        await journal.commit(run, step, after, {digest_of(content): content})
        times.append(time.perf_counter() - began)
        run, index, stored = after, index + 1, stored + len(content)
    await journal.close()
    tenth = STEPS // 10
    return {
        **show("step, p50", 1000 * percentile(times, 0.5), "ms"),
        **show("step, p95", 1000 * percentile(times, 0.95), "ms"),
        **show("last tenth to first tenth", median(times[-tenth:]) / median(times[:tenth]), "x", "≤ 1.2"),
        **show("database to contents", path.stat().st_size / stored, "x"),
    }


def _with_file(run: Run, n: int, digest: str) -> Run:
    """The run with one more version of one of a hundred files."""
    assert isinstance(run.phase, Building)
    task = run.phase.task("T1")
    files = {**task.files, f"app/f{n % FILES}.py": digest}
    return run.model_copy(update={"phase": run.phase.replaced(task.model_copy(update={"files": files}))})
