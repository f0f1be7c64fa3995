"""Faults planted in written files: each run ends verified after repair, or in the honest end state."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from samokoder.domain.outcome import CheckRan, Diagnosed, FileWritten, Reviewed
from samokoder.domain.request import Options, Request
from samokoder.offline.transport import OfflineTransport
from tests.e2e.planting import Fault, PlantingTransport
from tests.e2e.worlds import real_world

pytestmark = pytest.mark.timeout(400)  # whole runs, on machines that may be busy
DESCRIPTION = (
    "A lending desk. Each tool has a name (required, unique), a daily price and a condition note. "
    "A borrower has a name and an email. A loan says which borrower has which tool, and is open or returned."
)
ALWAYS = 1_000


def swap(old: str, new: str) -> Callable[[str], str]:
    """Replace the first match of a pattern; a text without one is left alone."""
    return lambda text: re.sub(old, new, text, count=1, flags=re.DOTALL)


REPAIRABLE = [
    Fault("syntax", "app/services/tools.py", swap(r":\n", "\n")),
    Fault("import", "app/models.py", lambda text: text + "\nfrom app.nowhere import nothing\n"),
    Fault("wrong status code", "app/api/tools.py", swap(r"status_code=201", "status_code=200")),
    Fault("missing field", "app/schemas/tool.py", swap(r"(Read\(.*?)\n    price_per_day: [^\n]*", r"\1")),
    Fault("wrong rule", "app/schemas/tool.py", swap(r"ge=0,", "ge=-10,")),
    Fault("broken template", "app/templates/base.html", swap(r"{% endblock %}", "")),
    Fault("wrong paging", "app/paging.py", swap(r"\(page - 1\)", "page")),
    Fault("missing route", "app/api/tools.py", swap(r"@router\.delete\([^\n]*\n", "")),
    Fault("crash at start", "app/main.py", lambda text: text + "\nraise RuntimeError('not today')\n"),
]


async def run(folder: Path, *faults: Fault, **options: object) -> tuple[str, list[object], object]:
    """End state, outcomes and the finished run."""
    transport = PlantingTransport(OfflineTransport(), *faults)
    async with real_world(folder, transport) as (runs, _):
        request = Request(
            description=DESCRIPTION, target=str(folder / "app"), options=Options.model_validate(options)
        )
        run_id = await runs.start(request)
        finished = await runs.wait(run_id)
        assert finished.end is not None, "the run was interrupted"
        steps = await runs.steps(run_id)
        return finished.end.kind, [step.outcome for step in steps], finished


@pytest.mark.parametrize("fault", REPAIRABLE, ids=lambda fault: fault.name)
async def test_a_planted_fault_is_found_and_repaired(fault: Fault, tmp_path: Path) -> None:
    fault.planted.clear()
    end, outcomes, _ = await run(tmp_path, fault)
    assert fault.planted, "the fault was not planted, so nothing is shown"
    assert found_at_once(outcomes) or found_by_reviewer(outcomes) or found_by_check(outcomes)
    assert end == "verified"


def found_at_once(outcomes: list[object]) -> bool:
    """Sent back as it came: what cannot be parsed is no file."""
    return any(isinstance(o, FileWritten) and o.spent.calls > 1 for o in outcomes)


def found_by_reviewer(outcomes: list[object]) -> bool:
    """Sent back before anything ran."""
    return any(isinstance(o, Reviewed) and not all(v.approve for v in o.review.verdicts) for o in outcomes)


def found_by_check(outcomes: list[object]) -> bool:
    """A check failed, and somebody said why."""
    failed = any(isinstance(o, CheckRan) and not o.evidence.passed for o in outcomes)
    return failed and any(isinstance(o, Diagnosed) for o in outcomes)


async def test_a_flaky_check_is_written_again_and_never_believed(tmp_path: Path) -> None:
    marker = tmp_path / "ran-once"
    flaky = f"""

def test_of_two_minds():
    from pathlib import Path

    marker = Path({str(marker)!r})
    ran = marker.exists()
    if Path("app/services/tools.py").exists():
        marker.touch()
    assert ran
"""
    fault = Fault("flaky check", "tests/test_tools.py", lambda text: text + flaky)
    end, outcomes, finished = await run(tmp_path, fault)
    assert fault.planted
    assert end == "verified"
    passed = [o for o in outcomes if isinstance(o, CheckRan) and o.confirm and o.evidence.passed]
    assert passed, "the second run on the same files should have passed"
    assert "of_two_minds" not in (tmp_path / "app" / "tests" / "test_tools.py").read_text("utf-8")
    assert finished is not None


async def test_a_fault_that_always_comes_back_ends_stuck_and_is_not_called_done(tmp_path: Path) -> None:
    fault = Fault(
        "unrepairable", "app/services/tools.py", lambda text: text + "\nraise SystemError\n", ALWAYS
    )
    end, outcomes, finished = await run(tmp_path, fault)
    assert end == "stuck"
    assert finished.end.reason  # type: ignore[attr-defined]
    strategies = [o.strategy for o in outcomes if isinstance(o, Diagnosed)]
    assert len(strategies) == len(set(strategies)) >= 3
    assert not (tmp_path / "app" / "app" / "services" / "tools.py").exists()


async def test_faults_of_several_kinds_at_once_are_repaired_one_after_another(tmp_path: Path) -> None:
    faults = (
        Fault("wrong status code", "app/api/tools.py", swap(r"status_code=201", "status_code=200")),
        Fault("import", "app/services/loans.py", lambda text: text + "\nfrom app.nowhere import nothing\n"),
        Fault("wrong paging", "app/paging.py", swap(r"\(page - 1\)", "page")),
    )
    end, _, _ = await run(tmp_path, *faults)
    assert all(fault.planted for fault in faults)
    assert end == "verified"


async def test_a_budget_without_repairs_ends_in_its_own_name(tmp_path: Path) -> None:
    fault = Fault("wrong status code", "app/api/tools.py", swap(r"status_code=201", "status_code=200"))
    end, _, finished = await run(tmp_path, fault, budget={"repairs": 0})
    assert end == "budget_exhausted", finished
