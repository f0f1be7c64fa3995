"""What differs between runners: where a keeper is started, and what that place keeps apart."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from importlib.resources import files
from typing import Protocol

from samokoder.domain.evidence import Isolation

_INSIDE = f"{__package__}.inside"


def text_of(module: str) -> str:
    """The source of a program that runs inside."""
    return (files(_INSIDE) / f"{module}.py").read_text(encoding="utf-8")


def _bundle(*modules: str) -> str:
    """These modules, each after those it imports, as one program text that runs the last one's ``main``.

    So nothing has to be installed where it runs.
    """
    lines = ["import sys, types", "def module(name, text):"]
    lines += ["    made = sys.modules[name] = types.ModuleType(name)"]
    lines += ["    exec(compile(text, f'<{name}>', 'exec'), made.__dict__)"]
    names = _INSIDE.split(".")
    lines += [f"module({'.'.join(names[: i + 1])!r}, '')" for i in range(len(names))]
    lines += [f"module({f'{_INSIDE}.{name}'!r}, {text_of(name)!r})" for name in modules]
    return "\n".join([*lines, f"sys.modules['{_INSIDE}.{modules[-1]}'].main()"])


_WATCHED = (
    "framing",
    "group",
    "processes",
    "leftovers",
    "landlock",
    "readiness",
    "probe",
    "command",
    "archive",
    "warden",
)
KEEPER = _bundle(*_WATCHED, "keeper")
RELAY = _bundle(*_WATCHED, "channel", "relay")
SWEEP = _bundle("processes", "sweep")
SHARED = ("/tmp", "/dev/shm")
"""Folders of a separated place in which runs could leave something to the next one."""

CLEAN = {
    "LANG": "C.UTF-8",
    "TZ": "UTC",
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONNOUSERSITE": "1",
}
"""The environment of every command, the same on every machine; PATH, HOME and TMPDIR come on top."""


class Link(Protocol):
    """A stream of bytes to a keeper and back."""

    async def send(self, data: bytes) -> None:
        """Never raises when the keeper is gone; the next receive tells."""
        ...

    async def receive(self) -> bytes:
        """Some bytes; empty at the end."""
        ...


class Place(Protocol):
    """Where the runs of one session happen."""

    @property
    def isolation(self) -> Isolation: ...

    @property
    def path(self) -> str:
        """PATH of commands; its first folder holds the environment's python."""
        ...

    @property
    def root(self) -> str:
        """Where the environment's folder is, as commands see it."""
        ...

    @property
    def names(self) -> dict[str, str]:
        """Paths that differ from machine to machine, and what they are called in recorded output."""
        ...

    def keeper(self, warm: bool, program: str = KEEPER) -> AbstractAsyncContextManager[Link]:
        """Start a keeper, or another program that leaves when its stdin ends.

        Leaving ends it and everything below it. Raises SandboxUnavailable.

        A warm one runs in the environment's own interpreter, so that it can import from it.
        """
        ...

    async def rest(self) -> None:
        """Nobody needs it for now: give back what it holds; the next keeper gets it anew."""
        ...


def environment_of(path: str) -> dict[str, str]:
    return {**CLEAN, "PATH": path}
