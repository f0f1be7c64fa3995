"""Models, what they can do, and what is spent on them."""

from __future__ import annotations

from samokoder.lsp.results.result import Result, UsageResult


class PriceResult(Result):
    """US dollars for a million tokens."""

    input: float
    output: float
    cached: float | None


class AbilitiesResult(Result):
    """Null: not tried."""

    streaming: bool | None
    json_schema: bool | None
    tools: bool | None
    json_mode: bool | None
    reasoning_effort: bool | None


class ModelResult(Result):
    name: str
    """As it is chosen in the settings; empty for the embedded model."""
    title: str
    """Model and where it runs."""
    local: bool
    reachable: bool
    why_not: str
    context: int | None
    """Tokens of question and answer together."""
    max_output: int | None
    price: PriceResult | None
    """Null: unknown; such a model is refused until the person says what it costs."""
    abilities: AbilitiesResult
    probed: str | None
    """When the abilities were tried; ISO 8601, UTC."""
    works_as: tuple[str, ...]
    """What it is chosen for: ``all``, or kinds of work."""


class ModelList(Result):
    models: tuple[ModelResult, ...]
    unreachable: tuple[str, ...]
    """Providers with a key that could not be asked, and why."""
    prices_as_of: str
    """The day the shipped prices were looked up."""


class ModelTest(Result):
    ok: bool
    model: str
    seconds: float
    tokens_in: int
    tokens_out: int
    cost: int | None
    """Millionths of a US dollar; null: unknown."""
    error: str
    """What exactly went wrong."""
    hint: str


class CostLine(Result):
    name: str
    usage: UsageResult


class CostsResult(Result):
    """The dearest first; days in their order."""

    total: UsageResult
    by_role: tuple[CostLine, ...]
    by_task: tuple[CostLine, ...]
    by_model: tuple[CostLine, ...]
    by_day: tuple[CostLine, ...]


class EstimateResult(Result):
    """Money is in millionths of a US dollar; null where the price of a model is not known."""

    runs: int
    """Earlier runs it was made from; 0: it is a guess."""
    calls: int
    tokens: int
    cost: int | None
    low: int | None
    high: int | None
    model: str
