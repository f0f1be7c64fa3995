"""Where a question does not fit, files are shown by their outline; where that does not help, it is said."""

from __future__ import annotations

from samokoder.agents.bug_hunter import BUG_HUNTER
from samokoder.domain.files import SourceFile
from samokoder.domain.paths import FilePath
from samokoder.domain.run import Run
from samokoder.errors import ContextTooLarge
from samokoder.orchestrator.asking import ask
from samokoder.orchestrator.runs import Runs
from samokoder.ports import ModelReply, ModelRequest, Watch, unwatched
from tests.agents.briefs import fault
from tests.orchestrator import story
from tests.orchestrator.cast import Player, world


class Narrow(Player):
    """Takes questions of so many characters."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self.room = room
        self.taken: list[str] = []

    async def complete(self, request: ModelRequest, watch: Watch = unwatched) -> ModelReply:
        said = request.messages[1].content
        if len(said) > self.room:
            raise ContextTooLarge(
                f"The {request.agent}'s question has {len(said)} characters.", hint="Take a larger one."
            )
        self.taken.append(said)
        return await super().complete(request, watch)


async def finished(model: Player) -> tuple[str, str]:
    runs = Runs(world(model=model))
    run = await runs.wait(await runs.start(story.request()))
    assert run.end is not None
    return run.end.kind, run.end.reason


async def test_a_run_whose_questions_never_fit_ends_and_says_why() -> None:
    kind, reason = await finished(Narrow(10))
    assert kind == "environment_missing"
    assert "spec_writer's question" in reason and reason.endswith("Take a larger one.")


async def test_a_run_whose_questions_fit_is_not_disturbed() -> None:
    assert (await finished(Narrow(10**6)))[0] == "verified"


async def test_a_large_file_is_shown_by_its_outline_when_the_question_would_not_fit() -> None:
    body = "def shelves():\n" + "    count_the_books()\n" * 1_000
    brief = fault(files=(SourceFile(path=FilePath("app/large.py"), text=body),))
    model = Narrow(15_000)
    parts = world(model=model)
    await parts.journal.create("r1", story.request(), "now")
    await ask(BUG_HUNTER, brief, Run(id="r1", request=story.request()), parts)
    (said,) = model.taken
    assert "def shelves(): ..." in said and "count_the_books" not in said
    (booked,) = await parts.journal.bookings("r1")
    assert booked.usage.calls == 1  # what was not sent was not paid for
