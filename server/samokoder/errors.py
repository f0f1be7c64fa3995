"""The whole error tree on one page.

    SamokoderError
     ├ SetupError              the person must act
     │   ├ InvalidRequest      an argument cannot be used
     │   ├ StateDamaged        the state database cannot be read
     │   ├ StateTooNew         a newer program wrote it
     │   └ StateBusy           another server holds it
     ├ NotFound                no such run, question, finding
     ├ FolderBusy              another run owns the target folder
     ├ ModelError
     │   ├ ModelUnavailable    wait and retry: rate limit, time-out, 5xx, no connection
     │   │   ├ NoKey           there is no key for it
     │   │   ├ PriceUnknown    a cap on money could not be kept
     │   │   └ ContextTooLarge the question does not fit; nothing was sent
     │   └ InvalidAnswer       ask again, saying why; bounded by the budget
     ├ BudgetExceeded          the run stops, resumable
     ├ SandboxError
     │   ├ SandboxUnavailable  no runner that works here
     │   │   ├ DockerUnavailable   no engine answers, or we may not ask it
     │   │   ├ ImageMissing        the image must be built
     │   │   ├ RuntimeUnavailable  the engine does not know this runtime
     │   │   └ PolicyUnsupported   a limit is not kept here
     │   ├ SandboxLost         engine or container gone in the middle
     │   ├ InstallFailed       dependencies could not be installed
     │   │   ├ EgressDenied       the installer asked for what no configured index uses
     │   │   └ DependencyRefused  a package must not be used
     │   ├ UnsafeArchive       what came out is refused
     │   └ CommandEnded        a command a person ran reached a limit; in a run, it is an outcome
     │       ├ CommandNotFound
     │       ├ CommandTimeout
     │       ├ OutputLimit
     │       ├ MemoryLimit
     │       ├ ProcessLimit
     │       └ WorkspaceFull
     ├ StaleRun                somebody else has committed a step of this run
     ├ ReplayDiffers           a recorded run does not come out as it did
     └ UnexpectedOutcome       our bug: phase and outcome do not fit

A failing check, a rejected review, a non-zero exit are outcomes, never exceptions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from samokoder.domain.architecture import Refusal


class SamokoderError(Exception):
    """Something went wrong that has a name."""

    hint: str = ""

    def __init__(self, message: str = "", *, hint: str = "") -> None:
        super().__init__(message or (self.__doc__ or "").strip())
        self.hint = hint or self.hint


class SetupError(SamokoderError):
    """Something must be set up first."""


class InvalidRequest(SetupError):
    """The request cannot be carried out as it stands."""


class StateDamaged(SetupError):
    """The state database cannot be read."""


class StateTooNew(SetupError):
    """The state database was written by a newer Samokoder."""


class StateBusy(SetupError):
    """Another Samokoder server is using this state database."""


class NotFound(SamokoderError):
    """There is no such run, question or finding."""


class FolderBusy(SamokoderError):
    """Another run is working in this folder."""


class ModelError(SamokoderError):
    """The model did not answer usefully."""


class ModelUnavailable(ModelError):
    """The model cannot be reached, or refuses to answer now."""


class NoKey(ModelUnavailable):
    """There is no key for the model."""


class PriceUnknown(ModelUnavailable):
    """What the model costs is not known, so no cap on money could be kept."""


class ContextTooLarge(ModelUnavailable):
    """The question does not fit the model's context; nothing was sent."""


class InvalidAnswer(ModelError):
    """The model's answer does not have the form that was asked for."""


class BudgetExceeded(SamokoderError):
    """The next call could cost more than is left of the budget."""

    def __init__(self, message: str = "", *, hint: str = "", cap: str = "", may_pass: bool = False) -> None:
        super().__init__(message, hint=hint)
        self.cap = cap
        """Field of the budget that is in the way."""
        self.may_pass = may_pass
        """Whether there is room once calls under way are settled."""


class SandboxError(SamokoderError):
    """Checks cannot be run."""


class SandboxUnavailable(SandboxError):
    """There is nothing to run checks in."""


class DockerUnavailable(SandboxUnavailable):
    """No Docker engine answers."""


class ImageMissing(SandboxUnavailable):
    """The sandbox image is missing."""

    hint = "Build it with `samokoder sandbox build`, or name another one in the settings."


class RuntimeUnavailable(SandboxUnavailable):
    """The engine has no runtime of this name."""

    hint = (
        "Add it to `runtimes` in the engine's daemon.json and restart the engine, or leave the setting "
        "sandboxPolicy.runtime empty."
    )


class PolicyUnsupported(SandboxUnavailable):
    """A limit of the sandbox policy is not kept here."""

    hint = "Use another engine or runner: generated code is not run where its limits do not hold."


class SandboxLost(SandboxError):
    """The sandbox went away while it was used."""

    hint = "See whether the engine still runs, then try again."


class UnsafeArchive(SandboxError):
    """What came out of the sandbox is refused."""

    hint = "Nothing of it was kept. Let the command leave plain files, fewer of them or smaller ones."


class CommandEnded(SandboxError):
    """The command was ended."""


class CommandNotFound(CommandEnded):
    """The sandbox has no such program."""

    hint = "Name a program the sandbox image has, or a file of the workspace as ./NAME."


class CommandTimeout(CommandEnded):
    """The command took too long."""

    hint = "Give it more by --seconds, or by the setting sandboxPolicy.seconds."


class OutputLimit(CommandEnded):
    """The command wrote too much."""

    hint = "Let it write to a file, or raise the setting sandboxPolicy.outputTotal."


class MemoryLimit(CommandEnded):
    """The command used too much memory."""

    hint = "Raise the settings sandboxPolicy.runMemory and sandboxPolicy.memory."


class ProcessLimit(CommandEnded):
    """The command started too many processes."""

    hint = "Raise the settings sandboxPolicy.processes and sandboxPolicy.pids."


class WorkspaceFull(CommandEnded):
    """The command filled its workspace."""

    hint = "Raise the settings sandboxPolicy.workspaceBytes and sandboxPolicy.workspaceInodes."


class InstallFailed(SandboxError):
    """The dependencies of the generated project could not be installed."""


class EgressDenied(InstallFailed):
    """The installer asked for a host that no configured index uses."""

    hint = (
        "Only the indexes that pip, uv and npm are configured to use on this machine are reached; if one of "
        "them keeps its files on another host, name that host there too."
    )


class DependencyRefused(InstallFailed):
    """A package the project depends on must not be used."""

    def __init__(self, refusals: tuple[Refusal, ...]) -> None:
        super().__init__(
            "\n".join(refusal.reason for refusal in refusals),
            hint="A package you trust all the same can be named in the setting dependencies.allow.",
        )
        self.refusals = refusals


class ReplayDiffers(SamokoderError):
    """The recorded run does not come out as it did."""


class StaleRun(SamokoderError):
    """This run has moved on elsewhere; read it again."""


class UnexpectedOutcome(SamokoderError):
    """This outcome does not fit the phase of the run. This is a fault in Samokoder; please report it."""
