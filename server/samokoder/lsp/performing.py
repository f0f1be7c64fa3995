"""What each command does. ``commands`` has the table."""

from __future__ import annotations

import asyncio
from pathlib import Path

from samokoder.domain.files import digest_of
from samokoder.domain.request import Budget, Options, Request, RequestKind
from samokoder.domain.run import ApprovingPlan, ApprovingSpecification, Run, waiting_for
from samokoder.errors import FolderBusy, InvalidRequest, NotFound
from samokoder.lsp import explaining
from samokoder.lsp.client import uri_of
from samokoder.lsp.following import exchange, log, plan
from samokoder.lsp.from_lsp import path_of
from samokoder.lsp.papers import Kind
from samokoder.lsp.params import (
    AnswerParams,
    ApproveParams,
    CancelParams,
    CommentParams,
    CostsParams,
    ExplainParams,
    ForkParams,
    GenerateParams,
    NoParams,
    OptionsParams,
    RepairParams,
    ResumeParams,
    RunParams,
    SteerParams,
    WaiveParams,
)
from samokoder.lsp.picture import picture, run_item, state_of
from samokoder.lsp.previewing import preview, preview_log, stop_preview
from samokoder.lsp.products import compare, export, run_checks, text_of
from samokoder.lsp.recordings import export_recording, replay
from samokoder.lsp.results.evidence import Explanation
from samokoder.lsp.results.models import CostsResult, EstimateResult
from samokoder.lsp.results.picture import Picture
from samokoder.lsp.results.status import (
    CancelResult,
    ForkResult,
    Opened,
    PauseResult,
    RunList,
    RunStarted,
    Steering,
)
from samokoder.lsp.reviewing import accept, changes, file_path, proposed_text, reject
from samokoder.lsp.session import Session
from samokoder.lsp.sources import description_of, target_of
from samokoder.orchestrator.runs import More
from samokoder.settings import Settings

# ------------------------------------------------------------------------------------------ beginning


async def generate(session: Session, given: GenerateParams) -> RunStarted:
    return await _begin(session, given, "generate")


async def extend(session: Session, given: GenerateParams) -> RunStarted:
    """Something more in the project that stands in the target."""
    return await _begin(session, given, "extend")


async def fix(session: Session, given: GenerateParams) -> RunStarted:
    """Something that is wrong in the project that stands in the target."""
    return await _begin(session, given, "fix")


async def _begin(session: Session, given: GenerateParams, kind: RequestKind) -> RunStarted:
    await session.server.configured()
    request = Request(
        kind=kind,
        description=await description_of(session.server, given),
        target=target_of(session.server, given),
        options=options_of(session.settings, given.options),
    )
    run_id = await session.runs.start(request)
    return _started(session, await session.runs.read(run_id), given.work_done_token)


def options_of(settings: Settings, given: OptionsParams) -> Options:
    """The settings, with what this run wants otherwise."""
    budget = {**settings.budget.model_dump(), **given.budget.model_dump(exclude_none=True)}
    wanted = {name: value for name, value in given.model_dump(exclude_none=True).items() if name != "budget"}
    return Options.model_validate(
        {
            "ask": settings.ask,
            "approve_specification": settings.approve_specification,
            "approve_plan": settings.approve_plan,
            "review": settings.review,
            "sandbox": settings.sandbox,
            "stronger_model": settings.has_strong_model,
            **wanted,
            "budget": Budget.model_validate(budget),
        }
    )


async def resume(session: Session, given: ResumeParams) -> RunStarted:
    await session.runs.resume(given.run_id, More(**given.more.model_dump()))
    return await _taken_up(session, given.run_id, given.work_done_token)


async def repair(session: Session, given: RepairParams) -> RunStarted:
    await session.runs.repair(given.run_id, given.finding_id)
    return await _taken_up(session, given.run_id, given.work_done_token)


async def fork(session: Session, given: ForkParams) -> ForkResult:
    target = path_of(given.target) if given.target is not None else None
    return ForkResult(run_id=await session.runs.fork(given.run_id, given.step, target), steps=given.step)


async def _taken_up(session: Session, run_id: str, token: str | int | None) -> RunStarted:
    return _started(session, await session.runs.read(run_id), token)


def _started(session: Session, run: Run, token: str | int | None) -> RunStarted:
    """A run that is being worked on shows progress from here on."""
    under_way = run.id in session.runs.under_way()
    shown = session.view(run.id).begin(run, token) if under_way else None
    return RunStarted(run_id=run.id, token=shown, state=state_of(run, under_way))


# ------------------------------------------------------------------------------ what the person says


async def answer(session: Session, given: AnswerParams) -> RunStarted:
    run = await session.runs.read(given.run_id)
    question_id = given.question_id or _only_question(run)
    options = [option for asked in waiting_for(run) if asked.id == question_id for option in asked.options]
    text = None if given.skip else session.client.meant(given.text, options)
    await session.runs.answer(given.run_id, question_id, text)
    return await _taken_up(session, given.run_id, given.work_done_token)


def _only_question(run: Run) -> str:
    waiting = waiting_for(run)
    if not waiting:
        raise NotFound(f"Run {run.id} does not wait for an answer.")
    if len(waiting) > 1:
        raise InvalidRequest(
            f"Run {run.id} waits for several answers: {', '.join(question.id for question in waiting)}.",
            hint="Name the question.",
        )
    return waiting[0].id


async def approve(session: Session, given: ApproveParams) -> RunStarted:
    """With the document as the person left it; refused while it makes no sense."""
    run = await session.runs.read(given.run_id)
    match run.phase:
        case ApprovingSpecification(specification=written):
            edited = await session.papers.specification(session.client, run, written)
            await session.runs.approve(run.id, specification=edited)
        case ApprovingPlan(plan=plan):
            await session.runs.approve(run.id, plan=await session.papers.plan(session.client, run, plan))
        case _:
            await session.runs.approve(run.id)
    return await _taken_up(session, given.run_id, given.work_done_token)


async def cancel(session: Session, given: CancelParams) -> CancelResult:
    run_id = given.run_id or _only_run(session)
    if run_id is None:
        return CancelResult(run_id=None, cancelled=False, state=None)
    _refuse_elsewhere(session, run_id, "Cancel it there.")
    before = await session.runs.read(run_id)
    await session.runs.cancel(run_id)
    run = await session.runs.read(run_id)
    cancelled = before.end is None and run.end is not None and run.end.kind == "cancelled"
    if before.end is None:
        session.marks.clear(run_id)
    return CancelResult(run_id=run_id, cancelled=cancelled, state=state_of(run, False))


async def pause(session: Session, given: CancelParams) -> PauseResult:
    run_id = given.run_id or _only_run(session)
    if run_id is None:
        return PauseResult(run_id=None, pausing=False)
    _refuse_elsewhere(session, run_id, "Pause it there.")
    pausing = run_id in session.runs.under_way()
    await session.runs.pause(run_id)
    return PauseResult(run_id=run_id, pausing=pausing)


def _refuse_elsewhere(session: Session, run_id: str, hint: str) -> None:
    if other := session.marks.elsewhere().get(run_id):
        raise FolderBusy(f"Another Samokoder (process {other.pid}) is working on run {run_id}.", hint=hint)


def _only_run(session: Session) -> str | None:
    under_way = sorted(session.runs.under_way())
    if len(under_way) > 1:
        raise InvalidRequest(f"Several runs are under way: {', '.join(under_way)}.", hint="Name the run.")
    return under_way[0] if under_way else None


async def waive(session: Session, given: WaiveParams) -> Picture:
    await session.runs.waive(given.run_id, given.finding_id, given.reason.strip())
    return await show(session, RunParams(runId=given.run_id))


async def comment(session: Session, given: CommentParams) -> RunStarted:
    line = given.range.start.line + 1 if given.range else 1
    await session.runs.comment(given.run_id, file_path(given.path), line, given.text)
    return await _taken_up(session, given.run_id, given.work_done_token)


async def steer(session: Session, given: SteerParams) -> Steering:
    run = await session.runs.steer(given.run_id, given.text)
    return Steering(run_id=run.id, hints=tuple(hint.text for hint in run.hints))


# -------------------------------------------------------------------------------------------- looking


async def runs(session: Session, given: NoParams) -> RunList:
    under_way = session.under_way()
    return RunList(
        runs=tuple(run_item(summary, summary.id in under_way) for summary in await session.runs.runs())
    )


async def show(session: Session, given: RunParams) -> Picture:
    run = await session.runs.read(given.run_id)
    steps = len(await session.runs.steps(given.run_id))
    model = session.server.backend.model_name(session.settings)
    return picture(run, run.id in session.under_way(), model, steps)


async def costs(session: Session, given: CostsParams) -> CostsResult:
    return CostsResult.model_validate((await session.runs.costs(given.run_id)).model_dump())


async def estimate(session: Session, given: NoParams) -> EstimateResult:
    model = session.server.backend.model_name(session.settings)
    return EstimateResult(**(await session.runs.estimate()).model_dump(), model=model)


async def explain(session: Session, given: ExplainParams) -> Explanation:
    run = await session.runs.read(given.run_id)
    if given.check_id is not None:
        text = explaining.explain_check(run, given.check_id)
    else:
        text = explaining.explain_finding(run, given.finding_id or "")
    if not given.show:
        return Explanation(markdown=text)
    place = session.settings.state / "evidence" / f"{digest_of(text.encode())[:16]}.md"
    await asyncio.to_thread(_keep, place, text)
    await _show(session, place)
    return Explanation(markdown=text, uri=uri_of(str(place)))


def _keep(place: Path, text: str) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text, encoding="utf-8")


async def _show(session: Session, place: Path) -> bool:
    """In the editor, or at least where it is."""
    shown = await session.client.show_document(str(place))
    if not shown:
        session.client.say(f"Open this file: {place}")
    return shown


async def open_specification(session: Session, given: RunParams) -> Opened:
    return await _open(session, given.run_id, "spec")


async def open_plan(session: Session, given: RunParams) -> Opened:
    return await _open(session, given.run_id, "plan")


async def _open(session: Session, run_id: str, kind: Kind) -> Opened:
    run = await session.runs.read(run_id)
    place = await session.papers.find(run, kind)
    if place is None:
        raise NotFound(
            f"Run {run_id} has no such document yet.", hint="It is written when the run gets there."
        )
    return Opened(uri=uri_of(str(place)), shown=await _show(session, place))


__all__ = [
    "accept",
    "changes",
    "compare",
    "exchange",
    "export",
    "export_recording",
    "log",
    "plan",
    "preview",
    "preview_log",
    "proposed_text",
    "reject",
    "replay",
    "run_checks",
    "stop_preview",
    "text_of",
]
