"""How figures are taken and shown."""

from __future__ import annotations

import statistics
from collections.abc import Sequence


def percentile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def show(name: str, value: float, unit: str, goal: str = "") -> dict[str, float]:
    """Print one figure and give it back for the record."""
    wanted = f"   goal {goal}" if goal else ""
    print(f"  {name:<44} {value:>9.3f} {unit:<4}{wanted}", flush=True)
    return {f"{name}, {unit}": round(value, 4)}


def median(values: Sequence[float]) -> float:
    return statistics.median(values)
