"""What all tests share because it is slow to start, and that none is passed over where all must run."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator

import pytest

from tests.adapters.engines import OtherEngines


@pytest.fixture(scope="session")
def other_engines() -> Iterator[OtherEngines]:
    """gVisor below a Docker, and Podman: by name, started when first asked for."""
    engines = OtherEngines()
    try:
        yield engines
    finally:
        engines.end()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With SAMOKODER_REQUIRE_ALL=1 a skipped test has failed; the model server has a variable of its own."""
    report = yield
    required = os.environ.get("SAMOKODER_REQUIRE_ALL") == "1"
    if required and report.skipped and not item.get_closest_marker("model_server"):
        report.outcome, report.longrepr = "failed", f"passed over where all must run: {report.longrepr}"
    return report
