"""``docs/protocol.md`` tells what the code does."""

from __future__ import annotations

import re
from pathlib import Path

from pydantic.alias_generators import to_camel

from samokoder.domain.ending import EXIT_CODES, INTERRUPTED
from samokoder.lsp import performing
from samokoder.lsp.commands import COMMANDS, WITHOUT_RUNS
from samokoder.lsp.results.picture import Picture
from samokoder.lsp.results.status import Event, Status
from samokoder.settings import GROUPS, Settings

TEXT = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `?([^|`]+)`? \| ?(.*?) ?\| ?(.*?) ?\|$", TEXT, re.MULTILINE)


def fields(model: type[Picture | Status | Event]) -> list[str]:
    return [to_camel(name) for name in model.model_fields]


def test_every_command_is_documented_with_what_it_takes() -> None:
    documented = {name: takes for name, takes, _ in ROWS if name.startswith("samokoder.")}
    assert set(documented) == set(COMMANDS)
    for name, command in COMMANDS.items():
        for field, about in command.params.model_fields.items():
            assert (about.alias or to_camel(field)) in documented[name], f"{name}: {field}"


def test_every_command_is_performed_by_something() -> None:
    for command in COMMANDS.values():
        assert command.function in {"doctor", *WITHOUT_RUNS} or callable(
            getattr(performing, command.function)
        )


def test_the_notifications_and_the_picture_are_documented_field_by_field() -> None:
    said = {name: says for name, says, _ in ROWS if name.startswith("samokoder/")}
    assert re.findall(r"\w+", said["samokoder/status"].split("{")[1].split("}")[0]) == fields(Status)
    assert re.findall(r"\w+", said["samokoder/event"].split("{")[1].split("}")[0]) == fields(Event)
    picture = TEXT.split("**show.** `{")[1].split("}`")[0]
    assert re.findall(r"\w+", picture) == fields(Picture)


def test_every_setting_is_documented_with_its_variable() -> None:
    variables = set(re.findall(r"SAMOKODER_[A-Z_]+", TEXT))
    for name in Settings.model_fields:
        assert any(variable.startswith(f"SAMOKODER_{name.upper()}") for variable in variables), name
        assert re.search(rf"^\| `{to_camel(name)}{'[.]' if name in GROUPS else '`'}", TEXT, re.MULTILINE), (
            name
        )


def test_every_exit_code_is_documented() -> None:
    told = dict(re.findall(r"^\| (\d+) \| (.*) \|$", TEXT, re.MULTILINE))
    for kind, code in EXIT_CODES.items():
        assert f"`{kind}`" in told[str(code)]
    assert "interrupted" in told[str(INTERRUPTED)]
    assert set(told) == {"1", "2", str(INTERRUPTED), *map(str, EXIT_CODES.values())}
