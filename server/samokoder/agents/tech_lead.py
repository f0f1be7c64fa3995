"""TechLead: from the contract to epics and a graph of tasks that never write the same file."""

from __future__ import annotations

from samokoder.agents.agent import Agent
from samokoder.domain.architecture import Architecture
from samokoder.domain.paths import FilePath
from samokoder.domain.plan import INTEGRATION, Plan
from samokoder.domain.request import RequestKind
from samokoder.domain.specification import Specification
from samokoder.domain.value import Value


class TechLeadBrief(Value):
    kind: RequestKind = "generate"
    existing: tuple[FilePath, ...] = ()
    """Files of the project the request is about."""
    not_ours: tuple[FilePath, ...] = ()
    """Those a person has written or changed."""
    specification: Specification
    architecture: Architecture


def _objection(brief: TechLeadBrief, answer: Plan) -> str:
    known = {requirement.id for requirement in brief.specification.requirements}
    covered = {name for task in answer.tasks for name in task.requirements}
    if unknown := covered - known:
        return f"tasks name requirements that do not exist: {', '.join(sorted(unknown))}"
    if missing := known - covered:
        return f"no task covers {', '.join(sorted(missing))}"
    written = {path for task in answer.tasks for path in (*task.files, *task.check_files)}
    if left := [m.path for m in brief.architecture.contract if m.path not in written]:
        return f"no task writes {', '.join(left)}"
    if protected := sorted(path for path in written if path.protected):
        return f"no task may write {', '.join(protected)}"
    if theirs := sorted(p for t in answer.tasks for p in t.check_files if p in brief.not_ours):
        return f"these tests are the person's; put new checks into new files: {', '.join(theirs)}"
    if bare := [task.id for task in answer.tasks if not task.check_files]:
        return f"tasks without check files cannot be proved: {', '.join(bare)}"
    if any(task.id == INTEGRATION or task.kind != "build" for task in answer.tasks):
        return "the integration task is added for you; leave it out"
    return ""


TECH_LEAD = Agent("tech_lead", TechLeadBrief, Plan, _objection, tier="plan")
