"""Commands about the preview of a run's application."""

from __future__ import annotations

from samokoder.lsp.params import RunParams
from samokoder.lsp.results.preview import PreviewLog, PreviewResult
from samokoder.lsp.session import Session
from samokoder.orchestrator.previews import Shown


async def preview(session: Session, given: RunParams) -> PreviewResult:
    """Start it, or find the one at work; answers when it is ready or has failed."""

    def told(shown: Shown) -> None:
        if session.client.can.preview:
            session.client.notify("samokoder/preview", result_of(shown))

    return result_of(await session.runs.previews.start(given.run_id, told))


async def stop_preview(session: Session, given: RunParams) -> PreviewResult:
    """Stopping twice is no error."""
    shown = session.runs.previews.find(given.run_id)
    await session.runs.previews.stop(given.run_id)
    return result_of(shown)


async def preview_log(session: Session, given: RunParams) -> PreviewLog:
    shown = session.runs.previews.find(given.run_id)
    return PreviewLog(**result_of(shown).model_dump(), log=shown.log())


def result_of(shown: Shown) -> PreviewResult:
    return PreviewResult(run_id=shown.run_id, url=shown.url, state=shown.state.kind, why=shown.state.why)
