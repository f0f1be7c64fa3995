"""What a recorded run says about what failed."""

from __future__ import annotations

from samokoder.domain.evidence import Check, CommandReport, Evidence, Isolation

PYTEST = """
tests/test_a.py F.F
=========================== short test summary info ===========================
FAILED tests/test_a.py::test_one - assert 1 == 2
FAILED tests/test_a.py::test_two[x] - KeyError
2 failed, 1 passed in 0.12s
"""


def evidence(output: str, exit_code: int | None = 1) -> Evidence:
    return Evidence(
        check=Check(id="T1", title="", command=("x",)),
        tree="t",
        report=CommandReport(exit_code=exit_code, output=output, seconds=0),
        isolation=Isolation(level="none", separates=()),
        environment="e",
    )


def test_only_exit_code_zero_passes_whatever_the_output_says() -> None:
    assert evidence("10 passed", 0).passed
    assert not evidence("10 passed", 1).passed
    assert not evidence("10 passed", None).passed


def test_failing_tests_are_named() -> None:
    expected = {"T1:tests/test_a.py::test_one", "T1:tests/test_a.py::test_two[x]"}
    assert evidence(PYTEST).failing == expected


def test_a_failure_without_names_is_the_check_itself() -> None:
    assert evidence("Segmentation fault", 139).failing == {"T1"}


def test_a_passing_run_has_nothing_failing_even_if_it_prints_failed() -> None:
    assert evidence(PYTEST, 0).failing == frozenset()


def test_the_same_failure_has_the_same_fingerprint_at_another_time_and_place() -> None:
    one = evidence("error at 0x7f12 in /tmp/abc/x.py:12 after 0.31s")
    two = evidence("error at 0x8f99 in /tmp/def/x.py:14 after 1.02s")
    assert one.fingerprint == two.fingerprint
    assert one.fingerprint != evidence("another error").fingerprint


def test_a_failing_test_of_vitest_has_the_same_name_however_long_it_took() -> None:
    one = evidence(
        " ❯ tests/share.test.js (29 tests | 1 failed) 66ms\n   × typed > a comma counts as a point 35ms\n"
    )
    two = evidence(
        " ❯ tests/share.test.js (29 tests | 1 failed) 9ms\n   × typed > a comma counts as a point\n"
    )
    assert one.failing == two.failing == {"T1:typed > a comma counts as a point"}
