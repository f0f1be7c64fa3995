"""The application as it runs."""

from __future__ import annotations

from typing import Literal

from samokoder.lsp.results.result import Result


class PreviewResult(Result):
    """``samokoder/preview``, and what the commands about previews give."""

    run_id: str
    url: str
    """Of this machine; empty when it could not be started."""
    state: Literal["starting", "ready", "failed", "stopped"]
    why: str
    """It failed, or was stopped."""


class PreviewLog(PreviewResult):
    log: str
    """The last of what it wrote."""
