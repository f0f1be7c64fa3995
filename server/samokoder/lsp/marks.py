"""Which runs are under way: small files beside the database, so that a dead server's are found at once."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Mark:
    run: str
    target: str
    pid: int
    born: str = ""
    """When that process began: its number may be another's by now."""

    @property
    def lives(self) -> bool:
        return is_alive(self.pid) and self.born in {"", _born(self.pid)}


class Marks:
    """One file a run; it goes when the run ends or waits, and stays when its server dies."""

    def __init__(self, state: Path) -> None:
        self._folder = state / "under-way"

    def set(self, run: str, target: str) -> None:
        self._quietly(lambda: self._write(Mark(run, target, os.getpid(), _born(os.getpid()))))

    def clear(self, run: str) -> None:
        self._quietly(lambda: (self._folder / f"{run}.json").unlink(missing_ok=True))

    def left_behind(self) -> list[Mark]:
        """Runs whose server is no more."""
        return [mark for mark in self._all() if not mark.lives]

    def elsewhere(self) -> dict[str, Mark]:
        """Runs that another living server works on, by their ids."""
        return {mark.run: mark for mark in self._all() if mark.pid != os.getpid() and mark.lives}

    def _write(self, mark: Mark) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / f"{mark.run}.json").write_text(json.dumps(vars(mark)), encoding="utf-8")

    def _all(self) -> list[Mark]:
        marks = []
        for file in sorted(self._folder.glob("*.json")) if self._folder.is_dir() else ():
            try:
                marks.append(Mark(**json.loads(file.read_text(encoding="utf-8"))))
            except (OSError, ValueError, TypeError):
                logger.info("%s cannot be read and is passed over", file.name)
        return marks

    def _quietly(self, write: Callable[[], None]) -> None:
        """A mark that cannot be written costs a message at the next start, never a run."""
        try:
            write()
        except OSError as error:
            logger.info("no mark: %s", error)


def _born(pid: int) -> str:
    """Ticks since the machine began; empty where the system does not tell."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def is_alive(pid: int | None) -> bool:
    """Whether there is such a process. Asking on Windows would end it, so there the answer is yes."""
    if pid is None:
        return False
    if os.name == "nt":
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
