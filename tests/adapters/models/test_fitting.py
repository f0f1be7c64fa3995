"""A question that does not fit is not sent, and says by how much."""

from __future__ import annotations

import pytest

from samokoder.adapters.fake_model import FakeModel
from samokoder.adapters.models.choosing import FirstOf, Named
from samokoder.adapters.models.endpoint import FREE, Abilities, Endpoint
from samokoder.adapters.models.fitting import see_that_it_fits
from samokoder.domain.message import Message
from samokoder.errors import ContextTooLarge
from samokoder.ports import ModelRequest
from tests.adapters.models.loopback import Answer, Asked, serving

REQUEST = ModelRequest(
    agent="developer",
    messages=(Message(role="user", content="word " * 100),),
    answer_name="a",
    answer_schema={},
)


def at(provider: str, address: str = "http://127.0.0.1:1", context: int | None = 1_000) -> Endpoint:
    return Endpoint(
        provider=provider,
        base_url=f"{address}/v1",
        model="m",
        local=True,
        price=FREE,
        abilities=Abilities(context=context),
    )


async def test_what_certainly_fits_is_not_counted_again() -> None:
    async with serving({}) as server:
        await see_that_it_fits(at("llamacpp", server.address), REQUEST, 750)
        await see_that_it_fits(at("llamacpp", server.address, None), REQUEST, 10**9)
    assert server.asked == []


@pytest.mark.parametrize("provider", ["llamacpp", "vllm"])
async def test_the_endpoints_own_count_decides(provider: str) -> None:
    def counting(asked: Asked) -> Answer:
        text = asked.body.get("content") or asked.body["prompt"]
        return 200, {"tokens": [1] * len(text.split())}

    async with serving(counting) as server:
        await see_that_it_fits(at(provider, server.address), REQUEST, 10_000)
        with pytest.raises(ContextTooLarge, match=r"has 133 tokens; .* takes 90 "):
            await see_that_it_fits(at(provider, server.address, 120), REQUEST, 10_000)
    assert {asked.path for asked in server.asked} == {"/tokenize"}


async def test_elsewhere_the_estimate_decides() -> None:
    with pytest.raises(ContextTooLarge, match=r"about 751 tokens; custom/m takes 750 "):
        await see_that_it_fits(at("custom"), REQUEST, 751)


async def test_a_question_that_does_not_fit_is_not_sent_and_goes_to_the_larger_model() -> None:
    small, large = FakeModel(lambda request: "small"), FakeModel(lambda request: "large")

    async def no_key() -> None:
        return None

    named = Named(at("custom", context=200), lambda endpoint: small, no_key, "")
    with pytest.raises(ContextTooLarge):
        await named.complete(REQUEST)
    chain = FirstOf([named, large])
    assert (await chain.complete(REQUEST)).text == "large"
    assert small.asked == []
    assert chain.name == small.name  # it is not away: the next question may fit
