"""One run's sandbox: a keeper that stands ready, and a fresh one where it cannot be relied on."""

from __future__ import annotations

import asyncio
import itertools
import os
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

import anyio

from samokoder.adapters.sandbox.environments import Environment
from samokoder.adapters.sandbox.frames import BrokenFrame, Told, Unpacker, pack
from samokoder.adapters.sandbox.place import RELAY, Link, Place, environment_of
from samokoder.adapters.sandbox.policy import SandboxPolicy
from samokoder.adapters.sandbox.preview.served import served
from samokoder.adapters.sandbox.warm import Standing, fits, is_module, is_pytest, modules_of
from samokoder.domain.architecture import Service
from samokoder.domain.evidence import Check, CommandReport, Isolation, passing_tests_reported
from samokoder.domain.files import Digest, digest_of
from samokoder.domain.paths import FilePath
from samokoder.errors import SandboxLost
from samokoder.ports import OnOutput, RunningService

GRACE = 15.0
"""Seconds beyond the time limit in which a keeper must have answered, killing included."""
WARMING = 3.0
"""Seconds a run of a module waits for the warm keeper, which imports what a cold run would import, too."""
UNPROVED = "pytest ended with exit code 0 and did not tell that a test has passed"
FRAME_ANCESTORS = (
    "'self' vscode-webview: vscode-file: https://*.vscode-cdn.net http://127.0.0.1:* http://localhost:*"
)
"""The pages a preview may be shown inside of: an editor's, and those of this machine. The application is told
in its environment and need not heed it; started elsewhere, it is not told and forbids it to all."""
LOST = "what ran has killed or halted the process that watched over it"


@dataclass(frozen=True, slots=True)
class Job:
    """A command on a copy of some files, and what is wanted of it beside its report."""

    argv: tuple[str, ...]
    files: Mapping[FilePath, bytes] | Mapping[str, bytes]
    executable: tuple[str, ...] = ()
    """Those of the files that are programs."""
    export: bool = False
    """Whether the files as they are afterwards are wanted."""
    on_output: OnOutput | None = None


@dataclass(frozen=True, slots=True)
class Done:
    report: CommandReport
    archive: bytes = b""
    """A tar of the files, when they were asked for; nobody vouches for what is in it."""
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ask:
    """One command for a keeper."""

    id: str
    frame: bytes
    seconds: float
    on_output: OnOutput | None

    def hear(self, told: Told) -> None:
        if self.on_output:
            self.on_output(told.output)


class Session:
    """A SandboxSession; the same for every place."""

    def __init__(
        self, place: Place, environment: Environment, policy: SandboxPolicy, modules: Sequence[str] | None
    ) -> None:
        """``modules`` are those the standing keeper imports; None is for a session without one."""
        self._place, self._environment, self._policy = place, environment, policy
        self._modules, self._standing = modules, None if modules is None else Standing(place, modules)
        self._at_work, self._last = 0, time.monotonic()
        self._digest = digest_of(f"{environment.digest}\n{place.isolation.level}\n".encode())
        self._ids = itertools.count(1)

    @property
    def isolation(self) -> Isolation:
        return self._place.isolation

    @property
    def digest(self) -> Digest:
        return self._digest

    async def warmed_up(self) -> bool:
        """Wait until the standing keeper is ready or lost; whether it is warm. Nobody needs to."""
        return self._standing is not None and await self._standing.settled() and bool(self._standing.loaded)

    async def run(
        self, files: Mapping[FilePath, bytes], check: Check, on_output: OnOutput | None = None
    ) -> CommandReport:
        command = check.service.command if check.service else check.command
        job = Job(command, files, on_output=on_output)
        with self.in_use():
            ready = await self._ready(check)
            fresh = ready is None or not fits(check, files, ready.loaded)
            ask = self._ask(job, fresh=fresh, **self._probe(check))
            if ready is None:
                told = await self._run_cold(ask)
            else:
                tried = await ready.run(ask.id, ask.frame, ask.seconds + GRACE, ask.hear)
                told = tried if tried and not tried.lost else await self._run_once(ask)
        return _proved(self._report(told), check)

    @asynccontextmanager
    async def serve(self, files: Mapping[FilePath, bytes], service: Service) -> AsyncIterator[RunningService]:
        wanted = service.model_dump() | {"seconds": self._policy.health_seconds}
        shown = environment_of(self._place.path) | {"FRAME_ANCESTORS": FRAME_ANCESTORS}
        ask = self._ask(Job(service.command, files), service=wanted, env=shown)
        with self.in_use():
            async with self._place.keeper(warm=False, program=RELAY) as link:
                await link.send(ask.frame)
                async with served(link, self._neutral) as running:
                    yield running

    async def execute(self, job: Job) -> Done:
        with self.in_use():
            told = await self._run_cold(self._ask(job))
        return Done(self._report(told), told.archive, told.left_out)

    async def close(self) -> None:
        if self._standing is not None:
            await self._standing.close()

    async def rest_when_idle(self) -> None:
        """Give back what is held whenever nothing was run for as long as the policy says."""
        while True:
            idle = time.monotonic() - self._last if not self._at_work else 0
            if idle >= self._policy.idle_stop_seconds:
                await self.close()
                self._standing = None
                await self._place.rest()
                self._last = time.monotonic()
            await asyncio.sleep(max(0.05, self._policy.idle_stop_seconds - idle))

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Meanwhile it is not idle."""
        if self._standing is None and self._modules is not None:
            self._standing = Standing(self._place, self._modules)
        self._at_work += 1
        try:
            yield
        finally:
            self._at_work -= 1
            self._last = time.monotonic()

    async def _ready(self, check: Check) -> Standing | None:
        """The standing keeper; None where it is gone, or not yet there for what gains nothing by waiting."""
        if self._standing is None:
            return None
        patience = WARMING if is_module(check) or not self._modules else 0
        return self._standing if await self._standing.settled(patience) else None

    def _ask(self, job: Job, **more: Any) -> Ask:
        name = f"run-{next(self._ids)}"
        head = {
            "id": name,
            "argv": job.argv,
            "env": environment_of(self._place.path),
            "files": [(path, len(content)) for path, content in job.files.items()],
            "executable": job.executable,
            "live": job.on_output is not None,
            "links": self._environment.links(self._place.root),
            "limits": self._policy.asked(self._environment.language),
            **more,
        }
        if job.export:
            head["export"] = {"files": self._policy.export_files, "size": self._policy.export_bytes}
        return Ask(name, pack(head, b"".join(job.files.values())), self._policy.seconds, job.on_output)

    def _probe(self, check: Check) -> dict[str, Any]:
        """What a keeper has to look for when the check is a service."""
        if check.service is None:
            return {}
        return {"probe": check.service.model_dump() | {"seconds": self._policy.health_seconds}}

    async def _run_cold(self, ask: Ask) -> Told:
        """Once more when the place went away meanwhile: every run has a fresh copy of the files."""
        try:
            return await self._run_once(ask)
        except SandboxLost:
            return await self._run_once(ask)

    async def _run_once(self, ask: Ask) -> Told:
        async with self._place.keeper(warm=False) as link:
            try:
                async with asyncio.timeout(ask.seconds + GRACE):
                    return await _one_run(link, ask)
            except (TimeoutError, BrokenFrame):
                return Told(id=ask.id, lost=True)

    def _report(self, told: Told) -> CommandReport:
        return CommandReport(
            exit_code=None if told.lost else told.code,
            output=self._neutral(told.output.decode("utf-8", "replace"), told.folder),
            seconds=round(told.seconds, 3),
            ended_by="lost" if told.lost else told.ended_by,
            fault=LOST if told.lost else self._neutral(told.fault, told.folder),
        )

    def _neutral(self, text: str, folder: str) -> str:
        """The same text wherever it ran."""
        if not folder:
            return text
        work = f"{folder}/files"
        own = {work: ".", f"{folder}/home": "~", f"{folder}/tmp": "/tmp"}
        for path, name in {**own, **self._place.names}.items():
            text = text.replace(path, name)
        for path, name in self._place.names.items():  # pytest shows paths as seen from the workspace
            text = text.replace(os.path.relpath(path, work), name)
        return text


def _proved(report: CommandReport, check: Check) -> CommandReport:
    if report.exit_code != 0 or not is_pytest(check) or passing_tests_reported(report.output):
        return report
    return report.model_copy(update={"exit_code": None, "fault": UNPROVED})


async def _one_run(link: Link, ask: Ask) -> Told:
    await link.send(ask.frame)
    unpacker = Unpacker()
    while data := await link.receive():
        for told in unpacker.feed(data):
            if told.id == ask.id and not told.live:
                return told
            ask.hear(told)
    return Told(id=ask.id, lost=True)


@asynccontextmanager
async def session_in(
    place: Place, environment: Environment, policy: SandboxPolicy, warm: bool = True
) -> AsyncIterator[Session]:
    """A session whose keeper starts in the background, unless it is for one command only."""
    session = Session(place, environment, policy, modules_of(environment) if warm else None)
    resting = asyncio.create_task(session.rest_when_idle())
    try:
        yield session
    finally:
        resting.cancel()
        with anyio.CancelScope(shield=True):
            await asyncio.wait([resting])
            await session.close()
