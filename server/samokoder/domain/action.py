"""What to do next. An action names its work; everything it needs is in the run it was decided from."""

from __future__ import annotations

from dataclasses import dataclass

from samokoder.domain.files import Files
from samokoder.domain.paths import FilePath
from samokoder.domain.work import FileOrder, Strategy


@dataclass(frozen=True)
class ReadProject:
    """Read the project that stands in the target folder."""


@dataclass(frozen=True)
class SeeBaseline:
    """Run the project's own tests before anything is changed."""


@dataclass(frozen=True)
class Specify:
    """Ask the spec writer."""


@dataclass(frozen=True)
class Design:
    """Ask the architect."""


@dataclass(frozen=True)
class MakePlan:
    """Ask the tech lead."""


@dataclass(frozen=True)
class PrepareEnvironment:
    """Install the dependencies and make the sandbox ready."""


@dataclass(frozen=True)
class ReplaceDependencies:
    """Ask the bug hunter what the application depends on instead of what was refused."""

    attempt: int


@dataclass(frozen=True)
class WriteChecks:
    """Ask the tester for a task's acceptance checks."""

    task: str
    rewrite: int


@dataclass(frozen=True)
class SeeChecksFail:
    """Run a task's checks on the tree before its code."""

    task: str
    rewrite: int


@dataclass(frozen=True)
class BreakDown:
    """Ask the developer for the orders of a task."""

    task: str


@dataclass(frozen=True)
class WriteFile:
    """Ask a code monkey for one file."""

    task: str
    order: FileOrder
    round: int


@dataclass(frozen=True)
class ReviewFiles:
    """Ask the reviewer about every changed file of a task."""

    task: str
    changed: tuple[FilePath, ...]
    round: int


@dataclass(frozen=True)
class RunCheck:
    """Run one check on the task's tree (the executor's work: the exit code decides)."""

    task: str
    check: str
    tree: str
    """Digest of the tree, so that a changed tree is a new action."""
    confirm: bool
    """A second run on the same tree."""


@dataclass(frozen=True)
class Diagnose:
    """Ask the bug hunter, the troubleshooter or the problem solver what is wrong."""

    task: str
    strategy: Strategy
    attempt: int


@dataclass(frozen=True)
class WriteManual:
    """Ask the technical writer for the README."""


@dataclass(frozen=True)
class WriteDelivery:
    """Ask for the Dockerfile and the CI workflow."""


@dataclass(frozen=True)
class Mirror:
    """Make the person's folder equal to these files, over nothing that is not ours."""

    files: tuple[tuple[FilePath, str], ...]

    @property
    def digests(self) -> Files:
        return dict(self.files)


Action = (
    ReadProject
    | SeeBaseline
    | Specify
    | Design
    | MakePlan
    | PrepareEnvironment
    | ReplaceDependencies
    | WriteChecks
    | SeeChecksFail
    | BreakDown
    | WriteFile
    | ReviewFiles
    | RunCheck
    | Diagnose
    | WriteManual
    | WriteDelivery
    | Mirror
)

ASKS_MODEL = (
    Specify,
    Design,
    MakePlan,
    ReplaceDependencies,
    WriteChecks,
    BreakDown,
    WriteFile,
    ReviewFiles,
    Diagnose,
    WriteManual,
    WriteDelivery,
)
"""Actions that cost tokens."""


def key(action: Action) -> str:
    """The action's identity within its run, stable over restarts: "WriteFile T1 app/models.py 2"."""
    parts = [type(action).__name__]
    for name, value in vars(action).items():
        if name == "order":
            parts.append(str(value.path))
        elif name not in {"files", "changed"}:
            parts.append(str(value))
    if isinstance(action, Mirror):
        parts += [f"{path}={digest[:12]}" for path, digest in action.files]
    return " ".join(parts)
