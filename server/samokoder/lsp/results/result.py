"""What every result is, and what several hold."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from samokoder.domain.ending import EndKind

State = Literal["running", "waiting", "interrupted"] | EndKind


class Result(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)


class UsageResult(Result):
    calls: int
    tokens_in: int
    tokens_out: int
    tokens_cached: int
    cost: int
    """Millionths of a US dollar."""
    seconds: float
