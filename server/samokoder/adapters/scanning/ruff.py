"""Python by ruff's security rules; settings and waivers in the generated code count for nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import anyio.to_thread

from samokoder.adapters.sandbox.subprocesses import finished
from samokoder.adapters.scanning.rules import Found
from samokoder.domain.paths import FilePath
from samokoder.errors import SandboxUnavailable

SECONDS = 30.0
_OPTIONS = "check --isolated --no-cache --ignore-noqa --exit-zero --quiet --select S --output-format json"
_SYNTAX = (None, "invalid-syntax")


async def read_by_ruff(files: Mapping[FilePath, bytes]) -> list[Found]:
    """Raises SandboxUnavailable when ruff cannot be run."""
    python = {path: content for path, content in files.items() if path.endswith(".py")}
    if not python:
        return []
    with TemporaryDirectory(prefix="samokoder-scan-") as name:
        folder = await anyio.to_thread.run_sync(_write, name, python)
        done = await finished([_ruff(), *_OPTIONS.split(), "."], {}, SECONDS, folder)
    try:
        if done.code != 0:
            raise ValueError(done.code)
        told: list[dict[str, Any]] = json.loads(done.output)
        return [_found(folder, one) for one in told if one["code"] not in _SYNTAX]
    except (ValueError, TypeError, KeyError) as error:
        raise SandboxUnavailable(f"ruff could not read the code: {done.output[-500:]}", hint=_HINT) from error


_HINT = "Install Samokoder again; ruff is one of its dependencies."


def _ruff() -> str:
    import ruff

    try:
        return str(ruff.find_ruff_bin())
    except FileNotFoundError as error:
        raise SandboxUnavailable("ruff, which reads code before it runs, is missing.", hint=_HINT) from error


def _write(name: str, files: Mapping[FilePath, bytes]) -> Path:
    folder = Path(name).resolve()
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return folder


def _found(folder: Path, told: dict[str, Any]) -> Found:
    path = FilePath(Path(str(told["filename"])).relative_to(folder).as_posix())
    return Found(path, int(told["location"]["row"]), str(told["code"]), str(told["message"]))
