"""What has been proved of each requirement, and whether it still holds. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from samokoder.domain.evidence import Evidence
from samokoder.domain.files import tree_digest
from samokoder.domain.run import Building, Run
from samokoder.domain.specification import Specification
from samokoder.domain.work import Debugging, TaskRun, Verified, Verifying

Standing = Literal["verified", "stale", "failing", "none"]


@dataclass(frozen=True)
class Proof:
    """The last run of a check of a task."""

    task: str
    evidence: Evidence
    stale: bool
    """Whether the tree it ran on is no longer the task's tree."""

    @property
    def id(self) -> str:
        """Names it within the run."""
        return f"{self.task}/{self.evidence.check.id}"

    @property
    def standing(self) -> Standing:
        if not self.evidence.passed:
            return "failing"
        return "stale" if self.stale else "verified"


def proofs(run: Run) -> tuple[Proof, ...]:
    """Every check that was run, task by task, with its last result."""
    building = run.unfinished
    if not isinstance(building, Building):
        return ()
    found = []
    for task in building.tasks:
        trees = {tree_digest(building.tree_of(task.task.id)), tree_digest(building.whole)}
        last = {item.check.id: item for item in evidence_of(task)}
        found += [
            Proof(task.task.id, item, item.tree not in trees or run.partly_accepted) for item in last.values()
        ]
    return tuple(found)


def evidence_of(task: TaskRun) -> tuple[Evidence, ...]:
    match task.phase:
        case Verified(evidence=evidence) | Debugging(evidence=evidence):
            return evidence
        case Verifying(results=results) if results:
            return results
        case _:
            return task.best.evidence if task.best else ()


def proof_of(requirement: str, found: tuple[Proof, ...]) -> Proof | None:
    """The weakest proof decides: a requirement with one failing check is not met."""
    own = [proof for proof in found if requirement in proof.evidence.check.requirements]
    order: tuple[Standing, ...] = ("failing", "stale", "verified")
    return min(own, key=lambda proof: order.index(proof.standing), default=None)


def specification_of(run: Run) -> Specification | None:
    return getattr(run.unfinished, "specification", None)
