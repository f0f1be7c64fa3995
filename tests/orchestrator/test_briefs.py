"""What roles are told of what others said."""

from __future__ import annotations

from typing import Any

from samokoder.agents.bug_hunter import FaultBrief
from samokoder.agents.code_monkey import CodeMonkeyBrief
from samokoder.agents.rendering import parse
from samokoder.agents.reviewer import ReviewerBrief
from samokoder.domain.evidence import Check, CommandReport
from samokoder.domain.paths import FilePath
from samokoder.orchestrator.runs import Runs
from samokoder.ports import ModelReply, ModelRequest, Watch, unwatched
from tests.orchestrator import story
from tests.orchestrator.cast import Player, world

MODELS = FilePath("app/models.py")
REMARK = "neat, and nothing is to be changed"
WRONG = "line 1 says nothing"


class Remarking(Player):
    """Rejects the models at first, approves them with a remark later, and keeps what coders are told."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[CodeMonkeyBrief] = []
        self.read: list[ReviewerBrief] = []
        self.hunted: list[FaultBrief] = []
        self.reviews = 0

    async def complete(self, request: ModelRequest, watch: Watch = unwatched) -> ModelReply:
        reply = await super().complete(request, watch)
        if request.agent == "code_monkey":
            self.told.append(parse(CodeMonkeyBrief, request.messages[1].content))
        if request.agent == "bug_hunter":
            self.hunted.append(parse(FaultBrief, request.messages[1].content))
        if request.agent == "reviewer" and MODELS in reply.text:
            self.reviews += 1
            self.read.append(parse(ReviewerBrief, request.messages[1].content))
            reason = WRONG if self.reviews == 1 else REMARK
            text = reply.text.replace(
                '"approve": true', f'"approve": {str(self.reviews > 1).lower()}, "reason": "{reason}"'
            )
            return reply.model_copy(update={"text": text})
        return reply


def only_when_mended(files: Any, check: Check) -> CommandReport:
    """The checks of the models fail until the bug hunter's order was followed."""
    needed = {"T1": MODELS, "T2": FilePath("app/pages.py")}.get(check.id, MODELS)
    mended = check.id != "T1" or b"mend" in files.get(MODELS, b"")
    return story.PASS if needed in files and mended else story.failed(f"{check.id}.py::test")


async def test_a_coder_is_told_what_was_rejected_and_no_remark_of_a_reviewer_who_approved() -> None:
    player = Remarking()
    runs = Runs(world(only_when_mended, model=player))
    run_id = await runs.start(story.request())
    await runs.wait(run_id)
    run = await runs.read(run_id)
    assert run.end is not None and run.end.kind == "verified"
    told = [[f.message for f in brief.findings] for brief in player.told if brief.order.path == MODELS]
    assert told == [[], [WRONG], []]
    assert player.reviews == 3, "the remark was made before the repair"


async def test_what_was_ordered_holds_when_it_is_sent_back_and_the_reviewer_knows_what_was_wrong() -> None:
    player = Remarking()
    runs = Runs(world(only_when_mended, model=player))
    await runs.wait(await runs.start(story.request()))
    orders = [brief.order.instruction for brief in player.told if brief.order.path == MODELS]
    assert orders[1] == f"{orders[0]} It was sent back: {WRONG}"
    assert [[f.message for f in brief.rejected] for brief in player.read] == [[], [WRONG], []]


async def test_who_looks_for_a_fault_reads_what_checks_run_and_no_documents() -> None:
    player = Remarking()
    runs = Runs(world(only_when_mended, model=player))
    await runs.wait(await runs.start(story.request()))
    (brief,) = player.hunted
    assert {source.path for source in brief.files} == {MODELS, "tests/test_records.py"}
