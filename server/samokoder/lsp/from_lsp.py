"""What the client says, as we understand it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams
from pygls.uris import to_fs_path

NAME = "samokoder"
PROPOSED = "samokoder-proposed"
"""Scheme of the addresses proposed text is read under."""
NOTIFICATIONS = ("status", "event", "question", "preview")


@dataclass(frozen=True)
class Abilities:
    """What this client declared; everything else has a fallback."""

    progress: bool = False
    """Work-done progress that we may create."""
    message_actions: bool = False
    """Answers ``window/showMessageRequest``; Eglot does and does not declare it, so people may say so."""
    show_document: bool = False
    lens_refresh: bool = False
    apply_edit: bool = False
    versioned_edits: bool = False
    """Edits that name the version of the document they are meant for."""
    text_content: bool = False
    """Asks for the text of documents of our own scheme."""
    status: bool = False
    """Opted in to ``samokoder/status``."""
    event: bool = False
    """Opted in to ``samokoder/event``."""
    question: bool = False
    """Opted in to ``samokoder/question``."""
    preview: bool = False
    """Opted in to ``samokoder/preview``."""
    configuration: bool = False
    """Answers ``workspace/configuration``."""
    secrets: bool = False
    """Answers ``samokoder/getSecret``; declared among the experimental capabilities only."""


def abilities(capabilities: types.ClientCapabilities, options: Mapping[str, Any]) -> Abilities:
    """Opting in is possible in both places, since few editors let people change capabilities."""
    window, workspace = capabilities.window, capabilities.workspace
    opted = {**_chosen(plain(capabilities.experimental).get(NAME)), **_chosen(options.get("notifications"))}
    return Abilities(
        progress=bool(window and window.work_done_progress),
        message_actions=bool(window and window.show_message)
        or plain(options.get("notifications")).get("dialog") is True,
        show_document=bool(window and window.show_document and window.show_document.support),
        lens_refresh=bool(workspace and workspace.code_lens and workspace.code_lens.refresh_support),
        apply_edit=bool(workspace and workspace.apply_edit),
        versioned_edits=bool(
            workspace and workspace.workspace_edit and workspace.workspace_edit.document_changes
        ),
        text_content=bool(
            workspace
            and workspace.text_document_content
            and workspace.text_document_content.dynamic_registration
        ),
        configuration=bool(workspace and workspace.configuration),
        secrets=plain(plain(capabilities.experimental).get(NAME)).get("secrets") is True,
        **{name: opted.get(name) is True for name in NOTIFICATIONS},
    )


def _chosen(value: Any) -> dict[str, Any]:
    """Single notifications by name, or ``true`` for all of them."""
    return dict.fromkeys(NOTIFICATIONS, value) if isinstance(value, bool) else plain(value)


def own_options(params: types.InitializeParams) -> dict[str, Any]:
    """Our part of initializationOptions: under our name, or all of it."""
    given = plain(params.initialization_options)
    return plain(given[NAME]) if NAME in given else given


def plain(value: Any) -> dict[str, Any]:
    """An LSPAny that should be an object; anything else counts as an empty one."""
    return dict(value) if isinstance(value, Mapping) else {}


def path_of(place: str, field: str = "target") -> str:
    """The path a client meant by a path or file URI."""
    if "://" not in place and field != "uri":
        return place
    path = to_fs_path(place) if place.startswith("file://") else None
    if not path:
        message = f"Invalid arguments: {field}: only files on this machine can be used"
        raise JsonRpcInvalidParams(
            message, data={"kind": "params", "fields": [{"field": field, "message": "must be a file URI"}]}
        )
    return path


def is_inside(path: str, folder: str) -> bool:
    return Path(path).is_relative_to(folder)
