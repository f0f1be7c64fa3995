"""Runs that keep the contract of ``orchestrator.runs``, but whose agents only tell one story.

Words in the description steer it: "slowly" takes its time over every action, "forever" never
gets past the first file, "stubbornly" is not to be cancelled, "failing" has a check that nothing
repairs, "broken" has a fault of ours.
"""

from __future__ import annotations

import asyncio
import itertools

from samokoder.adapters.disk import DiskWorkspace
from samokoder.domain.action import (
    Action,
    BreakDown,
    Design,
    Diagnose,
    MakePlan,
    Mirror,
    PrepareEnvironment,
    ReviewFiles,
    RunCheck,
    SeeChecksFail,
    Specify,
    WriteChecks,
    WriteDelivery,
    WriteFile,
    WriteManual,
    key,
)
from samokoder.domain.outcome import (
    Answered,
    Cancelled,
    FindingWaived,
    Mirrored,
    Outcome,
    PlanApproved,
    Resumed,
    SpecificationApproved,
)
from samokoder.domain.plan import Plan
from samokoder.domain.request import Request, Usage
from samokoder.domain.run import ApprovingPlan, ApprovingSpecification, Run, waiting_for
from samokoder.domain.specification import Answer, Specification
from samokoder.errors import FolderBusy, InvalidRequest, NotFound
from samokoder.orchestrator.advance import advance
from samokoder.orchestrator.conduct import fold
from samokoder.orchestrator.costs import Costs, Estimate, costs, estimate
from samokoder.orchestrator.decide import decide
from samokoder.orchestrator.findings import findings
from samokoder.orchestrator.news import landed, started
from samokoder.orchestrator.runs import More, check_description
from samokoder.ports import Booking, Editor, News, RunSummary, Step
from tests.orchestrator import story


class FakeRuns:
    def __init__(self, editor: Editor) -> None:
        self._editor = editor
        self._runs: dict[str, Run] = {}
        self._steps: dict[str, list[Step]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._names = itertools.count(1)

    # the contract ---------------------------------------------------------------------------

    async def start(self, request: Request) -> str:
        check_description(request.description)
        if "broken" in request.description:
            raise RuntimeError("the inside of the program")
        await DiskWorkspace().check(request.target)
        run_id = f"r{next(self._names)}"
        self._begin(Run(id=run_id, request=request), [])
        self._spawn(run_id)
        return run_id

    async def resume(self, run_id: str, more: More | None = None) -> None:
        run = await self.read(run_id)
        if run.end is not None:
            given = (more or More()).model_dump()
            self._commit(run_id, Resumed(**{f"more_{name}": n for name, n in given.items()}))
        self._spawn(run_id)

    async def fork(self, run_id: str, step: int, target: str | None = None) -> str:
        run, steps = await self.read(run_id), self._steps[run_id][:step]
        fork_id = f"r{next(self._names)}"
        request = run.request if target is None else run.request.model_copy(update={"target": target})
        self._begin(fold(fork_id, request, (s.outcome for s in steps)), steps)
        return fork_id

    async def answer(self, run_id: str, question_id: str, text: str | None) -> None:
        asked = next((q for q in waiting_for(await self.read(run_id)) if q.id == question_id), None)
        if asked is None:
            raise NotFound(f"Run {run_id} does not wait for {question_id}.")
        given = Answer(question=asked.id, text=text or asked.default, skipped=text is None)
        self._commit(run_id, Answered(answer=given))
        self._spawn(run_id)

    async def approve(
        self, run_id: str, specification: Specification | None = None, plan: Plan | None = None
    ) -> None:
        match (await self.read(run_id)).phase:
            case ApprovingSpecification(specification=written):
                self._commit(run_id, SpecificationApproved(specification=specification or written))
            case ApprovingPlan(plan=planned):
                self._commit(run_id, PlanApproved(plan=plan or planned))
            case _:
                raise NotFound(f"Nothing of run {run_id} waits for approval.")
        self._spawn(run_id)

    async def waive(self, run_id: str, finding_id: str, reason: str) -> None:
        if not reason.strip():
            raise InvalidRequest("A finding is waived only with a reason.")
        found = next((f for f in findings(await self.read(run_id)) if f.id == finding_id), None)
        if found is None:
            raise NotFound(f"Run {run_id} has no finding {finding_id!r}.")
        self._commit(run_id, FindingWaived(finding=found, reason=reason))
        self._spawn(run_id)

    async def repair(self, run_id: str, finding_id: str | None = None) -> None:
        await self.resume(run_id)

    async def cancel(self, run_id: str) -> None:
        run = await self.read(run_id)
        if "stubbornly" in run.request.description:
            await asyncio.Event().wait()
        if task := self._tasks.pop(run_id, None):
            task.cancel()
            await asyncio.wait({task})
        if run.end is None:
            self._commit(run_id, Cancelled())
            self._editor.happened(self._runs[run_id], News(run=run_id, kind="ended"))

    async def read(self, run_id: str) -> Run:
        if run_id not in self._runs:
            raise NotFound(f"There is no run {run_id!r}.", hint="samokoder.runs lists them.")
        return self._runs[run_id]

    async def steps(self, run_id: str) -> list[Step]:
        return self._steps[run_id]

    async def runs(self) -> list[RunSummary]:
        return [
            RunSummary(
                id=run.id,
                target=run.request.target,
                description=run.request.description,
                phase=run.phase.kind,
                end=run.end.kind if run.end else None,
                created="2026-11-23T05:00:00Z",
                steps=len(self._steps[run.id]),
                usage=Usage(),
            )
            for run in reversed(self._runs.values())
        ]

    async def costs(self, run_id: str | None = None) -> Costs:
        """As if every run had cost a dollar."""
        runs = [run for run in self._runs if run_id in (None, run)]
        return costs(
            [
                Booking(
                    run=run,
                    agent="architect",
                    tier="plan",
                    task="",
                    model="m",
                    day="",
                    usage=Usage(cost=10**6),
                )
                for run in runs
            ]
        )

    async def estimate(self) -> Estimate:
        return estimate([], [], lambda tier, usage: 0)

    def under_way(self) -> frozenset[str]:
        return frozenset(self._tasks)

    async def close(self) -> None:
        for task in list(self._tasks.values()):
            task.cancel()
        if self._tasks:
            await asyncio.wait(set(self._tasks.values()))

    # inside ---------------------------------------------------------------------------------

    def _begin(self, run: Run, steps: list[Step]) -> None:
        self._runs[run.id], self._steps[run.id] = run, list(steps)

    def _commit(self, run_id: str, outcome: Outcome) -> Run:
        after = self._runs[run_id] = advance(self._runs[run_id], outcome)
        steps = self._steps[run_id]
        steps.append(Step(index=len(steps), at="2026-11-23T05:00:00Z", outcome=outcome))
        return after

    def _spawn(self, run_id: str) -> None:
        target = self._runs[run_id].request.target
        if run_id in self._tasks:
            return
        if any(self._runs[other].request.target == target for other in self._tasks):
            raise FolderBusy(f"Another run is working in {target}.", hint="Wait for it, or cancel it.")
        self._tasks[run_id] = asyncio.create_task(self._conduct(run_id))

    async def _conduct(self, run_id: str) -> None:
        words, detail = self._runs[run_id].request.description, ""
        try:
            while actions := decide(self._runs[run_id]):
                run, action = self._runs[run_id], actions[0]
                self._editor.happened(run, started(run, action))
                await asyncio.sleep(0.05 if "slowly" in words else 0)
                if "forever" in words and isinstance(action, WriteFile):
                    await asyncio.Event().wait()
                outcome = outcome_of(run, action).model_copy(update={"action": key(action)})
                after = self._commit(run_id, outcome)
                self._editor.happened(after, landed(after, outcome))
        except asyncio.CancelledError:
            detail = "interrupted"
            raise
        finally:
            if self._tasks.pop(run_id, None) is not None:
                news = News(run=run_id, kind="ended", ok=not detail, detail=detail)
                self._editor.happened(self._runs[run_id], news)


def outcome_of(run: Run, action: Action) -> Outcome:
    failing = "failing" in run.request.description
    match action:
        case Specify():
            return story.specified
        case Design():
            return story.designed
        case MakePlan():
            return story.planned
        case PrepareEnvironment():
            return story.environment
        case WriteChecks(task=task, rewrite=rewrite):
            return story.checks_written(task, str(rewrite))
        case SeeChecksFail(task=task):
            return story.checks_seen(task)
        case BreakDown(task=task):
            return story.broken_down(task)
        case WriteFile(task=task, order=order, round=round):
            return story.written(task, order.path, str(round), round)
        case ReviewFiles(task=task, changed=changed, round=round):
            return story.reviewed(task, *changed, version=str(round))
        case RunCheck(task=task, check=check, confirm=confirm):
            report = story.failed("tests/test_records.py::test_keep") if failing else story.PASS
            return story.checked(run, task, check, report, confirm)
        case Diagnose(task=task):
            return story.diagnosed(run, task, *story.task_of(task).files)
        case WriteManual():
            return story.manual
        case WriteDelivery():
            return story.delivery
        case Mirror():
            return Mirrored(files=action.digests)
