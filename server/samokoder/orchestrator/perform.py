"""An action becomes an outcome. The only dispatch on actions that touches the world.

What goes wrong in a way that has a name is an outcome too; anything else is a fault of ours and
goes up to the fence in ``runs``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import assert_never

from samokoder.agents.architect import ARCHITECT
from samokoder.agents.bug_hunter import BY_STRATEGY
from samokoder.agents.code_monkey import CODE_MONKEY
from samokoder.agents.delivery import DELIVERY
from samokoder.agents.dependencies import DEPENDENCY_HUNTER
from samokoder.agents.developer import DEVELOPER
from samokoder.agents.reviewer import REVIEWER
from samokoder.agents.spec_writer import SPEC_WRITER
from samokoder.agents.tech_lead import TECH_LEAD
from samokoder.agents.technical_writer import TECHNICAL_WRITER
from samokoder.agents.tester import TESTER
from samokoder.domain.action import (
    Action,
    BreakDown,
    Design,
    Diagnose,
    MakePlan,
    Mirror,
    PrepareEnvironment,
    ReadProject,
    ReplaceDependencies,
    ReviewFiles,
    RunCheck,
    SeeBaseline,
    SeeChecksFail,
    Specify,
    WriteChecks,
    WriteDelivery,
    WriteFile,
    WriteManual,
    key,
)
from samokoder.domain.evidence import Evidence
from samokoder.domain.files import Digest, Files, SourceFile, digest_of, tree_digest, union
from samokoder.domain.outcome import (
    BaselineSeen,
    BrokenDown,
    CheckRan,
    ChecksSeen,
    ChecksWritten,
    DependenciesRefused,
    DependenciesReplaced,
    Designed,
    Diagnosed,
    DocumentsWritten,
    EnvironmentMissing,
    EnvironmentReady,
    FileWritten,
    NothingUsable,
    Outcome,
    OutOfScopeFound,
    Planned,
    ProjectRead,
    Reviewed,
    Specified,
)
from samokoder.domain.paths import FilePath
from samokoder.domain.project import is_text, shown
from samokoder.domain.review import hunks
from samokoder.domain.run import Building, Designing, Planning, Run
from samokoder.errors import BudgetExceeded, DependencyRefused, ModelUnavailable, SamokoderError, SandboxError
from samokoder.orchestrator import briefs
from samokoder.orchestrator.asking import Unusable, ask
from samokoder.orchestrator.integration import baseline, checks_for, checks_of, first_failure
from samokoder.orchestrator.mirror import mirror
from samokoder.orchestrator.news import going
from samokoder.orchestrator.overheard import overheard
from samokoder.orchestrator.world import World
from samokoder.ports import SandboxSession

OpenSession = Callable[[], Awaitable[SandboxSession]]


@dataclass(frozen=True)
class Landing:
    """An outcome, and the contents it names that are new."""

    outcome: Outcome
    blobs: Mapping[Digest, bytes] = field(default_factory=dict)


async def perform(action: Action, run: Run, world: World, session: OpenSession) -> Landing:
    """Do it. Named failures become outcomes; cancellation leaves nothing behind."""
    try:
        landing = await _perform(action, run, _watched(action, run, world), session)
    except Unusable as error:
        landing = Landing(NothingUsable(cause="invalid_answer", reason=str(error), spent=error.spent))
    except ModelUnavailable as error:
        landing = Landing(NothingUsable(cause="model_unavailable", reason=_words(error)))
    except BudgetExceeded as error:
        landing = Landing(NothingUsable(cause="budget", reason=str(error), cap=error.cap))
    except DependencyRefused as error:
        landing = Landing(DependenciesRefused(refusals=error.refusals))
    except SandboxError as error:
        landing = Landing(EnvironmentMissing(what=_words(error)))
    return Landing(landing.outcome.model_copy(update={"action": key(action)}), landing.blobs)


def _words(error: SamokoderError) -> str:
    """What happened, and what the person can do."""
    return " ".join(filter(None, (str(error), error.hint)))


def _watched(action: Action, run: Run, world: World) -> World:
    """The world in which the person sees how this action's calls go on."""
    return replace(
        world,
        watch=lambda sign: world.editor.happened(run, going(run, action, sign)),
        task=getattr(action, "task", ""),
        hints=tuple(hint.text for hint in run.hints if key(action) not in hint.not_for),
    )


async def _perform(action: Action, run: Run, world: World, session: OpenSession) -> Landing:
    match action:
        case ReadProject():
            return await _read_project(run, world)
        case SeeBaseline():
            return await _see_baseline(run, world, await session())
        case Specify() | Design() | MakePlan():
            return await _before_building(action, run, world)
        case PrepareEnvironment():
            opened = await session()
            return Landing(EnvironmentReady(digest=opened.digest, isolation=opened.isolation))
        case ReplaceDependencies():
            return await _replace(action, run, world)
        case WriteChecks():
            return await _write_checks(action, run, world)
        case SeeChecksFail():
            return await _see_checks_fail(action, run, world, await session())
        case BreakDown():
            return await _break_down(action, run, world)
        case WriteFile():
            return await _write_file(action, run, world)
        case ReviewFiles():
            return await _review(action, run, world)
        case RunCheck():
            return await _run_check(action, run, world, await session())
        case Diagnose():
            return await _diagnose(action, run, world)
        case WriteManual() | WriteDelivery():
            return await _document(action, run, world)
        case Mirror():
            return Landing(await mirror(action, run, world))
        case _:
            assert_never(action)


# ------------------------------------------------------------------------------- up to the building


async def _read_project(run: Run, world: World) -> Landing:
    target = run.request.target
    found, ours = await world.workspace.read(target), await world.journal.ours(target)
    files = {path: digest_of(content) for path, content in found.files.items()}
    own = tuple(path for path, digest in files.items() if digest in ours.get(path, ()))
    blobs = {files[path]: content for path, content in found.files.items()}
    return Landing(ProjectRead(files=files, own=own, left_out=found.left_out), blobs)


async def _see_baseline(run: Run, world: World, session: SandboxSession) -> Landing:
    building = _building(run)
    assert building.existing is not None
    files = await contents(world, building.existing.files)
    report = await session.run(files, baseline(building.architecture), overheard(world))
    return Landing(BaselineSeen(report=report))


async def _before_building(action: Specify | Design | MakePlan, run: Run, world: World) -> Landing:
    salt = _salt(run, action)
    there = await project(world, run, run.request.description)
    match action:
        case Specify():
            written, spent = await ask(SPEC_WRITER, briefs.spec_writer(run, there), run, world, salt=salt)
            if written.specification is None:
                return Landing(OutOfScopeFound(reason=written.out_of_scope, spent=spent))
            return Landing(Specified(specification=written.specification, spent=spent))
        case Design():
            assert isinstance(run.phase, Designing)
            brief = briefs.architect(run, run.phase, there)
            architecture, spent = await ask(ARCHITECT, brief, run, world, salt=salt)
            return Landing(Designed(architecture=architecture, spent=spent))
        case MakePlan():
            assert isinstance(run.phase, Planning)
            plan, spent = await ask(TECH_LEAD, briefs.tech_lead(run, run.phase), run, world, salt=salt)
            return Landing(Planned(plan=plan, spent=spent))


async def _replace(action: ReplaceDependencies, run: Run, world: World) -> Landing:
    answer, spent = await ask(DEPENDENCY_HUNTER, briefs.refused(run), run, world, salt=_salt(run, action))
    outcome = DependenciesReplaced(dependencies=answer.dependencies, cause=answer.cause, spent=spent)
    return Landing(outcome)


# ------------------------------------------------------------------------------------------- checks


async def _write_checks(action: WriteChecks, run: Run, world: World) -> Landing:
    building = _building(run)
    earlier = await sources(world, briefs.tester_reads(building, action))
    there = await project(world, run, building.task(action.task).task.purpose)
    brief = briefs.tester(building, action, earlier, there)
    answer, spent = await ask(TESTER, brief, run, world, salt=_salt(run, action))
    files, blobs = _stored(answer.files)
    written = ChecksWritten(
        task=action.task,
        checks=checks_for(brief.task, building.architecture, answer.unproved),
        files=files,
        unproved=answer.unproved,
        dangers=await world.scan({path: blobs[digest] for path, digest in files.items()}),
        spent=spent,
    )
    return Landing(written, blobs)


async def _see_checks_fail(action: SeeChecksFail, run: Run, world: World, session: SandboxSession) -> Landing:
    building = _building(run)
    task = building.task(action.task)
    tree = await contents(world, union(building.base_of(action.task), task.check_files))
    reports = [await session.run(tree, check) for check in map(first_failure, checks_of(building, task))]
    return Landing(ChecksSeen(task=action.task, reports=tuple(reports)))


async def _run_check(action: RunCheck, run: Run, world: World, session: SandboxSession) -> Landing:
    building = _building(run)
    files = building.tree_of(action.task)
    if tree_digest(files) != action.tree:
        files = building.whole
    check = next(c for c in checks_of(building, building.task(action.task)) if c.id == action.check)
    report = await session.run(await contents(world, files), check, overheard(world))
    evidence = Evidence(
        check=check,
        tree=tree_digest(files),
        report=report,
        isolation=session.isolation,
        environment=session.digest,
    )
    return Landing(CheckRan(task=action.task, evidence=evidence, confirm=action.confirm))


# ------------------------------------------------------------------------------ code, review, repair


async def _break_down(action: BreakDown, run: Run, world: World) -> Landing:
    building = _building(run)
    task = building.task(action.task)
    brief = briefs.developer(building, task, await project(world, run, task.task.purpose))
    breakdown, spent = await ask(DEVELOPER, brief, run, world, salt=_salt(run, action))
    return Landing(BrokenDown(task=action.task, breakdown=breakdown, spent=spent))


async def _write_file(action: WriteFile, run: Run, world: World) -> Landing:
    building = _building(run)
    seen = await sources(world, briefs.code_monkey_reads(building, action))
    there = await project(world, run, f"{action.order.path} {action.order.instruction}")
    brief = briefs.code_monkey(building, action, seen, there)
    written, spent = await ask(CODE_MONKEY, brief, run, world, salt=_salt(run, action))
    path = action.order.path
    files, blobs = _stored((SourceFile(path=path, text=written.content(brief.before)),))
    outcome = FileWritten(task=action.task, path=path, digest=files[path], round=action.round, spent=spent)
    return Landing(outcome, blobs)


async def _review(action: ReviewFiles, run: Run, world: World) -> Landing:
    building = _building(run)
    task = building.task(action.task)
    changed = {path: task.files[path] for path in action.changed}
    before = {path: task.reviewed[path] for path in action.changed if path in task.reviewed}
    new = {s.path: s.text for s in await sources(world, changed)}
    old = {s.path: s.text for s in await sources(world, before)}
    pieces = tuple(hunk for path in action.changed for hunk in hunks(path, old.get(path), new[path]))
    brief = briefs.reviewer(building, action, pieces)
    review, spent = await ask(REVIEWER, brief, run, world, salt=_salt(run, action))
    dangers = await world.scan(await contents(world, changed))
    outcome = Reviewed(
        task=action.task, files=changed, hunks=pieces, review=review, dangers=dangers, spent=spent
    )
    return Landing(outcome)


async def _diagnose(action: Diagnose, run: Run, world: World) -> Landing:
    building = _building(run)
    tree = await sources(world, briefs.fault_reads(building, action))
    brief = briefs.fault(building, action, tree)
    diagnosis, spent = await ask(
        BY_STRATEGY[action.strategy],
        brief,
        run,
        world,
        strong=action.strategy == "stronger",
        salt=_salt(run, action),
    )
    outcome = Diagnosed(task=action.task, strategy=action.strategy, diagnosis=diagnosis, spent=spent)
    return Landing(outcome)


# ---------------------------------------------------------------------------------------- documents


async def _document(action: WriteManual | WriteDelivery, run: Run, world: World) -> Landing:
    building, salt = _building(run), _salt(run, action)
    if isinstance(action, WriteManual):
        brief = briefs.technical_writer(building)
        manual, spent = await ask(TECHNICAL_WRITER, brief, run, world, salt=salt)
        readme = SourceFile(path=FilePath("README.md"), text=manual.readme)
        files, blobs = _stored((readme,))
        return await _looked_at(DocumentsWritten(what="manual", files=files, spent=spent), blobs, world)
    answer, spent = await ask(DELIVERY, briefs.delivery(building), run, world, salt=salt)
    files, blobs = _stored(answer.files)
    return await _looked_at(DocumentsWritten(what="delivery", files=files, spent=spent), blobs, world)


async def _looked_at(written: DocumentsWritten, blobs: Mapping[Digest, bytes], world: World) -> Landing:
    """Documents are part of the tree checks run in, and people run them: dangerous ones are left out."""
    dangers = await world.scan({path: blobs[digest] for path, digest in written.files.items()})
    dangerous = {danger.path for danger in dangers if danger.action != "note"}
    files = {path: digest for path, digest in written.files.items() if path not in dangerous}
    return Landing(written.model_copy(update={"files": files, "dangers": dangers}), blobs)


# ------------------------------------------------------------------------------------------ contents


async def contents(world: World, files: Files) -> dict[FilePath, bytes]:
    """The bytes of every file of a tree."""
    blobs = await world.journal.blobs(list(dict.fromkeys(files.values())))
    return {path: blobs[digest] for path, digest in files.items()}


async def sources(world: World, files: Files) -> tuple[SourceFile, ...]:
    """Files as agents read them, in the order of their paths."""
    read = await contents(world, files)
    return tuple(SourceFile(path=path, text=read[path].decode("utf-8", "replace")) for path in sorted(read))


async def project(world: World, run: Run, about: str) -> tuple[SourceFile, ...]:
    """The text files of the project the request is about, those the text names first."""
    if run.existing is None:
        return ()
    read = await contents(world, run.existing.files)
    texts = (SourceFile(path=p, text=c.decode("utf-8")) for p, c in read.items() if is_text(c))
    return shown(texts, about)


def _stored(files: tuple[SourceFile, ...]) -> tuple[Files, dict[Digest, bytes]]:
    encoded = {file.path: file.text.encode("utf-8", "replace") for file in files}
    named = {path: digest_of(content) for path, content in encoded.items()}
    return named, {named[path]: content for path, content in encoded.items()}


def _building(run: Run) -> Building:
    assert isinstance(run.phase, Building)
    return run.phase


def _salt(run: Run, action: Action) -> int:
    """How often this action has brought nothing usable."""
    return next((f.times for f in run.failures if f.action == key(action)), 0)
