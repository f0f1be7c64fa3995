"""Many runs at once in one server: starting, stopping, and what a person says to them.

The only broad ``except`` of the program is here: a fault of ours ends the work on one run, is
logged, and leaves that run as it was committed, to be resumed.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import AsyncExitStack

from samokoder.domain.files import Digest, digest_of
from samokoder.domain.outcome import (
    Answered,
    Cancelled,
    Commented,
    FileJudged,
    FindingWaived,
    Judged,
    Outcome,
    PlanApproved,
    Resumed,
    SpecificationApproved,
    Steered,
)
from samokoder.domain.paths import FilePath
from samokoder.domain.plan import Plan
from samokoder.domain.request import MAX_DESCRIPTION, Request
from samokoder.domain.review import Finding, finding_id
from samokoder.domain.run import ApprovingPlan, ApprovingSpecification, Run, waiting_for
from samokoder.domain.specification import Answer, Specification
from samokoder.domain.value import Value
from samokoder.errors import InvalidRequest, NotFound, SamokoderError
from samokoder.orchestrator.advance import advance
from samokoder.orchestrator.conduct import Conductor, fold
from samokoder.orchestrator.costs import Costs, Estimate, costs, estimate
from samokoder.orchestrator.findings import findings, owner_of
from samokoder.orchestrator.news import landed
from samokoder.orchestrator.previews import Previews
from samokoder.orchestrator.products import Products
from samokoder.orchestrator.recording import Recording, recording_of
from samokoder.orchestrator.replay import Replayed, replay, with_used
from samokoder.orchestrator.world import World
from samokoder.ports import ModelReply, ModelRequest, News, RunSummary, Step

logger = logging.getLogger(__name__)

PAUSING = "Pausing: what is under way is finished first."


class More(Value):
    """What a person adds to a spent budget."""

    calls: int = 0
    tokens: int = 0
    cost: int = 0
    seconds: float = 0


class Runs:
    """Owns the tasks that work on runs. One run is worked on by one conductor, in one folder."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._conductors: dict[str, Conductor] = {}
        self.products = Products(world, self.read)
        self.previews = Previews(world, self.read)

    # -------------------------------------------------------------------------------------- beginning

    async def start(self, request: Request) -> str:
        """Begin a run and return its id at once. Raises InvalidRequest or FolderBusy."""
        check_description(request.description)
        await self._world.workspace.check(request.target)
        if request.kind != "generate":
            await self._world.workspace.read(request.target)
            request = request.model_copy(update={"earlier": await self._asked_before(request.target)})
        run_id = self._world.new_id()
        async with AsyncExitStack() as stack:
            await self._lease(stack, run_id, request.target)
            await self._world.journal.create(run_id, request, self._world.now())
            self._spawn(Run(id=run_id, request=request), 0, stack.pop_all())
        return run_id

    async def _asked_before(self, target: str) -> str:
        """What the run that made what stands there was asked, and those before it."""
        made = [
            r for r in await self.runs() if r.target == target and r.end in {"verified", "built_unverified"}
        ]
        if not made:
            return ""
        last, _ = await self._world.journal.read(made[0].id)
        return "\n\n".join(filter(None, (last.earlier if last.kind != "generate" else "", last.description)))

    async def resume(self, run_id: str, more: More | None = None) -> None:
        """Go on with an interrupted run, or take up a finished one with fresh attempts."""
        run = await self.read(run_id)
        if conductor := self._conductors.get(run_id):
            conductor.pausing = False
            return
        if run.end is None:
            await self._work_on(run_id, None)
            return
        given = (more or More()).model_dump()
        await self._work_on(run_id, Resumed(**{f"more_{name}": n for name, n in given.items()}))

    async def fork(self, run_id: str, step: int, target: str | None = None) -> str:
        """A new run that shares the first ``step`` steps; nothing of the old one changes."""
        request, steps = await self._world.journal.read(run_id)
        if not 0 <= step <= len(steps):
            raise InvalidRequest(f"Run {run_id} has {len(steps)} steps; {step} is not one of them.")
        if target is not None:
            await self._world.workspace.check(target)
            request = request.model_copy(update={"target": target})
        fork_id = self._world.new_id()
        await self._world.journal.create(fork_id, request, self._world.now(), fork=(run_id, step))
        return fork_id

    # ------------------------------------------------------------------------------ what a person says

    async def answer(self, run_id: str, question_id: str, text: str | None) -> None:
        """None skips the question: its default is assumed."""
        question = next((q for q in waiting_for(await self.read(run_id)) if q.id == question_id), None)
        if question is None:
            raise NotFound(f"Run {run_id} does not wait for an answer to {question_id!r}.")
        given = Answer(
            question=question_id, text=question.default if text is None else text, skipped=text is None
        )
        if question_id.startswith("approve-"):
            await self.approve(run_id)
            return
        await self._work_on(run_id, Answered(answer=given))

    async def approve(
        self, run_id: str, specification: Specification | None = None, plan: Plan | None = None
    ) -> None:
        """Approve what waits, as it is or as the person edited it."""
        run = await self.read(run_id)
        match run.phase:
            case ApprovingSpecification(specification=written):
                await self._work_on(run_id, SpecificationApproved(specification=specification or written))
            case ApprovingPlan(plan=written_plan):
                await self._work_on(run_id, PlanApproved(plan=plan or written_plan))
            case _:
                raise NotFound(f"Nothing of run {run_id} waits for approval.")

    async def waive(self, run_id: str, finding_id: str, reason: str) -> None:
        """Let a finding be, for a reason that stays on record."""
        if not reason.strip():
            raise InvalidRequest("A finding is waived only with a reason.")
        found = next((f for f in findings(await self.read(run_id)) if f.id == finding_id), None)
        if found is None:
            raise NotFound(f"Run {run_id} has no finding {finding_id!r}.")
        await self._work_on(run_id, FindingWaived(finding=found, reason=reason))

    async def repair(self, run_id: str, finding_id: str | None = None) -> None:
        """Take a run that ended unproved up again."""
        run = await self.read(run_id)
        if finding_id is not None and finding_id not in {f.id for f in findings(run)}:
            raise NotFound(f"Run {run_id} has no finding {finding_id!r}.")
        await self.resume(run_id)

    async def cancel(self, run_id: str) -> None:
        """Stop it; returns when nothing of it runs any more. Cancelling twice is no error."""
        if (await self.read(run_id)).end is None:
            await self._work_on(run_id, Cancelled())
        await self.wait(run_id)

    async def pause(self, run_id: str) -> None:
        """Start nothing more of it; resuming goes on. Returns before what is under way has landed."""
        run = await self.read(run_id)
        if conductor := self._conductors.get(run_id):
            conductor.pausing = True
            self._world.editor.happened(run, News(run=run_id, kind="noted", detail=PAUSING))

    async def steer(self, run_id: str, text: str) -> Run:
        """A hint for all that is still to be asked. Raises InvalidRequest."""
        run = await self.read(run_id)
        if not text.strip():
            raise InvalidRequest("The hint is empty.", hint="Say in a sentence what is to be kept in mind.")
        if run.end is not None:
            raise InvalidRequest(
                f"Run {run_id} has ended.", hint="Extend the application, or comment on a file."
            )
        return await self._note(run_id, Steered(text=text.strip()))

    async def comment(self, run_id: str, path: FilePath, line: int, text: str) -> None:
        """What a person wants otherwise in a file: its task takes the file up again."""
        run = await self.read(run_id)
        task = owner_of(run, path)
        if task is None:
            raise InvalidRequest(
                f"No task of run {run_id} writes {path}.", hint="Name a file of a task, or steer the run."
            )
        if not text.strip():
            raise InvalidRequest("The comment is empty.", hint="Say what is to be different.")
        finding = Finding(
            id=finding_id(task, "person", path, text),
            task=task,
            source="person",
            path=path,
            line=line,
            message=text.strip(),
            severity="error",
        )
        await self._work_on(run_id, Commented(finding=finding))

    async def judge(self, run_id: str, files: tuple[FileJudged, ...]) -> Run:
        """Record what a person accepted and rejected; what was accepted is in the folder by then."""
        return await self._note(run_id, Judged(files=files))

    async def put(self, run_id: str, path: FilePath, content: bytes, expected: Digest | None) -> bool:
        """Into the folder, over what the person saw there. False when it has changed since."""
        request, _ = await self._world.journal.read(run_id)
        await self.intend(run_id, path, content)
        return await self._world.workspace.replace(request.target, path, content, expected)

    async def intend(self, run_id: str, path: FilePath, content: bytes) -> None:
        """Make it known that this content is ours, before it gets into the folder."""
        request, _ = await self._world.journal.read(run_id)
        writes = {path: digest_of(content)}
        await self._world.journal.intend(run_id, request.target, writes, self._world.now())

    # ---------------------------------------------------------------------------------------- looking

    async def read(self, run_id: str) -> Run:
        """The run as it is now. Raises NotFound."""
        if conductor := self._conductors.get(run_id):
            return conductor.run
        return (await self._load(run_id))[0]

    async def steps(self, run_id: str) -> list[Step]:
        return (await self._world.journal.read(run_id))[1]

    async def runs(self) -> list[RunSummary]:
        return await self._world.journal.runs()

    async def recording(self, run_id: str) -> Recording:
        """Everything a replay of this run needs. Raises NotFound."""
        return await with_used(await recording_of(self._world.journal, run_id), self._world)

    async def replay(self, recording: Recording) -> tuple[Replayed, dict[FilePath, bytes]]:
        """Do a recorded run again, offline. Raises ReplayDiffers."""
        return await replay(recording, self._world)

    async def exchange(self, run_id: str, step: int) -> list[tuple[ModelRequest, ModelReply]]:
        """What models were asked in a step and what they said; empty where it is not known."""
        recording = await self.recording(run_id)
        used = recording.used.get(step, ())
        asked = await self._world.journal.requests(used)
        return [(asked[d], recording.replies[d]) for d in used if d in asked and d in recording.replies]

    async def text(self, digest: str) -> str:
        """Content of a file. Raises NotFound."""
        try:
            return (await self._world.journal.blobs([digest]))[digest].decode("utf-8", "replace")
        except KeyError:
            raise NotFound(f"There is no content {digest!r}.") from None

    async def costs(self, run_id: str | None = None) -> Costs:
        """Of one run, or of all. Raises NotFound."""
        if run_id is not None:
            await self.read(run_id)
        return costs(await self._world.journal.bookings(run_id))

    async def estimate(self) -> Estimate:
        """What another run will probably cost."""
        journal = self._world.journal
        return estimate(await journal.bookings(), await journal.runs(), self._world.cost)

    def under_way(self) -> frozenset[str]:
        return frozenset(self._tasks)

    async def wait(self, run_id: str) -> Run:
        """The run when it has ended, waits for the person, or was interrupted."""
        if task := self._tasks.get(run_id):
            await asyncio.wait({task})
        return await self.read(run_id)

    async def close(self) -> None:
        """Stop all work. What is committed stays and can be resumed."""
        await asyncio.gather(*(self._stop(run_id) for run_id in list(self._tasks)))
        await self.previews.close()
        await self._world.close_models()
        await self._world.journal.close()

    # ----------------------------------------------------------------------------------------- inside

    async def _work_on(self, run_id: str, outcome: Outcome | None) -> None:
        """Commit what a person said, in turn with what lands, and go on working."""
        if conductor := self._conductors.get(run_id):
            if outcome is None or conductor.tell(outcome) is not None:
                return
            await self.wait(run_id)
        request, _ = await self._world.journal.read(run_id)
        async with AsyncExitStack() as stack:
            await self._lease(stack, run_id, request.target)
            run, index = await self._load(run_id)
            if outcome is not None:
                run, index = await self._commit(run, index, outcome)
            self._spawn(run, index, stack.pop_all())

    async def _note(self, run_id: str, outcome: Outcome) -> Run:
        """Commit what a person said; nothing is taken up for it. The run after it."""
        conductor, task = self._conductors.get(run_id), self._tasks.get(run_id)
        if conductor and task and (committed := conductor.tell(outcome)):
            waiting = asyncio.create_task(committed.wait())
            await asyncio.wait({waiting, task}, return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
            if committed.is_set():
                return conductor.run
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._world.journal.lease([f"run {run_id}"]))
            after = (await self._commit(*await self._load(run_id), outcome))[0]
        self._world.editor.happened(after, landed(after, outcome))
        return after

    async def _lease(self, stack: AsyncExitStack, run_id: str, target: str) -> None:
        await stack.enter_async_context(self._world.journal.lease([f"run {run_id}", f"folder {target}"]))

    async def _load(self, run_id: str) -> tuple[Run, int]:
        request, steps = await self._world.journal.read(run_id)
        return fold(run_id, request, (step.outcome for step in steps)), len(steps)

    async def _commit(self, run: Run, index: int, outcome: Outcome) -> tuple[Run, int]:
        after = advance(run, outcome)
        step = Step(index=index, at=self._world.now(), outcome=outcome)
        await self._world.journal.commit(run, step, after, {})
        return after, index + 1

    def _spawn(self, run: Run, index: int, held: AsyncExitStack) -> None:
        conductor = Conductor(run, index, self._world)
        self._conductors[run.id] = conductor
        task = asyncio.create_task(self._conduct(conductor, held), name=f"run {run.id}")
        self._tasks[run.id] = task

    async def _conduct(self, conductor: Conductor, held: AsyncExitStack) -> None:
        run_id, trouble = conductor.run.id, ""
        try:
            async with held:
                await conductor.conduct()
        except asyncio.CancelledError:
            trouble = "interrupted"
            raise
        except Exception as error:
            trouble = _words(error)
            logger.exception("run %s stopped by a fault", run_id, extra={"run": run_id, "event": "fault"})
        finally:
            self._tasks.pop(run_id, None)
            self._conductors.pop(run_id, None)
            self._world.editor.happened(
                conductor.run, News(run=run_id, kind="ended", ok=not trouble, detail=trouble)
            )

    async def _stop(self, run_id: str) -> None:
        if task := self._tasks.get(run_id):
            task.cancel()
            await asyncio.wait({task})


def check_description(description: str) -> None:
    """Raises InvalidRequest for what nobody can build from."""
    if not description.strip():
        raise InvalidRequest("The description is empty.", hint="Say in a sentence what is to be built.")
    if len(description) > MAX_DESCRIPTION:
        raise InvalidRequest(
            f"The description has {len(description):,} characters; at most {MAX_DESCRIPTION:,} are read.",
            hint="Keep what the application must do, and put the rest into files beside it.",
        )
    odd = sum(not c.isprintable() and c not in "\n\r\t\u200e\u200f\u2067\u2066\u2069" for c in description)
    if odd > len(description) // 50:
        raise InvalidRequest("The description is not text.", hint="Give it as plain UTF-8 text.")


def _words(error: BaseException) -> str:
    """What to show a person; the inside of a group of one."""
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    if isinstance(error, SamokoderError):
        return " ".join(filter(None, (str(error), error.hint)))
    return f"An unforeseen fault ({type(error).__name__}); the run can be resumed. The log has the details."
