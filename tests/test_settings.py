"""Settings: from the editor, else the environment, else as they stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from samokoder.errors import SetupError
from samokoder.settings import Settings, read_settings


def test_the_editor_is_heard_before_the_environment() -> None:
    environment = {"SAMOKODER_SANDBOX": "docker", "SAMOKODER_MODEL": "small", "SAMOKODER_ASK": "true"}
    settings = read_settings({"sandbox": "local"}, environment)
    assert (settings.sandbox, settings.model, settings.ask) == ("local", "small", True)


def test_parts_of_an_object_come_from_wherever_each_is_set() -> None:
    environment = {"SAMOKODER_BUDGET_CALLS": "7", "SAMOKODER_BUDGET_TOKENS": "8"}
    budget = read_settings({"budget": {"tokens": 9, "checkRewrites": 1}}, environment).budget
    assert (budget.calls, budget.tokens, budget.check_rewrites) == (7, 9, 1)


def test_an_empty_variable_is_not_set() -> None:
    assert read_settings({}, {"SAMOKODER_SANDBOX": "", "SAMOKODER_API_KEY": ""}) == Settings()


@pytest.mark.parametrize(
    ("options", "environment", "named"),
    [
        ({"sandbox": "cloud"}, {}, "Setting sandbox (initializationOptions)"),
        ({}, {"SAMOKODER_SANDBOX": "cloud"}, "Setting sandbox (SAMOKODER_SANDBOX)"),
        ({}, {"SAMOKODER_BUDGET_COST": "-1"}, "Setting budget.cost (SAMOKODER_BUDGET_COST)"),
        ({"approvePaln": True}, {}, "Setting approve_paln (initializationOptions)"),
        ({"budget": 5}, {}, "Setting budget"),
        ({"state": "here"}, {}, "Setting state (initializationOptions): must be an absolute path"),
        ({"baseUrl": "example.org"}, {}, "Setting base_url"),
    ],
)
def test_a_bad_value_is_refused_by_name(
    options: dict[str, object], environment: dict[str, str], named: str
) -> None:
    with pytest.raises(SetupError) as refused:
        read_settings(options, environment)
    assert str(refused.value).startswith(named)


def test_a_key_shows_nowhere() -> None:
    settings = read_settings({}, {"SAMOKODER_API_KEY": "sk-very-secret"})
    assert "very-secret" not in f"{settings!r} {settings} {settings.model_dump_json()}"
    with pytest.raises(SetupError) as refused:
        read_settings({"apiKey": ["sk-very-secret"]}, {})
    assert "very-secret" not in str(refused.value)


def test_folders_may_begin_at_home() -> None:
    assert read_settings({"state": "~/somewhere"}, {}).state == Path.home() / "somewhere"


def test_what_packages_may_be_used_is_set_by_the_editor_or_the_environment() -> None:
    environment = {
        "SAMOKODER_DEPENDENCIES_ALLOW": "shelf, @club/tool",
        "SAMOKODER_DEPENDENCIES_UNDATED": "block",
    }
    read = read_settings({"dependencies": {"minimumAgeDays": 0}}, environment).dependencies
    assert (read.allow, read.undated, read.minimum_age_days) == (("shelf", "@club/tool"), "block", 0)
    with pytest.raises(SetupError, match="minimum_age_days"):
        read_settings({"dependencies": {"minimumAgeDays": -1}}, {})
