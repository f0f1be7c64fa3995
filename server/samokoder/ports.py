"""What we need of the world. Each port has a fake and a real adapter that pass the same contract tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Literal, Protocol

from pydantic import SecretStr

from samokoder.domain.architecture import Dependency, Service
from samokoder.domain.evidence import Check, CommandReport, Isolation
from samokoder.domain.files import Digest, Files, digest_of
from samokoder.domain.message import Message, Tier
from samokoder.domain.outcome import Outcome
from samokoder.domain.paths import FilePath
from samokoder.domain.request import NO_PURPOSE, Budget, Purpose, Request, Usage
from samokoder.domain.review import Danger
from samokoder.domain.run import Run
from samokoder.domain.value import Value

# ------------------------------------------------------------------------------- the language model


class ModelRequest(Value):
    """One question to a model."""

    agent: str
    messages: tuple[Message, ...]
    answer_name: str
    answer_schema: dict[str, Any]
    """JSON schema of the answer."""
    form: Literal["any", "text", "rest"] = "any"
    """How to ask: by the best way the endpoint has; as plain text, after an answer that could not be read; or
    for nothing but the rest of an answer that was cut off."""
    tier: Tier = "code"
    salt: int = 0
    """Makes a deliberate second attempt a different request, so that a stored bad reply is not replayed."""

    @property
    def digest(self) -> Digest:
        """The same for two identical requests; what the ledger finds a paid reply by."""
        return digest_of(self.model_dump_json().encode())


class ModelReply(Value):
    """What came back. ``usage.calls`` is 1."""

    text: str
    model: str
    usage: Usage
    truncated: bool = False


class Sign(Value):
    """A sign of life of a call or a command under way."""

    kind: Literal["asked", "refused", "writing", "waiting", "fallback", "warning", "running"]
    """``asked``: the question is on its way and may have to be paid for; ``refused``: it need not.
    ``running``: of a command, not of a call."""
    characters: int = 0
    """Of the answer so far."""
    seconds: float = 0
    """How long it is waited before the endpoint is asked again."""
    why: str = ""
    """Of a wait; what a person should know; what a command that runs has said last."""

    @property
    def tokens(self) -> int:
        """About as many: text and code have three to four characters a token."""
        return -(-self.characters // 4)


NOTHING_LOST = Usage()
Watch = Callable[[Sign], None]
"""Is told of a call's life; must not block."""


def unwatched(sign: Sign) -> None:
    """Nobody looks."""


class LanguageModel(Protocol):
    @property
    def name(self) -> str:
        """Model and where it runs, as shown to the person: "offline rules (embedded)"."""
        ...

    def worst_case(self, request: ModelRequest, written: int | None = None) -> Usage:
        """The most this request can cost; what is reserved before it is sent.

        ``written`` are the tokens of the answer so far, when there will be no more of it.
        """
        ...

    async def complete(self, request: ModelRequest, watch: Watch = unwatched) -> ModelReply:
        """Raises ModelUnavailable; never returns a half answer without saying ``truncated``."""
        ...

    async def close(self) -> None: ...


# ------------------------------------------------------------------------------------- the sandbox


class EnvironmentSpec(Value):
    """The dependencies checks run with; equal specs share one cached environment."""

    language: Literal["python", "node"]
    dependencies: tuple[Dependency, ...]


OnOutput = Callable[[bytes], None]
"""Takes what a command writes, as it comes; must not block."""


class ServiceState(Value):
    """How a service is."""

    kind: Literal["starting", "ready", "failed", "stopped"]
    why: str = ""
    """Of a failure."""


class RunningService(Protocol):
    """A service at work in a sandbox, reached by an address of this machine."""

    @property
    def url(self) -> str:
        """Of loopback; it leads to the service's port and to nothing else."""
        ...

    @property
    def state(self) -> ServiceState: ...

    @property
    def used(self) -> float:
        """When something went over a connection last; by the clock of ``time.monotonic``."""
        ...

    def log(self) -> str:
        """The last of what it wrote."""
        ...

    async def changed(self, known: ServiceState) -> ServiceState:
        """Wait until the state is another one."""
        ...


class SandboxSession(Protocol):
    """A prepared place to run checks of one run in."""

    @property
    def isolation(self) -> Isolation: ...

    @property
    def digest(self) -> Digest:
        """Of dependencies, installer, interpreter or image, and architecture."""
        ...

    async def run(
        self, files: Mapping[FilePath, bytes], check: Check, on_output: OnOutput | None = None
    ) -> CommandReport:
        """Run one check on a fresh copy of these files. Limits end it; nothing it starts outlives it.

        ``on_output`` is told all that comes until the output limit, also what the report cuts out.
        Several may run at once, without seeing each other. Raises SandboxError when it could not be run.
        """
        ...

    def serve(
        self, files: Mapping[FilePath, bytes], service: Service
    ) -> AbstractAsyncContextManager[RunningService]:
        """Start a service on a fresh copy of these files, and carry connections to it.

        Leaving stops it and everything it started. Raises SandboxError when that could not be tried.
        """
        ...


class Sandbox(Protocol):
    def open(self, spec: EnvironmentSpec, warm: bool = True) -> AbstractAsyncContextManager[SandboxSession]:
        """Raises SandboxUnavailable or InstallFailed, saying what is missing and how to get it.

        ``warm`` makes ready for many checks.
        """
        ...


Scan = Callable[[Mapping[FilePath, bytes]], Awaitable[tuple[Danger, ...]]]
"""A look at files before anything runs them; raises SandboxError when it cannot look."""


async def unscanned(files: Mapping[FilePath, bytes]) -> tuple[Danger, ...]:
    """For tests of other things."""
    return ()


# ----------------------------------------------------------------------------------- the workspace


class ProjectFiles(Value):
    """What stands in a folder."""

    files: dict[FilePath, bytes]
    left_out: tuple[str, ...] = ()
    """Files that were not read, each with its reason: ``.env: it may hold a secret``."""


class Workspace(Protocol):
    """The person's folder."""

    async def read(self, target: str) -> ProjectFiles:
        """The project there, by the rules of ``domain/project.py`` and its own .gitignore.

        Raises InvalidRequest when there is no such folder, or more than a run can work on.
        """
        ...

    async def check(self, target: str) -> None:
        """Raises InvalidRequest when the folder cannot be written into; creates nothing."""
        ...

    async def digests(self, target: str, paths: Sequence[FilePath]) -> Mapping[FilePath, Digest | None]:
        """What is there now; None for no file. Raises InvalidRequest on a symbolic link in the way."""
        ...

    async def replace(self, target: str, path: FilePath, content: bytes, expected: Digest | None) -> bool:
        """Put content in place atomically (write, fsync, rename), only over what is expected; else False."""
        ...


# ------------------------------------------------------------------------------------- the journal


class Step(Value):
    """One committed outcome."""

    index: int
    """From 0."""
    at: str
    """ISO 8601, UTC."""
    outcome: Outcome


class RunSummary(Value):
    id: str
    target: str
    description: str
    phase: str
    end: str | None
    created: str
    steps: int
    usage: Usage
    forked_from: str | None = None


class Spent(Value):
    """What is settled, the call just settled included; millionths of a US dollar."""

    run: int = 0
    task: int = 0
    day: int = 0


class Booking(Value):
    """What calls of one kind cost together."""

    run: str
    agent: str
    tier: str
    task: str
    model: str
    day: str
    usage: Usage


class Journal(Protocol):
    """The append-only record, and everything kept beside it in the same transactions."""

    async def create(
        self, run_id: str, request: Request, at: str, fork: tuple[str, int] | None = None
    ) -> None:
        """Record a new run; with ``fork`` it shares that run's first n steps."""
        ...

    async def read(self, run_id: str) -> tuple[Request, list[Step]]:
        """Raises NotFound."""
        ...

    async def commit(self, before: Run, step: Step, after: Run, blobs: Mapping[Digest, bytes]) -> None:
        """One transaction: the step, new contents, projections. Raises StaleRun when the index is taken."""
        ...

    async def blobs(self, digests: Sequence[Digest]) -> Mapping[Digest, bytes]:
        """Contents by digest; KeyError when one is unknown."""
        ...

    async def runs(self) -> list[RunSummary]:
        """Newest first."""
        ...

    async def paid_reply(self, run_id: str, request: Digest) -> ModelReply | None:
        """The stored reply to this very request, if it was paid for before."""
        ...

    async def replies(self, run_id: str) -> Mapping[Digest, ModelReply]:
        """Every stored reply of this run and those it was forked from, by the digest of its request."""
        ...

    async def requests(self, digests: Sequence[Digest]) -> Mapping[Digest, ModelRequest]:
        """What models were asked, by the digest of the question; unknown ones are left out."""
        ...

    async def reserve(
        self,
        run_id: str,
        request: ModelRequest,
        worst: Usage,
        budget: Budget,
        purpose: Purpose = NO_PURPOSE,
    ) -> str:
        """Set the worst case aside and return a ticket; raises BudgetExceeded when it does not fit."""
        ...

    async def settle(self, ticket: str, reply: ModelReply | None, lost: Usage = NOTHING_LOST) -> Spent:
        """Replace a reservation by what was really spent; without a reply it is given back, but what is lost.

        The sums are those of the same transaction; all 0 for a call that cost nothing.
        """
        ...

    async def bookings(self, run_id: str | None = None) -> list[Booking]:
        """What was really spent, of one run or of all; what is set aside is not in it."""
        ...

    async def intend(self, run_id: str, target: str, writes: Files, at: str) -> None:
        """Record what is about to be written into the person's folder, before it is."""
        ...

    async def ours(self, target: str) -> Mapping[FilePath, frozenset[Digest]]:
        """Every content any run has intended for a path of this folder: over these we may write."""
        ...

    def lease(self, names: Sequence[str]) -> AbstractAsyncContextManager[None]:
        """Hold these names against every other server; raises FolderBusy when one is held by a living one."""
        ...

    async def close(self) -> None: ...


# -------------------------------------------------------------------------------------- the editor


class Editor(Protocol):
    """What the orchestrator needs of the person's editor; the command line has a plain one."""

    async def unsaved(self, target: str, paths: Sequence[FilePath]) -> frozenset[FilePath]:
        """Those of these files that are open with changes the person has not saved."""
        ...

    async def put(self, target: str, path: FilePath, text: str) -> bool | None:
        """Make an open document hold this text; True once it was seen to. None: nothing to do it with.

        The document is unsaved afterwards, and counts no more as changed by the person.
        """
        ...

    async def secret(self, name: str) -> SecretStr | None:
        """A key from the editor's secret store, by the name of its provider; None where there is none."""
        ...

    def happened(self, run: Run, news: News) -> None:
        """Something changed; must not block."""
        ...


class News(Value):
    """One thing worth telling while a run goes on."""

    run: str
    kind: Literal["started", "going", "noted", "landed", "ended"]
    """An action started; it shows a sign of life; its outcome landed; the conductor stopped."""
    action: str = ""
    """Name of the action's type."""
    agent: str = ""
    task: str = ""
    subject: str = ""
    """A file, a check, …"""
    outcome: str = ""
    ok: bool = True
    detail: str = ""


Subscription = AsyncIterator[News]
