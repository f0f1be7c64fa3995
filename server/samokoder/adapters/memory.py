"""The journal in memory: the fake that keeps the same promises as the real one."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager

from samokoder.adapters import room
from samokoder.domain.files import Digest, Files
from samokoder.domain.outcome import OUTCOME
from samokoder.domain.paths import FilePath
from samokoder.domain.request import NO_PURPOSE, Budget, Purpose, Request, Usage
from samokoder.domain.run import Run
from samokoder.errors import FolderBusy, NotFound, StaleRun
from samokoder.ports import NOTHING_LOST, Booking, ModelReply, ModelRequest, RunSummary, Spent, Step


class MemoryJournal:
    """Holds everything as the real journal would, and forgets it with the process."""

    def __init__(self) -> None:
        self._runs: dict[str, RunSummary] = {}
        self._requests: dict[str, Request] = {}
        self._steps: dict[str, list[tuple[int, str, bytes]]] = {}
        self._forks: dict[str, tuple[str, int]] = {}
        self._blobs: dict[Digest, bytes] = {}
        self._reserved: dict[str, tuple[str, ModelRequest, Usage, Purpose]] = {}
        self._requested: dict[Digest, ModelRequest] = {}
        self._settled: list[tuple[str, Digest, ModelReply]] = []
        self._billed: list[tuple[str, ModelRequest, str, Usage, Purpose]] = []
        self._intents: dict[str, dict[FilePath, set[Digest]]] = {}
        self._leases: set[str] = set()
        self._tickets = itertools.count(1)

    async def create(
        self, run_id: str, request: Request, at: str, fork: tuple[str, int] | None = None
    ) -> None:
        self._requests[run_id], self._steps[run_id] = request, []
        if fork:
            self._forks[run_id] = fork
        self._runs[run_id] = RunSummary(
            id=run_id,
            target=request.target,
            description=request.description,
            phase="specifying",
            end=None,
            created=at,
            steps=fork[1] if fork else 0,
            usage=Usage(),
            forked_from=fork[0] if fork else None,
        )

    async def read(self, run_id: str) -> tuple[Request, list[Step]]:
        if run_id not in self._requests:
            raise NotFound(f"There is no run {run_id!r}.")
        kept = self._all_steps(run_id)
        steps = [Step(index=n, at=at, outcome=OUTCOME.validate_json(text)) for n, at, text in kept]
        return self._requests[run_id], steps

    def _all_steps(self, run_id: str) -> list[tuple[int, str, bytes]]:
        parent, below = self._forks.get(run_id, ("", 0))
        shared = [step for step in self._all_steps(parent) if step[0] < below] if parent else []
        return shared + self._steps[run_id]

    async def commit(self, before: Run, step: Step, after: Run, blobs: Mapping[Digest, bytes]) -> None:
        if step.index != len(self._all_steps(before.id)):
            raise StaleRun(f"Step {step.index} of run {before.id} is already on record.")
        self._steps[before.id].append((step.index, step.at, OUTCOME.dump_json(step.outcome)))
        self._blobs.update(blobs)
        self._runs[before.id] = self._runs[before.id].model_copy(
            update={
                "phase": after.phase.kind,
                "end": after.end.kind if after.end else None,
                "steps": step.index + 1,
                "usage": after.usage,
            }
        )

    async def blobs(self, digests: Sequence[Digest]) -> Mapping[Digest, bytes]:
        return {digest: self._blobs[digest] for digest in digests}

    async def runs(self) -> list[RunSummary]:
        return sorted(self._runs.values(), key=lambda run: (run.created, run.id), reverse=True)

    async def paid_reply(self, run_id: str, request: Digest) -> ModelReply | None:
        lineage = {run_id}
        while (parent := self._forks.get(run_id, ("", 0))[0]) and parent not in lineage:
            lineage.add(parent)
            run_id = parent
        return next((r for run, digest, r in self._settled if run in lineage and digest == request), None)

    async def replies(self, run_id: str) -> Mapping[Digest, ModelReply]:
        lineage = [run_id]
        while parent := self._forks.get(lineage[-1], ("", 0))[0]:
            lineage.append(parent)
        return {digest: reply for run, digest, reply in reversed(self._settled) if run in lineage}

    async def requests(self, digests: Sequence[Digest]) -> Mapping[Digest, ModelRequest]:
        return {digest: self._requested[digest] for digest in digests if digest in self._requested}

    async def reserve(
        self,
        run_id: str,
        request: ModelRequest,
        worst: Usage,
        budget: Budget,
        purpose: Purpose = NO_PURPOSE,
    ) -> str:
        def spent(wanted: Callable[[str, Purpose], bool]) -> tuple[Usage, Usage]:
            settled = (used for run, _, _, used, at in self._billed if wanted(run, at))
            held = (most for run, _, most, at in self._reserved.values() if wanted(run, at))
            return sum(settled, Usage()), sum(held, Usage())

        room.see(worst, budget, "run", *spent(lambda run, at: run == run_id))
        if purpose.task:
            room.see(worst, budget, "task", *spent(lambda run, at: run == run_id and at.task == purpose.task))
        if purpose.day:
            room.see(worst, budget, "day", *spent(lambda run, at: at.day == purpose.day))
        ticket = f"ticket {next(self._tickets)}"
        self._reserved[ticket] = (run_id, request, worst, purpose)
        return ticket

    async def settle(self, ticket: str, reply: ModelReply | None, lost: Usage = NOTHING_LOST) -> Spent:
        run_id, request, _, purpose = self._reserved.pop(ticket)
        self._requested[request.digest] = request
        used = reply.usage if reply else lost
        if reply is not None:
            self._settled.append((run_id, request.digest, reply))
        if reply or lost.calls:
            self._billed.append((run_id, request, reply.model if reply else "", used, purpose))
        if not used.cost:
            return Spent()
        booked = [(run, at, billed.cost) for run, _, _, billed, at in self._billed]
        return Spent(
            run=sum(cost for run, _, cost in booked if run == run_id),
            task=sum(cost for run, at, cost in booked if (run, at.task) == (run_id, purpose.task)),
            day=sum(cost for _, at, cost in booked if at.day == purpose.day),
        )

    async def bookings(self, run_id: str | None = None) -> list[Booking]:
        sums: dict[tuple[str, ...], Usage] = {}
        for run, request, model, used, at in self._billed:
            kind = (run, request.agent, request.tier, at.task, model, at.day)
            sums[kind] = sums.get(kind, Usage()) + used
        return [
            Booking(run=run, agent=agent, tier=tier, task=task, model=model, day=day, usage=usage)
            for (run, agent, tier, task, model, day), usage in sums.items()
            if run_id in (None, run)
        ]

    async def intend(self, run_id: str, target: str, writes: Files, at: str) -> None:
        known = self._intents.setdefault(target, {})
        for path, digest in writes.items():
            known.setdefault(path, set()).add(digest)

    async def ours(self, target: str) -> Mapping[FilePath, frozenset[Digest]]:
        return {path: frozenset(digests) for path, digests in self._intents.get(target, {}).items()}

    @asynccontextmanager
    async def lease(self, names: Sequence[str]) -> AsyncIterator[None]:
        if taken := self._leases & set(names):
            raise FolderBusy(f"Another run is at work: {', '.join(sorted(taken))}.")
        self._leases |= set(names)
        try:
            yield
        finally:
            self._leases -= set(names)

    async def close(self) -> None:
        """Nothing to let go of."""
