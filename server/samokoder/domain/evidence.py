"""Checks, and what running them showed."""

from __future__ import annotations

import re
from typing import Literal

from samokoder.domain.architecture import Service
from samokoder.domain.files import Digest, digest_of
from samokoder.domain.paths import FilePath
from samokoder.domain.value import Value


class Check(Value):
    """A command that must pass (exit code 0)."""

    id: str
    title: str
    command: tuple[str, ...]
    files: tuple[FilePath, ...] = ()
    """The check files it runs; frozen once they were seen to fail."""
    requirements: tuple[str, ...] = ()
    service: Service | None = None
    """When set, the check starts this service and asks its health path."""


class Isolation(Value):
    """What stands between generated code and the machine it ran on."""

    level: Literal["runc", "runsc", "sysbox", "kata", "podman", "bubblewrap", "none"]
    separates: tuple[str, ...]
    """What the code cannot reach: "network", "files outside the workspace", …"""
    engine: str = ""
    """Name and version of the engine, for the record."""


EndedBy = Literal[
    "itself", "time", "output", "memory", "processes", "workspace", "not found", "stopped", "lost"
]
"""What ended a command: it did, or the limit that was reached."""


class CommandReport(Value):
    """What a sandbox command left behind."""

    exit_code: int | None
    """As the shell gives it; None when the command was ended by us (time, output or memory limit)."""
    output: str
    """stdout and stderr as they came, the middle cut out beyond the limit."""
    seconds: float
    ended_by: EndedBy = "itself"
    fault: str = ""
    """Why there is no exit code, or a remark on it: "time limit of 60 s"."""

    @property
    def passed(self) -> bool:
        return self.exit_code == 0


class Evidence(Value):
    """The recorded run of one check on one tree."""

    check: Check
    tree: Digest
    report: CommandReport
    isolation: Isolation
    environment: Digest
    """Of the dependency environment and the image or interpreter it ran on."""

    @property
    def passed(self) -> bool:
        return self.report.passed

    @property
    def failing(self) -> frozenset[str]:
        """Names of what failed: the single tests where the runner names them, else the check itself."""
        if self.passed:
            return frozenset()
        named = frozenset(f"{self.check.id}:{name}" for name in failing_tests(self.report.output))
        return named or frozenset({self.check.id})

    @property
    def fingerprint(self) -> Digest:
        """The same for two failures that differ only in times, addresses, line numbers, temporary names."""
        text = _NOISE.sub("#", self.report.output[-4000:])
        return digest_of(f"{self.check.id}\n{self.report.exit_code}\n{text}".encode())[:16]


_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_ENDED = re.compile(
    r"^(?:=+ )?(?:.*, )?[1-9]\d* passed\b.* in [\d.]+s\b.*$"  # the summary
    r"|^[.sxX]*\.[.sxX]* +\[100%\]$",  # all there is when it was told to be quiet twice
    re.MULTILINE,
)
_PYTEST = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)
_NODE = re.compile(r"^not ok \d+ - (.+?)\s*$|^\s*[✗✖×] (.+?)(?: \(.*)?(?: \d+ ?ms)?$", re.MULTILINE)
_NOISE = re.compile(r"0x[0-9a-f]+|/tmp/\S+|\d+(?:\.\d+)?")


def passing_tests_reported(output: str) -> bool:
    """Whether pytest says at its end that a test has passed: anybody can make an exit code 0."""
    return _ENDED.search(_COLOUR.sub("", output)) is not None


def failing_tests(output: str) -> tuple[str, ...]:
    """Names of failing tests in the output of pytest or a TAP-like runner, in order, without repeats."""
    found = [*_PYTEST.findall(output), *(a or b for a, b in _NODE.findall(output))]
    return tuple(dict.fromkeys(found))
