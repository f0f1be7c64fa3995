"""A run as clients are shown it. Pure."""

from __future__ import annotations

import shlex

from samokoder.domain.request import Usage
from samokoder.domain.review import Finding
from samokoder.domain.run import Building, Run, waiting_for
from samokoder.domain.specification import Question
from samokoder.domain.work import TaskRun
from samokoder.lsp.proofs import Proof, proof_of, proofs, specification_of
from samokoder.lsp.results.picture import (
    CheckResult,
    FileResult,
    FindingResult,
    IsolationResult,
    Picture,
    RequirementResult,
)
from samokoder.lsp.results.result import State, UsageResult
from samokoder.lsp.results.status import Event, QuestionResult, RunItem, Status, TaskStatus
from samokoder.orchestrator.findings import findings
from samokoder.orchestrator.progress import progress
from samokoder.ports import News, RunSummary


def state_of(run: Run, under_way: bool) -> State:
    if under_way:  # even when the end is known, something may still be tidied up
        return "running"
    if run.end is not None:
        return run.end.kind
    return "waiting" if waiting_for(run) else "interrupted"


def status(run: Run, under_way: bool, seq: int, doing: News | None) -> Status:
    """``doing`` is what the last news of work under way said."""
    done = progress(run)
    return Status(
        run_id=run.id,
        seq=seq,
        state=state_of(run, under_way),
        reason=run.end.reason if run.end else "",
        phase=done.phase,
        title=title_of(run),
        target=run.request.target,
        percentage=done.percentage,
        tasks_done=done.tasks_done,
        tasks_total=done.tasks_total,
        tasks=tasks_of(run),
        agent=doing.agent if doing else "",
        task=doing.task if doing else "",
        subject=doing.subject if doing else "",
        detail=doing.detail if doing else "",
        usage=usage(run.usage),
        waiting=tuple(question(run.id, waiting) for waiting in waiting_for(run)),
        failing=sum(not proof.evidence.passed for proof in proofs(run)),
    )


def event(news: News, seq: int) -> Event:
    return Event(run_id=news.run, seq=seq, **news.model_dump(exclude={"run"}))


def picture(run: Run, under_way: bool, model: str, steps: int) -> Picture:
    specification, found = specification_of(run), proofs(run)
    building = run.unfinished if isinstance(run.unfinished, Building) else None
    service = building.architecture.service if building else None
    return Picture(
        run_id=run.id,
        state=state_of(run, under_way),
        reason=run.end.reason if run.end else "",
        phase=run.unfinished.kind,
        description=run.request.description,
        target=run.request.target,
        title=title_of(run),
        summary=specification.summary if specification else "",
        requirements=_requirements(run, found),
        assumptions=specification.assumptions if specification else (),
        tasks=tasks_of(run),
        files=_files(run),
        conflicts=run.conflicts,
        checks=tuple(check(proof) for proof in found),
        findings=tuple(finding(item) for item in findings(run)),
        usage=usage(run.usage),
        model=model,
        sandbox=run.request.options.sandbox,
        isolation=_isolation(run),
        questions=tuple(question(run.id, waiting) for waiting in waiting_for(run)),
        start_command=shlex.join(service.command) if service else "",
        port=service.port if service else None,
        steps=steps,
    )


def run_item(summary: RunSummary, under_way: bool) -> RunItem:
    waits = summary.phase in {"clarifying", "approving_specification", "approving_plan"}
    state = summary.end or ("running" if under_way else "waiting" if waits else "interrupted")
    return RunItem.model_validate(
        {
            "run_id": summary.id,
            "state": state,
            "usage": usage(summary.usage),
            **summary.model_dump(exclude={"id", "end", "usage"}),
        }
    )


def title_of(run: Run) -> str:
    specification = specification_of(run)
    return specification.title if specification else " ".join(run.request.description.split())[:60]


def usage(spent: Usage) -> UsageResult:
    return UsageResult(**spent.model_dump())


def question(run_id: str, asked: Question) -> QuestionResult:
    return QuestionResult(
        run_id=run_id, question_id=asked.id, text=asked.text, options=asked.options, default=asked.default
    )


def tasks_of(run: Run) -> tuple[TaskStatus, ...]:
    building = run.unfinished
    if not isinstance(building, Building):
        return ()
    return tuple(_task(task) for task in building.tasks)


def _task(task: TaskRun) -> TaskStatus:
    return TaskStatus(
        id=task.task.id,
        title=task.task.title,
        state=task.phase.kind,
        files=task.task.files,
        files_written=len(task.files),
        depends_on=task.task.depends_on,
        requirements=task.task.requirements,
    )


def _requirements(run: Run, found: tuple[Proof, ...]) -> tuple[RequirementResult, ...]:
    specification = specification_of(run)
    results = []
    for requirement in specification.requirements if specification else ():
        proof = proof_of(requirement.id, found)
        results.append(
            RequirementResult(
                **requirement.model_dump(),
                proof=proof.standing if proof else "none",
                check_id=proof.id if proof else None,
            )
        )
    return tuple(results)


def _files(run: Run) -> tuple[FileResult, ...]:
    building = run.unfinished
    written = {**run.mirrored}
    if isinstance(building, Building):
        for task in building.tasks:
            written |= {**task.check_files, **task.files}
        written |= building.documents
    return tuple(
        FileResult(path=path, digest=digest, in_folder=run.mirrored.get(path) == digest)
        for path, digest in sorted(written.items())
    )


def check(proof: Proof) -> CheckResult:
    evidence = proof.evidence
    return CheckResult(
        id=proof.id,
        task=proof.task,
        title=evidence.check.title,
        command=shlex.join(evidence.check.command),
        exit_code=evidence.report.exit_code,
        passed=evidence.passed,
        seconds=evidence.report.seconds,
        fault=evidence.report.fault,
        tree=evidence.tree,
        stale=proof.stale,
    )


def finding(item: Finding) -> FindingResult:
    return FindingResult(**item.model_dump())


def _isolation(run: Run) -> IsolationResult | None:
    isolation = run.environment.isolation if run.environment else None
    return IsolationResult(**isolation.model_dump()) if isolation else None
