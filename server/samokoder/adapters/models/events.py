"""Server-sent events of a chat completion, put together to one answer.

The client's own iterator builds a validated object a chunk, which costs more than all the rest of a
stream; what counts of a chunk is three fields.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic_core import from_json


class Unreadable(ValueError):
    """What came is no chat completion."""


class EventStream:
    """Bytes as they arrive become the data of events (WHATWG HTML, 9.2.6: only ``data`` matters here)."""

    def __init__(self) -> None:
        self._rest = b""
        self._data: list[bytes] = []

    def feed(self, piece: bytes) -> Iterator[bytes]:
        *lines, self._rest = (self._rest + piece).split(b"\n")
        for line in lines:
            if line.startswith(b"data:"):
                self._data.append(line[5:].strip())
            elif self._data and line in (b"", b"\r"):
                yield b"\n".join(self._data)
                self._data.clear()

    def end(self) -> Iterator[bytes]:
        """What a stream without its last empty line held."""
        yield from self.feed(b"\n\n")


@dataclass
class Heard:
    """An answer as far as it has come."""

    pieces: list[str] = field(default_factory=list)
    characters: int = 0
    finish: str = ""
    """Why the model stopped, in the endpoint's word; empty while it has not said so."""
    done: bool = False
    """Whether the stream's end mark was seen."""
    model: str = ""
    usage: Mapping[str, Any] | None = None
    error: Mapping[str, Any] | None = None
    """What went wrong after the answer had begun."""

    @property
    def text(self) -> str:
        """Halves of a character that came one by one are one again; what is left alone is replaced."""
        return "".join(self.pieces).encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    @property
    def whole(self) -> bool:
        """Said to its end; a stream that just stops is not."""
        return self.finish not in ("", "length") or (self.done and self.finish != "length")

    def take(self, data: bytes) -> None:
        """One event. Raises Unreadable."""
        if data == b"[DONE]":
            self.done = True
            return
        try:
            self._chunk(_read(data), "delta")
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
            raise Unreadable from None

    def take_whole(self, content: bytes) -> None:
        """A completion that was not streamed, or a stream under a wrong name. Raises Unreadable."""
        if content.lstrip().startswith(b"data:"):
            events = EventStream()
            for data in (*events.feed(content), *events.end()):
                self.take(data)
            return
        try:
            body = json.loads(content)
            if "error" not in body and not isinstance(body["choices"][0]["message"], dict):
                raise Unreadable
            self._chunk(body, "message")
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
            raise Unreadable from None
        self.done = True

    def _chunk(self, chunk: Mapping[str, Any], part: str) -> None:
        if error := chunk.get("error"):
            self.error = error if isinstance(error, dict) else {"message": str(error)}
            return
        for choice in chunk["choices"]:
            self._say(choice.get(part) or {})
            self.finish = choice.get("finish_reason") or self.finish
        if not self.model:
            self.model = str(chunk.get("model") or "")
        if usage := chunk.get("usage"):
            self.usage = dict(usage)

    def _say(self, said: Mapping[str, Any]) -> None:
        """Text, or the arguments of the function it was asked to call, or why it refuses."""
        text = said.get("content") or said.get("refusal")
        if not text and (calls := said.get("tool_calls")):
            text = "".join(call["function"].get("arguments") or "" for call in calls)
        if text:
            self.pieces.append(text)
            self.characters += len(text)


def _read(data: bytes) -> Any:
    """The quick reader first; it refuses halves of characters that some endpoints send one by one."""
    try:
        return from_json(data)
    except ValueError:
        return json.loads(data)
