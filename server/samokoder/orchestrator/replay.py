"""A recorded run done again, offline: each step is derived anew and held against the one on record.

What the world said then (a reply of a model, the report of a command, an answer of the person) is taken from
the record. Everything else is computed: which action was due, what the agent was asked, what its answer
means, which files come of it. No model is called, no command run and no folder written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NoReturn

from samokoder.domain.action import Action, key
from samokoder.domain.evidence import Check, CommandReport, Isolation
from samokoder.domain.files import Digest, Files, tree_digest
from samokoder.domain.outcome import (
    BaselineSeen,
    CheckRan,
    ChecksSeen,
    EnvironmentMissing,
    EnvironmentReady,
    Mirrored,
    NothingUsable,
    Outcome,
    ProjectRead,
)
from samokoder.domain.paths import FilePath
from samokoder.domain.request import NO_PURPOSE, Budget, Purpose, Usage
from samokoder.domain.run import Building, Run
from samokoder.domain.value import Value
from samokoder.errors import ReplayDiffers
from samokoder.orchestrator.advance import advance
from samokoder.orchestrator.decide import decide
from samokoder.orchestrator.perform import perform
from samokoder.orchestrator.recording import Recording, content_of
from samokoder.orchestrator.world import World
from samokoder.ports import ModelReply, ModelRequest, OnOutput, SandboxSession

OF_THE_WORLD = (EnvironmentReady, EnvironmentMissing, Mirrored, NothingUsable, ProjectRead)
"""What only the world can say: taken as it is recorded."""


class Replayed(Value):
    """The end of a replay in which every step came out as recorded."""

    run_id: str
    steps: int
    replies: int
    """Replies of models that were used again."""
    reworded: int
    """Of these, answers to questions that are worded otherwise today."""
    end: str | None
    tree: Digest
    """Of the application's files."""


async def replay(recording: Recording, world: World) -> tuple[Replayed, dict[FilePath, bytes]]:
    """The application's files, made anew. Raises ReplayDiffers at the first step that comes out differently.

    Of ``world`` only time and names are used.
    """
    done, files, _ = await _replayed(recording, world)
    return done, files


async def with_used(recording: Recording, world: World) -> Recording:
    """The recording with what each step rests on; as it is when it cannot be replayed any more."""
    try:
        _, _, record = await _replayed(recording, world)
    except ReplayDiffers:
        return recording
    used = {index: tuple(digests) for index, digests in record.used.items() if digests}
    return recording.model_copy(update={"used": used})


async def _replayed(recording: Recording, world: World) -> tuple[Replayed, dict[FilePath, bytes], _Record]:
    record = _Record(recording)
    run = Run(id=recording.run_id, request=recording.request)
    for step in recording.steps:
        outcome = step.outcome
        record.step = step.index
        if outcome.action and not isinstance(outcome, OF_THE_WORLD):
            await _derive(outcome, step.index, run, record, world)
        if isinstance(outcome, Mirrored):
            _see_it_was_made(outcome, step.index, record)
        run = advance(run, outcome)
    building = run.unfinished
    files: Files = building.whole if isinstance(building, Building) else {}
    done = Replayed(
        run_id=run.id,
        steps=len(recording.steps),
        replies=sum(len(digests) for digests in record.used.values()),
        reworded=record.reworded,
        end=run.end.kind if run.end else None,
        tree=tree_digest(files),
    )
    return done, {path: record.content[digest] for path, digest in files.items()}, record


async def _derive(outcome: Outcome, index: int, run: Run, record: _Record, world: World) -> None:
    action = _due(outcome, index, run)
    session = _RecordedSession(outcome)

    async def opened() -> SandboxSession:
        return session  # type: ignore[return-value]  # of a session, performing only runs checks

    inside = World(
        model=record,
        sandbox=_no_sandbox,
        workspace=world.workspace,
        journal=record,  # type: ignore[arg-type]  # of a journal, performing only reads replies and contents
        editor=world.editor,
        now=world.now,
        clock=world.clock,
        new_id=world.new_id,
    )
    landing = await perform(action, run, inside, opened)
    made = landing.outcome.model_copy(update={"spent": outcome.spent})
    if made != outcome:
        raise ReplayDiffers(
            f"Step {index} ({outcome.action}) comes out differently: {_difference(made, outcome)}."
        )
    record.content.update(landing.blobs)


def _see_it_was_made(outcome: Mirrored, index: int, record: _Record) -> None:
    """Only what this replay has made can have got into the folder."""
    strange = sorted(path for path, digest in outcome.files.items() if digest not in record.content)
    if strange:
        raise ReplayDiffers(f"Step {index}: {', '.join(strange)} was put into the folder, but never written.")


def _due(outcome: Outcome, index: int, run: Run) -> Action:
    for action in decide(run):
        if key(action) == outcome.action:
            return action
    raise ReplayDiffers(f"Step {index}: {outcome.action} is not due here.")


def _difference(made: Outcome, recorded: Outcome) -> str:
    if isinstance(made, NothingUsable):
        return made.reason
    now, then = made.model_dump(mode="json"), recorded.model_dump(mode="json")
    return "different " + ", ".join(name for name in then if now.get(name) != then[name])


def _no_sandbox(choice: str) -> NoReturn:
    raise ReplayDiffers("A replay runs no commands.")


@dataclass
class _Record:
    """The model and the journal of a replay: they know what is on record, and refuse the rest."""

    recording: Recording
    content: dict[Digest, bytes] = field(default_factory=dict)
    used: dict[int, list[Digest]] = field(default_factory=dict)
    step: int = 0
    reworded: int = 0
    name: str = "recording"

    def __post_init__(self) -> None:
        self.content.update({d: content_of(kept) for d, kept in self.recording.project.items()})

    async def paid_reply(self, run_id: str, request: Digest) -> ModelReply | None:
        used = self.used.setdefault(self.step, [])
        then = self.recording.used.get(self.step, ())
        if request not in self.recording.replies and len(used) < len(then):
            request, self.reworded = then[len(used)], self.reworded + 1
        if reply := self.recording.replies.get(request):
            used.append(request)
        return reply

    async def blobs(self, digests: Sequence[Digest]) -> Mapping[Digest, bytes]:
        return {digest: self.content[digest] for digest in digests}

    async def reserve(
        self,
        run_id: str,
        request: ModelRequest,
        worst: Usage,
        budget: Budget,
        purpose: Purpose = NO_PURPOSE,
    ) -> str:
        raise ReplayDiffers(
            f"The {request.agent} is asked something that is not on record.",
            hint="The roles or what they are told have changed since; an older Samokoder can replay it.",
        )

    def worst_case(self, request: ModelRequest, written: int | None = None) -> Usage:
        return Usage()

    async def complete(self, request: ModelRequest, watch: object = None) -> ModelReply:
        raise ReplayDiffers("A replay asks no model.")

    async def close(self) -> None:
        """Nothing to let go of."""


class _RecordedSession:
    """Reports of one step, in the order the commands are run in."""

    def __init__(self, outcome: Outcome) -> None:
        self.isolation, self.digest = Isolation(level="none", separates=()), ""
        self._reports: list[CommandReport] = []
        match outcome:
            case ChecksSeen(reports=reports):
                self._reports = list(reports)
            case CheckRan(evidence=evidence):
                self._reports = [evidence.report]
                self.isolation, self.digest = evidence.isolation, evidence.environment
            case BaselineSeen(report=report):
                self._reports = [report]

    async def run(
        self, files: Mapping[FilePath, bytes], check: Check, on_output: OnOutput | None = None
    ) -> CommandReport:
        if not self._reports:
            raise ReplayDiffers(f"The check {check.id} is run, which was not run then.")
        return self._reports.pop(0)
