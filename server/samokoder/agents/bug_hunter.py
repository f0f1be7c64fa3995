"""BugHunter, Troubleshooter, ProblemSolver: what a failing check means and what is to be changed.

They are told the same and answer in the same form; their roles differ in where they look. The bug
hunter looks for the fault in the code, the troubleshooter asks whether check, contract and requirement
agree at all, the problem solver gives up the approach and takes another.
"""

from __future__ import annotations

from samokoder.agents.agent import Agent
from samokoder.domain.architecture import Architecture
from samokoder.domain.files import SourceFile
from samokoder.domain.message import Untrusted
from samokoder.domain.paths import FilePath
from samokoder.domain.plan import Task
from samokoder.domain.specification import Requirement
from samokoder.domain.value import Value
from samokoder.domain.work import Attempt, Diagnosis, Strategy


class FaultBrief(Value):
    architecture: Architecture
    task: Task
    requirements: tuple[Requirement, ...]
    writable: tuple[FilePath, ...]
    """Files an order may name: the task's own and those of the tasks it stands on."""
    files: tuple[SourceFile, ...]
    """The tree the checks ran on, check files included, as far as it fits."""
    rejected: tuple[Attempt, ...] = ()
    """Repairs that were tried and made no progress; do not propose them again."""
    strategy: Strategy
    focus: str = ""
    """When set: make just this one failing check pass."""
    hint: str = ""
    """What the person said when asked for help."""
    failing: tuple[str, ...]
    output: Untrusted


def _objection(brief: FaultBrief, answer: Diagnosis) -> str:
    if not answer.orders and not answer.wrong_check:
        return "name at least one file to change, or say how the check contradicts its requirement"
    outside = [order.path for order in answer.orders if order.path not in brief.writable]
    if outside:
        return f"not to be changed here: {', '.join(outside)}; possible are {', '.join(brief.writable)}"
    paths = [order.path for order in answer.orders]
    return "give one order a file" if len(set(paths)) != len(paths) else ""


BUG_HUNTER = Agent("bug_hunter", FaultBrief, Diagnosis, _objection, tier="review")
TROUBLESHOOTER = Agent("troubleshooter", FaultBrief, Diagnosis, _objection, tier="review")
PROBLEM_SOLVER = Agent("problem_solver", FaultBrief, Diagnosis, _objection, tier="review")

BY_STRATEGY = {
    "repair": BUG_HUNTER,
    "troubleshoot": TROUBLESHOOTER,
    "alternative": PROBLEM_SOLVER,
    "narrow": BUG_HUNTER,
    "stronger": PROBLEM_SOLVER,
}
