"""Whether a sandbox separates what it says: asked from inside, never assumed."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from samokoder.adapters.sandbox.inside.attempts import ATTEMPTS
from samokoder.adapters.sandbox.place import text_of
from samokoder.adapters.sandbox.policy import SandboxPolicy
from samokoder.errors import PolicyUnsupported, SandboxUnavailable

MUST = frozenset({"network", "files of the host", "system folders", "other processes", "privileges"})
"""Without these a sandbox is not used; the others are reported as they are."""


def attempts() -> list[str]:
    """Arguments for a Python inside; what it prints is for ``separated``."""
    return ["-I", "-c", text_of("attempts"), json.dumps([str(path) for path in _private()])]


def _private() -> list[Path]:
    """Paths of the host no sandbox may show: our own program, and what lies in the home folder.

    The Python that runs the code is shown on purpose, and with it the names of the folders above it.
    """
    home, shown = Path.home(), Path(sys.base_prefix).resolve()
    there = list(home.iterdir())[:50] if home.is_dir() else []
    return [Path(__file__), *(path for path in there if not shown.is_relative_to(path.resolve()))]


LIMITS = (
    *("memory", "cpus", "pids", "workspace_bytes", "workspace_inodes", "tmp_bytes", "shm_bytes"),
    *("open_files", "file_size"),
)
"""What must be read back inside, at most as large as the policy has it."""


GROUPED = frozenset({"memory", "cpus", "pids"})
"""Kept by control groups."""
HOW_TO_KEEP = (
    "These limits need control groups. A rootless engine has them only in version 2, with the controllers "
    "cpu, memory and pids delegated to you (systemd: `Delegate=cpu cpuset io memory pids` for "
    "user@.service); runsc has them without --ignore-cgroups. Or use another engine or runner: generated "
    "code is not run where its limits do not hold."
)


def kept(
    runner: str,
    output: str,
    policy: SandboxPolicy,
    untold: frozenset[str] = frozenset(),
    outside: Mapping[str, float] | None = None,
) -> dict[str, float]:
    """The limits that hold inside; raises PolicyUnsupported, naming those of the policy that do not.

    ``untold`` are those an engine cannot be told of; they are reported as they are. ``outside`` are those
    the machine has for the whole container: they count where inside there is nothing to be read.
    """
    found = _read_back(runner, output)
    found |= {name: value for name, value in (outside or {}).items() if found.get(name) is None}
    most = {name: float(getattr(policy, name)) for name in LIMITS if name not in untold}
    most["core"] = 0.0
    exact = {"main_uid": policy.main_uid, "exec_uid": policy.exec_uid, "read_only": 1}
    missing = [name for name, value in exact.items() if found.get(name) != value]
    _refuse(runner, found, [*_looser(found, most), *missing])
    return {name: value for name, value in found.items() if value is not None}


FOLDERS = ("workspace_bytes", "tmp_bytes", "shm_bytes")


def folders_kept(runner: str, output: str, policy: SandboxPolicy) -> dict[str, float]:
    """Like ``kept``, where only the in-memory folders are limited for all runs together."""
    found = _read_back(runner, output)
    _refuse(runner, found, _looser(found, {name: float(getattr(policy, name)) for name in FOLDERS}))
    return {name: value for name in FOLDERS if (value := found[name]) is not None}


def _read_back(runner: str, output: str) -> dict[str, float | None]:
    try:
        return dict(json.loads(output.strip().splitlines()[-1]))
    except (ValueError, IndexError, TypeError) as error:
        raise PolicyUnsupported(f"The limits of {runner} could not be read back: {output[-500:]}") from error


def _looser(found: Mapping[str, float | None], most: Mapping[str, float]) -> list[str]:
    return [name for name, value in most.items() if not _at_most(found.get(name), value)]


def _refuse(runner: str, found: Mapping[str, float | None], missing: list[str]) -> None:
    if missing:
        told = ", ".join(f"{name} ({found.get(name) or 'none found'})" for name in missing)
        raise PolicyUnsupported(
            f"{runner} does not keep these limits of the sandbox policy: {told}.",
            hint=HOW_TO_KEEP if GROUPED & set(missing) else "",
        )


def _at_most(found: float | None, asked: float) -> bool:
    """Folders in memory are as large as whole pages are, and shares of processors are rounded."""
    return found is not None and found <= asked * 1.001 + 4096 * (asked > 4096)


def separated(runner: str, output: str) -> tuple[str, ...]:
    """What cannot be reached from inside; raises SandboxUnavailable when something can that must not."""
    try:
        reached = frozenset(json.loads(output.strip().splitlines()[-1]))
    except (ValueError, IndexError, TypeError) as error:
        raise SandboxUnavailable(f"{runner} could not be tried out: {output[-500:]}") from error
    if broken := sorted(reached & MUST):
        raise SandboxUnavailable(
            f"{runner} does not keep generated code from: {', '.join(broken)}.",
            hint="Choose another runner; this one is not used on this machine.",
        )
    return tuple(name for name in ATTEMPTS if name not in reached)
