"""Twins of adapters that keep a port's promises without the world: for tests, in memory."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import PurePath

import anyio.lowlevel

from samokoder.domain.architecture import Refusal, Service
from samokoder.domain.evidence import Check, CommandReport, Isolation
from samokoder.domain.files import Digest, digest_of
from samokoder.domain.paths import FilePath
from samokoder.domain.project import folder_left_out, reason_to_leave_out
from samokoder.errors import DependencyRefused, InvalidRequest
from samokoder.ports import (
    EnvironmentSpec,
    OnOutput,
    ProjectFiles,
    RunningService,
    SandboxSession,
    ServiceState,
)

Script = Callable[[Mapping[FilePath, bytes], Check], CommandReport]
"""What a command would have left behind on these files; may raise SandboxError."""


def all_pass(files: Mapping[FilePath, bytes], check: Check) -> CommandReport:
    return CommandReport(exit_code=0, output="", seconds=0)


class FakeSandbox:
    """A Sandbox whose commands are answered by a function; it runs nothing."""

    def __init__(self, script: Script = all_pass, refusals: Sequence[Refusal] = ()) -> None:
        self.script = script
        self.refusals = refusals
        """What it says of these dependencies, whenever it is to be opened with one."""
        self.opened: list[EnvironmentSpec] = []
        self.ran: list[Check] = []
        """Every check that was run, in order."""
        self.served: list[tuple[dict[FilePath, bytes], FakeService]] = []
        """Every service that was started, with its files."""

    @asynccontextmanager
    async def open(self, spec: EnvironmentSpec, warm: bool = True) -> AsyncIterator[SandboxSession]:
        await anyio.lowlevel.checkpoint()
        self.opened.append(spec)
        if found := tuple(refusal for refusal in self.refusals if refusal.dependency in spec.dependencies):
            raise DependencyRefused(found)
        yield _FakeSession(self, spec)


class _FakeSession:
    def __init__(self, sandbox: FakeSandbox, spec: EnvironmentSpec) -> None:
        self._sandbox = sandbox
        self.isolation = Isolation(level="none", separates=(), engine="fake: nothing is run")
        pins = sorted(dependency.pin for dependency in spec.dependencies)
        self.digest: Digest = digest_of("\n".join([spec.language, *pins]).encode())

    async def run(
        self, files: Mapping[FilePath, bytes], check: Check, on_output: OnOutput | None = None
    ) -> CommandReport:
        await anyio.lowlevel.checkpoint()
        self._sandbox.ran.append(check)
        report = self._sandbox.script(dict(files), check)
        if on_output and report.output:
            on_output(report.output.encode())
        return report

    @asynccontextmanager
    async def serve(self, files: Mapping[FilePath, bytes], service: Service) -> AsyncIterator[RunningService]:
        running = FakeService()
        self._sandbox.served.append((dict(files), running))
        try:
            yield running
        finally:
            running.become(ServiceState(kind="stopped"))


class FakeService:
    """A RunningService whose life is told by a test; nobody answers at its address."""

    def __init__(self) -> None:
        self.url = "http://127.0.0.1:1/"
        self.state = ServiceState(kind="ready")
        self.used = time.monotonic()
        self.written = ""
        self._moved = asyncio.Event()

    def log(self) -> str:
        return self.written

    def become(self, state: ServiceState) -> None:
        if self.state.kind in ("starting", "ready"):
            self.state = state
        self._moved.set()
        self._moved = asyncio.Event()

    async def changed(self, known: ServiceState) -> ServiceState:
        while self.state == known:
            await self._moved.wait()
        return self.state


class MemoryWorkspace:
    """A Workspace of dictionaries; ``folders`` is what stands in each target."""

    def __init__(self, unwritable: Sequence[str] = ()) -> None:
        self.folders: dict[str, dict[FilePath, bytes]] = {}
        self._unwritable = frozenset(unwritable)

    async def check(self, target: str) -> None:
        await anyio.lowlevel.checkpoint()
        if not target or "\0" in target or not PurePath(target).is_absolute():
            raise InvalidRequest(f"The target folder must be an absolute path, not {target[:120]!r}.")
        if ".git" in PurePath(target).parts or target in self._unwritable:
            raise InvalidRequest(f"{target} cannot be written into.")

    async def read(self, target: str) -> ProjectFiles:
        await anyio.lowlevel.checkpoint()
        there = self.folders.get(target, {})
        reasons = {path: reason_to_leave_out(path.rsplit("/", 1)[-1], len(there[path])) for path in there}
        kept = {p: c for p, c in there.items() if not reasons[p] and not _in_a_folder_left_out(p)}
        if not kept:
            raise InvalidRequest(f"There is no project in {target}.")
        return ProjectFiles(files=kept, left_out=tuple(f"{p}: {why}" for p, why in reasons.items() if why))

    async def digests(self, target: str, paths: Sequence[FilePath]) -> Mapping[FilePath, Digest | None]:
        await anyio.lowlevel.checkpoint()
        there = self.folders.get(target, {})
        return {path: digest_of(there[path]) if path in there else None for path in paths}

    async def replace(self, target: str, path: FilePath, content: bytes, expected: Digest | None) -> bool:
        if (await self.digests(target, [path]))[path] != expected or self._blocked(target, path):
            return False
        self.folders.setdefault(target, {})[path] = content
        return True

    def _blocked(self, target: str, path: FilePath) -> bool:
        """Whether a file stands where a folder is needed, or a folder where the file should be."""
        there = self.folders.get(target, {})
        return any(path.startswith(f"{other}/") or other.startswith(f"{path}/") for other in there)


def _in_a_folder_left_out(path: FilePath) -> bool:
    return any(folder_left_out(name) for name in path.split("/")[:-1])
