"""The run: one attempt to satisfy a request, a frozen value that is the fold of its journal."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from samokoder.domain.architecture import Architecture, Refusal
from samokoder.domain.changes import Judgement
from samokoder.domain.ending import End
from samokoder.domain.evidence import Isolation
from samokoder.domain.files import Digest, Files, union
from samokoder.domain.paths import FilePath
from samokoder.domain.plan import Plan, dependencies
from samokoder.domain.request import Request, Usage
from samokoder.domain.review import Danger
from samokoder.domain.specification import Answer, Question, Specification
from samokoder.domain.value import Value
from samokoder.domain.work import Asking, GivenUp, TaskRun, Verified


class Specifying(Value):
    kind: Literal["specifying"] = "specifying"


class Clarifying(Value):
    """The spec writer's questions wait for the person."""

    kind: Literal["clarifying"] = "clarifying"
    specification: Specification


class ApprovingSpecification(Value):
    kind: Literal["approving_specification"] = "approving_specification"
    specification: Specification


class Designing(Value):
    kind: Literal["designing"] = "designing"
    specification: Specification


class Planning(Value):
    kind: Literal["planning"] = "planning"
    specification: Specification
    architecture: Architecture


class ApprovingPlan(Value):
    kind: Literal["approving_plan"] = "approving_plan"
    specification: Specification
    architecture: Architecture
    plan: Plan


class Existing(Value):
    """The project a request is about, as it stood when it was read."""

    files: Files
    own: tuple[FilePath, ...] = ()
    """Those an earlier run of ours wrote, and nobody has changed since."""
    left_out: tuple[str, ...] = ()
    tests_passed: bool | None = None
    """Whether its own tests passed before anything was changed; None while nobody has looked."""


class Building(Value):
    """Tasks and documents are made side by side; the last task proves the whole."""

    kind: Literal["building"] = "building"
    specification: Specification
    architecture: Architecture
    plan: Plan
    tasks: tuple[TaskRun, ...]
    """In the order of the plan; the last one is the integration."""
    documents: Files = {}
    """README, Dockerfile, CI workflow, spec and plan, as far as they are written."""
    dangers: tuple[Danger, ...] = ()
    """What the scanner saw in the documents; files with more than notes were left out."""
    documented: tuple[Literal["manual", "delivery"], ...] = ()
    existing: Existing | None = None
    """The project the tasks work on; None when everything is new."""

    def task(self, task_id: str) -> TaskRun:
        """The task of that id; KeyError when there is none."""
        for task in self.tasks:
            if task.task.id == task_id:
                return task
        raise KeyError(task_id)

    def base_of(self, task_id: str) -> Files:
        """What a task stands on: the project as it was, what it depends on with its checks, the documents."""
        parts = [union(t.check_files, t.files) for t in self.standing_on(task_id)]
        return union(self.existing.files if self.existing else {}, self.documents, *parts)

    def tree_of(self, task_id: str) -> Files:
        """The tree a task's checks run on: its base, its checks, its files."""
        task = self.task(task_id)
        return union(self.base_of(task_id), task.check_files, task.files)

    @property
    def whole(self) -> Files:
        """The tree of the whole application."""
        return self.tree_of(self.tasks[-1].task.id)

    def replaced(self, *changed: TaskRun) -> Building:
        """The same with these tasks in place of their earlier states."""
        new = {task.task.id: task for task in changed}
        return self.model_copy(update={"tasks": tuple(new.get(t.task.id, t) for t in self.tasks)})

    def standing_on(self, task_id: str) -> tuple[TaskRun, ...]:
        """Every task this one depends on, directly or not, in the order of the plan."""
        needs = dependencies(tuple(t.task for t in self.tasks), task_id)
        return tuple(t for t in self.tasks if t.task.id in needs)

    @property
    def landed(self) -> Files:
        """What the person's folder should hold: proved work, work accepted unproved, the documents."""
        done = [union(t.check_files, t.files) for t in self.tasks if _may_land(t)]
        return union(*done, self.documents)


def _may_land(task: TaskRun) -> bool:
    phase = task.phase
    return isinstance(phase, Verified) or (isinstance(phase, GivenUp) and phase.why == "built_unverified")


class Finished(Value):
    """An end state. What went before is kept, so that the run can be taken up again."""

    kind: Literal["finished"] = "finished"
    end: End
    before: UnfinishedPhase


UnfinishedPhase = Annotated[
    Specifying | Clarifying | ApprovingSpecification | Designing | Planning | ApprovingPlan | Building,
    Field(discriminator="kind"),
]
Phase = Annotated[
    Specifying
    | Clarifying
    | ApprovingSpecification
    | Designing
    | Planning
    | ApprovingPlan
    | Building
    | Finished,
    Field(discriminator="kind"),
]
Finished.model_rebuild()


class Failure(Value):
    """An action that brought no usable outcome, and how often."""

    action: str
    times: int
    reason: str


class Environment(Value):
    """Where the checks run."""

    digest: Digest
    isolation: Isolation


class Hint(Value):
    """What a person said while the run went on."""

    text: str
    not_for: frozenset[str] = frozenset()
    """Keys of actions that could be under way then: their briefs do not change."""


class Run(Value):
    """Everything there is to know about a run. There is no other state."""

    id: str
    request: Request
    phase: Phase = Specifying()
    existing: Existing | None = None
    """Read first when the request is about a project; None before that, and for a new application."""
    answers: tuple[Answer, ...] = ()
    usage: Usage = Usage()
    failures: tuple[Failure, ...] = ()
    environment: Environment | None = None
    refused: tuple[Refusal, ...] = ()
    """Dependencies that must be replaced before anything can be installed."""
    replaced: int = 0
    """Times dependencies were replaced."""
    mirrored: Files = {}
    """What we last wrote into the person's folder."""
    conflicts: tuple[FilePath, ...] = ()
    """Files in the person's folder that are not ours and were left as they are."""
    paused: Question | None = None
    """A cap is reached, and nothing is done before the person has said whether it may be passed."""

    judged: dict[FilePath, Judgement] = {}
    """What the person said of proposed files."""
    hints: tuple[Hint, ...] = ()

    @property
    def proposed(self) -> Files:
        """What waits for the person: files to be reviewed, and those a file of theirs is in the way of."""
        if not isinstance(self.unfinished, Building):
            return {}
        every = self.request.options.review
        return {
            path: digest
            for path, digest in self.unfinished.landed.items()
            if self.mirrored.get(path) != digest and (every or path in self.conflicts)
        }

    @property
    def partly_accepted(self) -> bool:
        """Whether the folder holds a mixture that nobody has verified."""
        return self.request.options.review and bool(self.mirrored) and bool(self.proposed)

    @property
    def unfinished(self) -> UnfinishedPhase:
        """The phase, looking through an end state to what it ended."""
        return self.phase.before if isinstance(self.phase, Finished) else self.phase

    @property
    def end(self) -> End | None:
        return self.phase.end if isinstance(self.phase, Finished) else None


_APPROVE_SPECIFICATION = Question(
    id="approve-specification", text="Is this specification right?", options=("approve",)
)
_APPROVE_PLAN = Question(id="approve-plan", text="Shall this plan be carried out?", options=("approve",))


def waiting_for(run: Run) -> tuple[Question, ...]:
    """The questions only the person can answer now; approvals among them."""
    if run.paused is not None:
        return (run.paused,)
    match run.phase:
        case Clarifying(specification=specification):
            answered = {answer.question for answer in run.answers}
            return tuple(q for q in specification.questions if q.id not in answered)
        case ApprovingSpecification():
            return (_APPROVE_SPECIFICATION,)
        case ApprovingPlan():
            return (_APPROVE_PLAN,)
        case Building(tasks=tasks):
            return tuple(t.phase.question for t in tasks if isinstance(t.phase, Asking))
        case _:
            return ()
