"""Our errors as the client reads them. The inside of a program never leaves it."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Sequence
from typing import Any

from lsprotocol.types import LSPErrorCodes
from pydantic import ValidationError
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams

from samokoder.errors import (
    FolderBusy,
    ModelUnavailable,
    SamokoderError,
    StaleRun,
    StateBusy,
)

logger = logging.getLogger(__name__)

RETRYABLE = (FolderBusy, ModelUnavailable, StaleRun, StateBusy)


def to_lsp(error: Exception, run_id: str | None = None) -> JsonRpcException:
    """The answer to a request that went wrong."""
    if isinstance(error, JsonRpcException):
        return error
    if isinstance(error, ValidationError):
        return invalid_params(faults_of(error))
    if isinstance(error, SamokoderError):
        return _named(error, run_id)
    return _unforeseen(error, run_id)


def _named(error: SamokoderError, run_id: str | None) -> JsonRpcException:
    name = type(error).__name__
    data = {
        "kind": name[0].lower() + name[1:],
        "runId": run_id,
        "retryable": isinstance(error, RETRYABLE),
        "hint": error.hint,
    }
    return JsonRpcException(str(error), code=LSPErrorCodes.RequestFailed.value, data=data)


def _unforeseen(error: Exception, run_id: str | None) -> JsonRpcException:
    log_id = secrets.token_hex(4)
    logger.error("unforeseen fault %s", log_id, exc_info=error)
    hint = "Please report it with the lines of the server's log that carry this id."
    data = {"kind": "fault", "runId": run_id, "retryable": False, "hint": hint, "logId": log_id}
    return JsonRpcException(f"An unforeseen fault in Samokoder (log id {log_id}).", data=data)


def invalid_params(fields: Sequence[dict[str, str]]) -> JsonRpcInvalidParams:
    """-32602, with what is wrong field by field."""
    said = "; ".join(f"{fault['field']}: {fault['message']}" for fault in fields)
    return JsonRpcInvalidParams(f"Invalid arguments: {said}", data={"kind": "params", "fields": list(fields)})


def faults_of(error: ValidationError) -> list[dict[str, str]]:
    """What is wrong, without repeating what was sent: it may be long, or a secret."""
    found: list[Any] = error.errors(include_url=False, include_input=False, include_context=False)
    return [
        {"field": _field(fault["loc"]), "message": fault["msg"].removeprefix("Value error, ")}
        for fault in found
    ]


def _field(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location) or "arguments"
