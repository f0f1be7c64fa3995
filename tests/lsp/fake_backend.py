"""A backend that imports its runs as late as the real one does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from samokoder.lsp.backend import Backend, Diagnosis
from samokoder.settings import Settings, read_settings


def backend(environment: Mapping[str, str]) -> Backend:
    async def build(settings: Settings, editor: Any) -> Any:
        from tests.lsp.fake_runs import FakeRuns

        return FakeRuns(editor)

    async def doctor(settings: Settings) -> list[Diagnosis]:
        return [Diagnosis("python", True, "3"), Diagnosis("model", False, "no answer", "Start it.")]

    def workspace() -> Any:
        from samokoder.adapters.disk import DiskWorkspace

        return DiskWorkspace()

    return Backend(
        settings=lambda options: read_settings(options, environment),
        runs=build,
        workspace=workspace,
        model_name=lambda settings: "a story",
        doctor=doctor,
    )
