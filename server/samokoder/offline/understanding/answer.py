"""What understanding a description ends in."""

from __future__ import annotations

from typing import Literal

from samokoder.domain.data_model import DataModel
from samokoder.domain.value import Value


class Query(Value):
    """A clarifying question. It can be answered, by an option or freely, or skipped."""

    id: str
    text: str
    options: tuple[str, ...]
    default: str
    """What is assumed when it is skipped."""


class Understood(Value):
    """A model, and what was taken for granted on the way to it."""

    kind: Literal["understood"] = "understood"
    model: DataModel
    assumptions: tuple[str, ...]
    """Sentences in the language of the description."""
    queries: tuple[Query, ...]


Subject = Literal[
    "game", "mobile_app", "driver", "embedded", "machine_learning", "desktop", "command_line", "integration",
    "browser_extension", "website", "realtime", "unclear", "empty",
]  # fmt: skip


class Refused(Value):
    """The description is not one of a data-centric web application, or says too little."""

    kind: Literal["refused"] = "refused"
    subject: Subject
    message: str
    """In the person's language: what was seen, what can be built, how to connect a model."""
