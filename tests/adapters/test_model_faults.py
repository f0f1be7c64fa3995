"""The model adapter over real connections to an endpoint with every fault endpoints have."""

from __future__ import annotations

import time
from email.utils import formatdate
from typing import Any

import anyio
import pytest

from samokoder.adapters.models.pace import Pace
from samokoder.adapters.openai_model import OpenAIModel
from samokoder.domain.message import Message
from samokoder.errors import ModelUnavailable
from samokoder.ports import ModelReply, ModelRequest, Sign
from tests.fault_server import (
    Behaviour,
    fault_server,
    gives,
    hangs,
    is_cut,
    never_stops,
    refuses,
    says,
    slams,
    then,
)

REQUEST = ModelRequest(
    agent="developer",
    messages=(Message(role="system", content="You are."), Message(role="user", content="Do.")),
    answer_name="developer",
    answer_schema={"type": "object", "properties": {"text": {"type": "string"}}},
)
STREAM = (
    'data: {"choices": [{"delta": {"content": "{\\"text\\": \\"книга\\"}"}}]}\r\n\r\ndata: [DONE]'.encode()
)
COMPLETION = b'{"model": "m-1", "choices": [{"message": {"content": "{}"}, "finish_reason": "stop"}]}'


class Hour:
    """A clock that goes on only while somebody sleeps by it."""

    def __init__(self) -> None:
        self.now, self.slept = 0.0, list[float]()

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await anyio.lowlevel.checkpoint()


async def ask(*behaviours: Behaviour, watch: Any = None, **options: Any) -> tuple[ModelReply, int]:
    """The reply and how many requests it took."""
    hour = Hour()
    given = {"sleep": hour.sleep, "clock": hour, "deadline": 20.0, **options}
    async with fault_server(*behaviours) as server:
        model = OpenAIModel(server.url, "m", **given)
        try:
            with anyio.fail_after(30):
                reply = await model.complete(REQUEST, watch) if watch else await model.complete(REQUEST)
            return reply, len(server.asked)
        finally:
            await model.close()


async def error_of(*behaviours: Behaviour, **options: Any) -> ModelUnavailable:
    with pytest.raises(ModelUnavailable) as caught:
        await ask(*behaviours, **options)
    assert caught.value.hint, "says what the person can do"
    return caught.value


# --------------------------------------------------------------------------------------- ends right


@pytest.mark.parametrize(
    "answer",
    [
        says('{"text": "книга"}', piece=3),
        says('{"text": "книга"}', latency=0.2, rate=40),
        says('{"text": "книга"}', end=b""),
        says('{"text": "книга"}', finish=None),
        gives(COMPLETION.replace(b"{}", '{\\"text\\": \\"книга\\"}'.encode())),
        gives(STREAM),
    ],
    ids=["stream", "slow stream", "no end mark", "no finish reason", "in one piece", "under a wrong name"],
)
async def test_a_whole_answer_is_read_however_it_comes(answer: Behaviour) -> None:
    reply, requests = await ask(answer)
    assert (reply.text, reply.truncated, requests) == ('{"text": "книга"}', False, 1)


@pytest.mark.parametrize(
    "answer",
    [
        says('{"text": "half', finish="length"),
        says('{"text": "half', finish=None, end=b""),
        then('{"text": "half', "cut"),
        then('{"text": "half', "error"),
        then('{"text": "half', "garbage"),
        then('{"text": "half', "hangs"),
    ],
    ids=["length", "silent end", "cut", "error", "garbage", "hang"],
)
async def test_half_an_answer_says_that_it_is_half_and_is_not_asked_for_again_from_the_start(
    answer: Behaviour,
) -> None:
    reply, requests = await ask(answer, silence=0.3)
    assert (reply.text, reply.truncated, requests) == ('{"text": "half', True, 1)


@pytest.mark.parametrize(
    "fault",
    [
        *(refuses(status) for status in (429, 500, 502, 503, 529)),
        gives(b"<html>Bad gateway</html>", 502, "text/html"),
        then("", "cut"),
        then("", "error"),
        says("", finish=None, end=b""),
        slams,
        is_cut,
    ],
    ids=["429", "500", "502", "503", "529", "HTML 502", "cut", "error", "silent end", "slammed", "cut body"],
)
async def test_what_may_pass_is_asked_again_and_the_wait_is_shown(fault: Behaviour) -> None:
    signs: list[Sign] = []
    reply, requests = await ask(fault, fault, says('{"text": "there"}'), watch=signs.append)
    assert (reply.text, requests) == ('{"text": "there"}', 3)
    waits = [sign for sign in signs if sign.kind == "waiting"]
    assert len(waits) == 2 and all(sign.seconds > 0 and sign.why for sign in waits)


@pytest.mark.parametrize(
    ("headers", "least", "most"),
    [
        ({"retry_after": "7"}, 7, 7),
        ({"retry_after_ms": "300"}, 0.3, 0.3),
        ({"retry_after": formatdate(time.time() + 5_000, usegmt=True)}, 3_000, 5_000),
        ({"retry_after": "soon"}, 0.3, 0.7),
        ({"retry_after": "-1"}, 0.3, 0.7),
        ({"retry_after": "0"}, 0.3, 0.7),
    ],
)
async def test_the_wait_is_the_one_that_is_asked_for(
    headers: dict[str, str], least: float, most: float
) -> None:
    hour = Hour()
    await ask(refuses(429, **headers), says(), sleep=hour.sleep, clock=hour, deadline=9_000.0)
    assert len(hour.slept) == 1 and least <= hour.slept[0] <= most


async def test_another_model_than_the_one_asked_is_named_in_the_reply() -> None:
    assert (await ask(says(model="tiny-1b")))[0].model == "tiny-1b"


async def test_tokens_are_counted_from_the_last_event_of_a_stream() -> None:
    reply, _ = await ask(says(usage={"prompt_tokens": 12, "completion_tokens": 3}))
    assert (reply.usage.tokens_in, reply.usage.tokens_out) == (12, 3)


async def test_what_is_written_is_told_while_it_is_written() -> None:
    signs: list[Sign] = []
    reply, _ = await ask(says("x" * 400, rate=200, piece=4), watch=signs.append)
    sizes = [sign.characters for sign in signs if sign.kind == "writing"]
    assert sizes == sorted(sizes) and 0 < sizes[0] < len(reply.text)
    assert 2 <= len(sizes) <= 60, "in batches, not for each of a hundred pieces"


async def test_arguments_of_a_function_and_refusals_are_the_answer() -> None:
    call = b'data: {"choices":[{"delta":{"tool_calls":[{"function":{"arguments":"%s"}}]}}]}\n\n'
    stream = b"".join(call % piece for piece in (b'{\\"text\\":', b'\\"a\\"}')) + b"data: [DONE]\n\n"
    assert (await ask(gives(stream, kind="text/event-stream")))[0].text == '{"text":"a"}'
    refusal = b'data: {"choices":[{"delta":{"refusal":"I will not"},"finish_reason":"stop"}]}\n\n'
    assert (await ask(gives(refusal, kind="text/event-stream")))[0].text == "I will not"


# ------------------------------------------------------------------------------ ends in a typed error


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413])
async def test_what_will_not_pass_is_said_at_once(status: int) -> None:
    assert f"HTTP {status}" in str(await error_of(refuses(status), says()))


@pytest.mark.parametrize(
    "answer",
    [
        gives(b""),
        gives(b"", kind="text/event-stream"),
        gives(b'{"choices": [{"mess'),
        gives(b"[]"),
        gives(b"<html>Sign in</html>", kind="text/html"),
        gives(b'data: {"choices": 7}\n\n', kind="text/event-stream"),
        gives(b"[" * 100_000),
    ],
    ids=["empty", "empty stream", "half JSON", "wrong JSON", "HTML", "wrong event", "deep"],
)
async def test_what_cannot_be_read_is_a_typed_error(answer: Behaviour) -> None:
    await error_of(answer)


async def test_credit_that_is_used_up_is_not_asked_for_again() -> None:
    error = await error_of(refuses(429, "You exceeded your quota", "insufficient_quota"), says())
    assert "credit" in error.hint


async def test_a_wait_longer_than_the_call_may_take_is_an_error_at_once() -> None:
    hour = Hour()
    await error_of(refuses(429, retry_after="86400"), says(), sleep=hour.sleep, clock=hour)
    assert hour.slept == []


@pytest.mark.parametrize("answer", [hangs, then("", "hangs"), says("x" * 400, rate=5)])
async def test_hangs_and_drips_end_at_the_deadline(answer: Behaviour) -> None:
    assert "within 0.6 s" in str(await error_of(answer, deadline=0.6))


async def test_an_answer_without_end_is_not_read_for_ever() -> None:
    reply, _ = await ask(never_stops)
    assert reply.truncated and len(reply.text) < 20_000_000


async def test_an_outage_of_ten_minutes_is_an_error_the_run_can_be_resumed_after() -> None:
    hour = Hour()
    await error_of(refuses(503), sleep=hour.sleep, clock=hour, deadline=600.0)
    assert 20 < sum(hour.slept) < 600


# ---------------------------------------------------------------------------------- cancel and pace


@pytest.mark.parametrize("answer", [hangs, then("abc", "hangs"), refuses(429, retry_after="60")])
async def test_a_cancelled_call_is_over_within_a_second_and_hung_up(answer: Behaviour) -> None:
    async with fault_server(says(), answer) as server:
        model = OpenAIModel(server.url, "m", deadline=120)
        await model.complete(REQUEST)
        began = time.monotonic()
        with anyio.move_on_after(0.3):
            await model.complete(REQUEST)
        assert time.monotonic() - began < 1.3
        await model.close()


async def test_too_many_calls_halve_the_pace_once_and_success_restores_it() -> None:
    pace = Pace(16)
    limited = refuses(429, retry_after_ms="10")
    async with fault_server(*[limited] * 6, says()) as server:
        model = OpenAIModel(server.url, "m", pace=pace)
        async with anyio.create_task_group() as group:
            for _ in range(6):  # all sent before the first refusal: they say one thing, once
                group.start_soon(model.complete, REQUEST)
        assert 8 <= pace.slots < 16
        for _ in range(160):
            pace.went_well()
        assert pace.slots == 16
        await model.close()


def test_the_pace_never_stops_altogether() -> None:
    pace = Pace(4)
    for epoch in range(6):
        pace.too_many(epoch)
    assert pace.slots == 1
