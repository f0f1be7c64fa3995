"""A crash before every effect of a run, then a restart: the same tree, the same facts, nothing paid twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from samokoder.adapters.fakes import FakeSandbox, MemoryWorkspace
from samokoder.adapters.memory import MemoryJournal
from samokoder.orchestrator.runs import Runs
from tests.orchestrator import story
from tests.orchestrator.cast import Player, only_with_code, world

EFFECTS = {"complete", "commit", "intend", "replace", "reserve", "settle", "run"}
"""What changes the world, or costs something."""


class Crash(BaseException):
    """The process is gone."""


class Fuse:
    """Counts effects and burns before the n-th one; everything after it fails too, as for a dead process."""

    def __init__(self, at: int | None) -> None:
        self.at, self.count = at, 0

    def burn(self, name: str) -> None:
        self.count += 1
        if self.at is not None and self.count >= self.at:
            raise Crash(name)


class Fused:
    """A port whose effects pass the fuse first."""

    def __init__(self, inner: Any, fuse: Fuse) -> None:
        self._inner, self._fuse = inner, fuse

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if name == "open":
            return lambda spec: _FusedOpen(found(spec), self._fuse)
        if name not in EFFECTS:
            return found

        async def effect(*args: Any, **named: Any) -> Any:
            self._fuse.burn(name)
            return await found(*args, **named)

        return effect


class _FusedOpen:
    def __init__(self, inner: Any, fuse: Fuse) -> None:
        self._inner, self._fuse = inner, fuse

    async def __aenter__(self) -> Any:
        return Fused(await self._inner.__aenter__(), self._fuse)

    async def __aexit__(self, *error: Any) -> Any:
        return await self._inner.__aexit__(*error)


class Place:
    """What outlives a process: the journal, the folder, the provider's own count of calls."""

    def __init__(self, spoil: Callable[[str, int], str | None] = lambda role, times: None) -> None:
        self.journal, self.workspace, self.model = MemoryJournal(), MemoryWorkspace(), Player(spoil)

    def replies_on_record(self) -> set[str]:
        """Requests whose reply reached the ledger. One that was in the air when the process died did not."""
        return {digest for _, digest, _ in self.journal._settled}

    async def process(self, at: int | None, run_id: str | None = None) -> tuple[str, Fuse]:
        """One process working on the run until it ends or the fuse burns."""
        fuse = Fuse(at)
        runs = Runs(
            world(
                model=Fused(self.model, fuse),
                sandbox=lambda choice: Fused(FakeSandbox(only_with_code), fuse),
                workspace=Fused(self.workspace, fuse),
                journal=Fused(self.journal, fuse),
            )
        )
        if run_id is None:
            run_id = await runs.start(story.request())
        else:
            await runs.resume(run_id)
        if task := runs._tasks.get(run_id):
            try:
                await task
            except BaseExceptionGroup as error:
                assert error.subgroup(Crash), error
            except Crash:
                pass
        return run_id, fuse


def facts(steps: list[Any]) -> list[str]:
    """What was recorded, whatever the order of landing and the time it took."""
    return sorted(step.outcome.model_copy(update={"spent": None}).model_dump_json() for step in steps)


async def whole() -> tuple[Place, int]:
    place = Place()
    _, fuse = await place.process(None)
    return place, fuse.count


async def test_a_crash_before_every_effect_changes_nothing_in_the_end() -> None:
    undisturbed, effects = await whole()
    expected = undisturbed.workspace.folders["/nowhere"]
    recorded = {text for text in facts((await undisturbed.journal.read("r1"))[1]) if '"mirrored"' not in text}
    assert effects > 60
    for at in range(1, effects + 1):
        place = Place()
        run_id, _ = await place.process(at)
        on_record = place.replies_on_record()
        await place.process(None, run_id)
        _, steps = await place.journal.read(run_id)
        assert place.workspace.folders["/nowhere"] == expected, f"crash before effect {at}"
        assert {text for text in facts(steps) if '"mirrored"' not in text} == recorded, f"effect {at}"
        run = await Runs(world(journal=place.journal)).read(run_id)
        assert run.end is not None
        assert run.end.kind == "verified"
        again = {digest for digest, times in place.model.requests.items() if times > 1}
        assert not again & on_record, f"a call was paid for twice, effect {at}"
        assert run.usage.calls == len(place.model.requests)


@pytest.mark.parametrize("step", [15, 23])
async def test_crash_after_crash_still_gets_there(step: int) -> None:
    undisturbed, _ = await whole()
    place = Place()
    run_id, _ = await place.process(step)
    for _ in range(200):
        await place.process(step, run_id)
        run = await Runs(world(journal=place.journal)).read(run_id)
        if run.end is not None:
            break
    assert run.end is not None
    assert run.end.kind == "verified"
    assert place.workspace.folders == undisturbed.workspace.folders
