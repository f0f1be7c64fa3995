"""pygls 2.1.1 with what it lacks for long work; each override says what it mends.

``tests/lsp/test_wire.py`` has a test for each, to be tried again with every new pygls.
"""

from __future__ import annotations

import enum
import json
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from cattrs import Converter
from lsprotocol import types
from pydantic import BaseModel
from pygls.exceptions import (
    JsonRpcException,
    JsonRpcInvalidParams,
    JsonRpcInvalidRequest,
    JsonRpcServerNotInitialized,
)
from pygls.protocol import LanguageServerProtocol, default_converter, lsp_method

from samokoder.lsp.languages import translated

if TYPE_CHECKING:
    from samokoder.lsp.server import Server


logger = logging.getLogger(__name__)

UNFORESEEN = "An unforeseen fault in Samokoder; its log has the details."


def make_converter() -> Converter:
    """Our values leave in camelCase."""
    converter: Converter = default_converter()  # type: ignore[no-untyped-call]
    converter.register_unstructure_hook_func(_is_model, lambda value: _json(value))
    return converter


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _json(value: BaseModel) -> Any:
    return value.model_dump(mode="json", by_alias=True)


class Protocol(LanguageServerProtocol):
    """Messages in, messages out."""

    _server: Server
    greeted: str | int | None = None
    """Id of the request that was answered before we were here."""
    say: Callable[[str], str] | None = None
    """Into the person's language; None while it is the one everything is said in."""

    @lsp_method(types.WORKSPACE_EXECUTE_COMMAND)
    async def lsp_workspace__execute_command(  # type: ignore[override]
        self, params: types.ExecuteCommandParams
    ) -> Any:
        """A coroutine, so that ``$/cancelRequest`` reaches the command; arguments may be absent."""
        return await self._server.execute(params)

    @lsp_method(types.SHUTDOWN)
    async def lsp_shutdown(self, *args: Any) -> None:  # type: ignore[override]
        """Cancels what is in flight from a copy of the table, which changes while one does so."""
        current = self.msg_id
        await self._server.close()
        for request, future in list(self._request_futures.items()):
            if request != current and not future.done():
                future.cancel()
        self._shutdown = True

    @lsp_method(types.EXIT)
    def lsp_exit(self, *args: Any) -> None:  # type: ignore[override]
        """Tells our loop, which tidies up; stock pygls raises SystemExit through it."""
        self._server.exit(0 if self._shutdown else 1)

    def handle_message(self, message: Any) -> None:
        """Requests out of turn are refused, not dropped."""
        if hasattr(message, "method") and hasattr(message, "id") and (error := self._out_of_turn(message)):
            self._send_response(message.id, error=error.to_response_error())
            return
        super().handle_message(message)

    def _out_of_turn(self, message: Any) -> JsonRpcException | None:
        if self._shutdown:
            return JsonRpcInvalidRequest("The server is shutting down.")
        if self._workspace is None and message.method != types.INITIALIZE:
            return JsonRpcServerNotInitialized("Send initialize first.")
        if self._workspace is not None and message.method == types.INITIALIZE:
            return JsonRpcInvalidRequest("The server is initialized already.")
        return None

    def structure_message(self, data: dict[str, Any]) -> Any:
        """A request that cannot be read gets an answer; stock pygls leaves the client waiting."""
        try:
            return super().structure_message(data)
        except JsonRpcException:
            if "method" in data and isinstance(data.get("id"), (str, int)):
                error = JsonRpcInvalidParams(f"The parameters of {data['method']} cannot be read.")
                self._send_response(data["id"], error=error.to_response_error())
            raise

    def _send_response(
        self, msg_id: str | int, result: Any = None, error: types.ResponseError | None = None
    ) -> None:
        """A traceback is for the log, not for the client; pygls sends it along. Nothing is answered twice."""
        if self.greeted is not None and msg_id == self.greeted:
            self.greeted = None
            return
        if error is not None and isinstance(error.data, dict) and "traceback" in error.data:
            logger.error("%s\n%s", error.message, "".join(error.data["traceback"]))
            error = types.ResponseError(error.code, UNFORESEEN, {"kind": "fault", "retryable": False})
        super()._send_response(msg_id, result, error)

    def _send_data(self, data: Any) -> None:
        """What people read of it, in their language."""
        if self.say is not None and data:
            data = translated(json.loads(json.dumps(data, default=self._serialize_message)), self.say)
        super()._send_data(data)

    def _serialize_message(self, data: Any) -> Any:
        """Our values inside untyped messages; stock pygls sends their Python field names."""
        if isinstance(data, BaseModel):
            return _json(data)
        if isinstance(data, enum.Enum):
            return data.value
        return super()._serialize_message(data)
