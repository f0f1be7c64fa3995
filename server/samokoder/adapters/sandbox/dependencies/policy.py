"""Which packages may be installed, and what environments may take."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal

from pydantic import Field

from samokoder.domain.architecture import Dependency
from samokoder.domain.value import Value

MIB = 1 << 20


class DependencyPolicy(Value):
    """Safe as it stands. A malicious release is nearly always found out and withdrawn within a week."""

    minimum_age_days: float = Field(default=7, ge=0, le=3650)
    """Releases younger than this are refused; 0 takes any."""
    undated: Literal["note", "block"] = "note"
    """What is done with a release whose index does not say when it was published."""
    allow: tuple[str, ...] = ()
    """Packages that are trusted whatever their name and age, or exact releases: ``name``, ``name==1.2.3``."""
    install_scripts: bool = False
    """Whether packages of Node projects may run their own scripts, which only a container lets them."""
    environment_bytes: int = Field(default=2048 * MIB, gt=0)
    """Of one environment, while and after it is made."""
    total_bytes: int = Field(default=10240 * MIB, gt=0)
    """Of all environments together; beyond it the least recently used go."""

    def allows(self, dependency: Dependency) -> bool:
        return dependency.name in self.allow or dependency.pin in self.allow

    def before(self, now: datetime) -> str:
        """The moment after which nothing is taken, ISO 8601 in UTC; empty when anything is."""
        if not self.minimum_age_days:
            return ""
        moment = now.astimezone(UTC) - timedelta(days=self.minimum_age_days)
        return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
