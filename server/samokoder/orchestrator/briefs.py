"""What each agent is told. Pure.

A brief holds only what cannot change while its action is ready, so that after a restart the same action
makes the same request, and a reply that was paid for is found again.
"""

from __future__ import annotations

from samokoder.agents.architect import ArchitectBrief
from samokoder.agents.bug_hunter import FaultBrief
from samokoder.agents.code_monkey import CodeMonkeyBrief, wanted
from samokoder.agents.delivery import DeliveryBrief
from samokoder.agents.dependencies import RefusedBrief
from samokoder.agents.developer import DeveloperBrief
from samokoder.agents.reviewer import ReviewerBrief
from samokoder.agents.spec_writer import SpecWriterBrief
from samokoder.agents.tech_lead import TechLeadBrief
from samokoder.agents.technical_writer import TechnicalWriterBrief
from samokoder.agents.tester import TesterBrief
from samokoder.domain.action import Diagnose, ReviewFiles, WriteChecks, WriteFile
from samokoder.domain.architecture import Architecture
from samokoder.domain.evidence import Evidence
from samokoder.domain.files import Files, SourceFile, union
from samokoder.domain.message import Untrusted
from samokoder.domain.review import Finding, Hunk
from samokoder.domain.run import ApprovingPlan, Building, Designing, Planning, Run
from samokoder.domain.specification import Requirement
from samokoder.domain.work import Coding, Debugging, Reviewing, TaskRun, Unwritten
from samokoder.orchestrator import loops

OUTPUT = 12_000
"""Characters of command output shown to an agent: the end, where failures are summed up."""


Sources = tuple[SourceFile, ...]


def spec_writer(run: Run, existing: Sources) -> SpecWriterBrief:
    request = run.request
    return SpecWriterBrief(
        kind=request.kind,
        earlier=request.earlier,
        existing=existing,
        description=request.description,
        answers=run.answers,
    )


def architect(run: Run, phase: Designing, existing: Sources) -> ArchitectBrief:
    request = run.request
    return ArchitectBrief(
        kind=request.kind,
        earlier=request.earlier,
        existing=existing,
        description=request.description,
        answers=run.answers,
        specification=phase.specification,
    )


def refused(run: Run) -> RefusedBrief:
    return RefusedBrief(architecture=architecture_of(run), refused=run.refused)


def architecture_of(run: Run) -> Architecture:
    """Of a run that has one."""
    phase = run.unfinished
    assert isinstance(phase, (Planning, ApprovingPlan, Building))
    return phase.architecture


def tech_lead(run: Run, phase: Planning) -> TechLeadBrief:
    there = run.existing
    return TechLeadBrief(
        kind=run.request.kind,
        existing=tuple(sorted(there.files)) if there else (),
        not_ours=tuple(sorted(set(there.files) - set(there.own))) if there else (),
        specification=phase.specification,
        architecture=phase.architecture,
    )


def tester(building: Building, action: WriteChecks, earlier: Sources, existing: Sources) -> TesterBrief:
    task = building.task(action.task)
    assert isinstance(task.acceptance, Unwritten)
    why, _, output = task.acceptance.why.partition("\n")
    return TesterBrief(
        architecture=building.architecture,
        task=task.task,
        requirements=requirements(building, task),
        existing=existing,
        earlier=earlier,
        given_up=why,
        output=Untrusted(text=output) if output else None,
    )


def tester_reads(building: Building, action: WriteChecks) -> Files:
    return union(*(t.check_files for t in building.standing_on(action.task)))


def developer(building: Building, task: TaskRun, existing: Sources) -> DeveloperBrief:
    return DeveloperBrief(
        architecture=building.architecture,
        task=task.task,
        requirements=requirements(building, task),
        existing=existing,
    )


def code_monkey(
    building: Building, action: WriteFile, sources: Sources, existing: Sources
) -> CodeMonkeyBrief:
    task = building.task(action.task)
    known = {source.path for source in sources} | {action.order.path}
    assert isinstance(task.phase, Coding)
    current = tuple(s for s in sources if s.path == action.order.path)
    return CodeMonkeyBrief(
        architecture=building.architecture,
        task=task.task,
        requirements=requirements(building, task),
        approach=task.phase.approach,
        order=action.order,
        wanted=wanted(current),
        current=current,
        neighbours=tuple(s for s in sources if s.path != action.order.path),
        existing=tuple(source for source in existing if source.path not in known),
        findings=tuple(f for f in task.findings if f.path == action.order.path and to_mend(f)),
    )


def to_mend(finding: Finding) -> bool:
    """Whether a coder must make it go away: a remark of a reviewer who approved is for the person only."""
    return finding.severity != "note" and not finding.waived


def code_monkey_reads(building: Building, action: WriteFile) -> Files:
    """The first round is written against the contract alone; a later one sees what the round began with."""
    task = building.task(action.task)
    if not task.reviewed and action.order.path not in task.files:
        return {}
    own = {path: digest for path, digest in task.reviewed.items() if path in task.task.files}
    current = {p: d for p, d in task.files.items() if p == action.order.path}
    return union(own, current)


def reviewer(building: Building, action: ReviewFiles, hunks: tuple[Hunk, ...]) -> ReviewerBrief:
    task = building.task(action.task)
    assert isinstance(task.phase, Reviewing)
    return ReviewerBrief(
        architecture=building.architecture,
        task=task.task,
        requirements=requirements(building, task),
        approach=task.phase.approach,
        hunks=hunks,
        rejected=tuple(
            f for f in task.findings if f.source == "reviewer" and f.path in action.changed and to_mend(f)
        ),
    )


def fault_reads(building: Building, action: Diagnose) -> Files:
    """The tree the checks ran on, without what no check reads: README, Dockerfile and the like."""
    tree = building.tree_of(action.task)
    return {path: digest for path, digest in tree.items() if building.documents.get(path) != digest}


def fault(building: Building, action: Diagnose, sources: tuple[SourceFile, ...]) -> FaultBrief:
    task = building.task(action.task)
    assert isinstance(task.phase, Debugging)
    evidence = task.phase.evidence
    failing = tuple(sorted(loops.failing(evidence)))
    output = "\n".join(
        f"$ {' '.join(e.check.command)}\n{e.report.output}\n{e.report.fault}" for e in evidence
    )
    return FaultBrief(
        architecture=building.architecture,
        task=task.task,
        requirements=requirements(building, task),
        writable=tuple(p for t in (*building.standing_on(action.task), task) for p in t.task.files),
        files=sources,
        rejected=task.attempts,
        strategy=action.strategy,
        focus=failing[0] if action.strategy == "narrow" else "",
        hint=task.hint,
        failing=failing,
        output=Untrusted(text=output[-OUTPUT:]),
    )


def _shown(evidence: Evidence) -> str:
    report = evidence.report
    return f"$ {' '.join(evidence.check.command)}\n{report.output}\n{report.fault}"


def technical_writer(building: Building) -> TechnicalWriterBrief:
    return TechnicalWriterBrief(
        specification=building.specification, architecture=building.architecture, plan=building.plan
    )


def delivery(building: Building) -> DeliveryBrief:
    return DeliveryBrief(architecture=building.architecture)


def requirements(building: Building, task: TaskRun) -> tuple[Requirement, ...]:
    """Those the task covers; the integration covers all."""
    wanted = set(task.task.requirements)
    everything = task.task.kind == "integration"
    return tuple(r for r in building.specification.requirements if everything or r.id in wanted)
