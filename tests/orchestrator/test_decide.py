"""From here, given this, expect that."""

from __future__ import annotations

from samokoder.domain.action import Mirror, RunCheck
from samokoder.domain.evidence import CommandReport
from samokoder.domain.files import tree_digest
from samokoder.domain.outcome import (
    Answered,
    Cancelled,
    CheckRan,
    ChecksWritten,
    Outcome,
    SpecificationApproved,
)
from samokoder.domain.run import Building, Run, waiting_for
from samokoder.domain.specification import Answer
from samokoder.orchestrator.decide import decide
from tests.orchestrator.story import (
    PASS,
    SPECIFICATION,
    START,
    T1_WRITTEN,
    broken_down,
    checked,
    checks_seen,
    checks_written,
    delivery,
    designed,
    failed,
    manual,
    mirrored,
    planned,
    ready,
    reviewed,
    run_after,
    specified,
    written,
)


def test_a_new_run_asks_the_spec_writer() -> None:
    assert ready(run_after()) == ["Specify"]


def test_questions_are_not_waited_for_unless_the_person_wants_to_be_asked() -> None:
    assert ready(run_after(specified)) == ["Design"]


def test_questions_wait_for_the_person_when_asked_for() -> None:
    run = run_after(specified, ask=True)
    assert ready(run) == []
    assert [q.id for q in waiting_for(run)] == ["q1"]


def test_an_answer_goes_back_to_the_spec_writer_once() -> None:
    answer = Answered(answer=Answer(question="q1", text="staff"))
    assert ready(run_after(specified, answer, ask=True)) == ["Specify"]
    assert ready(run_after(specified, answer, specified, ask=True)) == ["Design"]


def test_a_skipped_question_goes_on_with_the_default() -> None:
    skipped = Answered(answer=Answer(question="q1", text="all", skipped=True))
    assert ready(run_after(specified, skipped, ask=True)) == ["Design"]


def test_a_specification_waits_for_approval_when_that_is_switched_on() -> None:
    run = run_after(specified, approve_specification=True)
    assert ready(run) == []
    approved = SpecificationApproved(specification=SPECIFICATION)
    assert ready(run_after(specified, approved, approve_specification=True)) == ["Design"]


def test_the_environment_is_prepared_while_the_plan_is_made() -> None:
    assert ready(run_after(specified, designed)) == ["MakePlan", "PrepareEnvironment"]


def test_code_of_all_tasks_is_broken_down_at_once_but_checks_build_on_one_another() -> None:
    assert ready(run_after(*START)) == [
        "WriteChecks T1 0",
        "BreakDown T1",
        "BreakDown T2",
        "WriteManual",
        "WriteDelivery",
    ]


def test_checks_are_seen_to_fail_before_they_count() -> None:
    assert "SeeChecksFail T1 0" in ready(run_after(*START, checks_written("T1")))


def test_checks_are_not_run_before_there_is_somewhere_to_run_them() -> None:
    run = run_after(specified, designed, planned, checks_written("T1"))
    assert "PrepareEnvironment" in ready(run)
    assert not [name for name in ready(run) if name.startswith("SeeChecksFail")]


def test_every_order_of_a_breakdown_can_be_written_side_by_side() -> None:
    names = ready(run_after(*START, broken_down("T2")))
    assert "WriteFile T2 app/pages.py 1" in names
    assert "WriteFile T2 app/style.py 1" in names


def test_what_others_wait_for_begins_before_files_and_these_in_the_order_of_the_plan() -> None:
    coding = (*START, broken_down("T1"), broken_down("T2"))
    assert ready(run_after(*coding)) == [
        "WriteChecks T1 0",
        "WriteManual",
        "WriteDelivery",
        "WriteFile T1 app/models.py 1",
        "WriteFile T2 app/pages.py 1",
        "WriteFile T2 app/style.py 1",
    ]


def test_a_task_is_reviewed_only_when_its_last_file_is_written() -> None:
    half = (*START, broken_down("T2"), written("T2", "app/pages.py"))
    assert "ReviewFiles T2 1" not in ready(run_after(*half))
    assert "ReviewFiles T2 1" in ready(run_after(*half, written("T2", "app/style.py")))


def test_approved_code_waits_for_checks_that_were_seen_to_fail_and_for_the_documents() -> None:
    coded = (*START, broken_down("T1"), written("T1", "app/models.py"), reviewed("T1", "app/models.py"))
    assert not [n for n in ready(run_after(*coded)) if n.startswith("RunCheck")]
    seen = (*coded, checks_written("T1"), checks_seen("T1"))
    assert "RunCheck T1 T1 False" not in ready(run_after(*seen))
    assert "RunCheck T1 T1 False" in ready(run_after(*seen, manual, delivery, together=0))


def test_a_task_is_not_verified_before_those_it_stands_on() -> None:
    pages = (
        checks_written("T2"),
        broken_down("T2"),
        written("T2", "app/pages.py"),
        written("T2", "app/style.py"),
        reviewed("T2", "app/pages.py", "app/style.py"),
    )
    seen = (*T1_WRITTEN, *pages, checks_seen("T2"))
    assert "RunCheck T2 T2 False" not in ready(run_after(*seen, together=0))
    proof = checked(run_after(*seen), "T1", "T1", PASS)
    assert "RunCheck T2 T2 False" in ready(run_after(*seen, proof, together=0))


def test_checks_are_seen_to_fail_as_soon_as_the_code_below_is_approved() -> None:
    written_checks = (*START, checks_written("T1"), checks_written("T2"))
    assert "SeeChecksFail T2 0" not in ready(run_after(*written_checks))
    assert "SeeChecksFail T2 0" in ready(run_after(*T1_WRITTEN, checks_written("T2")))


def test_a_failure_is_run_once_more_before_it_is_believed() -> None:
    run = run_after(*T1_WRITTEN)
    once = run_after(*T1_WRITTEN, checked(run, "T1", "T1", failed("t::a")), together=0)
    assert "RunCheck T1 T1 True" in ready(once)


def whole_checks(run: Run) -> list[str]:
    return [name for name in ready(run) if name.startswith("RunCheck")]


def on_the_whole(run: Run, task: str, report: CommandReport) -> CheckRan:
    assert isinstance(run.phase, Building)
    ran = checked(run, task, task, report)
    return ran.model_copy(
        update={"evidence": ran.evidence.model_copy(update={"tree": tree_digest(run.phase.whole)})}
    )


def test_a_small_plan_waits_until_all_is_written_and_then_runs_each_check_once_on_the_whole() -> None:
    steps = both_written()
    assert whole_checks(run_after(*steps[:-1])) == []
    run = run_after(*steps)
    assert isinstance(run.phase, Building)
    assert {a.tree for a in decide(run) if isinstance(a, RunCheck)} == {tree_digest(run.phase.whole)}
    assert whole_checks(run) == [
        *("RunCheck T1 T1 False", "RunCheck T2 T2 False"),
        *("RunCheck integration build False", "RunCheck integration start False"),
    ]
    for task in ("T2", "T1"):
        steps.append(on_the_whole(run_after(*steps), task, PASS))
    after = run_after(*steps)
    assert isinstance(after.phase, Building)
    assert [after.phase.task(name).phase.kind for name in ("T1", "T2")] == ["verified", "verified"]
    assert whole_checks(after) == ["RunCheck integration build False", "RunCheck integration start False"]


def test_what_fails_on_the_whole_is_looked_at_on_its_own_ground() -> None:
    steps = both_written()
    steps.append(on_the_whole(run_after(*steps), "T1", failed("t::a")))
    assert "RunCheck T1 T1 True" in ready(run_after(*steps))
    steps.append(on_the_whole(run_after(*steps), "T1", failed("t::a")))
    run = run_after(*steps)
    assert isinstance(run.phase, Building)
    own = tree_digest(run.phase.tree_of("T1"))
    assert [(a.tree, a.confirm) for a in decide(run) if isinstance(a, RunCheck) and a.task == "T1"] == [
        (own, False)
    ]
    for _ in range(2):
        steps.append(checked(run_after(*steps), "T1", "T1", failed("t::a")))
    assert "Diagnose T1 repair 0" in ready(run_after(*steps))


def test_what_passes_on_its_own_ground_but_not_on_the_whole_does_not_verify_the_run() -> None:
    steps = both_written()
    for _ in range(2):
        steps.append(on_the_whole(run_after(*steps), "T1", failed("t::a")))
    steps.append(checked(run_after(*steps), "T1", "T1", PASS))
    steps.append(on_the_whole(run_after(*steps), "T2", PASS))
    assert "RunCheck integration T1 False" in whole_checks(run_after(*steps))


def test_what_fails_and_then_passes_on_the_whole_is_flaky_and_written_again() -> None:
    steps = both_written()
    steps.append(on_the_whole(run_after(*steps), "T1", failed("t::a")))
    steps.append(on_the_whole(run_after(*steps), "T1", PASS))
    assert "WriteChecks T1 1" in ready(run_after(*steps))


def mirrored_next(run: Run) -> set[str]:
    """Files that would be put into the person's folder now."""
    return {path for action in decide(run) if isinstance(action, Mirror) for path, _ in action.files}


def test_verified_work_is_mirrored_at_once() -> None:
    run = run_after(*T1_WRITTEN)
    assert "app/models.py" not in mirrored_next(run)
    proved = run_after(*T1_WRITTEN, checked(run, "T1", "T1", PASS))
    assert {"app/models.py", "tests/test_records.py"} <= mirrored_next(proved)


def test_what_is_mirrored_is_not_mirrored_again() -> None:
    proof = checked(run_after(*T1_WRITTEN), "T1", "T1", PASS)
    run = run_after(*T1_WRITTEN, proof)
    assert "Mirror" not in ready(run_after(*T1_WRITTEN, proof, mirrored(run)))


def test_the_whole_is_checked_as_soon_as_its_tree_is_final_and_what_passed_on_it_is_not_run_again() -> None:
    steps = both_written()
    names = [n for n in ready(run_after(*steps, together=0)) if "integration" in n]
    assert names == [f"RunCheck integration {check} False" for check in ("build", "T1", "start")]
    for task in ("T1", "T2"):
        steps.append(checked(run_after(*steps), task, task, PASS))
    names = [n for n in ready(run_after(*steps, together=0)) if "integration" in n]
    assert names == [f"RunCheck integration {check} False" for check in ("build", "T1", "start")]


def test_the_whole_is_not_verified_by_an_early_result_while_a_task_is_unproved() -> None:
    steps = both_written()
    for check in ("build", "T1", "start"):
        steps.append(checked(run_after(*steps), "integration", check, PASS))
    assert run_after(*steps).end is None
    for task in ("T1", "T2"):
        steps.append(checked(run_after(*steps), task, task, PASS))
    run = run_after(*steps)
    assert run.phase.task("integration").phase.kind == "verified"  # type: ignore[union-attr]
    steps.append(mirrored(run))
    assert run_after(*steps).end.kind == "verified"  # type: ignore[union-attr]


def test_a_run_with_a_requirement_no_check_shows_is_not_called_verified() -> None:
    steps = both_written()
    shown = next(o for o in steps if isinstance(o, ChecksWritten) and o.task == "T2")
    steps[steps.index(shown)] = shown.model_copy(update={"unproved": ("R2",)})
    for task in ("T1", "T2"):
        steps.append(checked(run_after(*steps), task, task, PASS))
    for check in ("build", "T1", "start"):
        steps.append(checked(run_after(*steps), "integration", check, PASS))
    steps.append(mirrored(run_after(*steps)))
    end = run_after(*steps).end
    assert end is not None
    assert end.kind == "built_unverified"
    assert "R2" in end.reason


def test_an_early_failure_of_the_whole_is_run_again_only_on_sure_ground() -> None:
    steps = both_written()
    steps.append(checked(run_after(*steps), "integration", "start", failed()))
    assert "RunCheck integration start True" not in ready(run_after(*steps))
    for task in ("T1", "T2"):
        steps.append(checked(run_after(*steps), task, task, PASS))
    assert "RunCheck integration start True" in ready(run_after(*steps))


def test_a_cancelled_run_has_nothing_to_do() -> None:
    assert ready(run_after(*START, Cancelled())) == []


def both_written() -> list[Outcome]:
    """All code approved, all checks seen to fail, nothing verified."""
    return [
        *T1_WRITTEN,
        checks_written("T2"),
        broken_down("T2"),
        written("T2", "app/pages.py"),
        written("T2", "app/style.py"),
        reviewed("T2", "app/pages.py", "app/style.py"),
        checks_seen("T2"),
    ]
