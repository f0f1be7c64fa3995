"""How the application is built: what parallel coders build against."""

from __future__ import annotations

from typing import Literal

from samokoder.domain.data_model import DataModel
from samokoder.domain.paths import FilePath
from samokoder.domain.value import Value


class Component(Value):
    name: str
    purpose: str


class Module(Value):
    """One file of the contract: what others may rely on before it is written."""

    path: FilePath
    purpose: str
    exports: tuple[str, ...] = ()
    """Signatures, for example ``def create(session: Session, data: BookCreate) -> Book``."""


class Dependency(Value):
    """A package at an exact version."""

    name: str
    version: str

    @property
    def pin(self) -> str:
        return f"{self.name}=={self.version}"


class Refusal(Value):
    """A dependency that must not be installed, and why."""

    dependency: Dependency
    cause: Literal["unknown", "young", "undated", "lookalike"]
    reason: str
    """For the person and for whoever replaces it."""
    instead: Dependency | None = None
    """What could take its place."""


class Service(Value):
    """How the finished application is started, and how one sees that it is up."""

    command: tuple[str, ...]
    port: int
    """The port it listens on when the environment variable PORT names it."""
    health: str = "/"
    """A path that answers 200 when the application is ready. Empty: it is enough that the port is open."""
    says: str = ""
    """Part of a line it writes when it is ready; then its port is not asked. Empty: it is asked."""


class Architecture(Value):
    """The architect's answer."""

    language: Literal["python", "node"]
    stack: tuple[str, ...]
    """Frameworks and libraries, each with the reason: "FastAPI: typed routes, OpenAPI for free"."""
    components: tuple[Component, ...]
    data_model: DataModel
    contract: tuple[Module, ...]
    dependencies: tuple[Dependency, ...]
    """The complete list, transitive ones included where known; resolved once and cached otherwise."""
    test_command: tuple[str, ...]
    """Runs the check files appended to it: ``("python", "-m", "pytest", "-q")``."""
    service: Service | None = None
    """None for programs that are not started as a service."""
