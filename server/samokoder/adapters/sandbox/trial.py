"""What a container of an image really is: tried out once, before anything generated runs in one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from samokoder.adapters.sandbox.containers import Container, Engine
from samokoder.adapters.sandbox.dependencies.python import Interpreter
from samokoder.adapters.sandbox.outside import limits_outside
from samokoder.adapters.sandbox.place import text_of
from samokoder.adapters.sandbox.probing import attempts, kept, separated
from samokoder.domain.evidence import Isolation
from samokoder.errors import SandboxUnavailable

LEVELS = ("runsc", "sysbox", "kata")
"""By the first part of the runtime's name (``kata-qemu`` is kata); others separate as runc and Podman do."""
_WHO = """
import json, os, platform, sys
libc = platform.libc_ver()[1].split(".")
python, version = os.path.realpath(sys.executable), "%d.%d" % sys.version_info[:2]
print(json.dumps([python, version, platform.machine(), libc]))
"""


@dataclass(frozen=True, slots=True)
class Trial:
    isolation: Isolation
    interpreter: Interpreter
    effective: Mapping[str, float]
    """Limits as they were read back inside."""


def try_out(engine: Engine) -> Trial:
    """Blocks. Raises SandboxUnavailable; PolicyUnsupported when a limit does not hold."""
    container = engine.start(None)
    try:
        interpreter = _interpreter(engine, container)
        reached = container.run(["python3", *attempts()])[1]
        limits = container.run(["python3", "-I", "-c", text_of("effective")])[1]
        outside = limits_outside(container.id, container.process())
    finally:
        container.remove()
    runner = f"{engine.image.engine} with the runtime {engine.used_runtime}"
    level = level_of(engine)
    untold = frozenset({"workspace_inodes"} if engine.is_podman or level == "runsc" else ())
    # their folders in memory have no limit for the number of files; memory bounds it
    isolation = Isolation.model_validate(
        {"level": level, "separates": separated(runner, reached), "engine": engine.image.engine}
    )
    return Trial(isolation, interpreter, kept(runner, limits, engine.policy, untold, outside))


def level_of(engine: Engine) -> str:
    kind = engine.used_runtime.split("-")[0]
    return kind if kind in LEVELS else "podman" if engine.is_podman else "runc"


def _interpreter(engine: Engine, container: Container) -> Interpreter:
    code, who = container.run(["python3", "-I", "-c", _WHO])
    if code != 0:
        raise SandboxUnavailable(
            f"The image {engine.image.name} cannot be used: {who.strip()[-300:]}",
            hint="It needs python3 on its PATH. `samokoder sandbox build` builds one that has it.",
        )
    executable, version, machine, libc = json.loads(who)
    return Interpreter(executable, version, f"{engine.image.id} {machine}", _platform(machine, libc))


def _platform(machine: str, libc: list[str]) -> str:
    """As uv names it: wheels for this machine and a C library at most this new."""
    newest = next(
        (minor for minor in (40, 39, 36, 35, 34, 31, 28) if [2, minor] <= [int(n) for n in libc]), 17
    )
    return f"{machine}-manylinux_2_{newest}"
