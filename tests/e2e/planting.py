"""A transport that plants faults in files as they are written: a model that errs, predictably."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx2

from samokoder.agents.code_monkey import CodeMonkeyBrief
from samokoder.agents.rendering import parse
from samokoder.agents.tester import TesterBrief
from samokoder.offline import chat


@dataclass
class Fault:
    """What goes wrong in which file, and how often."""

    name: str
    place: str
    """The path ends so."""
    spoil: Callable[[str], str]
    times: int = 1
    planted: list[str] = field(default_factory=list)

    def plant(self, path: str, text: str) -> str:
        if len(self.planted) >= self.times or not path.endswith(self.place):
            return text
        spoiled = self.spoil(text)
        if spoiled != text:
            self.planted.append(path)
        return spoiled


Spoil = Callable[[str, list[dict[str, str]], Any], Any]
"""From a role, what it was asked and its honest answer to the answer that is given."""


class SpoilingTransport(httpx2.AsyncBaseTransport):
    """A model whose answers are changed on their way."""

    def __init__(self, inner: httpx2.AsyncBaseTransport, spoil: Spoil) -> None:
        self._inner, self._spoil = inner, spoil

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """The answer is had whole, spoiled, and given as the client wants it: whole or as a stream."""
        asked = json.loads(await request.aread())
        plain = httpx2.Request(
            request.method, request.url, json=asked | {"stream": False, "stream_options": None}
        )
        answered = json.loads(await (await self._inner.handle_async_request(plain)).aread())
        message = answered["choices"][0]["message"]
        role = asked["response_format"]["json_schema"]["name"]
        message["content"] = json.dumps(self._spoil(role, asked["messages"], json.loads(message["content"])))
        if not asked.get("stream"):
            return httpx2.Response(200, json=answered, request=request)
        sent = b"".join(chat.events(chat.read(asked), answered))
        return httpx2.Response(
            200, headers={"Content-Type": "text/event-stream"}, content=sent, request=request
        )


class PlantingTransport(SpoilingTransport):
    """The embedded model, with faults planted in what the coders and testers answer."""

    def __init__(self, inner: httpx2.AsyncBaseTransport, *faults: Fault) -> None:
        super().__init__(inner, self._planted)
        self._faults = faults

    def _planted(self, role: str, messages: list[dict[str, str]], answer: Any) -> Any:
        brief = next(message["content"] for message in messages if message["role"] == "user")
        if role == "code_monkey":
            path = parse(CodeMonkeyBrief, brief).order.path
            answer["text"] = self._plant(path, answer["text"])
        elif role == "tester":
            parse(TesterBrief, brief)
            for file in answer["files"]:
                file["text"] = self._plant(file["path"], file["text"])
        return answer

    def _plant(self, path: str, text: str) -> str:
        for fault in self._faults:
            text = fault.plant(path, text)
        return text
