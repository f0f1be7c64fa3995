"""What the roles know: how descriptions are understood and what applications are made of.

The two parts live in ``understanding`` and ``application``; the roles meet them only through this value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from samokoder.domain.data_model import DataModel


class CannotServe(ValueError):
    """The rules do not reach this far; says, for the person, what they can do instead."""


class Query(Protocol):
    """Something the description leaves open."""

    @property
    def id(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def options(self) -> Sequence[str]: ...
    @property
    def default(self) -> str: ...


class Understood(Protocol):
    @property
    def model(self) -> DataModel: ...
    @property
    def assumptions(self) -> Sequence[str]: ...
    @property
    def queries(self) -> Sequence[Query]: ...


class Refused(Protocol):
    """A description outside what the rules can serve."""

    @property
    def subject(self) -> str: ...
    @property
    def message(self) -> str: ...


class Need(Protocol):
    """One thing the application must do."""

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def acceptance(self) -> Sequence[str]: ...
    @property
    def group(self) -> str: ...


class PlannedFile(Protocol):
    @property
    def path(self) -> str: ...
    @property
    def purpose(self) -> str: ...
    @property
    def exports(self) -> Sequence[str]: ...
    @property
    def group(self) -> str: ...
    @property
    def is_test(self) -> bool: ...


class Group(Protocol):
    """Files that are written and proved together."""

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def depends_on(self) -> Sequence[str]: ...
    @property
    def need_ids(self) -> Sequence[str]: ...
    @property
    def paths(self) -> Sequence[str]: ...
    @property
    def test_paths(self) -> Sequence[str]: ...


class Understand(Protocol):
    def __call__(
        self, description: str, answers: Mapping[str, str] = ..., additions: Sequence[str] = ...
    ) -> Understood | Refused: ...


@dataclass(frozen=True)
class Blueprint:
    """Pure functions; the same arguments give the same results in every process."""

    understand: Understand
    needs: Callable[[DataModel], Sequence[Need]]
    layout: Callable[[DataModel], Sequence[PlannedFile]]
    text: Callable[[DataModel, str], str]
    """KeyError when the application has no such file."""
    groups: Callable[[DataModel], Sequence[Group]]
    requirements_lock: Callable[[DataModel], str]
    """``name==version`` lines."""

    def written(self, model: DataModel, path: str) -> str:
        """What the file should hold; CannotServe when it is no file of this application."""
        text = self.planned(model, path)
        if text is None:
            raise CannotServe(
                f"The embedded model has no rules for {path}. "
                "Leave this file out of the plan, or connect a language model that can write it."
            )
        return text

    def planned(self, model: DataModel, path: str) -> str | None:
        """What the file should hold; None when it is no file of this application."""
        try:
            return self.text(model, path)
        except KeyError:
            return None


@cache
def embedded() -> Blueprint:
    """The rules that come with Samokoder."""
    from samokoder.offline import application
    from samokoder.offline.understanding import understand

    return Blueprint(
        understand=understand,
        needs=application.needs,
        layout=application.layout,
        text=application.text,
        groups=application.groups,
        requirements_lock=application.requirements_lock,
    )


def understood(found: Understood | Refused) -> Understood | str:
    """What was understood, or why it was refused."""
    return found.message if hasattr(found, "message") else found
