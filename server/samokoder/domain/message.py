"""What is said to a model, and text nobody vouches for."""

from __future__ import annotations

from typing import Literal

from samokoder.domain.value import Value

Tier = Literal["plan", "review", "code", "summary", "strong"]
"""Kinds of work a person may want different models for; ``strong`` is turned to when repair is stuck."""


class Message(Value):
    role: Literal["system", "user", "assistant"]
    content: str


class Untrusted(Value):
    """Text that came neither from us nor from the person: command output, files of others, the web.

    It is shown to a model only inside a fence, and never in the system role.
    """

    text: str
