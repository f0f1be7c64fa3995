"""Whole worlds for whole runs: real journal, disk and sandbox, the embedded model behind its client."""

from __future__ import annotations

import itertools
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2

from samokoder.adapters.disk import DiskWorkspace
from samokoder.adapters.openai_model import OpenAIModel
from samokoder.adapters.sandbox.dependencies.policy import DependencyPolicy
from samokoder.adapters.sandbox.environments import Environments
from samokoder.adapters.sandbox.local import LocalSandbox
from samokoder.adapters.sqlite import open_journal
from samokoder.domain.paths import FilePath
from samokoder.domain.run import Run
from samokoder.offline.application.files import releases
from samokoder.offline.transport import OfflineTransport
from samokoder.orchestrator.runs import Runs
from samokoder.orchestrator.world import World
from samokoder.ports import LanguageModel, News


class Listener:
    """An editor that only listens."""

    def __init__(self) -> None:
        self.news: list[News] = []

    async def unsaved(self, target: str, paths: Sequence[FilePath]) -> frozenset[FilePath]:
        return frozenset()

    async def put(self, target: str, path: FilePath, text: str) -> bool | None:
        return None

    async def secret(self, name: str) -> None:
        return None

    def happened(self, run: Run, news: News) -> None:
        self.news.append(news)


@asynccontextmanager
async def real_world(
    folder: Path,
    transport: httpx2.AsyncBaseTransport | None = None,
    cache: Path | None = None,
    model: LanguageModel | None = None,
) -> AsyncIterator[tuple[Runs, Listener]]:
    """Runs over real adapters, with state below ``folder``."""
    listener = Listener()
    names = itertools.count(1)
    policy = DependencyPolicy(
        minimum_age_days=0, allow=releases()
    )  # what the embedded model builds on is trusted
    environments = Environments(cache, policy=policy)
    world = World(
        model=model or OpenAIModel.embedded(transport or OfflineTransport()),
        sandbox=lambda choice: LocalSandbox(environments),
        workspace=DiskWorkspace(),
        journal=await open_journal(folder / "state.db"),
        editor=listener,
        now=lambda: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        clock=time.monotonic,
        new_id=lambda: f"run{next(names)}",
    )
    runs = Runs(world)
    try:
        yield runs, listener
    finally:
        await runs.close()
