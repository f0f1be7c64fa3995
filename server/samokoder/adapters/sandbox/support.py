"""What every runner refuses alike."""

from __future__ import annotations

from samokoder.errors import SandboxUnavailable
from samokoder.ports import EnvironmentSpec


def refuse_what_is_not_python(spec: EnvironmentSpec) -> None:
    if spec.language != "python":
        raise SandboxUnavailable(
            f"Checks of {spec.language} projects cannot be run yet; only Python projects can.",
            hint="Ask for a Python application.",
        )
