"""A backend that imports its runs as late as the real one does."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from samokoder.lsp.backend import Backend, Diagnosis
from samokoder.lsp.results.models import ModelList, ModelTest
from samokoder.settings import Settings, read_settings


def backend(environment: Mapping[str, str]) -> Backend:
    async def build(settings: Settings, editor: Any) -> Any:
        from tests.lsp.fake_runs import FakeRuns

        return FakeRuns(editor)

    async def doctor(settings: Settings, secret: Any) -> list[Diagnosis]:
        if trace := environment.get("SLOW_DOCTOR"):
            await _examine_for_ever(trace)
        return [Diagnosis("python", True, "3"), Diagnosis("model", False, "no answer", "Start it.")]

    async def models(settings: Settings, secret: Any, probe: bool) -> Any:
        """Tells by its date whether the client's secret store was asked."""
        key = await secret("openai")
        return ModelList(models=(), unreachable=(), prices_as_of=key.get_secret_value() if key else "no key")

    async def test_model(settings: Settings, secret: Any, name: str | None) -> Any:
        return ModelTest(
            ok=False,
            model=name or "",
            seconds=0,
            tokens_in=0,
            tokens_out=0,
            cost=0,
            error="away",
            hint="Wait.",
        )

    def workspace() -> Any:
        from samokoder.adapters.disk import DiskWorkspace

        return DiskWorkspace()

    return Backend(
        settings=lambda options: read_settings(options, environment),
        runs=build,
        workspace=workspace,
        model_name=lambda settings: "a story",
        doctor=doctor,
        models=models,
        test_model=test_model,
    )


async def _examine_for_ever(trace: str) -> None:
    """Leaves a file behind when it is cancelled."""
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        Path(trace).write_text("cancelled", encoding="utf-8")
        raise
