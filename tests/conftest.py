"""What all tests share because it is slow to start."""

from __future__ import annotations

from collections.abc import Iterator

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
