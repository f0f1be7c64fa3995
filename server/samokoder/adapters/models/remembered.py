"""What was found out about models, kept in a file beside the state; no key is ever in it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile

from pydantic import ValidationError

from samokoder.adapters.models.endpoint import Abilities, Endpoint
from samokoder.domain.value import Value

STALE = timedelta(days=30)


class Memory(Value):
    abilities: Abilities
    at: str
    """When it was tried; ISO 8601, UTC."""

    def stale(self, now: datetime) -> bool:
        return now - datetime.fromisoformat(self.at) > STALE


class _File(Value):
    endpoints: Mapping[str, Memory] = {}


class Remembered:
    """Read anew each time: another server may have written it."""

    def __init__(self, place: Path) -> None:
        self._place = place

    def of(self, endpoint: Endpoint) -> Memory | None:
        return self._read().get(_key(endpoint))

    def keep(self, endpoint: Endpoint, abilities: Abilities, now: datetime) -> Memory:
        memory = Memory(abilities=abilities, at=now.astimezone(UTC).isoformat(timespec="seconds"))
        kept = _File(endpoints={**self._read(), _key(endpoint): memory})
        self._place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with NamedTemporaryFile("w", dir=self._place.parent, encoding="utf-8", delete=False) as file:
            file.write(kept.model_dump_json(indent=1))
        Path(file.name).replace(self._place)
        return memory

    def known(self, endpoint: Endpoint) -> Endpoint:
        """With what is remembered, where the endpoint itself has not said otherwise."""
        memory = self.of(endpoint)
        if memory is None:
            return endpoint
        said = endpoint.abilities.model_dump(exclude_none=True)
        return endpoint.model_copy(update={"abilities": memory.abilities.model_copy(update=said)})

    def _read(self) -> Mapping[str, Memory]:
        """What cannot be read is forgotten: it can be found out again."""
        try:
            return _File.model_validate_json(self._place.read_text("utf-8")).endpoints
        except (OSError, ValidationError, ValueError):
            return {}


def _key(endpoint: Endpoint) -> str:
    return f"{endpoint.name} at {endpoint.base_url}"
