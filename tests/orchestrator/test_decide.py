"""From here, given this, expect that."""

from __future__ import annotations

from samokoder.domain.outcome import Answered, Cancelled, SpecificationApproved
from samokoder.domain.run import waiting_for
from samokoder.domain.specification import Answer
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


def test_a_task_is_reviewed_only_when_its_last_file_is_written() -> None:
    half = (*START, broken_down("T2"), written("T2", "app/pages.py"))
    assert "ReviewFiles T2 1" not in ready(run_after(*half))
    assert "ReviewFiles T2 1" in ready(run_after(*half, written("T2", "app/style.py")))


def test_approved_code_waits_for_checks_that_were_seen_to_fail() -> None:
    coded = (*START, broken_down("T1"), written("T1", "app/models.py"), reviewed("T1", "app/models.py"))
    assert not [n for n in ready(run_after(*coded)) if n.startswith("RunCheck")]
    seen = (*coded, checks_written("T1"), checks_seen("T1"))
    assert "RunCheck T1 T1 False" in ready(run_after(*seen))


def test_a_task_is_not_verified_before_those_it_stands_on() -> None:
    pages = (
        checks_written("T2"),
        broken_down("T2"),
        written("T2", "app/pages.py"),
        written("T2", "app/style.py"),
        reviewed("T2", "app/pages.py", "app/style.py"),
    )
    run = run_after(*T1_WRITTEN, *pages)
    assert not [n for n in ready(run) if "T2" in n]
    proved = run_after(*T1_WRITTEN, *pages, checked(run, "T1", "T1", PASS))
    assert "SeeChecksFail T2 0" in ready(proved)


def test_a_failure_is_run_once_more_before_it_is_believed() -> None:
    run = run_after(*T1_WRITTEN)
    once = run_after(*T1_WRITTEN, checked(run, "T1", "T1", failed("t::a")))
    assert "RunCheck T1 T1 True" in ready(once)


def test_verified_work_is_mirrored_at_once() -> None:
    run = run_after(*T1_WRITTEN)
    assert "Mirror" not in ready(run)
    assert "Mirror" in ready(run_after(*T1_WRITTEN, checked(run, "T1", "T1", PASS)))


def test_what_is_mirrored_is_not_mirrored_again() -> None:
    proof = checked(run_after(*T1_WRITTEN), "T1", "T1", PASS)
    run = run_after(*T1_WRITTEN, proof)
    assert "Mirror" not in ready(run_after(*T1_WRITTEN, proof, mirrored(run)))


def test_the_whole_is_checked_only_with_all_tasks_proved_and_all_documents_written() -> None:
    steps = [*whole_but_documents()]
    assert not [n for n in ready(run_after(*steps)) if "integration" in n]
    names = ready(run_after(*steps, manual, delivery))
    assert [n for n in names if "integration" in n] == [
        "RunCheck integration build False",
        "RunCheck integration tests False",
        "RunCheck integration start False",
    ]


def test_a_cancelled_run_has_nothing_to_do() -> None:
    assert ready(run_after(*START, Cancelled())) == []


def whole_but_documents() -> list[object]:
    steps: list[object] = [*T1_WRITTEN]
    steps.append(checked(run_after(*steps), "T1", "T1", PASS))  # type: ignore[arg-type]
    steps += [
        checks_written("T2"),
        checks_seen("T2"),
        broken_down("T2"),
        written("T2", "app/pages.py"),
        written("T2", "app/style.py"),
        reviewed("T2", "app/pages.py", "app/style.py"),
    ]
    steps.append(checked(run_after(*steps), "T2", "T2", PASS))  # type: ignore[arg-type]
    return steps
