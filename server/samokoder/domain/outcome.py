"""What came of an action: facts, each committed by itself as one step of the journal."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from samokoder.domain.architecture import Architecture, Dependency, Refusal
from samokoder.domain.changes import Judgement
from samokoder.domain.evidence import Check, CommandReport, Evidence, Isolation
from samokoder.domain.files import Digest, Files
from samokoder.domain.paths import FilePath
from samokoder.domain.plan import Plan
from samokoder.domain.request import Usage
from samokoder.domain.review import Danger, Finding, Hunk, Review
from samokoder.domain.specification import Answer, Specification
from samokoder.domain.value import Value
from samokoder.domain.work import Breakdown, Diagnosis, Strategy


class Fact(Value):
    """What every outcome carries."""

    action: str = ""
    """Key of the action it came of; empty for what a person did."""
    spent: Usage = Usage()


class ProjectRead(Fact):
    """The project a request is about, as it stood before anything was done to it."""

    kind: Literal["project_read"] = "project_read"
    files: Files
    own: tuple[FilePath, ...] = ()
    """Those of the files whose content an earlier run of ours wrote."""
    left_out: tuple[str, ...] = ()
    """What was not read, each with its reason."""


class BaselineSeen(Fact):
    """What the project's own tests did before anything was changed."""

    kind: Literal["baseline_seen"] = "baseline_seen"
    report: CommandReport


class Specified(Fact):
    kind: Literal["specified"] = "specified"
    specification: Specification


class OutOfScopeFound(Fact):
    kind: Literal["out_of_scope"] = "out_of_scope"
    reason: str


class Answered(Fact):
    """A person answered, or skipped, a question."""

    kind: Literal["answered"] = "answered"
    answer: Answer


class SpecificationApproved(Fact):
    """With the specification as the person left it."""

    kind: Literal["specification_approved"] = "specification_approved"
    specification: Specification


class PlanApproved(Fact):
    """With the plan as the person left it."""

    kind: Literal["plan_approved"] = "plan_approved"
    plan: Plan


class Designed(Fact):
    kind: Literal["designed"] = "designed"
    architecture: Architecture


class Planned(Fact):
    kind: Literal["planned"] = "planned"
    plan: Plan


class EnvironmentReady(Fact):
    kind: Literal["environment_ready"] = "environment_ready"
    digest: Digest
    isolation: Isolation


class EnvironmentMissing(Fact):
    kind: Literal["environment_missing"] = "environment_missing"
    what: str
    """What is missing and how to get it."""


class DependenciesRefused(Fact):
    """Nothing was installed: some of what the application depends on must not be."""

    kind: Literal["dependencies_refused"] = "dependencies_refused"
    refusals: tuple[Refusal, ...]


class DependenciesReplaced(Fact):
    kind: Literal["dependencies_replaced"] = "dependencies_replaced"
    dependencies: tuple[Dependency, ...]
    cause: str


class ChecksWritten(Fact):
    kind: Literal["checks_written"] = "checks_written"
    task: str
    checks: tuple[Check, ...]
    files: Files
    unproved: tuple[str, ...] = ()
    """Requirements the tester says these checks do not show."""
    dangers: tuple[Danger, ...] = ()
    """What the scanner saw in these files, before they are run."""


class ChecksSeen(Fact):
    """What a task's checks did on the tree before its code."""

    kind: Literal["checks_seen"] = "checks_seen"
    task: str
    reports: tuple[CommandReport, ...]
    """In the order of the checks; those that should fail must have failed by their own exit code."""


class BrokenDown(Fact):
    kind: Literal["broken_down"] = "broken_down"
    task: str
    breakdown: Breakdown


class FileWritten(Fact):
    kind: Literal["file_written"] = "file_written"
    task: str
    path: FilePath
    digest: Digest
    round: int


class Reviewed(Fact):
    kind: Literal["reviewed"] = "reviewed"
    task: str
    files: Files
    """The versions that were read."""
    hunks: tuple[Hunk, ...]
    review: Review
    dangers: tuple[Danger, ...] = ()
    """What the scanner saw in these files."""


class CheckRan(Fact):
    kind: Literal["check_ran"] = "check_ran"
    task: str
    evidence: Evidence
    confirm: bool


class Diagnosed(Fact):
    kind: Literal["diagnosed"] = "diagnosed"
    task: str
    strategy: Strategy
    diagnosis: Diagnosis


class DocumentsWritten(Fact):
    kind: Literal["documents_written"] = "documents_written"
    what: Literal["manual", "delivery"]
    files: Files
    dangers: tuple[Danger, ...] = ()
    """What the scanner saw; files with more than notes are left out of ``files``."""


class Mirrored(Fact):
    kind: Literal["mirrored"] = "mirrored"
    files: Files
    """What is now in the folder."""
    conflicts: tuple[FilePath, ...] = ()
    """Files that are not ours and were left as they are."""


class NothingUsable(Fact):
    """The action was tried and brought nothing that can be used."""

    kind: Literal["nothing_usable"] = "nothing_usable"
    cause: Literal["invalid_answer", "model_unavailable", "budget", "sandbox"]
    reason: str
    cap: str = ""
    """Field of the budget that is spent."""


class FindingWaived(Fact):
    """A person let a finding be."""

    kind: Literal["finding_waived"] = "finding_waived"
    finding: Finding
    reason: str


class FileJudged(Value):
    """What a person said of one proposed file."""

    path: FilePath
    judgement: Judgement
    now: Digest | None = None
    """What was put into the folder or the open document; None when nothing was."""


class Judged(Fact):
    """A person accepted or rejected what was proposed, whole or in part."""

    kind: Literal["judged"] = "judged"
    files: tuple[FileJudged, ...]


class Commented(Fact):
    """A person wants something else in a file the agents wrote."""

    kind: Literal["commented"] = "commented"
    finding: Finding


class Steered(Fact):
    """A person gave a hint for all that is still to be asked."""

    kind: Literal["steered"] = "steered"
    text: str


class Cancelled(Fact):
    kind: Literal["cancelled"] = "cancelled"


class Resumed(Fact):
    """A person took a finished run up again, with fresh attempts and, perhaps, more to spend."""

    kind: Literal["resumed"] = "resumed"
    more_calls: int = 0
    more_tokens: int = 0
    more_cost: int = 0
    more_seconds: float = 0


Outcome = Annotated[
    ProjectRead
    | BaselineSeen
    | Specified
    | OutOfScopeFound
    | Answered
    | SpecificationApproved
    | PlanApproved
    | Designed
    | Planned
    | EnvironmentReady
    | EnvironmentMissing
    | DependenciesRefused
    | DependenciesReplaced
    | ChecksWritten
    | ChecksSeen
    | BrokenDown
    | FileWritten
    | Reviewed
    | CheckRan
    | Diagnosed
    | DocumentsWritten
    | Mirrored
    | NothingUsable
    | FindingWaived
    | Cancelled
    | Resumed
    | Judged
    | Commented
    | Steered,
    Field(discriminator="kind"),
]

OUTCOME: TypeAdapter[Outcome] = TypeAdapter(Outcome)
"""Reads any outcome; validates while doing so."""
