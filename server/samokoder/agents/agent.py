"""What an agent is: a role in prose, what it is told, what it must answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from typing import Any, Generic, TypeVar

from samokoder.agents.rendering import render
from samokoder.domain.message import Message, Tier
from samokoder.domain.value import Value

B = TypeVar("B", bound=Value)
R = TypeVar("R", bound=Value)


def anything_goes(brief: Any, answer: Any) -> str:
    return ""


@dataclass(frozen=True)
class Agent(Generic[B, R]):
    """A role. Its question is a pure function of its brief; it touches nothing."""

    name: str
    brief: type[B]
    answer: type[R]
    objection: Callable[[B, R], str] = anything_goes
    """What is wrong with an answer that has the right form; empty when nothing is. Sent back to the model."""
    tier: Tier = "code"
    """Which of the person's models is asked."""

    @cached_property
    def role(self) -> str:
        """The prose beside this module: ``roles/<name>.md``, after what all roles share."""
        folder = resources.files("samokoder.agents") / "roles"
        shared = (folder / "shared.md").read_text("utf-8")
        return f"{(folder / f'{self.name}.md').read_text('utf-8').strip()}\n\n{shared.strip()}\n"

    @cached_property
    def schema(self) -> dict[str, Any]:
        """JSON schema of the answer."""
        return self.answer.model_json_schema()

    def question(self, brief: B) -> tuple[Message, ...]:
        """The messages: the role first, then the brief's parts from the stablest to the most volatile."""
        return (
            Message(role="system", content=self.role),
            Message(role="user", content=render(brief)),
        )
