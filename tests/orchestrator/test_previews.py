"""One preview a run: found again, told of as it changes, stopped when nobody uses it."""

from __future__ import annotations

import time
from typing import Any

import pytest

from samokoder.adapters.fakes import FakeSandbox
from samokoder.errors import NotFound, SandboxUnavailable
from samokoder.orchestrator.runs import Runs
from samokoder.ports import ServiceState
from tests.orchestrator import story
from tests.orchestrator.cast import only_with_code, world


async def finished(**parts: Any) -> tuple[Runs, FakeSandbox, str]:
    sandbox = FakeSandbox(only_with_code)
    runs = Runs(world(sandbox=lambda choice: sandbox, **{"clock": time.monotonic, **parts}))
    run_id = await runs.start(story.request())
    await runs.wait(run_id)
    return runs, sandbox, run_id


async def test_the_application_is_served_from_the_final_files_and_found_again() -> None:
    runs, sandbox, run_id = await finished()
    told: list[str] = []
    shown = await runs.previews.start(run_id, lambda one: told.append(one.state.kind))
    assert await runs.previews.start(run_id) is shown and len(sandbox.served) == 1
    files, running = sandbox.served[0]
    assert files == await runs.products.contents(await runs.products.files(run_id))
    assert shown.url == running.url
    assert await runs.previews.stop(run_id) and not await runs.previews.stop(run_id)
    assert told == ["starting", "ready", "stopped"] and running.state.kind == "stopped"
    assert (await runs.previews.start(run_id)) is not shown


async def test_one_that_fails_says_why_and_keeps_its_log() -> None:
    runs, sandbox, run_id = await finished()
    shown = await runs.previews.start(run_id)
    running = sandbox.served[0][1]
    running.written = "last words"
    running.become(ServiceState(kind="failed", why="it ended"))
    assert shown.task
    await shown.task
    assert shown.state == ServiceState(kind="failed", why="it ended") and shown.log() == "last words"


async def test_one_nobody_uses_is_stopped() -> None:
    runs, _, run_id = await finished(preview_idle=0.05)
    shown = await runs.previews.start(run_id)
    assert shown.task
    await shown.task
    assert shown.state.kind == "stopped" and "nobody has used it" in shown.state.why


async def test_previews_end_with_the_server() -> None:
    runs, sandbox, run_id = await finished()
    await runs.previews.start(run_id)
    await runs.close()
    assert sandbox.served[0][1].state.kind == "stopped"


async def test_a_sandbox_that_is_missing_is_the_reason() -> None:
    runs, sandbox, run_id = await finished()

    def missing(*_: Any, **__: Any) -> Any:
        raise SandboxUnavailable("No engine.", hint="Start it.")

    sandbox.open = missing  # type: ignore[method-assign]
    shown = await runs.previews.start(run_id)
    assert shown.state == ServiceState(kind="failed", why="No engine. Start it.")


async def test_what_has_no_preview_cannot_be_asked_for() -> None:
    runs, _, run_id = await finished()
    with pytest.raises(NotFound):
        runs.previews.find(run_id)
