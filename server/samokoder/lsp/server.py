"""The language server: who is called for what. Light: whatever works on runs is imported with ``session``."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pydantic import ValidationError
from pygls.exceptions import FeatureRequestError, JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer

import samokoder
from samokoder.errors import SamokoderError
from samokoder.lsp.backend import Backend
from samokoder.lsp.client import Client
from samokoder.lsp.commands import COMMANDS, perform
from samokoder.lsp.faults import faults_of, invalid_params, to_lsp
from samokoder.lsp.from_lsp import Abilities, abilities, own_options
from samokoder.lsp.languages import SPOKEN, language_of, speaker
from samokoder.lsp.marks import Marks, is_alive
from samokoder.lsp.protocol import Protocol, make_converter
from samokoder.settings import Settings

if TYPE_CHECKING:
    from samokoder.lsp.session import Session

logger = logging.getLogger(__name__)

CLOSE_TIME = 0.3
"""Seconds; some editors kill a server half a second after they asked it to stop."""


class Server(LanguageServer):
    """One client's server."""

    protocol: Protocol

    def __init__(self, backend: Backend, greeted: str | int | None = None) -> None:
        """``greeted`` is the id of an ``initialize`` that has its answer already."""
        super().__init__(
            "samokoder", samokoder.__version__, protocol_cls=Protocol, converter_factory=make_converter
        )
        self.protocol.greeted = greeted
        self.backend = backend
        self.client = Client(self, Abilities())
        self.settings: Settings | SamokoderError | None = None
        self.options: dict[str, Any] = {}
        """What initializationOptions set; the configuration goes before them."""
        self.configuring = asyncio.Lock()
        self.told_to_wait: frozenset[str] = frozenset()
        """Changed settings of which it was said that they need a new server."""
        self._locale: str | None = None
        self.saw_client = False
        """Whether the client's process was seen alive; only then can it be missed."""
        self.closing: asyncio.Task[None] | None = None
        self.exited: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        """The exit code, when the client has asked to leave."""
        self._session: asyncio.Task[Session] | None = None
        self._chores: set[asyncio.Task[None]] = set()
        for name in COMMANDS:
            self.command(name)(_registered)
        from samokoder.lsp.features import register

        register(self)

    # ---------------------------------------------------------------------------------- the beginning

    def initialize(self, params: types.InitializeParams) -> None:
        """Settings that cannot be used are told now, and refused again by every command that needs them."""
        self.saw_client = is_alive(params.process_id)
        options = own_options(params)
        self.client = Client(self, abilities(params.capabilities, options))
        self.options = {name: value for name, value in options.items() if name != "notifications"}
        self._locale = params.locale
        try:
            self.use(self.backend.settings(self.options))
        except SamokoderError as error:
            self.settings = error
            self.speak(language_of(self._locale))

    def use(self, settings: Settings) -> None:
        self.settings = settings
        self.speak(language_of(settings.language or self._locale))

    async def configured(self) -> None:
        """Returns when the client has been asked for whatever settings it said have changed."""
        async with self.configuring:
            return

    def speak(self, language: str) -> None:
        self.client.say_in = say = speaker(language)
        self.protocol.say = say if language != SPOKEN else None

    def offer_interrupted(self) -> None:
        """Say which runs a dead server left behind; going on with them is for the person to decide.

        A client that takes ``samokoder/status`` lists the runs, and knows which of them are of its folder.
        """
        if isinstance(self.settings, SamokoderError):
            self.client.say(f"{self.settings} {self.settings.hint}", types.MessageType.Error)
        elif self.client.can.status:
            return
        elif self.settings and (left := Marks(self.settings.state).left_behind()):
            names = "; ".join(f"{mark.run} in {mark.target}" for mark in left)
            self.client.say(f"Interrupted, and can be continued with samokoder.resume: {names}")

    async def session(self) -> Session:
        """The runs, opened with the first command that needs them."""
        if isinstance(self.settings, SamokoderError):
            raise self.settings
        if self._session is None or not self.has_runs:
            self._session = asyncio.create_task(self._open_session())
        return await asyncio.shield(self._session)

    @property
    def has_runs(self) -> bool:
        """Whether the session is there or on its way."""
        return self._session is not None and not (self._session.done() and self._session.exception())

    @property
    def opened(self) -> Session | None:
        """The session, when there is one; looking does not open it."""
        done = self._session is not None and self._session.done() and not self._session.exception()
        return self._session.result() if done and self._session else None

    async def _open_session(self) -> Session:
        open_session = await asyncio.to_thread(_import_session)
        assert isinstance(self.settings, Settings)
        return await open_session(self, self.settings)

    # ---------------------------------------------------------------------------------------- the work

    async def execute(self, params: types.ExecuteCommandParams) -> Any:
        """Run a command: check what it is given, then hand it on; errors leave as LSP knows them."""
        command = COMMANDS.get(params.command)
        if command is None:
            raise JsonRpcInvalidParams(
                f"There is no command {params.command!r}.",
                data={"kind": "params", "commands": list(COMMANDS)},
            )
        arguments = params.arguments or [{}]
        if len(arguments) != 1:
            raise invalid_params(
                [{"field": "arguments", "message": f"one object is expected, not {len(arguments)}"}]
            )
        try:
            given = command.params.model_validate(arguments[0])
        except ValidationError as error:
            raise invalid_params(faults_of(error)) from None
        if params.work_done_token is not None and getattr(given, "work_done_token", 0) is None:
            given = given.model_copy(update={"work_done_token": params.work_done_token})
        try:
            return await perform(self, command, given)
        except Exception as error:  # noqa: BLE001 - the fence towards the client
            raise to_lsp(error, getattr(given, "run_id", None)) from None

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Something on the side: held on to, its failure logged."""

        async def fenced() -> None:
            try:
                await work
            except SamokoderError as error:
                logger.info("%s: %s", name, error)
            except Exception:
                logger.exception("%s failed", name)

        task = asyncio.create_task(fenced(), name=name)
        self._chores.add(task)
        task.add_done_callback(self._chores.discard)
        task.add_done_callback(lambda _: work.close())  # for one cancelled before it began

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Faults outside of requests are for the log; a popup for each helps nobody."""
        if source is not FeatureRequestError:
            logger.error("%s: %s", getattr(source, "__name__", source), error)

    # ----------------------------------------------------------------------------------------- the end

    def exit(self, code: int) -> None:
        if not self.exited.done():
            self.exited.set_result(code)

    async def close(self) -> None:
        """Stop all runs. Returns within CLOSE_TIME; what takes longer is waited for at exit."""
        if self.closing is None:
            self.closing = asyncio.create_task(self._close(), name="closing")
        await asyncio.wait({self.closing}, timeout=CLOSE_TIME)

    async def _close(self) -> None:
        for chore in list(self._chores):
            chore.cancel()
        if self._session is not None:
            session = await self._session
            await session.close()


def _import_session() -> Callable[[Server, Settings], Awaitable[Session]]:
    """In a thread, so that the client is answered while libraries are loaded."""
    from samokoder.lsp.session import open_session

    return open_session


def _registered(*_: Any) -> None:
    """Makes pygls announce a command; ``Protocol`` hands every call to ``Server.execute``."""
