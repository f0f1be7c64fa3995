"""Repair: believed only twice, measured, dropped without progress, ended honestly."""

from __future__ import annotations

import pytest

from samokoder.domain.outcome import Answered, NothingUsable, Outcome, Resumed
from samokoder.domain.run import Building, Run, waiting_for
from samokoder.domain.specification import Answer
from samokoder.domain.work import Attempt, Debugging, Unwritten, Verified, Verifying
from samokoder.orchestrator import loops
from samokoder.orchestrator.repair import ACCEPT_UNPROVED
from tests.orchestrator.story import (
    PASS,
    T1_WRITTEN,
    checked,
    checks_seen,
    checks_written,
    diagnosed,
    failed,
    ready,
    reviewed,
    run_after,
    written,
)


class Story:
    """Outcomes one after another, with the run they make."""

    def __init__(self, *outcomes: Outcome, **options: object) -> None:
        self.outcomes, self.options = list(outcomes), options

    @property
    def run(self) -> Run:
        return run_after(*self.outcomes, **self.options)

    def then(self, *outcomes: Outcome) -> Story:
        self.outcomes += outcomes
        return self

    def check(self, report: object, times: int = 1, task: str = "T1", check: str = "T1") -> Story:
        for n in range(times):
            self.then(checked(self.run, task, check, report, confirm=n > 0))  # type: ignore[arg-type]
        return self

    def attempt(self, version: str, report: object, task: str = "T1") -> Story:
        """One repair of the models file, reviewed and checked."""
        self.then(diagnosed(self.run, task, "app/models.py"))
        building = self.run.phase
        assert isinstance(building, Building)
        phase = building.task("T1").phase
        self.then(written("T1", "app/models.py", version, round=phase.round))  # type: ignore[union-attr]
        if ready(self.run) and any(n.startswith("ReviewFiles T1") for n in ready(self.run)):
            self.then(reviewed("T1", "app/models.py", version=version))
            self.check(report, times=1 if report is PASS else 2)
        return self

    def phase(self, task: str = "T1") -> object:
        building = self.run.unfinished
        assert isinstance(building, Building)
        return building.task(task).phase


def test_a_failure_seen_twice_is_handed_to_the_bug_hunter() -> None:
    story = Story(*T1_WRITTEN).check(failed("t::a"), times=2)
    assert "Diagnose T1 repair 0" in ready(story.run)


def test_a_check_that_fails_and_then_passes_is_written_again() -> None:
    story = Story(*T1_WRITTEN).check(failed("t::a")).check(PASS)
    building = story.run.phase
    assert isinstance(building, Building)
    assert isinstance(building.task("T1").acceptance, Unwritten)
    assert "flaky" in building.task("T1").acceptance.why
    assert "WriteChecks T1 1" in ready(story.run)
    assert not isinstance(story.phase(), Verified)


def test_a_check_that_stays_flaky_is_never_taken_for_a_pass() -> None:
    story = Story(*T1_WRITTEN)
    for version in ("2", "3"):
        story.check(failed("t::a")).check(PASS)
        story.then(checks_written("T1", version), checks_seen("T1"))
    story.check(failed("t::a")).check(PASS)
    assert isinstance(story.phase(), Debugging)


def test_a_repair_that_works_proves_the_task() -> None:
    story = Story(*T1_WRITTEN).check(failed("t::a"), times=2).attempt("2", PASS)
    assert isinstance(story.phase(), Verified)


def test_progress_starts_the_ladder_again_from_the_better_state() -> None:
    story = Story(*T1_WRITTEN).check(failed("t::a", "t::b"), times=2).attempt("2", failed("t::b"))
    phase = story.phase()
    assert isinstance(phase, Debugging)
    assert phase.strategy == "repair"
    assert "Diagnose T1 repair 1" in ready(story.run)


def test_a_repair_without_progress_is_dropped_and_the_next_strategy_tried() -> None:
    story = Story(*T1_WRITTEN).check(failed("t::a"), times=2)
    before = story.run.phase.task("T1").files  # type: ignore[union-attr]
    story.attempt("2", failed("t::a", "t::b"))
    assert story.run.phase.task("T1").files == before  # type: ignore[union-attr]
    assert isinstance(story.phase(), Debugging)
    assert "Diagnose T1 troubleshoot 1" in ready(story.run)


def test_mending_what_hid_the_tests_is_progress_though_more_tests_now_fail() -> None:
    hidden = failed("tests/test_records.py")
    story = Story(*T1_WRITTEN).check(hidden, times=2).attempt("2", failed("t.py::a", "t.py::b"))
    assert story.phase().strategy == "repair"  # type: ignore[attr-defined]


def test_the_same_patch_twice_is_dropped_without_running_it_again() -> None:
    story = Story(*T1_WRITTEN).check(failed("t::a"), times=2).attempt("2", failed("t::a"))
    story.attempt("2", PASS)
    phase = story.phase()
    assert isinstance(phase, Debugging)
    assert phase.strategy == "alternative"
    assert phase.loop == "same patch"


def test_a_fault_nobody_can_mend_ends_stuck_within_the_ladder() -> None:
    story = Story(*T1_WRITTEN).check(failed("t::a"), times=2)
    for version in "2345":
        story.attempt(version, failed("t::a"))
    assert story.phase().why == "stuck"  # type: ignore[attr-defined]
    assert not [name for name in ready(story.run) if "T1" in name]


def test_the_repair_budget_ends_in_its_own_name() -> None:
    story = Story(*T1_WRITTEN, budget={"repairs": 1}).check(failed("t::a"), times=2)
    story.attempt("2", failed("t::a"))
    assert story.phase().why == "budget_exhausted"  # type: ignore[attr-defined]


def test_a_person_is_asked_when_that_is_switched_on_and_may_accept_unproved() -> None:
    story = Story(*T1_WRITTEN, ask=True)
    story.outcomes[0] = story.outcomes[0].model_copy(
        update={"specification": story.outcomes[0].specification.model_copy(update={"questions": ()})}  # type: ignore[union-attr]
    )
    story.check(failed("t::a"), times=2)
    for version in "2345":
        story.attempt(version, failed("t::a"))
    (question,) = waiting_for(story.run)
    story.then(Answered(answer=Answer(question=question.id, text=ACCEPT_UNPROVED)))
    assert story.phase().why == "built_unverified"  # type: ignore[attr-defined]


def test_a_hint_of_the_person_starts_the_ladder_again() -> None:
    story = Story(*T1_WRITTEN, ask=True)
    story.outcomes[0] = story.outcomes[0].model_copy(
        update={"specification": story.outcomes[0].specification.model_copy(update={"questions": ()})}  # type: ignore[union-attr]
    )
    story.check(failed("t::a"), times=2)
    for version in "2345":
        story.attempt(version, failed("t::a"))
    (question,) = waiting_for(story.run)
    story.then(Answered(answer=Answer(question=question.id, text="look at the ISBN")))
    assert isinstance(story.phase(), Verifying)
    assert story.run.phase.task("T1").hint == "look at the ISBN"  # type: ignore[union-attr]


def test_an_accused_check_goes_back_to_the_tester_only_from_the_troubleshooter_on() -> None:
    story = Story(*T1_WRITTEN).check(failed("t::a"), times=2)
    story.then(diagnosed(story.run, "T1", wrong_check="asks for more than R1"))
    assert story.phase().strategy == "troubleshoot"  # type: ignore[attr-defined]
    story.then(diagnosed(story.run, "T1", wrong_check="asks for more than R1"))
    assert "WriteChecks T1 1" in ready(story.run)


def test_checks_that_pass_without_code_are_written_again_and_then_given_up() -> None:
    story = Story(*T1_WRITTEN[:5], checks_seen("T1", PASS))
    for version in ("2", "3"):
        assert [n for n in ready(story.run) if n.startswith("WriteChecks T1")]
        story.then(checks_written("T1", version), checks_seen("T1", PASS))
    assert story.phase().why == "stuck"  # type: ignore[attr-defined]
    assert not [name for name in ready(story.run) if "T1" in name and "BreakDown" not in name]


def test_a_check_we_ended_ourselves_is_not_seen_to_fail() -> None:
    story = Story(*T1_WRITTEN[:5], checks_seen("T1", failed(exit_code=None)))
    assert "WriteChecks T1 1" in ready(story.run)


def test_an_unusable_answer_is_tried_again_and_then_ends_the_run() -> None:
    story = Story()
    bad = NothingUsable(action="Specify", cause="invalid_answer", reason="not JSON")
    assert ready(story.then(bad, bad).run) == ["Specify"]
    assert story.then(bad).run.end.kind == "stuck"  # type: ignore[union-attr]


def test_a_finished_run_is_taken_up_again_where_it_was() -> None:
    story = Story(budget={"calls": 1})
    bad = NothingUsable(action="Specify", cause="budget", reason="spent")
    assert story.then(bad).run.end.kind == "budget_exhausted"  # type: ignore[union-attr]
    assert ready(story.then(Resumed(more_calls=5)).run) == ["Specify"]
    assert story.run.request.options.budget.calls == 6


@pytest.mark.parametrize(
    ("prints", "expected"),
    [
        (["a", "a", "a", "a"], "same failure"),
        (["a", "b", "a", "b"], "alternating failures"),
        (["a", "b", "c", "d"], None),
        (["a", "a", "a"], None),
    ],
)
def test_repeating_failures_are_recognised_within_four(prints: list[str], expected: str | None) -> None:
    attempts = [
        Attempt(
            strategy="repair", cause="", patch=f"p{n}", tree=f"t{n}", failing=frozenset(), fingerprint=name
        )
        for n, name in enumerate(prints[:-1])
    ]
    assert loops.loop(attempts, "new", "new", prints[-1]) == expected
