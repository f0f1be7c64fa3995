"""Asking an agent: bad answers go back with what is wrong, cut ones are gone on with, none is guessed at."""

from __future__ import annotations

import json

import pytest

from samokoder.adapters.fake_model import FakeModel
from samokoder.adapters.memory import MemoryJournal
from samokoder.agents.code_monkey import CODE_MONKEY, LARGE, CodeMonkeyBrief, WrittenFile, wanted
from samokoder.domain.files import SourceFile
from samokoder.domain.paths import FilePath
from samokoder.domain.work import FileOrder
from samokoder.orchestrator.asking import Unusable, ask
from samokoder.ports import ModelReply, ModelRequest, Watch, unwatched
from tests.orchestrator.cast import world
from tests.orchestrator.story import ARCHITECTURE, PLAN, SPECIFICATION, run_after

PATH = FilePath("app/models.py")
BIG = "\n".join(f"def f{n}():\n    return {n}\n" for n in range(400))
RUN = run_after()


def brief(text: str = "") -> CodeMonkeyBrief:
    current = (SourceFile(path=PATH, text=text),) if text else ()
    return CodeMonkeyBrief(
        architecture=ARCHITECTURE,
        task=PLAN.tasks[0],
        requirements=SPECIFICATION.requirements,
        approach="plainly",
        order=FileOrder(path=PATH, instruction="write"),
        wanted=wanted(current),
        current=current,
    )


class Reader(FakeModel):
    """Says these answers in turn; ``…`` at the end of one means that it was cut off there."""

    def __init__(self, *answers: str) -> None:
        self._left = list(answers)
        super().__init__(lambda request: self._left.pop(0))

    async def complete(self, request: ModelRequest, watch: Watch = unwatched) -> ModelReply:
        reply = await super().complete(request, watch)
        cut = reply.text.endswith("…")
        return reply.model_copy(update={"text": reply.text.removesuffix("…"), "truncated": cut})


async def answer_of(model: FakeModel, told: CodeMonkeyBrief) -> WrittenFile:
    journal = MemoryJournal()
    await journal.create(RUN.id, RUN.request, "2026-01-01T00:00:00Z")
    return (await ask(CODE_MONKEY, told, RUN, world(model=model, journal=journal)))[0]


def said(model: FakeModel, number: int) -> str:
    return model.asked[number].messages[-1].content


# ---------------------------------------------------------------------------------------- bad answers


async def test_an_answer_that_does_not_fit_goes_back_with_what_is_wrong_and_nothing_else() -> None:
    model = Reader('{"txt": "x = 1"}', json.dumps({"text": "x = 1\n"}))
    assert (await answer_of(model, brief())).text == "x = 1\n"
    assert "txt: Extra inputs" in said(model, 1) and len(said(model, 1)) < 200
    assert model.asked[1].form == "any"


async def test_an_answer_that_cannot_be_read_is_asked_for_in_plain_text() -> None:
    model = Reader('{"text": "x = "y" + "', json.dumps({"text": "x = 1\n"}))
    await answer_of(model, brief())
    assert model.asked[1].form == "text" and len(model.asked[1].messages) == 3


async def test_bad_answers_are_asked_again_a_bounded_number_of_times() -> None:
    model = Reader(*["no"] * 9)
    with pytest.raises(Unusable):
        await answer_of(model, brief())
    assert len(model.asked) == 3


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("def f(:\n", "line 1"),
        ("x = 1\n# ... rest unchanged\n", "left out"),
        ("  \n", "empty"),
        ("x = '\0'\n", "NUL"),
    ],
)
async def test_a_file_that_cannot_be_right_goes_back(text: str, complaint: str) -> None:
    model = Reader(json.dumps({"text": text}), json.dumps({"text": "x = 1\n"}))
    assert (await answer_of(model, brief())).text == "x = 1\n"
    assert complaint in said(model, 1)


# ---------------------------------------------------------------------------------------- cut answers


async def test_the_rest_of_a_cut_answer_is_asked_for_and_joined_without_loss() -> None:
    whole = json.dumps({"text": "".join(f"line_{n} = {n}\n" for n in range(60))})
    one, two = whole[:300], whole[:700]
    model = Reader(f"{one}…", f"{one[-60:]}{two[300:]}…", f" {two[-60:]}{whole[700:]}")
    assert (await answer_of(model, brief())).text == json.loads(whole)["text"]
    assert [request.form for request in model.asked] == ["any", "rest", "rest"]


async def test_a_rest_that_does_not_say_where_it_fits_is_not_joined() -> None:
    model = Reader('{"text": "x = 1\\n…', 'y = 2\\n"}', json.dumps({"text": "x = 3\n"}))
    assert (await answer_of(model, brief())).text == "x = 3\n"


async def test_an_answer_that_is_cut_again_and_again_is_never_taken() -> None:
    model = Reader(*[f"{json.dumps({'text': 'x = 1'})[:-2]}…"] * 40)
    with pytest.raises(Unusable, match="cut off"):
        await answer_of(model, brief())
    assert len(model.asked) <= 12


async def test_plain_text_that_came_in_pieces_is_read() -> None:
    fence = "```python\n" + "".join(f"line_{n} = {n}\n" for n in range(30)) + "```\n"
    model = Reader(f"{fence[:200]}…", f"{fence[140:200]}{fence[200:]}")
    assert (await answer_of(model, brief())).text == fence[10:-4]


# ---------------------------------------------------------------------------------------------- edits


async def test_a_large_file_is_changed_by_edits() -> None:
    told = brief(BIG)
    assert len(BIG) >= LARGE and told.wanted == "edits"
    model = Reader(json.dumps({"edits": [{"search": "    return 399", "replace": "    return -1"}]}))
    assert (await answer_of(model, told)).content(BIG) == BIG.replace("return 399", "return -1")


async def test_an_edit_that_fits_nowhere_goes_back_with_the_nearest_lines() -> None:
    model = Reader(
        json.dumps(
            {"edits": [{"search": "def f7(x):\n    return 7", "replace": "def f7(x):\n    return 8"}]}
        ),
        json.dumps({"edits": [{"search": "def f7():\n    return 7", "replace": "def f7(x):\n    return 8"}]}),
    )
    assert "def f7(x)" in (await answer_of(model, brief(BIG))).content(BIG)
    assert "def f7():\n    return 7" in said(model, 1)


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        ({"edits": [{"search": "    return 399", "replace": "    return ("}]}, "line"),
        ({"edits": [{"search": "    return 399", "replace": "    # ... as before ..."}]}, "left out"),
        ({"text": "x = 1\n"}, "lines are left"),
        ({"text": "x = 1\n", "edits": [{"search": "    return 399", "replace": "    return 1"}]}, "not both"),
    ],
)
async def test_a_change_that_would_damage_the_file_is_refused(answer: object, complaint: str) -> None:
    model = Reader(*[json.dumps(answer)] * 3)
    with pytest.raises(Unusable, match=complaint):
        await answer_of(model, brief(BIG))


async def test_edits_of_a_file_that_is_not_there_are_refused() -> None:
    model = Reader(*[json.dumps({"edits": [{"search": "", "replace": "x = 1"}]})] * 3)
    with pytest.raises(Unusable, match="no file to edit"):
        await answer_of(model, brief())
