"""A JSON schema in the part of the language that strict structured outputs know. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_NOT_KNOWN = {"default", "title", "examples", "discriminator", "minLength", "maxLength", "uniqueItems"}


class NotStrict(ValueError):
    """The schema says something strict outputs cannot promise."""


def strict(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Every field required, none besides them. Raises NotStrict for objects whose keys are open."""
    made = {key: _part(key, value) for key, value in schema.items() if key not in _NOT_KNOWN}
    if "oneOf" in made:
        made["anyOf"] = made.pop("oneOf")
    if "prefixItems" in made or isinstance(made.get("additionalProperties"), dict):
        raise NotStrict
    if made.get("type") == "object":
        if "properties" not in made:
            raise NotStrict
        made |= {"required": list(made["properties"]), "additionalProperties": False}
    return made


def _part(key: str, value: Any) -> Any:
    if key in ("properties", "$defs"):
        return {name: strict(schema) for name, schema in value.items()}
    if isinstance(value, dict) and key in ("items", "additionalProperties"):
        return strict(value)
    if key in ("anyOf", "oneOf", "allOf"):
        return [strict(schema) for schema in value]
    return value
