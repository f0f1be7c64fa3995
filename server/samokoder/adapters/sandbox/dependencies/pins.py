"""A dependency as an installer may be told it: a plain name at one exact version, nothing else."""

from __future__ import annotations

import re

from samokoder.domain.architecture import Dependency
from samokoder.errors import InstallFailed
from samokoder.ports import EnvironmentSpec

_PYTHON_NAME = re.compile(r"([A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9._-]*[A-Za-z0-9])(\[[A-Za-z0-9._,-]+\])?")
_PYTHON_VERSION = re.compile(  # PEP 440, one exact version
    r"([0-9]+!)?[0-9]+(\.[0-9]+)*((a|b|rc)[0-9]+)?(\.post[0-9]+)?(\.dev[0-9]+)?"
    r"(\+[A-Za-z0-9]+(\.[A-Za-z0-9]+)*)?"
)
_NODE_NAME = re.compile(r"(@[a-z0-9~-][a-z0-9._~-]*/)?[a-z0-9~-][a-z0-9._~-]*")
_NODE_VERSION = re.compile(  # semantic versioning 2.0.0, one exact version
    r"[0-9]+\.[0-9]+\.[0-9]+(-[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*)?(\+[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*)?"
)
_NODE_NAME_LENGTH = 214
"""As npm has it."""


def python_name(name: str) -> str:
    """As indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def python_pins(spec: EnvironmentSpec) -> list[str]:
    """In one order and spelling. Raises InstallFailed."""
    return sorted({python_pin(dependency) for dependency in spec.dependencies})


def node_pins(spec: EnvironmentSpec) -> dict[str, str]:
    """For a ``package.json``, in one order. Raises InstallFailed."""
    return dict(sorted(node_pin(dependency) for dependency in spec.dependencies))


def python_pin(dependency: Dependency) -> str:
    """``name[extra]==1.2.3``. Raises InstallFailed for anything an installer would read otherwise."""
    if not _PYTHON_NAME.fullmatch(dependency.name) or not _PYTHON_VERSION.fullmatch(dependency.version):
        raise _refused(dependency)
    name, bracket, extras = dependency.name.partition("[")
    return f"{python_name(name)}{bracket}{extras}=={dependency.version}"


def node_pin(dependency: Dependency) -> tuple[str, str]:
    """Name and version for a ``package.json``. Raises InstallFailed."""
    name, version = dependency.name, dependency.version
    if len(name) > _NODE_NAME_LENGTH or not _NODE_NAME.fullmatch(name) or name.startswith("-"):
        raise _refused(dependency)
    if not _NODE_VERSION.fullmatch(version) or name in {"node_modules", "favicon.ico"}:
        raise _refused(dependency)
    return name, version


def _refused(dependency: Dependency) -> InstallFailed:
    return InstallFailed(
        f"{dependency.pin[:120]!r} is not a package at one exact version.",
        hint="Dependencies are a plain name and a version such as 1.2.3; no addresses, paths or options.",
    )
