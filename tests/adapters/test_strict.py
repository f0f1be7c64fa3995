"""Schemas in the part of the language that strict structured outputs know."""

from __future__ import annotations

from typing import Any

import pytest

from samokoder.adapters.models.strict import NotStrict, strict
from tests.agents.briefs import AGENTS


def objects(schema: Any) -> list[dict[str, Any]]:
    """Every object the schema describes, at any depth."""
    if isinstance(schema, list):
        return [found for item in schema for found in objects(item)]
    if not isinstance(schema, dict):
        return []
    own = [schema] if schema.get("type") == "object" and "properties" in schema else []
    return own + [found for item in schema.values() for found in objects(item)]


@pytest.mark.parametrize("agent", [a for a in AGENTS if a.name != "architect"], ids=lambda a: a.name)
def test_every_field_is_required_and_none_besides_them(agent: Any) -> None:
    found = objects(strict(agent.schema))
    assert found
    for part in found:
        assert part["required"] == list(part["properties"]) and part["additionalProperties"] is False


def test_a_field_may_be_called_as_a_word_of_the_language_is() -> None:
    schema = {"type": "object", "properties": {"title": {"type": "string", "title": "T", "default": ""}}}
    assert strict(schema)["properties"] == {"title": {"type": "string"}}


def test_alternatives_are_put_as_any_of() -> None:
    assert strict({"oneOf": [{"type": "string"}], "discriminator": {}}) == {"anyOf": [{"type": "string"}]}


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "additionalProperties": {"type": "string"}},
        {"type": "object"},
        {"type": "array", "prefixItems": [{"type": "string"}]},
        {"type": "object", "properties": {"a": {"anyOf": [{"type": "object"}]}}},
    ],
)
def test_open_objects_cannot_be_promised(schema: dict[str, Any]) -> None:
    with pytest.raises(NotStrict):
        strict(schema)
