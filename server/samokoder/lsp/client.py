"""The client, as far as it can do things: every message to it leaves through here."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pydantic import SecretStr
from pygls.exceptions import JsonRpcException
from pygls.uris import from_fs_path

from samokoder.lsp.from_lsp import Abilities

if TYPE_CHECKING:
    from samokoder.lsp.server import Server

logger = logging.getLogger(__name__)

ANSWER_TIME = 5.0
"""Seconds a client has to answer what its program, not its person, answers."""
PERSON_TIME = 600.0
"""Seconds a dialog is waited for; the question stays open for the command afterwards."""


class Client:
    """Says what the client understands, and nothing else."""

    def __init__(self, server: Server, can: Abilities) -> None:
        self._server, self.can = server, can
        self.say_in: Callable[[str], str] = str
        """Into the person's language; what comes back from them is in it, too."""
        self._dialog = asyncio.Lock()

    def notify(self, method: str, value: Any) -> None:
        self._server.protocol.notify(method, value)

    def say(self, text: str, kind: types.MessageType = types.MessageType.Info) -> None:
        self._server.window_show_message(types.ShowMessageParams(type=kind, message=text))

    def log(self, text: str) -> None:
        self._server.window_log_message(types.LogMessageParams(type=types.MessageType.Info, message=text))

    def publish(self, path: str, diagnostics: Sequence[types.Diagnostic]) -> None:
        """Without a version: findings belong to the run's files, not to what is being typed."""
        uri = uri_of(path)
        self._server.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(uri=uri, diagnostics=list(diagnostics))
        )

    async def choose(self, text: str, titles: Sequence[str]) -> str | None:
        """What the person chose; None when they did not, or the client cannot ask. One dialog at a time."""
        if not self.can.message_actions:
            return None
        async with self._dialog:
            params = types.ShowMessageRequestParams(
                type=types.MessageType.Info,
                message=text,
                actions=[types.MessageActionItem(title=title) for title in titles],
            )
            answer = await self._ask(types.WINDOW_SHOW_MESSAGE_REQUEST, params, PERSON_TIME)
        return self.meant(getattr(answer, "title", None), titles)

    def meant(self, said: str | None, options: Sequence[str]) -> str | None:
        """Which of the options the person's words are; their words, when none."""
        return next((option for option in options if self.say_in(option) == said), said)

    async def create_progress(self, token: str) -> bool:
        """Whether the client made a place for it."""
        if not self.can.progress:
            return False
        params = types.WorkDoneProgressCreateParams(token=token)
        return await self._ask(types.WINDOW_WORK_DONE_PROGRESS_CREATE, params, ANSWER_TIME) is not _NOTHING

    async def show_document(self, path: str) -> bool:
        """Whether the client opened it."""
        if not self.can.show_document:
            return False
        params = types.ShowDocumentParams(uri=uri_of(path), external=False, take_focus=True)
        result = await self._ask(types.WINDOW_SHOW_DOCUMENT, params, ANSWER_TIME)
        return bool(getattr(result, "success", False))

    async def apply(self, edit: types.WorkspaceEdit) -> None:
        """What the client says of it proves nothing: some say yes and did not, so look at the document."""
        params = types.ApplyWorkspaceEditParams(edit=edit, label="Samokoder")
        await self._ask(types.WORKSPACE_APPLY_EDIT, params, ANSWER_TIME)

    async def register(self, method: str, options: Any) -> None:
        """The client asks this of us from now on; one that refuses has the command."""
        what = types.Registration(id=f"samokoder/{method}", method=method, register_options=options)
        registrations = types.RegistrationParams(registrations=[what])
        await self._ask(types.CLIENT_REGISTER_CAPABILITY, registrations, ANSWER_TIME)

    async def configuration(self, section: str) -> Any:
        """What the client has set there; None where it has nothing, or cannot be asked."""
        if not self.can.configuration:
            return None
        params = types.ConfigurationParams(items=[types.ConfigurationItem(section=section)])
        result = await self._ask(types.WORKSPACE_CONFIGURATION, params, ANSWER_TIME)
        return result[0] if isinstance(result, (list, tuple)) and result else None

    async def secret(self, name: str) -> SecretStr | None:
        """A key from the client's secret store; the answer is neither logged nor kept."""
        if not self.can.secrets:
            return None
        result = await self._ask("samokoder/getSecret", {"name": name}, ANSWER_TIME)
        value = result.get("value") if isinstance(result, dict) else getattr(result, "value", None)
        return SecretStr(value) if isinstance(value, str) and value.strip() else None

    def refresh_lenses(self) -> None:
        if self.can.lens_refresh:
            self._server.protocol.send_request(types.WORKSPACE_CODE_LENS_REFRESH, None)

    async def _ask(self, method: str, params: Any, seconds: float) -> Any:
        """The result, or ``_NOTHING``. The future is shielded: pygls' reader trips over a cancelled one."""
        asked = self._server.protocol.send_request(method, params)
        try:
            return await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(asked)), seconds)
        except (JsonRpcException, TimeoutError) as error:
            logger.debug("the client did not answer %s: %r", method, error)
            return _NOTHING


_NOTHING = object()


def uri_of(path: str) -> str:
    return from_fs_path(path) or path
