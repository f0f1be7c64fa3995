"""What every LanguageModel promises: the same tests on the scripted one and on the adapter, twice carried."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import anyio
import httpx2
import pytest

from samokoder.adapters.fake_model import FakeModel
from samokoder.adapters.openai_model import OpenAIModel
from samokoder.agents.architect import ARCHITECT
from samokoder.agents.spec_writer import SPEC_WRITER, SpecWriterAnswer
from samokoder.errors import ModelUnavailable
from samokoder.offline import chat
from samokoder.offline.responder import say
from samokoder.offline.serve import listen
from samokoder.offline.transport import OfflineTransport
from samokoder.ports import LanguageModel, ModelRequest, Sign
from tests.agents.briefs import every_brief
from tests.offline.blueprints import BOOKS

BRIEF = every_brief()["spec_writer"]
REQUEST = ModelRequest(
    agent="spec_writer",
    messages=SPEC_WRITER.question(BRIEF),  # type: ignore[arg-type]
    answer_name="spec_writer",
    answer_schema=SPEC_WRITER.schema,
)


def by_rules(request: ModelRequest) -> str:
    return say(chat.Question(request.messages, request.answer_name, None, False, False), BOOKS)


@pytest.fixture(params=["scripted", "in process", "over HTTP"])
async def model(request: pytest.FixtureRequest) -> AsyncIterator[LanguageModel]:
    if request.param == "scripted":
        yield FakeModel(by_rules)
    elif request.param == "in process":
        yield OpenAIModel.embedded(OfflineTransport(BOOKS))
    else:
        ready: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        server = asyncio.create_task(listen(0, ready.set_result, BOOKS))
        remote = OpenAIModel.remote("samokoder-offline", base_url=f"http://127.0.0.1:{await ready}/v1")
        yield remote
        await remote.close()
        server.cancel()
        with suppress(asyncio.CancelledError):
            await server


async def test_it_answers_in_the_form_that_was_asked_for(model: LanguageModel) -> None:
    reply = await model.complete(REQUEST)
    assert SpecWriterAnswer.model_validate_json(reply.text).specification
    assert not reply.truncated and reply.model


async def test_one_call_is_counted_and_never_costs_more_than_its_worst_case(model: LanguageModel) -> None:
    worst, spent = model.worst_case(REQUEST), (await model.complete(REQUEST)).usage
    assert spent.calls == worst.calls == 1
    assert 0 < spent.tokens_in <= worst.tokens_in
    assert 0 < spent.tokens_out <= worst.tokens_out
    assert spent.cost <= worst.cost


async def test_a_longer_question_has_a_higher_worst_case(model: LanguageModel) -> None:
    longer = REQUEST.model_copy(update={"messages": (*REQUEST.messages, *REQUEST.messages)})
    assert model.worst_case(longer).tokens_in > model.worst_case(REQUEST).tokens_in


async def test_calls_side_by_side_do_not_mix(model: LanguageModel) -> None:
    other = ModelRequest(
        agent="architect",
        messages=ARCHITECT.question(every_brief()["architect"]),  # type: ignore[arg-type]
        answer_name="architect",
        answer_schema=ARCHITECT.schema,
    )
    alone = [(await model.complete(request)).text for request in (REQUEST, other)]
    together = await asyncio.gather(*(model.complete(request) for request in [REQUEST, other] * 5))
    assert [reply.text for reply in together] == alone * 5


async def test_a_call_given_up_leaves_the_model_usable(model: LanguageModel) -> None:
    with anyio.move_on_after(0):
        await model.complete(REQUEST)
    assert (await model.complete(REQUEST)).text


async def test_it_says_when_the_question_is_on_its_way(model: LanguageModel) -> None:
    signs: list[Sign] = []
    await model.complete(REQUEST, signs.append)
    assert signs[0].kind == "asked"
    assert all(sign.kind != "refused" for sign in signs)


async def test_it_has_a_name_to_show(model: LanguageModel) -> None:
    assert model.name.strip()


async def test_it_can_be_closed_twice_and_unused(model: LanguageModel) -> None:
    await model.close()
    await model.close()


# ----------------------------------------------------------------- what only some of them can be made to do


async def test_an_answer_that_is_too_long_is_cut_and_says_so() -> None:
    fake = FakeModel(by_rules)
    fake.longest = 10
    short = OpenAIModel(
        "http://samokoder.embedded/v1",
        "samokoder-offline",
        http_client=lambda: httpx2.AsyncClient(transport=OfflineTransport(BOOKS)),
        max_output=10,
    )
    for model in (fake, short):
        assert (await model.complete(REQUEST)).truncated


async def test_a_model_that_is_not_there_is_unavailable() -> None:
    def gone(request: ModelRequest) -> str:
        raise ModelUnavailable("not there")

    nobody = OpenAIModel("http://127.0.0.1:9/v1", "m", retries=0)
    for model in (FakeModel(gone), nobody):
        signs: list[Sign] = []
        with pytest.raises(ModelUnavailable):
            await model.complete(REQUEST, signs.append)
        assert [sign.kind for sign in signs][-1:] != ["asked"], "nobody pays for it"
    await nobody.close()
