"""Dependencies that are refused: replaced by the bug hunter, told to the person, and never tried for ever."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from samokoder.adapters.fakes import FakeSandbox
from samokoder.agents.dependencies import DEPENDENCY_HUNTER, RefusedBrief, Replacement
from samokoder.agents.rendering import parse
from samokoder.domain.architecture import Dependency, Refusal
from samokoder.domain.run import Building, Run
from samokoder.offline.blueprint import embedded
from samokoder.offline.roles import dependencies as by_rules
from samokoder.orchestrator.findings import findings
from samokoder.orchestrator.runs import Runs
from tests.orchestrator import story
from tests.orchestrator.cast import Player, Silent, only_with_code, world

LIKE = Refusal(
    dependency=Dependency(name="fastapi", version="1.0"),
    cause="young",
    reason="fastapi 1.0 was published 2026-11-20, less than 7 days ago.",
    instead=Dependency(name="fastapi", version="0.9"),
)


class Replacing(Player):
    """Answers for the bug hunter, as told or by the embedded rules."""

    def __init__(self, *answers: Sequence[Dependency]) -> None:
        super().__init__()
        self.told: list[RefusedBrief] = []
        self._answers = list(answers)

    async def complete(self, request: Any, *rest: Any) -> Any:
        if request.agent == "dependency_hunter":
            brief = parse(RefusedBrief, request.messages[1].content)
            self.told.append(brief)
            answer = by_rules.answer(brief, embedded())
            if self._answers:
                answer = Replacement(cause="said", dependencies=tuple(self._answers.pop(0)))
            self._spoil = lambda role, times: answer.model_dump_json()
        else:
            self._spoil = lambda role, times: None
        return await super().complete(request, *rest)


async def ended(model: Player, sandbox: FakeSandbox, **parts: Any) -> Run:
    runs = Runs(world(model=model, sandbox=lambda choice: sandbox, **parts))
    return await runs.wait(await runs.start(story.request()))


async def test_a_refused_dependency_is_replaced_and_the_run_goes_on_to_its_end() -> None:
    sandbox, model, editor = FakeSandbox(only_with_code, [LIKE]), Replacing(), Silent()
    run = await ended(model, sandbox, editor=editor)
    assert run.end is not None and run.end.kind == "verified"
    assert [spec.dependencies for spec in sandbox.opened] == [(LIKE.dependency,), (LIKE.instead,)]
    assert model.told[0].refused == (LIKE,)
    assert isinstance(run.unfinished, Building)
    assert run.unfinished.architecture.dependencies == (LIKE.instead,)
    assert run.refused == () and run.replaced == 1 and not findings(run)
    told = [news for news in editor.news if news.outcome == "dependencies_refused"]
    assert [(news.ok, news.subject, news.detail) for news in told] == [(False, "fastapi", LIKE.reason)]


async def test_what_is_refused_again_and_again_ends_the_run_by_name_and_stays_a_finding() -> None:
    versions = [Dependency(name="fastapi", version=f"1.{n}") for n in range(1, 50)]
    refusals = [LIKE, *(LIKE.model_copy(update={"dependency": d, "instead": None}) for d in versions)]
    sandbox, model = FakeSandbox(only_with_code, refusals), Replacing(*([d] for d in versions))
    run = await ended(model, sandbox)
    assert run.end is not None and run.end.kind == "environment_missing" and LIKE.reason in run.end.reason
    assert len(model.told) == run.request.options.budget.repairs
    assert [(f.source, f.severity, f.message) for f in findings(run)] == [
        ("dependency", "error", LIKE.reason)
    ]


async def test_a_model_that_names_the_refused_package_again_is_asked_again() -> None:
    other = Dependency(name="starlette", version="0.4")
    sandbox, model = FakeSandbox(only_with_code, [LIKE]), Replacing([LIKE.dependency], [other])
    run = await ended(model, sandbox)
    assert run.end is not None and run.end.kind == "verified"
    assert len(model.told) == 2 and sandbox.opened[-1].dependencies == (other,)


async def test_a_run_that_ended_for_a_refusal_goes_on_once_the_person_allows_the_package() -> None:
    sandbox = FakeSandbox(only_with_code, [LIKE, LIKE.model_copy(update={"dependency": LIKE.instead})])
    runs = Runs(world(model=Replacing(), sandbox=lambda choice: sandbox))
    run_id = await runs.start(story.request())
    assert (end := (await runs.wait(run_id)).end) and end.kind == "stuck"
    sandbox.refusals = []  # the person has allowed the package
    await runs.resume(run_id)
    assert (end := (await runs.wait(run_id)).end) and end.kind == "verified"


@pytest.mark.parametrize(
    ("dependencies", "complaint"),
    [
        ([("fastapi", "1.0")], "refused"),
        ([("a", "1"), ("A", "2")], "once"),
        ([("fastapi", "0.9"), ("a", "1")], ""),
        ([], ""),
    ],
)
def test_an_answer_that_cannot_be_used_is_objected_to(
    dependencies: list[tuple[str, str]], complaint: str
) -> None:
    brief = RefusedBrief(architecture=story.ARCHITECTURE, refused=(LIKE,))
    named = tuple(Dependency(name=name, version=version) for name, version in dependencies)
    said = DEPENDENCY_HUNTER.objection(brief, Replacement(cause="x", dependencies=named))
    assert complaint in said and bool(said) == bool(complaint)


def test_the_embedded_model_takes_what_is_suggested_and_leaves_out_what_has_no_substitute() -> None:
    pins = (LIKE.dependency, Dependency(name="odd", version="1"), Dependency(name="httpx", version="2"))
    gone = LIKE.model_copy(update={"dependency": pins[1], "instead": None})
    architecture = story.ARCHITECTURE.model_copy(update={"dependencies": pins})
    answer = by_rules.answer(RefusedBrief(architecture=architecture, refused=(LIKE, gone)), embedded())
    assert answer.dependencies == (LIKE.instead, pins[2])
