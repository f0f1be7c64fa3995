"""What a run has made: its files at any step, and its checks on the files as they are in the folder now."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from itertools import accumulate
from typing import Literal

from anyio import to_thread

from samokoder.domain.evidence import Check, CommandReport, Isolation
from samokoder.domain.files import Digest, Files, digest_of
from samokoder.domain.outcome import Outcome
from samokoder.domain.paths import FilePath
from samokoder.domain.run import Building, Run
from samokoder.domain.value import Value
from samokoder.errors import InvalidRequest, NotFound
from samokoder.orchestrator.advance import advance
from samokoder.orchestrator.conduct import fold
from samokoder.orchestrator.integration import whole_checks
from samokoder.orchestrator.perform import contents
from samokoder.orchestrator.world import World
from samokoder.ports import EnvironmentSpec


class Change(Value):
    """How a file differs between two trees."""

    path: FilePath
    kind: Literal["added", "changed", "removed"]
    before: Digest | None
    after: Digest | None


class Checked(Value):
    """A run's checks, run again on what is in its folder."""

    changes: tuple[Change, ...]
    """Of the run's own files since; files of others are not counted."""
    reports: tuple[tuple[Check, CommandReport], ...]
    isolation: Isolation


class Products:
    def __init__(self, world: World, read: Callable[[str], Awaitable[Run]]) -> None:
        self._world, self._read = world, read

    async def files(self, run_id: str, step: int | None = None) -> Files:
        """The whole application after so many steps, or now; empty before anything is planned."""
        building = (await self._at(run_id, step)).unfinished
        return building.whole if isinstance(building, Building) else {}

    async def _at(self, run_id: str, step: int | None) -> Run:
        if step is None:
            return await self._read(run_id)
        request, steps = await self._world.journal.read(run_id)
        if not 0 <= step <= len(steps):
            raise InvalidRequest(f"Run {run_id} has {len(steps)} steps; {step} is not one of them.")
        return fold(run_id, request, (one.outcome for one in steps[:step]))

    async def contents(self, files: Files) -> dict[FilePath, bytes]:
        return await contents(self._world, files)

    async def holds(self, run_id: str, digest: str) -> bool:
        """Whether some file of the run has, or had after some step, this content. Raises NotFound."""
        if digest in _digests(await self._read(run_id)):
            return True
        request, steps = await self._world.journal.read(run_id)
        outcomes = [one.outcome for one in steps]
        return await to_thread.run_sync(_ever_held, Run(id=run_id, request=request), outcomes, digest)

    async def compare(self, run_id: str, before: int, after: int | None) -> tuple[Change, ...]:
        """What differs between two steps. Raises InvalidRequest for a step the run does not have."""
        return changes(await self.files(run_id, before), await self.files(run_id, after))

    async def to_export(self, run_id: str) -> Files:
        """All of a verified run; of any other, what was proved or accepted. Raises NotFound."""
        run = await self._read(run_id)
        building = building_of(run)
        verified = run.end is not None and run.end.kind == "verified"
        files = building.whole if verified else building.landed
        if not files:
            raise NotFound(f"Run {run_id} has nothing to export yet.", hint="Resume it first.")
        return files

    async def check(self, run_id: str) -> Checked:
        """Run every check of the run on its folder's files. Nothing of the run changes."""
        run = await self._read(run_id)
        building = building_of(run)
        there = (await self._world.workspace.read(run.request.target)).files
        now = {path: digest_of(content) for path, content in there.items() if path in building.whole}
        sandbox = self._world.sandbox(run.request.options.sandbox)
        async with sandbox.open(spec_of(building)) as session:
            reports = [(check, await session.run(there, check)) for check in whole_checks(building)]
            isolation = session.isolation
        return Checked(changes=changes(building.whole, now), reports=tuple(reports), isolation=isolation)


def _ever_held(run: Run, outcomes: Sequence[Outcome], digest: str) -> bool:
    return any(digest in _digests(state) for state in accumulate(outcomes, advance, initial=run))


def _digests(run: Run) -> frozenset[Digest]:
    building = run.unfinished
    whole = building.whole if isinstance(building, Building) else {}
    return frozenset((*run.mirrored.values(), *whole.values()))


def building_of(run: Run) -> Building:
    """Raises NotFound while nothing is built."""
    if not isinstance(run.unfinished, Building):
        raise NotFound(f"Run {run.id} has not built anything yet.", hint="Resume it first.")
    return run.unfinished


def spec_of(building: Building) -> EnvironmentSpec:
    architecture = building.architecture
    return EnvironmentSpec(language=architecture.language, dependencies=architecture.dependencies)


def changes(before: Files, after: Files) -> tuple[Change, ...]:
    """In the order of their paths."""
    different = sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))
    return tuple(_change(path, before.get(path), after.get(path)) for path in different)


def _change(path: FilePath, before: Digest | None, after: Digest | None) -> Change:
    kind: Literal["added", "changed", "removed"] = "changed"
    if before is None or after is None:
        kind = "added" if before is None else "removed"
    return Change(path=path, kind=kind, before=before, after=after)
