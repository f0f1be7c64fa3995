"""The last task: the whole application is built, started and checked together. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from samokoder.domain.architecture import Architecture
from samokoder.domain.evidence import Check, Evidence
from samokoder.domain.files import Digest, Files, tree_digest
from samokoder.domain.plan import INTEGRATION, Epic, Plan, Task
from samokoder.domain.project import is_test
from samokoder.domain.run import Building, Existing
from samokoder.domain.work import (
    BreakingDown,
    Coding,
    Frozen,
    Reviewing,
    TaskRun,
    Unwritten,
    Verified,
    Verifying,
)

DOCUMENTS = ("manual", "delivery")
_EPIC = Epic(id="whole", title="The whole application")


def with_integration(plan: Plan) -> Plan:
    """The plan with its last task added: it depends on all and writes nothing of its own."""
    last = Task(
        id=INTEGRATION,
        title="The whole application: build, start, all checks",
        epic=_EPIC.id,
        purpose="Everything works together on the final tree.",
        depends_on=tuple(task.id for task in plan.tasks),
        files=(),
        kind="integration",
        requirements=(),
    )
    return Plan(epics=(*plan.epics, _EPIC), tasks=(*plan.tasks, last))


def task_runs(plan: Plan, existing: Existing | None = None, fix: bool = False) -> tuple[TaskRun, ...]:
    """Every task at its beginning, with those of its files that are there already.

    The integration has no code or checks of its own to write. To fix something is to begin where a check
    fails on the code as it is: the task goes on to debugging once its check was seen to.
    """
    return tuple(_beginning(task, existing.files if existing else {}, fix) for task in plan.tasks)


def _beginning(task: Task, there: Files, fix: bool) -> TaskRun:
    if task.kind == "integration":
        return TaskRun(task=task, acceptance=Frozen(checks=(), files={}), phase=Verifying())
    files = {path: there[path] for path in task.files if path in there}
    begun = fix and len(files) == len(task.files)
    phase = Verifying() if begun else BreakingDown()
    return TaskRun(task=task, acceptance=Unwritten(), phase=phase, files=files, reviewed=files)


def checks_of(building: Building, task: TaskRun) -> tuple[Check, ...]:
    """What must pass for this task: its frozen checks; for the integration, everything."""
    if task.task.kind == "integration":
        return whole_checks(building)
    return () if isinstance(task.acceptance, Unwritten) else task.acceptance.checks


def whole_checks(building: Building) -> tuple[Check, ...]:
    """Build, every task's checks, start and health: all on the final tree."""
    architecture = building.architecture
    build = Check(id="build", title="every file compiles", command=("python", "-m", "compileall", "-q", "."))
    tests = [c for t in building.tasks if t.task.kind == "build" for c in checks_of(building, t)]
    first = (build,) if architecture.language == "python" else ()
    return (*first, *tests, *_own_tests(building), *_start(architecture))


def _own_tests(building: Building) -> tuple[Check, ...]:
    """The project's own tests must go on passing, if they did before."""
    if building.existing is None or not building.existing.tests_passed:
        return ()
    return (baseline(building.architecture),)


def first_failure(check: Check) -> Check:
    """The same, ended at the first failure: to see a check fail, one is enough."""
    if "pytest" not in check.command:
        return check
    return check.model_copy(update={"command": (*check.command, "-x")})


def baseline(architecture: Architecture) -> Check:
    return Check(id="own-tests", title="the project's own tests", command=architecture.test_command)


def _start(architecture: Architecture) -> tuple[Check, ...]:
    service = architecture.service
    if service is None:
        return ()
    up = f"answers {service.health}" if service.health and not service.says else "is ready"
    title = f"the application starts and {up}"
    return (Check(id="start", title=title, command=service.command, service=service),)


def all_coded(tasks: Iterable[TaskRun]) -> bool:
    """Whether all code is there and approved."""
    return all(isinstance(task.phase, (Verifying, Verified)) for task in tasks)


def final_tree(building: Building) -> Digest | None:
    """Digest of the whole application, once nothing changes any more unless a check fails."""
    frozen = all(isinstance(task.acceptance, Frozen) for task in building.tasks)
    if not frozen or not all_coded(building.tasks) or len(building.documented) < len(DOCUMENTS):
        return None
    return tree_digest(building.whole)


def may_become_final(building: Building) -> bool:
    """Whether that is still to be expected: nothing is being repaired, asked for or given up."""
    on_the_way = (BreakingDown, Coding, Reviewing, Verifying, Verified)
    return all(isinstance(task.phase, on_the_way) for task in building.tasks)


def results_of(building: Building, task: TaskRun, tree: str) -> tuple[Evidence, ...]:
    """What is known about a task's checks on this very tree.

    The integration also counts what other tasks' checks have shown on the final tree: a check that
    passed on exactly these files is not run again on them.
    """
    own = task.phase.results if isinstance(task.phase, Verifying) else ()
    others = [
        evidence
        for other in building.tasks
        if task.task.kind == "integration" and isinstance(other.phase, Verified)
        for evidence in other.phase.evidence
    ]
    return tuple(evidence for evidence in (*own, *others) if evidence.tree == tree)


def checks_for(task: Task, architecture: Architecture, unproved: tuple[str, ...] = ()) -> tuple[Check, ...]:
    """The check a task's check files make up: the project's test command on exactly these files."""
    runnable = tuple(path for path in task.check_files if is_test(path)) or task.check_files
    return (
        Check(
            id=task.id,
            title=task.title,
            command=(*architecture.test_command, *runnable),
            files=task.check_files,
            requirements=tuple(name for name in task.requirements if name not in unproved),
        ),
    )
