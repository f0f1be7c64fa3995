"""A small run to tell stories about: two tasks, the second standing on the first."""

from __future__ import annotations

from samokoder.domain.action import Action, key
from samokoder.domain.architecture import Architecture, Component, Dependency, Module, Service
from samokoder.domain.data_model import DataModel
from samokoder.domain.evidence import CommandReport, Evidence, Isolation
from samokoder.domain.files import digest_of, tree_digest
from samokoder.domain.outcome import (
    BrokenDown,
    CheckRan,
    ChecksSeen,
    ChecksWritten,
    Designed,
    Diagnosed,
    DocumentsWritten,
    EnvironmentReady,
    FileWritten,
    Mirrored,
    Outcome,
    Planned,
    Reviewed,
    Specified,
)
from samokoder.domain.paths import FilePath
from samokoder.domain.plan import Epic, Plan, Task
from samokoder.domain.request import Options, Request
from samokoder.domain.review import Hunk, Review, Verdict
from samokoder.domain.run import Building, Run
from samokoder.domain.specification import Question, Requirement, Specification
from samokoder.domain.work import Breakdown, Debugging, Diagnosis, FileOrder
from samokoder.orchestrator.conduct import fold
from samokoder.orchestrator.decide import decide
from samokoder.orchestrator.integration import checks_for, checks_of

ISOLATION = Isolation(level="none", separates=())

SPECIFICATION = Specification(
    title="Books",
    summary="Keeps books.",
    requirements=(
        Requirement(id="R1", title="Keep", text="The system SHALL keep books."),
        Requirement(id="R2", title="Show", text="The system SHALL show books."),
    ),
    questions=(Question(id="q1", text="Who may add books?", options=("all", "staff"), default="all"),),
)
ARCHITECTURE = Architecture(
    language="python",
    stack=("FastAPI: routes",),
    components=(Component(name="app", purpose="all"),),
    data_model=DataModel(title="Books"),
    contract=(
        Module(path=FilePath("app/models.py"), purpose="records"),
        Module(path=FilePath("app/pages.py"), purpose="pages"),
        Module(path=FilePath("app/style.py"), purpose="looks"),
    ),
    dependencies=(Dependency(name="fastapi", version="1.0"),),
    test_command=("python", "-m", "pytest", "-q"),
    service=Service(command=("python", "-m", "app"), port=8000, health="/health"),
)
PLAN = Plan(
    epics=(Epic(id="E1", title="Everything"),),
    tasks=(
        Task(
            id="T1",
            title="Records",
            epic="E1",
            files=(FilePath("app/models.py"),),
            check_files=(FilePath("tests/test_records.py"),),
            requirements=("R1",),
        ),
        Task(
            id="T2",
            title="Pages",
            epic="E1",
            depends_on=("T1",),
            files=(FilePath("app/pages.py"), FilePath("app/style.py")),
            check_files=(FilePath("tests/test_pages.py"),),
            requirements=("R2",),
        ),
    ),
)

PASS = CommandReport(exit_code=0, output="1 passed", seconds=0.1)


def failed(*tests: str, exit_code: int | None = 1) -> CommandReport:
    output = "\n".join(f"FAILED {name} - assert" for name in tests) or "Traceback"
    return CommandReport(exit_code=exit_code, output=output, seconds=0.1)


def request(**options: object) -> Request:
    return Request(description="Keep books", target="/nowhere", options=Options.model_validate(options))


def run_after(*outcomes: Outcome, **options: object) -> Run:
    return fold("r1", request(**options), outcomes)


def ready(run: Run) -> list[str]:
    """Keys of what can be done now, without the digests that make them long."""
    return [short(action) for action in decide(run)]


def short(action: Action) -> str:
    words = key(action).split()
    if words[0] == "RunCheck":
        return " ".join([*words[:3], words[4]])
    return "Mirror" if words[0] == "Mirror" else " ".join(words)


# ------------------------------------------------------------------------------------ what may happen

specified = Specified(specification=SPECIFICATION)
designed = Designed(architecture=ARCHITECTURE)
planned = Planned(plan=PLAN)
environment = EnvironmentReady(digest="e" * 64, isolation=ISOLATION)
manual = DocumentsWritten(what="manual", files={FilePath("README.md"): digest_of(b"readme")})
delivery = DocumentsWritten(what="delivery", files={FilePath("Dockerfile"): digest_of(b"docker")})

START: tuple[Outcome, ...] = (specified, designed, environment, planned)


def task_of(task_id: str) -> Task:
    return next(task for task in PLAN.tasks if task.id == task_id)


def checks_written(task_id: str, version: str = "1") -> ChecksWritten:
    task = task_of(task_id)
    files = {path: digest_of(f"{path}{version}".encode()) for path in task.check_files}
    return ChecksWritten(task=task_id, checks=checks_for(task, ARCHITECTURE), files=files)


def checks_seen(task_id: str, report: CommandReport | None = None) -> ChecksSeen:
    return ChecksSeen(task=task_id, reports=(report or failed(),))


def broken_down(task_id: str) -> BrokenDown:
    orders = tuple(FileOrder(path=path, instruction="write it") for path in task_of(task_id).files)
    return BrokenDown(task=task_id, breakdown=Breakdown(approach="plainly", orders=orders))


def written(task_id: str, path: str, version: str = "1", round: int = 1) -> FileWritten:
    digest = digest_of(f"{path}{version}".encode())
    return FileWritten(task=task_id, path=FilePath(path), digest=digest, round=round)


def reviewed(task_id: str, *paths: str, rejected: str = "", version: str = "1") -> Reviewed:
    hunks = tuple(Hunk(id=f"{p}#1", path=FilePath(p), line=3, text="") for p in paths)
    verdicts = tuple(
        Verdict(hunk=h.id, approve=h.path != rejected, reason="wrong" if h.path == rejected else "")
        for h in hunks
    )
    files = {FilePath(p): digest_of(f"{p}{version}".encode()) for p in paths}
    return Reviewed(task=task_id, files=files, hunks=hunks, review=Review(verdicts=verdicts))


def checked(run: Run, task_id: str, check_id: str, report: CommandReport, confirm: bool = False) -> CheckRan:
    """The outcome of running a check on the task's present tree."""
    building = run.phase
    assert isinstance(building, Building)
    check = next(c for c in checks_of(building, building.task(task_id)) if c.id == check_id)
    evidence = Evidence(
        check=check,
        tree=tree_digest(building.tree_of(task_id)),
        report=report,
        isolation=ISOLATION,
        environment="e" * 64,
    )
    return CheckRan(task=task_id, evidence=evidence, confirm=confirm)


def diagnosed(run: Run, task_id: str, *paths: str, wrong_check: str = "") -> Diagnosed:
    building = run.phase
    assert isinstance(building, Building)
    phase = building.task(task_id).phase
    assert isinstance(phase, Debugging)
    orders = tuple(FileOrder(path=FilePath(p), instruction="mend it") for p in paths)
    return Diagnosed(
        task=task_id,
        strategy=phase.strategy,
        diagnosis=Diagnosis(cause="a slip", orders=orders, wrong_check=wrong_check),
    )


def mirrored(run: Run, *conflicts: str) -> Mirrored:
    building = run.unfinished
    assert isinstance(building, Building)
    refused = tuple(FilePath(c) for c in conflicts)
    files = {p: d for p, d in building.landed.items() if p not in refused}
    return Mirrored(files=files, conflicts=refused)


T1_WRITTEN: tuple[Outcome, ...] = (
    *START,
    checks_written("T1"),
    checks_seen("T1"),
    broken_down("T1"),
    written("T1", "app/models.py"),
    reviewed("T1", "app/models.py"),
    manual,
    delivery,
)
"""The first task is ready to be verified."""
