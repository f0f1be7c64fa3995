"""What is said to a model, and text nobody vouches for."""

from __future__ import annotations

from typing import Literal

from samokoder.domain.value import Value


class Message(Value):
    role: Literal["system", "user", "assistant"]
    content: str


class Untrusted(Value):
    """Text that came neither from us nor from the person: command output, files of others, the web.

    It is shown to a model only inside a fence, and never in the system role.
    """

    text: str
