"""Code actions on runs that work in the folder of the document, or wait for the person."""

from __future__ import annotations

from pathlib import Path

from lsprotocol import types
from pygls.uris import to_fs_path

from samokoder.domain.run import Run, waiting_for
from samokoder.domain.specification import Question
from samokoder.lsp.features import SOURCE, action
from samokoder.lsp.picture import title_of
from samokoder.lsp.questions import APPROVALS
from samokoder.lsp.session import Session


def on_runs(session: Session, uri: str) -> list[types.CodeAction]:
    path = to_fs_path(uri)
    near = [run for run in session.known() if path and Path(path).is_relative_to(run.request.target)]
    return [found for run in near for found in _on_run(session, run)]


def _on_run(session: Session, run: Run) -> list[types.CodeAction]:
    state, given = session.state(run), {"runId": run.id}
    found = [one for question in waiting_for(run) for one in _on_question(run, question)]
    if run.request.options.review and run.proposed:
        title = f"accept {len(run.proposed)} proposed files"
        found.append(_source(run, title, "accept", {**given, "all": True}))
    if state == "running":
        found.append(_source(run, "pause", "pause", given))
        found.append(_source(run, "cancel", "cancel", given))
    elif state in {"interrupted", "stuck", "budget_exhausted", "built_unverified", "environment_missing"}:
        found.append(_source(run, "continue", "resume", given))
    return found


def _on_question(run: Run, question: Question) -> list[types.CodeAction]:
    if question.id in APPROVALS:
        what = "specification" if question.id == "approve-specification" else "plan"
        return [_source(run, f"approve the {what}", "approve", {"runId": run.id})]
    given = {"runId": run.id, "questionId": question.id}
    answers = [
        _source(run, f"{question.text} {option}", "answer", {**given, "text": option})
        for option in question.options
    ]
    skipped = f"{question.text} (skip: {question.default})" if question.default else f"{question.text} (skip)"
    return [*answers, _source(run, skipped, "answer", {**given, "skip": True})]


def _source(
    run: Run, title: str, command: str, given: dict[str, str] | dict[str, object]
) -> types.CodeAction:
    return action(f"Samokoder, {title_of(run)}: {title}", SOURCE, command, dict(given))
