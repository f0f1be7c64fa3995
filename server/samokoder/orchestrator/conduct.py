"""The loop: decide, perform everything that is ready side by side, commit each outcome as it lands.

The journal's order is the order of landing, and the run is always its fold: starting a run and
resuming it are the same code.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field
from functools import partial

import anyio
from anyio.abc import TaskGroup, TaskStatus

from samokoder.domain.action import ASKS_MODEL, Action, Mirror, RunCheck, SeeBaseline, SeeChecksFail, key
from samokoder.domain.outcome import NothingUsable, Outcome
from samokoder.domain.request import Request
from samokoder.domain.run import Building, Planning, Run
from samokoder.errors import UnexpectedOutcome
from samokoder.orchestrator.advance import advance
from samokoder.orchestrator.decide import decide
from samokoder.orchestrator.news import landed, started
from samokoder.orchestrator.perform import Landing, perform
from samokoder.orchestrator.world import World
from samokoder.ports import EnvironmentSpec, SandboxSession, Step


def fold(run_id: str, request: Request, outcomes: Iterable[Outcome]) -> Run:
    """The run its journal makes."""
    run = Run(id=run_id, request=request)
    for outcome in outcomes:
        run = advance(run, outcome)
    return run


@dataclass(frozen=True)
class Flight:
    """An action under way."""

    action: Action
    scope: anyio.CancelScope = field(default_factory=anyio.CancelScope)


@dataclass(frozen=True)
class Told:
    """An outcome that came from a person, not from an action."""

    outcome: Outcome
    committed: anyio.Event


class Conductor:
    """One run being worked on, until it ends or waits for the person."""

    def __init__(self, run: Run, index: int, world: World) -> None:
        self.run = run
        self._index = index
        self._world = world
        self._flying: dict[str, Flight] = {}
        self._send, self._receive = anyio.create_memory_object_stream[Landing | Told](math.inf)
        self._sandbox = anyio.CapacityLimiter(world.sandbox_slots)
        self._session: SandboxSession | None = None
        self._opening = anyio.Lock()
        self._over = anyio.Event()
        self._mark = world.clock()
        self.pausing = False
        """Nothing new is started; what is under way lands, so that nothing is paid for twice."""

    def tell(self, outcome: Outcome) -> anyio.Event | None:
        """Put in what a person said, to be committed in its turn; None when the work is over."""
        if self._over.is_set():
            return None
        committed = anyio.Event()
        self._send.send_nowait(Told(outcome, committed))
        return committed

    async def conduct(self) -> Run:
        async with anyio.create_task_group() as group:
            while self._start_ready(group) or self._receive.statistics().current_buffer_used:
                await self._land(await self._next_landing())
            self._over.set()
        return self.run

    # ------------------------------------------------------------------------------------ the actions

    def _start_ready(self, group: TaskGroup) -> bool:
        """Start what is ready and stop what no longer is; False when nothing is under way.

        What is under way when a cap is reached was set aside within it, and lands.
        """
        if self.run.paused is not None or self.pausing:
            return bool(self._flying)
        ready = {key(action): action for action in decide(self.run)}
        for name, flight in list(self._flying.items()):
            if name not in ready and not isinstance(flight.action, Mirror):
                flight.scope.cancel()
                del self._flying[name]
        for name, action in self._startable(ready):
            self._flying[name] = flight = Flight(action)
            self._world.editor.happened(self.run, started(self.run, action))
            group.start_soon(self._fly, group, flight, self.run)
        return bool(self._flying)

    def _startable(self, ready: Mapping[str, Action]) -> list[tuple[str, Action]]:
        """In its order, what there is room for: models have slots, the folder has one writer at a time."""
        slots = self._world.model_slots - self._under_way(*ASKS_MODEL)
        waiting = {name: action for name, action in ready.items() if name not in self._flying}
        asking = [name for name, action in waiting.items() if isinstance(action, ASKS_MODEL)]
        writing = [name for name, action in waiting.items() if isinstance(action, Mirror)]
        must_wait = {*asking[slots:], *(writing if self._under_way(Mirror) else ())}
        return [(name, action) for name, action in waiting.items() if name not in must_wait]

    def _under_way(self, *kinds: type[Action]) -> int:
        return sum(isinstance(flight.action, kinds) for flight in self._flying.values())

    async def _fly(self, group: TaskGroup, flight: Flight, run: Run) -> None:
        with flight.scope:
            async with self._slot(flight.action):
                landing = await perform(flight.action, run, self._world, partial(self._open_session, group))
            await self._send.send(landing)

    def _slot(self, action: Action) -> AbstractAsyncContextManager[None]:
        return self._sandbox if isinstance(action, (RunCheck, SeeBaseline, SeeChecksFail)) else nullcontext()

    async def _open_session(self, group: TaskGroup) -> SandboxSession:
        """The run's sandbox, opened when it is first needed and closed with the conductor."""
        async with self._opening:
            if self._session is None:
                self._session = await group.start(self._host_session, _spec(self.run))
            return self._session

    async def _host_session(self, spec: EnvironmentSpec, *, task_status: TaskStatus[SandboxSession]) -> None:
        """One task opens and closes the sandbox, as structured concurrency demands of its insides."""
        sandbox = self._world.sandbox(self.run.request.options.sandbox)
        async with sandbox.open(spec) as session:
            task_status.started(session)
            await self._over.wait()

    # ----------------------------------------------------------------------------------- the outcomes

    async def _next_landing(self) -> Landing | Told:
        """The next outcome; the end of the time budget is one."""
        left = self.run.request.options.budget.seconds - self.run.usage.seconds
        left -= self._world.clock() - self._mark
        with anyio.move_on_after(max(left, 0.001)):
            return await self._receive.receive()
        reason = "The time budget of the run is spent."
        return Landing(NothingUsable(cause="budget", reason=reason, cap="seconds"))

    async def _land(self, landing: Landing | Told) -> None:
        outcome = landing.outcome
        if isinstance(landing, Landing) and outcome.action:
            if outcome.action not in self._flying:
                return  # it was given up in the meantime
            del self._flying[outcome.action]
        elapsed, self._mark = self._world.clock() - self._mark, self._world.clock()
        spent = outcome.spent.model_copy(update={"seconds": round(elapsed, 3)})
        outcome = outcome.model_copy(update={"spent": spent})
        after = advance(self.run, outcome)
        if _changed_nothing(self.run, after) and outcome.action in map(key, decide(after)):
            raise UnexpectedOutcome(f"{outcome.action} would be done for ever")
        step = Step(index=self._index, at=self._world.now(), outcome=outcome)
        blobs = landing.blobs if isinstance(landing, Landing) else {}
        await self._world.journal.commit(self.run, step, after, blobs)
        self.run, self._index = after, self._index + 1
        if isinstance(landing, Told):
            landing.committed.set()
        self._world.editor.happened(after, landed(after, outcome))


def _changed_nothing(before: Run, after: Run) -> bool:
    return after.model_copy(update={"usage": before.usage}) == before


def _spec(run: Run) -> EnvironmentSpec:
    phase = run.phase
    assert isinstance(phase, (Planning, Building))
    architecture = phase.architecture
    return EnvironmentSpec(language=architecture.language, dependencies=architecture.dependencies)
