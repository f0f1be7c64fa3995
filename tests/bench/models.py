"""Talking to models: what a streamed chunk costs, and how much longer a run takes than its calls must."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import httpx2

from samokoder.adapters.disk import DiskWorkspace
from samokoder.adapters.fakes import FakeSandbox
from samokoder.adapters.models.events import EventStream, Heard
from samokoder.adapters.openai_model import OpenAIModel
from samokoder.adapters.sqlite import open_journal
from samokoder.domain.architecture import Module
from samokoder.domain.evidence import Check, CommandReport
from samokoder.domain.message import Message
from samokoder.domain.paths import FilePath
from samokoder.domain.request import Request
from samokoder.domain.run import Building, Run
from samokoder.orchestrator.runs import Runs
from samokoder.orchestrator.world import World
from samokoder.ports import Journal, ModelRequest, News
from tests.bench.figures import median, show
from tests.e2e.worlds import Listener
from tests.fault_server import event
from tests.orchestrator import story
from tests.orchestrator.cast import play

REQUEST = ModelRequest(
    agent="a",
    messages=(Message(role="system", content="You are."), Message(role="user", content="Do.")),
    answer_name="a",
    answer_schema={"type": "object", "properties": {"text": {"type": "string"}}},
)
PIECES, ROUNDS = 2_000, 5
SLOTS = 64
"""Calls at once: more than the application has files, so that only what depends on each other waits."""
MODULES = tuple(FilePath(f"app/part{n}.py") for n in range(10))
ARCHITECTURE = story.ARCHITECTURE.model_copy(
    update={"contract": tuple(Module(path=path, purpose="a part") for path in MODULES)}
)
PLAN = story.PLAN.model_copy(
    update={
        "tasks": (
            story.PLAN.tasks[0].model_copy(update={"files": MODULES[:5]}),
            story.PLAN.tasks[1].model_copy(update={"files": MODULES[5:]}),
        )
    }
)
LATENCIES = MappingProxyType({0.2: "≤ 1.15", 1.0: "≤ 1.05"})


async def measure(folder: Path) -> dict[str, float]:
    return {
        **await _chunks("one by one", rate=1_000),
        **await _chunks("as they come", rate=0),
        **_decoding(),
        **await _ten_at_once(),
        **await _applications(folder),
        **_imports(),
    }


# ------------------------------------------------------------------------------------------ the wire


@asynccontextmanager
async def _server(pieces: int, rate: float = 0, latency: float = 0) -> AsyncIterator[str]:
    """In a process of its own, so that its work is not counted."""
    command = (sys.executable, "-m", "tests.fault_server", str(pieces), str(rate), str(latency))
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe)
    assert process.stdout and process.stdin
    yield (await process.stdout.readline()).decode().strip()
    process.kill()
    await process.wait()


async def _chunks(how: str, rate: float) -> dict[str, float]:
    """CPU of this process for a long stream less that for an empty one."""
    async with _server(PIECES, rate) as long, _server(0) as short:
        whole = [await _cpu(long) for _ in range(ROUNDS)]
        empty = [await _cpu(short) for _ in range(ROUNDS)]
    each = (median(whole) - median(empty)) / PIECES
    async with _server(PIECES, rate) as long:
        by_client = median([await _cpu_of_client(long) for _ in range(ROUNDS)])
    return {
        **show(f"CPU for a streamed chunk, {how}", 1e6 * each, "µs", "≤ 20"),
        **show(
            f"against the client's own way, {how}", (median(whole) - median(empty)) / by_client, "", "≤ 0.25"
        ),
    }


async def _cpu_of_client(url: str) -> float:
    """The client's own iterator over the same stream."""
    from openai import AsyncOpenAI

    client = AsyncOpenAI(base_url=url, api_key="none")
    began = time.process_time()
    said: Any = [{"role": "user", "content": "Do."}]
    async for _ in await client.chat.completions.create(model="m", messages=said, stream=True):
        pass
    spent = time.process_time() - began
    await client.close()
    return spent


async def _cpu(url: str) -> float:
    model = OpenAIModel(url, "m")
    await model.complete(REQUEST)
    began = time.process_time()
    await model.complete(REQUEST)
    spent = time.process_time() - began
    await model.close()
    return spent


def _decoding() -> dict[str, float]:
    """Our own part of a chunk, without connection and event loop."""
    chunk, times = event({"content": "word "}, None, "m"), []
    for _ in range(ROUNDS):
        stream, heard = EventStream(), Heard()
        began = time.process_time()
        for _ in range(PIECES):
            for data in stream.feed(chunk):
                heard.take(data)
        times.append((time.process_time() - began) / PIECES)
    return show("of it to decode", 1e6 * median(times), "µs")


async def _ten_at_once() -> dict[str, float]:
    async with _server(100, latency=1.0) as url:
        model = OpenAIModel(url, "m")
        await model.complete(REQUEST)
        times = []
        for _ in range(ROUNDS):
            began = time.perf_counter()
            await asyncio.gather(*(model.complete(REQUEST) for _ in range(10)))
            times.append(time.perf_counter() - began)
        await model.close()
    return show("ten independent calls, in latencies of one", median(times), "", "≤ 1.1")


def _imports() -> dict[str, float]:
    """What a process pays before its first call: nothing of the client."""
    program = (
        "import sys, time; began = time.perf_counter()\n"
        "import samokoder.adapters.models.connecting as c\n"
        "c.OpenAIModel('http://127.0.0.1:9/v1', 'm')\n"
        "assert not {'openai', 'httpx2', 'json_repair', 'rapidfuzz', 'tree_sitter'} & set(sys.modules)\n"
        "print(time.perf_counter() - began)"
    )
    runs = [
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
        for _ in range(ROUNDS)
    ]
    return show("a model made, before its first call", 1e3 * median([float(run) for run in runs]), "ms")


# ------------------------------------------------------------------------------------ whole runs


@dataclass
class Delayed(httpx2.AsyncBaseTransport):
    """A model that plays all roles of a small story, each answer a latency after it was asked for."""

    latency: float = 0
    calls: list[tuple[float, float]] = field(default_factory=list)
    """When each was asked and answered."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        asked, body = time.perf_counter(), json.loads(await request.aread())
        role, brief = body["response_format"]["json_schema"]["name"], body["messages"][1]["content"]
        await asyncio.sleep(max(0.0, asked + self.latency - time.perf_counter()))
        answer = json.dumps(_play(role, brief))
        self.calls.append((asked, time.perf_counter()))
        content = [event({"content": answer[at : at + 100]}, None, "m") for at in range(0, len(answer), 100)]
        stream = b"".join([*content, event({}, "stop", "m"), b"data: [DONE]\n\n"])
        kind = {"content-type": "text/event-stream"}
        return httpx2.Response(200, headers=kind, content=stream, request=request)

    @property
    def rounds(self) -> int:
        """Calls one after another on the longest way through."""
        depths: list[tuple[float, int]] = []
        for asked, answered in sorted(self.calls):
            depths.append((answered, 1 + max((depth for end, depth in depths if end <= asked), default=0)))
        return max(depth for _, depth in depths)


def _play(role: str, brief: str) -> Any:
    if role == "architect":
        return ARCHITECTURE.model_dump(mode="json")
    return PLAN.model_dump(mode="json") if role == "tech_lead" else play(role, brief)


class LatestRun(Listener):
    run: Run | None = None

    def happened(self, run: Run, news: News) -> None:
        self.run = run

    def passes(self, files: Any, check: Check) -> CommandReport:
        """A check passes once the files it is about are there: what is measured is us, not pytest."""
        phase = self.run.unfinished if self.run else None
        assert isinstance(phase, Building)
        own = [task.task.files for task in phase.tasks if task.task.id == check.id and task.task.files]
        needed = own[0] if own else [path for task in phase.tasks for path in task.task.files]
        there = set(needed) <= set(files)
        return CommandReport(exit_code=0 if there else 1, output="1 passed" if there else "", seconds=0)


async def _applications(folder: Path) -> dict[str, float]:
    """The state is open, as a server's is."""
    transport, journal = Delayed(), await open_journal(folder / "state.db")
    for warm in range(2):
        await _application(folder / f"warm{warm}", transport, journal)
    figures: dict[str, float] = {}
    for latency, goal in LATENCIES.items():
        shares = []
        for n in range(3):
            transport.latency, transport.calls = latency, []
            seconds = await _application(folder / f"{latency}-{n}", transport, journal)
            shares.append(seconds / (transport.rounds * latency))
        figures |= show(f"ten files, wall by critical path at {latency:g} s", median(shares), "", goal)
    await journal.close()
    return figures | show("ten files, sequential rounds of calls", transport.rounds, "", "≤ 8")


async def _application(folder: Path, transport: Delayed, journal: Journal) -> float:
    """Seconds of a whole run of a plan with ten files in two tasks."""
    folder.mkdir()
    editor = LatestRun()
    sandbox = FakeSandbox(editor.passes)
    transport.calls = []
    world = World(
        model=OpenAIModel.embedded(transport),
        sandbox=lambda choice: sandbox,
        workspace=DiskWorkspace(),
        journal=journal,
        editor=editor,
        now=lambda: "2026-01-01T00:00:00Z",
        clock=time.monotonic,
        new_id=lambda: folder.name,
        model_slots=SLOTS,
    )
    runs = Runs(world)
    request = Request(description="Keep books", target=str(folder / "app"))
    began = time.perf_counter()
    ended = await runs.wait(await runs.start(request))
    seconds = time.perf_counter() - began
    assert ended.end is not None and ended.end.kind == "verified", ended.end
    await world.close_models()
    return seconds
