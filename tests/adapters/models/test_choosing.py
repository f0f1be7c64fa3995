"""Which model answers, what is recorded, and when the next one is asked."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from pydantic import SecretStr

from samokoder.adapters.fake_model import FakeModel
from samokoder.adapters.models.choosing import REST, FirstOf, Named
from samokoder.adapters.models.endpoint import Abilities, Endpoint, Price
from samokoder.adapters.models.keys import Found
from samokoder.domain.message import Message
from samokoder.errors import ModelUnavailable, NoKey, PriceUnknown
from samokoder.ports import ModelRequest, Sign

REQUEST = ModelRequest(
    agent="a", messages=(Message(role="user", content="Do."),), answer_name="a", answer_schema={}
)
GROQ = Endpoint(provider="groq", base_url="https://groq.example/v1", model="llama", price=Price(input=1))


def saying(text: str, name: str = "", cost: int = 0) -> FakeModel:
    return FakeModel(lambda request: text, name=name or text, cost=cost)


def away(name: str) -> FakeModel:
    def nothing(request: ModelRequest) -> str:
        raise ModelUnavailable(f"{name} is away.", hint=f"Start {name}.")

    return FakeModel(nothing, name=name)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_the_first_answers_while_it_can() -> None:
    signs: list[Sign] = []
    reply = await FirstOf([saying("one"), saying("two")]).complete(REQUEST, signs.append)
    assert (reply.text, [sign.kind for sign in signs]) == ("one", ["asked", "writing"])


async def test_the_next_is_asked_when_one_is_away_and_the_person_is_told() -> None:
    signs: list[Sign] = []
    reply = await FirstOf([away("one"), saying("two")]).complete(REQUEST, signs.append)
    assert reply.model == "two"
    assert (signs[0].kind, signs[0].why) == ("fallback", "one is away. two is asked instead.")


async def test_who_was_away_is_not_asked_first_until_it_has_rested() -> None:
    clock, first = Clock(), away("one")
    chain = FirstOf([first, saying("two")], clock)
    await chain.complete(REQUEST)
    await chain.complete(REQUEST)
    assert (len(first.asked), chain.name) == (1, "two")
    clock.now = REST + 1
    await chain.complete(REQUEST)
    assert len(first.asked) == 2


async def test_when_all_are_away_each_is_named() -> None:
    with pytest.raises(ModelUnavailable, match=r"one is away\. two is away\.") as refused:
        await FirstOf([away("one"), away("two")]).complete(REQUEST)
    assert refused.value.hint == "Start one."


def test_the_dearest_is_what_is_set_aside() -> None:
    assert FirstOf([saying("a", cost=3), saying("b", cost=7)]).worst_case(REQUEST).cost == 7


def named(keys: Sequence[str | None], endpoint: Endpoint = GROQ, how: str = "set it") -> tuple[Named, list]:  # type: ignore[type-arg]
    """A model whose endpoint takes only the key "right"; the person's keys are these, one after another."""
    left, used = list(keys), []

    def connect(at: Endpoint) -> FakeModel:
        def answer(request: ModelRequest) -> str:
            used.append(at.key and at.key.get_secret_value())
            if used[-1] != "right":
                raise ModelUnavailable("refused the key")
            return "yes"

        return FakeModel(answer)

    async def find() -> Found | None:
        key = left.pop(0) if len(left) > 1 else left[0]
        return Found(SecretStr(key), "somewhere") if key else None

    return Named(endpoint, connect, find, how), used


async def test_the_reply_names_the_model_as_the_person_did() -> None:
    model, _ = named(["right"])
    assert (await model.complete(REQUEST)).model == "groq/llama"


async def test_without_a_key_nothing_is_sent_and_it_is_said_how_to_set_one() -> None:
    model, used = named([None])
    with pytest.raises(NoKey) as refused:
        await model.complete(REQUEST)
    assert (refused.value.hint, used) == ("set it", [])


async def test_a_key_that_was_set_meanwhile_is_used() -> None:
    model, used = named([None, "right"])
    with pytest.raises(NoKey):
        await model.complete(REQUEST)
    await model.complete(REQUEST)
    assert used == ["right"]


async def test_a_key_that_was_corrected_meanwhile_is_used() -> None:
    model, used = named(["wrong", "right"])
    with pytest.raises(ModelUnavailable):
        await model.complete(REQUEST)
    await model.complete(REQUEST)
    assert used == ["wrong", "right"]


async def test_an_endpoint_that_may_need_no_key_is_asked_without_one() -> None:
    model, used = named([None], how="")
    with pytest.raises(ModelUnavailable, match="refused"):
        await model.complete(REQUEST)
    assert used == [None]


async def test_what_the_server_says_of_itself_counts_before_the_first_question() -> None:
    learnt: list[int | None] = []

    def connect(at: Endpoint) -> FakeModel:
        return FakeModel(lambda request: str(at.abilities.context))

    async def learn(endpoint: Endpoint) -> Endpoint:
        learnt.append(endpoint.abilities.context)
        return endpoint.model_copy(update={"abilities": Abilities(context=90_000)})

    async def no_key() -> None:
        return None

    model = Named(GROQ, connect, no_key, "", learn)
    assert (await model.complete(REQUEST)).text == "90000"
    assert (await model.complete(REQUEST)).text == "90000"
    assert learnt == [None]


def test_what_costs_nobody_knows_what_is_refused_rather_than_taken_for_free() -> None:
    model, _ = named(["right"], GROQ.model_copy(update={"price": None}))
    with pytest.raises(PriceUnknown) as refused:
        model.worst_case(REQUEST)
    assert '"groq/llama"' in refused.value.hint
