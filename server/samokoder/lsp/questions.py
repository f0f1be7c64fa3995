"""Questions to the person, by the best way this client has; a command answers them in any case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from samokoder.errors import NotFound
from samokoder.lsp.results.status import QuestionResult

if TYPE_CHECKING:
    from samokoder.lsp.session import Session

SKIP = "Skip"
APPROVALS = {"approve-specification": "openSpecification", "approve-plan": "openPlan"}


def put(session: Session, asked: QuestionResult, title: str) -> None:
    client = session.client
    if client.can.question:
        client.notify("samokoder/question", asked)
    elif client.can.message_actions:
        session.server.spawn(_by_dialog(session, asked, title), f"question {asked.question_id}")
    else:
        client.say(f"{title}: {asked.text} {_how(asked)}")


async def _by_dialog(session: Session, asked: QuestionResult, title: str) -> None:
    """No choice leaves the question open."""
    approval = asked.question_id in APPROVALS
    options = asked.options or ((asked.default,) if asked.default else ())
    titles = ("Approve", "Open") if approval else (*options, SKIP)
    chosen = await session.client.choose(f"{title}: {asked.text}", titles)
    if chosen is None:
        return
    from samokoder.lsp import performing
    from samokoder.lsp.params import AnswerParams, ApproveParams, RunParams

    try:
        if approval and chosen == "Open":
            open_it = (
                performing.open_plan if asked.question_id == "approve-plan" else performing.open_specification
            )
            await open_it(session, RunParams(runId=asked.run_id))
        elif approval:
            await performing.approve(session, ApproveParams(runId=asked.run_id))
        elif chosen == SKIP and SKIP not in options:
            await performing.answer(
                session, AnswerParams(runId=asked.run_id, questionId=asked.question_id, skip=True)
            )
        else:
            await performing.answer(
                session, AnswerParams(runId=asked.run_id, questionId=asked.question_id, text=chosen)
            )
    except NotFound:
        session.client.log(f"{asked.question_id} was answered in the meantime")


def _how(asked: QuestionResult) -> str:
    command = "samokoder.approve" if asked.question_id in APPROVALS else "samokoder.answer"
    return f"({command}, run {asked.run_id}, question {asked.question_id})"
