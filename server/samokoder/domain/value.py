"""The one base of every value: frozen, closed, validated."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """A frozen value: unknown fields are refused, so a document of a newer version never half-loads."""

    model_config = ConfigDict(frozen=True, extra="forbid")
