"""What a client declared, in every form people write it."""

from __future__ import annotations

from typing import Any

import pytest
from lsprotocol.types import ClientCapabilities

from samokoder.lsp.from_lsp import abilities


def opted(experimental: Any, notifications: Any) -> tuple[bool, bool, bool]:
    capabilities = ClientCapabilities(experimental={"samokoder": experimental})
    can = abilities(capabilities, {"notifications": notifications})
    return can.status, can.event, can.question


@pytest.mark.parametrize(
    ("experimental", "notifications", "expected"),
    [
        (None, None, (False, False, False)),
        (True, None, (True, True, True)),
        (None, True, (True, True, True)),
        (True, False, (False, False, False)),
        (True, {"event": False}, (True, False, True)),
        ({"status": True}, {"question": True}, (True, False, True)),
        ({"status": "yes"}, ["event"], (False, False, False)),
        (1, "true", (False, False, False)),
    ],
)
def test_only_what_is_opted_in_to_is_sent(experimental: Any, notifications: Any, expected: Any) -> None:
    assert opted(experimental, notifications) == expected


def test_a_client_without_any_capability_can_do_nothing() -> None:
    assert not any(vars(abilities(ClientCapabilities(), {})).values())
