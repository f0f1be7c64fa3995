"""What can be typed about sandboxes."""

from __future__ import annotations

import pytest

from samokoder.cli.arguments import parse

GENERATE = ("generate", "books", "--into", "books")


def test_running_without_isolation_is_agreed_to_by_a_flag_of_its_own() -> None:
    assert parse([*GENERATE, "--sandbox", "auto"]).sandbox == "auto"
    assert parse([*GENERATE, "--sandbox", "auto", "--allow-local"]).sandbox == "auto-unsafe"
    assert parse([*GENERATE, "--allow-local"]).sandbox == "auto-unsafe"


@pytest.mark.parametrize("named", ["docker", "bubblewrap", "local"])
def test_a_sandbox_that_is_named_is_never_replaced(named: str) -> None:
    with pytest.raises(SystemExit):
        parse([*GENERATE, "--sandbox", named, "--allow-local"])


def test_the_words_of_a_command_are_left_as_they_are() -> None:
    given = parse(["sandbox", "exec", "--workspace", "w", "--", "python", "-c", "1", "--out", "x"])
    assert given.argv[-5:] == ["python", "-c", "1", "--out", "x"] and given.out is None
