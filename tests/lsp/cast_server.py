"""The real server and the real runs over a cast of agents that write real files."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from samokoder.lsp.backend import Backend
from samokoder.lsp.serving import serve_stdio
from samokoder.settings import Settings
from tests.lsp.fake_backend import backend as fake_backend


def backend(environment: Mapping[str, str]) -> Backend:
    async def build(settings: Settings, editor: Any) -> Any:
        from samokoder.adapters.disk import DiskWorkspace
        from samokoder.adapters.sqlite import open_journal
        from samokoder.orchestrator.runs import Runs
        from tests.orchestrator.cast import Player, world

        class Waiting(Player):
            """Reviews only while the file ``go`` is there, when it is told to look for one."""

            async def complete(self, request: Any, watch: Any = None) -> Any:
                gate = environment.get("GATE")
                while gate and request.agent == "reviewer" and not Path(gate).exists():
                    await asyncio.sleep(0.02)
                return await super().complete(request, watch)

        journal = await open_journal(settings.database)
        return Runs(world(workspace=DiskWorkspace(), editor=editor, journal=journal, model=Waiting()))

    return replace(fake_backend(environment), runs=build)


if __name__ == "__main__":
    sys.exit(serve_stdio(backend(os.environ)))
