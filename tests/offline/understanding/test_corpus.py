"""Every description of the corpus is understood as its reader expects."""

from __future__ import annotations

from typing import Any

import pytest

from samokoder.offline.understanding import Refused, Understood, understand
from tests.offline.understanding.consistency import faults
from tests.offline.understanding.expectations import corpus, missing

_ENTRIES = corpus()


@pytest.mark.parametrize("entry", _ENTRIES, ids=[entry["id"] for entry in _ENTRIES])
def test_a_description_is_understood_as_its_reader_expects(entry: dict[str, Any]) -> None:
    found = understand(entry["description"])
    if "refused" in entry:
        assert isinstance(found, Refused), found
        assert found.subject in entry["refused"]
        return
    assert isinstance(found, Understood), found
    assert faults(found.model) == []
    assert missing(found.model, entry["expect"]) == []
