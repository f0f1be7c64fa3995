"""What a run is doing, for a person who does not program: its plan, a log in sentences, the raw exchange."""

from __future__ import annotations

import asyncio
from pathlib import Path

from samokoder.domain.files import digest_of
from samokoder.domain.outcome import Outcome
from samokoder.domain.run import Building, Run
from samokoder.domain.work import GivenUp, TaskRun
from samokoder.errors import NotFound
from samokoder.lsp.client import uri_of
from samokoder.lsp.explaining import fenced
from samokoder.lsp.params import ExchangeParams, LogParams, RunParams
from samokoder.lsp.proofs import Proof, proofs
from samokoder.lsp.results.evidence import Explanation
from samokoder.lsp.results.picture import PlanCheck, PlanEpic, PlanFile, PlanResult, PlanTask
from samokoder.lsp.results.status import LogEntry, LogResult
from samokoder.lsp.session import Session
from samokoder.orchestrator.news import landed
from samokoder.ports import ModelReply, ModelRequest, Step

SENTENCES = {
    "project_read": "Read the project in the folder: {subject}.",
    "baseline_seen": "Ran the project's own tests before changing anything.",
    "specified": "Wrote down what the application must do.",
    "out_of_scope": "Cannot build this.",
    "answered": "You answered a question.",
    "specification_approved": "You approved what the application must do.",
    "plan_approved": "You approved the plan.",
    "designed": "Decided how the application is put together.",
    "planned": "Divided the work into tasks.",
    "environment_ready": "Prepared the place where checks run.",
    "environment_missing": "Cannot run checks on this machine.",
    "dependencies_refused": "Refused libraries that are not safe or not known: {detail}.",
    "dependencies_replaced": "Chose other libraries.",
    "checks_written": "Wrote the checks of task {task}.",
    "checks_seen": "Ran the checks of task {task} before its code was there: {detail}.",
    "broken_down": "Decided what to write into each file of task {task}.",
    "file_written": "Wrote {subject}.",
    "reviewed": "Read what was written for task {task}: {detail}.",
    "check_ran": "Ran a check of task {task}: {subject}.",
    "diagnosed": "Looked for the reason why task {task} fails: {detail}",
    "documents_written": "Wrote documents that go with the application.",
    "mirrored": "Put {subject} into your folder.",
    "nothing_usable": "Got no usable answer.",
    "finding_waived": "You let a finding be.",
    "cancelled": "You cancelled the run.",
    "resumed": "You took the run up again.",
    "judged": "You decided what of the proposed files to take.",
    "commented": "You commented on a file.",
    "steered": "You gave a hint.",
}
"""By the kind of the outcome; whoever is not named did nothing for the person."""
LONGEST_DETAIL = 400


async def log(session: Session, given: LogParams) -> LogResult:
    run = await session.runs.read(given.run_id)
    steps = [step for step in await session.runs.steps(given.run_id) if step.index >= given.after]
    return LogResult(
        run_id=run.id,
        entries=tuple(_entry(run, step) for step in steps),
        next=steps[-1].index + 1 if steps else given.after,
    )


def _entry(run: Run, step: Step) -> LogEntry:
    news = landed(run, step.outcome)
    return LogEntry(
        step=step.index,
        at=step.at,
        agent=news.agent or "You",
        task=news.task,
        text=sentence(run, step.outcome),
        ok=news.ok,
        has_exchange=bool(step.outcome.spent.calls),
    )


def sentence(run: Run, outcome: Outcome) -> str:
    news = landed(run, outcome)
    known = SENTENCES.get(outcome.kind, f"{outcome.kind.replace('_', ' ').capitalize()}.")
    told = known.format(subject=news.subject, task=news.task, detail=news.detail)
    more = "" if news.ok or news.detail in told else f" {news.detail}"
    return f"{told}{more}"[:LONGEST_DETAIL]


async def exchange(session: Session, given: ExchangeParams) -> Explanation:
    """Raises NotFound for a step in which no model was asked."""
    asked = await session.runs.exchange(given.run_id, given.step)
    if not asked:
        raise NotFound(
            f"In step {given.step} of run {given.run_id} no model was asked, or it is not on record.",
            hint="samokoder.log says where there is an exchange.",
        )
    text = "\n\n".join(_exchange(request, reply) for request, reply in asked)
    if not given.show:
        return Explanation(markdown=text)
    place = session.settings.state / "exchanges" / f"{digest_of(text.encode())[:16]}.md"
    await asyncio.to_thread(_keep, place, text)
    if not await session.client.show_document(str(place)):
        session.client.say(f"Open this file: {place}")
    return Explanation(markdown=text, uri=uri_of(str(place)))


def _keep(place: Path, text: str) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text, encoding="utf-8")


def _exchange(request: ModelRequest, reply: ModelReply) -> str:
    asked = (f"## {message.role}\n\n{fenced(message.content)}" for message in request.messages)
    spent = f"{reply.usage.tokens_in:,} tokens in, {reply.usage.tokens_out:,} out"
    return "\n\n".join(
        [f"# {request.agent} asked {reply.model} ({spent})", *asked, "## answer", fenced(reply.text)]
    )


# ------------------------------------------------------------------------------------------- the plan


async def plan(session: Session, given: RunParams) -> PlanResult:
    run = await session.runs.read(given.run_id)
    return plan_of(run, len(await session.runs.steps(given.run_id)))


def plan_of(run: Run, revision: int) -> PlanResult:
    building = run.unfinished
    if not isinstance(building, Building):
        return PlanResult(run_id=run.id, revision=revision, epics=())
    found = proofs(run)
    named = {epic.id: epic.title for epic in building.plan.epics}
    epics = dict.fromkeys(task.task.epic for task in building.tasks)
    return PlanResult(
        run_id=run.id,
        revision=revision,
        epics=tuple(
            PlanEpic(
                title=named.get(epic, epic),
                tasks=tuple(_task(run, t, found) for t in building.tasks if t.task.epic == epic),
            )
            for epic in epics
        ),
    )


def _task(run: Run, task: TaskRun, found: tuple[Proof, ...]) -> PlanTask:
    own = tuple(proof for proof in found if proof.task == task.task.id)
    seen = {proof.evidence.check.id for proof in own}
    frozen = () if task.acceptance.kind == "unwritten" else task.acceptance.checks
    return PlanTask(
        id=task.task.id,
        title=task.task.title,
        kind=task.task.kind,
        state=task.phase.kind,
        reason=task.phase.reason if isinstance(task.phase, GivenUp) else "",
        files=tuple(_file(run, task, path) for path in (*task.task.files, *task.task.check_files)),
        checks=(
            *(PlanCheck(id=p.id, title=p.evidence.check.title, state=p.standing) for p in own),
            *(
                PlanCheck(id=f"{task.task.id}/{c.id}", title=c.title, state="unseen")
                for c in frozen
                if c.id not in seen
            ),
        ),
    )


def _file(run: Run, task: TaskRun, path: str) -> PlanFile:
    written = {str(p): d for p, d in {**task.files, **task.check_files}.items()}.get(path)
    there = {str(p): d for p, d in run.mirrored.items()}.get(path)
    state = "in_folder" if written and there == written else "written" if written else "planned"
    if path in run.conflicts:
        state = "conflict"
    elif path in run.proposed:
        state = "proposed"
    return PlanFile(path=path, uri=uri_of(str(Path(run.request.target, path))), state=state)
