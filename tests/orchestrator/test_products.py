"""Whose content it is: a run's own, now or after an earlier step, and nobody else's."""

from __future__ import annotations

import pytest

from samokoder.domain.outcome import Outcome
from samokoder.domain.run import Run
from samokoder.errors import NotFound
from samokoder.orchestrator.advance import advance
from samokoder.orchestrator.runs import Runs
from samokoder.orchestrator.world import World
from samokoder.ports import Step
from tests.orchestrator import story
from tests.orchestrator.cast import world
from tests.orchestrator.story import T1_WRITTEN, failed
from tests.orchestrator.test_repair import Story


async def recorded(world: World, run_id: str, *outcomes: Outcome) -> None:
    """A run whose steps are on record."""
    request = story.request()
    await world.journal.create(run_id, request, world.now())
    run = Run(id=run_id, request=request)
    for index, outcome in enumerate(outcomes):
        after = advance(run, outcome)
        await world.journal.commit(run, Step(index=index, at=world.now(), outcome=outcome), after, {})
        run = after


async def test_a_content_is_of_the_run_that_has_or_had_it() -> None:
    repaired = Story(*T1_WRITTEN).check(failed("t::a"), times=2)
    before = len(repaired.outcomes)
    repaired.attempt("2", failed("t::a", "t::b")).attempt("3", story.PASS)
    there = world()
    await recorded(there, "repaired", *repaired.outcomes)
    await recorded(there, "earlier", *repaired.outcomes[:before])
    products = Runs(there).products
    steps = range(len(repaired.outcomes) + 1)
    ever = {digest for step in steps for digest in (await products.files("repaired", step)).values()}
    now = set((await products.files("repaired")).values())
    assert ever > now > set()
    assert all([await products.holds("repaired", digest) for digest in ever])
    of_the_other = set((await products.files("earlier")).values())
    assert ever - of_the_other
    assert {digest for digest in ever if await products.holds("earlier", digest)} == of_the_other
    with pytest.raises(NotFound):
        await products.holds("none", now.pop())
