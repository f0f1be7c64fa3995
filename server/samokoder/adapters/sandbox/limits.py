"""What a single run may use."""

from __future__ import annotations

from dataclasses import asdict, dataclass

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    seconds: float = 60
    """Wall time."""
    health_seconds: float = 20
    """Within which a service must answer 200."""
    output: int = MIB
    """Bytes of output kept: the first and the last half of it."""
    output_total: int = 8 * MIB
    """Bytes of output after which a run is ended."""
    memory: int = 1024 * MIB
    """Resident bytes of all its processes together, looked at five times a second."""
    address_space: int = 4096 * MIB
    """Virtual bytes of a single process."""
    file_size: int = 100 * MIB
    processes: int = 128
    open_files: int = 1024

    def as_asked(self) -> dict[str, float]:
        return asdict(self)
