"""A transport that plants faults in files as they are written: a model that errs, predictably."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

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


class PlantingTransport(httpx2.AsyncBaseTransport):
    """The embedded model, with faults planted in what the coders and testers answer."""

    def __init__(self, inner: httpx2.AsyncBaseTransport, *faults: Fault) -> None:
        self._inner, self._faults = inner, faults

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """The answer is had whole, spoiled, and given as the client wants it: whole or as a stream."""
        asked = json.loads(await request.aread())
        plain = httpx2.Request(
            request.method, request.url, json=asked | {"stream": False, "stream_options": None}
        )
        answered = json.loads(await (await self._inner.handle_async_request(plain)).aread())
        message = answered["choices"][0]["message"]
        message["content"] = self._spoil(asked, message["content"])
        if not asked.get("stream"):
            return httpx2.Response(200, json=answered, request=request)
        sent = b"".join(chat.events(chat.read(asked), answered))
        return httpx2.Response(
            200, headers={"Content-Type": "text/event-stream"}, content=sent, request=request
        )

    def _spoil(self, asked: dict, content: str) -> str:  # type: ignore[type-arg]
        role = asked["response_format"]["json_schema"]["name"]
        brief = next(m["content"] for m in asked["messages"] if m["role"] == "user")
        answer = json.loads(content)
        if role == "code_monkey":
            path = parse(CodeMonkeyBrief, brief).order.path
            answer["text"] = self._plant(path, answer["text"])
        elif role == "tester":
            parse(TesterBrief, brief)
            for file in answer["files"]:
                file["text"] = self._plant(file["path"], file["text"])
        return json.dumps(answer)

    def _plant(self, path: str, text: str) -> str:
        for fault in self._faults:
            text = fault.plant(path, text)
        return text
