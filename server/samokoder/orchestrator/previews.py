"""Applications of runs at work, one a run, each in a sandbox of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from samokoder.domain.architecture import Service
from samokoder.domain.files import Files
from samokoder.domain.run import Building, Run
from samokoder.errors import NotFound, SamokoderError
from samokoder.orchestrator.perform import contents
from samokoder.orchestrator.products import building_of, spec_of
from samokoder.orchestrator.world import World
from samokoder.ports import RunningService, ServiceState

LOOK = 5.0
"""Seconds between two looks whether anybody still uses it."""
IDLE = "nobody has used it for {:g} minutes"


class Shown:
    """A preview from its start on; what is known of it stays when it is over."""

    def __init__(self, run_id: str, files: Files, told: Callable[[Shown], None]) -> None:
        self.run_id, self.files = run_id, files
        self.url, self.state = "", ServiceState(kind="starting")
        self.running: RunningService | None = None
        self.task: asyncio.Task[None] | None = None
        self.settled = asyncio.Event()
        self._told = told
        self._log = ""

    def log(self) -> str:
        if self.running is not None:
            self._log = self.running.log()
        return self._log

    @property
    def alive(self) -> bool:
        return self.state.kind in ("starting", "ready")

    def become(self, state: ServiceState) -> None:
        if not self.alive:
            return
        self.state = state
        if state.kind != "starting":
            self.settled.set()
        self._told(self)


class Previews:
    def __init__(self, world: World, read: Callable[[str], Awaitable[Run]]) -> None:
        self._world, self._read = world, read
        self._shown: dict[str, Shown] = {}

    async def start(self, run_id: str, told: Callable[[Shown], None] = lambda shown: None) -> Shown:
        """The run's application as it is now; the one at work if it is the same. Returns when it is ready or
        has failed. Raises NotFound when there is nothing that could be started."""
        building = building_of(await self._read(run_id))
        service = building.architecture.service
        if service is None:
            raise NotFound(f"What run {run_id} builds is not started as a service.")
        shown = self._shown.get(run_id)
        if shown is None or not shown.alive or shown.files != building.whole:
            await self.stop(run_id)
            shown = self._shown[run_id] = Shown(run_id, building.whole, told)
            shown.task = asyncio.create_task(self._life(shown, building, service), name=f"preview {run_id}")
        await shown.settled.wait()
        return shown

    def find(self, run_id: str) -> Shown:
        """Raises NotFound."""
        if run_id not in self._shown:
            raise NotFound(f"Run {run_id} has no preview.", hint="Start one with samokoder.preview.")
        return self._shown[run_id]

    async def stop(self, run_id: str) -> bool:
        """Whether there was one at work; nothing of it is left."""
        shown = self._shown.get(run_id)
        if shown is None or shown.task is None or shown.task.done():
            return False
        shown.task.cancel()
        await asyncio.wait({shown.task})
        return True

    async def close(self) -> None:
        await asyncio.gather(*(self.stop(run_id) for run_id in list(self._shown)))

    # ----------------------------------------------------------------------------------------- inside

    async def _life(self, shown: Shown, building: Building, service: Service) -> None:
        shown.become(ServiceState(kind="starting"))
        try:
            await self._serve(shown, building, service)
        except SamokoderError as error:
            why = " ".join(filter(None, (str(error), error.hint)))
            shown.become(ServiceState(kind="failed", why=why))
        except asyncio.CancelledError:
            shown.become(ServiceState(kind="stopped"))
            raise
        finally:
            shown.become(ServiceState(kind="failed", why="a fault of Samokoder"))  # unless told otherwise

    async def _serve(self, shown: Shown, building: Building, service: Service) -> None:
        sandbox = self._world.sandbox((await self._read(shown.run_id)).request.options.sandbox)
        files = await contents(self._world, building.whole)
        async with (
            sandbox.open(spec_of(building), warm=False) as session,
            session.serve(files, service) as running,
        ):
            shown.running, shown.url = running, running.url
            await self._follow(shown, running)
            shown.log()
        shown.running = None

    async def _follow(self, shown: Shown, running: RunningService) -> None:
        """Until it has failed, or nobody uses it any more."""
        idle = self._world.preview_idle
        while shown.alive:
            try:
                await asyncio.wait_for(running.changed(shown.state), min(LOOK, idle))
            except TimeoutError:
                if self._world.clock() - running.used > idle:
                    shown.become(ServiceState(kind="stopped", why=IDLE.format(idle / 60)))
            else:
                shown.become(running.state)
