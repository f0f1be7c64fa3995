"""A keeper that has imported the dependencies beforehand, so that tests and servers start in milliseconds.

Only what was installed is imported, never a file of the workspace. Where being warm could be seen by the code
under test (a file with the name of a loaded module, warnings turned to errors), the run is cold.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Mapping, Sequence

import anyio

from samokoder.adapters.sandbox.environments import Environment
from samokoder.adapters.sandbox.frames import BrokenFrame, Told, Unpacker, pack
from samokoder.adapters.sandbox.place import Link, Place
from samokoder.domain.evidence import Check
from samokoder.domain.paths import FilePath
from samokoder.errors import SandboxError

_PYTEST_PARTS = (
    "assertion.rewrite cacheprovider capture config debugging doctest faulthandler fixtures "
    "freeze_support helpconfig junitxml legacypath logging main mark monkeypatch pastebin python "
    "python_path raises recwarn reports runner setuponly setupplan skipping stepwise subtests "
    "terminal terminalprogress threadexception tmpdir unittest unraisableexception warnings "
)
MODULES = (
    "pytest",
    *(f"_pytest.{part}" for part in _PYTEST_PARTS.split()),
    "anyio.pytest_plugin",
    "anyio._backends._asyncio",
    "fastapi",
    "fastapi.testclient",
    "fastapi.responses",
    "fastapi.staticfiles",
    "fastapi.templating",
    "httpx",
    "jinja2.ext",
    "pydantic.v1",  # FastAPI asks whether a type is one of the old ones
    "python_multipart",
    "sqlalchemy.orm",
    "sqlalchemy.ext.asyncio",
    "sqlalchemy.dialects.sqlite",
    "sqlite3",
    "tomllib",
    "uvicorn",
)
STOPPING = 5.0
"""Seconds a cancelled run waits for its processes to be gone."""


def fits(check: Check, files: Mapping[FilePath, bytes], loaded: frozenset[str]) -> bool:
    """Whether a fork of a keeper with these modules loaded behaves as a fresh interpreter would."""
    if not loaded or not is_module(check):
        return False
    if any(path.split("/", 1)[0].removesuffix(".py") in loaded for path in files):
        return False
    return not is_pytest(check) or not _changes_warnings(check, files)


def _changes_warnings(check: Check, files: Mapping[FilePath, bytes]) -> bool:
    if any(word.startswith(("-W", "-p", "--pythonwarnings")) for word in check.command[3:]):
        return True
    return any(b"filterwarnings" in content for path, content in files.items() if _configures(path))


def is_pytest(check: Check) -> bool:
    return check.service is None and is_module(check) and check.command[2] == "pytest"


def is_module(check: Check) -> bool:
    """Whether it runs a Python module, which a fork of a warm interpreter can do."""
    command = check.service.command if check.service else check.command
    return len(command) > 2 and command[:2] in _MODULE


_MODULE = {("python", "-m"), ("python3", "-m")}


def _configures(path: FilePath) -> bool:
    return path.endswith((".toml", ".ini", ".cfg", "conftest.py"))


def modules_of(environment: Environment) -> list[str]:
    """Of the modules worth having in memory, those that are there; none without pytest."""
    if not environment.has("pytest"):
        return []
    return [name for name in MODULES if name in sys.stdlib_module_names or environment.has(name)]


def _nobody(told: Told) -> None:
    """It was cancelled meanwhile."""


class Standing:
    """The keeper of a session: started in the background, given up for good when it is lost.

    It stands ready for every command, which saves starting one for each; one with modules is warm.
    """

    def __init__(self, place: Place, modules: Sequence[str]) -> None:
        self.loaded: frozenset[str] = frozenset()
        self.lost = False
        self._place, self._modules = place, list(modules)
        self._link: Link | None = None
        self._waiting: dict[str, asyncio.Future[Told | None]] = {}
        self._heard: dict[str, Callable[[Told], None]] = {}
        self._settled = asyncio.Event()
        self._life = asyncio.create_task(self._live())

    async def settled(self, seconds: float | None = None) -> bool:
        """Wait until it is ready or lost, or so long; whether it is ready."""
        with anyio.move_on_after(seconds):
            await self._settled.wait()
        return self._settled.is_set() and not self.lost

    async def close(self) -> None:
        self._life.cancel()
        with anyio.CancelScope(shield=True):
            await asyncio.gather(self._life, return_exceptions=True)

    async def run(
        self, name: str, frame: bytes, seconds: float, heard: Callable[[Told], None]
    ) -> Told | None:
        """The run's report; None when this keeper cannot be relied on and the run must be cold."""
        if self._link is None:
            return None
        reply: asyncio.Future[Told | None] = asyncio.get_running_loop().create_future()
        self._waiting[name], self._heard[name] = reply, heard
        try:
            await self._link.send(frame)
            async with asyncio.timeout(seconds):
                return await asyncio.shield(reply)
        except TimeoutError:  # it does not even enforce limits any more
            self._life.cancel()
            return None
        except asyncio.CancelledError:
            with anyio.CancelScope(shield=True):
                await self._stop(name, reply)
            raise
        finally:
            self._waiting.pop(name, None)
            self._heard.pop(name, None)

    async def _stop(self, name: str, reply: asyncio.Future[Told | None]) -> None:
        if self._link is not None and not reply.done():
            await self._link.send(pack({"stop": name}))
            await asyncio.wait([reply], timeout=STOPPING)

    async def _live(self) -> None:
        try:
            async with self._place.keeper(warm=bool(self._modules)) as link:
                self._link = link
                if self._modules:
                    await link.send(pack({"warm": self._modules}))
                else:
                    self._settled.set()
                await self._listen(link)
        except (BrokenFrame, SandboxError):
            pass  # cold runs go on without it, and tell what is wrong if something is
        finally:
            self._link, self.loaded, self.lost = None, frozenset(), True
            self._settled.set()
            for reply in self._waiting.values():
                if not reply.done():
                    reply.set_result(None)

    async def _listen(self, link: Link) -> None:
        unpacker = Unpacker()
        while data := await link.receive():
            for told in unpacker.feed(data):
                if told.ready is not None:
                    self.loaded = frozenset(told.ready)
                    self._settled.set()
                elif told.live:
                    self._heard.get(told.id, _nobody)(told)
                elif (reply := self._waiting.get(told.id)) and not reply.done():
                    reply.set_result(told)
