"""A model that plays every role of the story by rule, and a world of fakes around it."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from samokoder.adapters.fakes import FakeSandbox, MemoryWorkspace, Script
from samokoder.adapters.memory import MemoryJournal
from samokoder.agents.bug_hunter import FaultBrief
from samokoder.agents.code_monkey import CodeMonkeyBrief
from samokoder.agents.developer import DeveloperBrief
from samokoder.agents.rendering import parse
from samokoder.agents.reviewer import ReviewerBrief
from samokoder.agents.spec_writer import SpecWriterBrief
from samokoder.agents.tester import TesterBrief
from samokoder.domain.evidence import Check, CommandReport
from samokoder.domain.paths import FilePath
from samokoder.domain.request import Usage
from samokoder.domain.run import Run
from samokoder.orchestrator.world import World
from samokoder.ports import ModelReply, ModelRequest, News, Watch, unwatched
from tests.orchestrator import story

Spoil = Callable[[str, int], str | None]
"""What to answer instead, by role and how often it was asked; None lets the rule answer."""


class Player:
    """Every role of the story by rule; code gets right at the second writing when it is spoiled at first."""

    name = "player"

    def __init__(self, spoil: Spoil = lambda role, times: None) -> None:
        self.asked: Counter[str] = Counter()
        self.requests: Counter[str] = Counter()
        self._spoil = spoil

    def worst_case(self, request: ModelRequest, written: int | None = None) -> Usage:
        return Usage(calls=1, tokens_in=100, tokens_out=100 if written is None else written, cost=10)

    async def complete(self, request: ModelRequest, watch: Watch = unwatched) -> ModelReply:
        self.asked[request.agent] += 1
        self.requests[request.digest] += 1
        text = self._spoil(request.agent, self.asked[request.agent])
        if text is None:
            text = json.dumps(play(request.agent, request.messages[1].content))
        return ModelReply(text=text, model=self.name, usage=Usage(calls=1, tokens_in=9, tokens_out=5, cost=3))

    async def close(self) -> None:
        """Nothing to let go of."""


def play(role: str, question: str) -> Any:
    match role:
        case "spec_writer":
            answered = parse(SpecWriterBrief, question).answers
            written = story.SPECIFICATION.model_dump(mode="json")
            return {"specification": written | ({"questions": []} if answered else {})}
        case "architect":
            return story.ARCHITECTURE.model_dump(mode="json")
        case "tech_lead":
            return story.PLAN.model_dump(mode="json")
        case "tester":
            paths = parse(TesterBrief, question).task.check_files
            return {"files": [{"path": path, "text": f"# checks {path}"} for path in paths]}
        case "developer":
            paths = parse(DeveloperBrief, question).task.files
            return {"approach": "plainly", "orders": [{"path": p, "instruction": "write"} for p in paths]}
        case "code_monkey":
            brief = parse(CodeMonkeyBrief, question)
            return {"text": f"# {brief.order.path}: {brief.order.instruction}\n"}
        case "reviewer":
            return {
                "verdicts": [{"hunk": h.id, "approve": True} for h in parse(ReviewerBrief, question).hunks]
            }
        case "technical_writer":
            return {"readme": "How to use it. " * 20}
        case "delivery":
            return {"files": [{"path": "Dockerfile", "text": "FROM scratch"}]}
        case _:
            brief_ = parse(FaultBrief, question)
            path = brief_.writable[-1]
            return {"cause": "a slip", "orders": [{"path": path, "instruction": f"mend {brief_.strategy}"}]}


def only_with_code(files: Any, check: Check) -> CommandReport:
    """Checks pass once the files they are about are there."""
    needed = {"T1": "app/models.py", "T2": "app/pages.py"}.get(check.id, "app/pages.py")
    return story.PASS if needed in files else story.failed(f"{check.id}.py::test")


class Silent:
    """An editor nobody looks at."""

    def __init__(self, unsaved: frozenset[FilePath] = frozenset()) -> None:
        self.news: list[News] = []
        self._unsaved = unsaved

    async def unsaved(self, target: str, paths: Sequence[FilePath]) -> frozenset[FilePath]:
        return self._unsaved & frozenset(paths)

    async def put(self, target: str, path: FilePath, text: str) -> bool | None:
        return None

    async def secret(self, name: str) -> None:
        return None

    def happened(self, run: Run, news: News) -> None:
        self.news.append(news)


def world(script: Script = only_with_code, **parts: Any) -> World:
    """A world of fakes; any part can be another."""
    ids, ticks = itertools.count(1), itertools.count()
    sandbox = FakeSandbox(script)
    made: dict[str, Any] = {
        "model": Player(),
        "sandbox": lambda choice: sandbox,
        "workspace": MemoryWorkspace(),
        "journal": MemoryJournal(),
        "editor": Silent(),
        "now": lambda: "2026-01-01T00:00:00Z",
        "clock": lambda: next(ticks) * 0.001,
        "new_id": lambda: f"r{next(ids)}",
    }
    return World(**(made | parts))
