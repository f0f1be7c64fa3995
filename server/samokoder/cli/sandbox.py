"""The sandbox by hand: run a command in it, see what it keeps out, build its images."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from samokoder.errors import InvalidRequest, SamokoderError

if TYPE_CHECKING:
    from samokoder.adapters.sandbox.session import Done, Job
    from samokoder.domain.architecture import Dependency
    from samokoder.domain.evidence import Isolation
    from samokoder.settings import Settings

UNUSABLE = 125
"""Exit code when the command was not run, or its files could not be taken out."""


def sandbox(given: argparse.Namespace) -> int:
    """Raises SamokoderError."""
    from samokoder.settings import read_settings

    act = {"exec": _guarded, "probe": _probe, "build": _build}[given.sandbox_command]
    return act(given, read_settings(_wanted(given), os.environ))


def _wanted(given: argparse.Namespace) -> dict[str, Any]:
    wanted: dict[str, Any] = {}
    if getattr(given, "sandbox", None):
        wanted["sandbox"] = given.sandbox
    if getattr(given, "seconds", None):
        wanted["sandboxPolicy"] = {"seconds": given.seconds}
    return wanted


# ---------------------------------------------------------------------------------------------- exec


def _guarded(given: argparse.Namespace, settings: Settings) -> int:
    """What is wrong with us must not look like the exit code of the command."""
    try:
        return _exec(given, settings)
    except SamokoderError as error:
        _say(f"{error} {error.hint}".rstrip())
        return UNUSABLE


def _exec(given: argparse.Namespace, settings: Settings) -> int:
    from samokoder.adapters.sandbox.copying import copy_of
    from samokoder.adapters.sandbox.endings import error_of, exit_code_of
    from samokoder.adapters.sandbox.extracting import extract, vacant
    from samokoder.adapters.sandbox.session import Job

    argv = given.argv[1:] if given.argv[:1] == ["--"] else given.argv
    if not argv:
        raise InvalidRequest("There is no command.", hint="samokoder sandbox exec --workspace DIR -- CMD…")
    out, policy = given.out and Path(given.out).absolute(), settings.policy
    if out:
        vacant(out)
    copy = copy_of(Path(given.workspace), policy.workspace_inodes // 2, policy.workspace_bytes // 2)
    _left_out("not copied in", copy.left_out)
    job = Job(tuple(argv), copy.files, copy.executable, export=bool(out), on_output=_print)
    done = asyncio.run(_executed(given, settings, job))
    if error := error_of(done.report):
        _say(f"{error} {error.hint}")
    if out:
        paths = extract(done.archive, out, policy.export_files, policy.export_bytes)
        _left_out("not taken out", done.left_out)
        _say(f"{len(paths)} files in {out}")
    return exit_code_of(done.report)


async def _executed(given: argparse.Namespace, settings: Settings, job: Job) -> Done:
    from samokoder.bootstrap import sandboxes
    from samokoder.ports import EnvironmentSpec

    spec = EnvironmentSpec(language=given.language, dependencies=tuple(_pins(given)))
    async with sandboxes(settings)(settings.sandbox).open(spec) as session:
        _say(_words(session.isolation))
        return await session.execute(job)


def _pins(given: argparse.Namespace) -> Iterator[Dependency]:
    from samokoder.domain.architecture import Dependency

    for text in given.dependencies:
        name, mark, version = text.rpartition("==" if given.language == "python" else "@")
        if not mark or not name:
            raise InvalidRequest(
                f"{text!r} names no version.", hint="Say name==1.2.3, or name@1.2.3 for Node."
            )
        yield Dependency(name=name, version=version)


def _print(output: bytes) -> None:
    sys.stdout.buffer.write(output)
    sys.stdout.buffer.flush()


def _left_out(how: str, names: tuple[str, ...]) -> None:
    for name in names[:20]:
        _say(f"{how}: {name[:200]!r}")
    if len(names) > 20:
        _say(f"{how}: and {len(names) - 20} more")


def _say(text: str) -> None:
    print(f"samokoder: {text}", file=sys.stderr, flush=True)


def _words(isolation: Isolation) -> str:
    separates = ", ".join(isolation.separates) or "nothing from this machine"
    return f"isolation {isolation.level} ({isolation.engine}); separates {separates}"


# --------------------------------------------------------------------------------------------- probe


def _probe(given: argparse.Namespace, settings: Settings) -> int:
    from samokoder.adapters.sandbox.inside.attempts import ATTEMPTS
    from samokoder.bootstrap import sandboxes

    runner = sandboxes(settings)(settings.sandbox)
    isolation = asyncio.run(runner.probe())
    attempts = {name: "kept out" if name in isolation.separates else "reached" for name in ATTEMPTS}
    limits = dict(runner.effective)
    if given.json:
        found = {"sandbox": settings.sandbox, "isolation": isolation.model_dump(), "limits": limits}
        print(json.dumps({**found, "attempts": attempts}))
        return 0
    print(_words(isolation))
    for name, outcome in attempts.items():
        print(f"  {outcome:<9} {name}")
    print("limits read back inside:" if limits else "limits: those of each run alone")
    for name, value in limits.items():
        print(f"  {name:<17} {value:g}")
    return 0


# --------------------------------------------------------------------------------------------- build


def _build(given: argparse.Namespace, settings: Settings) -> int:
    from samokoder.adapters.sandbox.building import build

    for language in ("python", "node") if given.language is None else (given.language,):
        _say(f"building the {language} image")
        print(build(language, given.base or "", _say))
    return 0
