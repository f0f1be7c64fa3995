"""What an application is planned as: requirements, files, tasks and pinned packages."""

from __future__ import annotations

from samokoder.domain.value import Value


class Need(Value):
    """One requirement derived from the model, in EARS form, in the model's language."""

    id: str
    """R1, R2, … in a stable order."""
    title: str
    text: str
    acceptance: tuple[str, ...]
    """Given/when/then sentences."""
    group: str
    """The task that meets it."""


class PlannedFile(Value):
    """One file of the application and what the others may rely on in it."""

    path: str
    purpose: str
    exports: tuple[str, ...] = ()
    """Signatures other files use."""
    group: str
    is_test: bool = False


class Dependency(Value):
    """A package the application runs or is tested with."""

    name: str
    version: str
    """Exact."""


class Group(Value):
    """A task: files one coder writes, the requirements they meet, the tests that show it."""

    name: str
    title: str
    depends_on: tuple[str, ...] = ()
    need_ids: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    """Never tests."""
    test_paths: tuple[str, ...] = ()
