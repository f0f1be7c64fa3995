"""Making an environment, and finding it again as a server does that knows nothing yet."""

from __future__ import annotations

import os
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import anyio

from samokoder.adapters.sandbox.containers import Engine, in_thread
from samokoder.adapters.sandbox.dependencies.python import Interpreter
from samokoder.adapters.sandbox.dependencies.volumes import Volumes
from samokoder.adapters.sandbox.environments import Environment, Environments
from samokoder.adapters.sandbox.policy import IMAGES
from samokoder.errors import SandboxError
from samokoder.ports import EnvironmentSpec
from tests.adapters.npm_registry import npm_registry
from tests.adapters.test_sandbox_environments import spec, wheel
from tests.adapters.test_sandbox_node import PACKAGES, node
from tests.bench.figures import show

_WHO = "import os, sys; print(os.path.realpath(sys.executable), '%d.%d' % sys.version_info[:2])"


async def measure(folder: Path) -> dict[str, float]:
    """Packages come from this machine, so that what is measured is ours; Docker only where it is."""
    for number in range(20):
        wheel(folder / "wheels", f"shelf{number}", "1.0", "x = 1")
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder / "home"),
        "UV_NO_INDEX": "1",
        "UV_FIND_LINKS": str(folder / "wheels"),
        "UV_CACHE_DIR": str(folder / "uv"),
        "npm_config_globalconfig": "/dev/null",
    }
    pins = spec(*(f"shelf{number}==1.0" for number in range(20)))
    cache = folder / "cache"
    figures, _ = await _twice("20 wheels here", lambda: Environments(cache, environ).prepare_here(pins))
    with npm_registry(*PACKAGES) as registry:
        environ = {**environ, "npm_config_registry": registry}
        for language, asked in (("python", pins), ("node", node("book@1.0.0", "partly@1.0.0"))):
            with suppress(SandboxError):
                figures |= await _contained(IMAGES[language], cache, environ, asked)
    return figures


async def _contained(
    image: str, cache: Path, environ: dict[str, str], asked: EnvironmentSpec
) -> dict[str, float]:
    limiter = anyio.CapacityLimiter(8)
    engine = await in_thread(limiter, Engine, image)
    try:
        interpreter = await in_thread(limiter, _interpreter, engine)
        figures, made = await _twice(
            f"{asked.language} in a container",
            lambda: Environments(cache, environ).prepare_on(engine, limiter, asked, interpreter),
        )
        await in_thread(limiter, Volumes(engine.client, cache).discard, made.volume)
        return figures
    finally:
        engine.close()


async def _twice(
    name: str, prepare: Callable[[], Awaitable[Environment]]
) -> tuple[dict[str, float], Environment]:
    figures: dict[str, float] = {}
    for turn, goal in (("first", ""), ("second", "< 1 s")):
        began = time.perf_counter()
        made = await prepare()
        figures |= show(f"{name}, {turn} install", time.perf_counter() - began, "s", goal)
    return figures, made


def _interpreter(engine: Engine) -> Interpreter:
    container = engine.start(None)
    try:
        executable, version = container.run(["python3", "-c", _WHO])[1].split()
    finally:
        container.remove()
    return Interpreter(executable, version, engine.image.id)
