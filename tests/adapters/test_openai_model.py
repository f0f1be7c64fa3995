"""The model adapter against an endpoint that misbehaves in every way endpoints do."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Callable, Sequence
from typing import Any

import anyio
import httpx2
import pytest
from pydantic import SecretStr

from samokoder.adapters.models.endpoint import Price
from samokoder.adapters.openai_model import RELEARN, OpenAIModel
from samokoder.domain.message import Message
from samokoder.errors import ModelUnavailable, SetupError
from samokoder.ports import ModelRequest

KEY = "sk-canary-0123456789abcdef"
REQUEST = ModelRequest(
    agent="developer",
    messages=(Message(role="system", content="You are."), Message(role="user", content="Do.")),
    answer_name="developer",
    answer_schema={"type": "object", "properties": {"told_apart": {"type": "string"}}},
)


class Endpoint(httpx2.AsyncBaseTransport):
    """Answers with these responses, one after another, the last one for ever."""

    def __init__(self, *answers: httpx2.Response | Exception) -> None:
        self._answers = list(answers)
        self.asked: list[httpx2.Request] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def body(self, number: int) -> Any:
        return json.loads(self.asked[number].content)


class Silent(httpx2.AsyncBaseTransport):
    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        await anyio.sleep_forever()
        raise AssertionError


def said(text: str = "{}", *, usage: dict[str, Any] | None = None, finish: str = "stop") -> httpx2.Response:
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish}
    whole = {"id": "1", "object": "chat.completion", "created": 0, "model": "m-1", "choices": [choice]}
    return httpx2.Response(200, json={**whole, **({"usage": usage} if usage else {})})


def refused(status: int, message: str = "no", code: str = "", **headers: str) -> httpx2.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx2.Response(status, json={"error": {"message": message, "code": code}}, headers=named)


class Slept:
    """A clock that only remembers."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


def model(transport: httpx2.AsyncBaseTransport, **options: Any) -> OpenAIModel:
    def connect() -> httpx2.AsyncClient:
        return httpx2.AsyncClient(transport=transport)

    given = {"sleep": Slept(), "http_client": connect, **options}
    return OpenAIModel("https://models.example/v1", "m", SecretStr(KEY), **given)


async def fault(asked: OpenAIModel) -> ModelUnavailable:
    with pytest.raises(ModelUnavailable) as caught:
        await asked.complete(REQUEST)
    return caught.value


# ------------------------------------------------------------------------------------------ answers


async def test_an_answer_comes_with_its_tokens_and_its_cost_in_millionths() -> None:
    usage = {
        "prompt_tokens": 1_000,
        "completion_tokens": 200,
        "total_tokens": 1_200,
        "prompt_tokens_details": {"cached_tokens": 400},
    }
    asked = model(Endpoint(said('{"a":1}', usage=usage)), price=Price(input=3, output=15, cached=0.3))
    reply = await asked.complete(REQUEST)
    assert (reply.text, reply.model, reply.truncated) == ('{"a":1}', "m-1", False)
    assert (reply.usage.calls, reply.usage.tokens_in, reply.usage.tokens_out) == (1, 1_000, 200)
    assert (reply.usage.tokens_cached, reply.usage.cost) == (400, 600 * 3 + 120 + 200 * 15)


async def test_an_answer_cut_off_says_so() -> None:
    assert (await model(Endpoint(said("{", finish="length"))).complete(REQUEST)).truncated


async def test_an_endpoint_that_counts_nothing_is_counted_at_the_worst() -> None:
    asked = model(Endpoint(said()), price=Price(input=1, output=1))
    reply = await asked.complete(REQUEST)
    assert reply.usage == asked.worst_case(REQUEST) and reply.usage.cost > 0


def test_the_worst_case_bounds_what_any_text_can_cost() -> None:
    price = Price(input=2, output=10)
    request = REQUEST.model_copy(update={"messages": (Message(role="user", content="книга" * 600),)})
    worst = model(Endpoint(said()), price=price, max_output=500).worst_case(request)
    assert worst.tokens_in >= 2_000 and worst.tokens_out == 500
    assert worst.cost == worst.tokens_in * 2 + 5_000


async def test_the_schema_is_asked_for_in_the_protocol_and_in_words() -> None:
    endpoint = Endpoint(said())
    await model(endpoint).complete(REQUEST)
    body = endpoint.body(0)
    assert body["response_format"]["json_schema"]["name"] == "developer"
    assert "told_apart" in body["messages"][0]["content"]
    assert body["messages"][1]["content"] == "Do."
    assert endpoint.asked[0].headers["authorization"] == f"Bearer {KEY}"


# ------------------------------------------------------------------------ what endpoints do not know


def _way(body: dict[str, Any]) -> str:
    """How an answer of a certain form was asked for."""
    if "tools" in body:
        return "tool" if body["tool_choice"]["function"] == {"name": "developer"} else "?"
    wanted = body.get("response_format", {"type": "text"})
    return "strict" if wanted.get("json_schema", {}).get("strict") else str(wanted["type"])


@pytest.mark.parametrize(
    ("complaints", "ways"),
    [
        (["Invalid schema for response_format 'developer': 'oneOf'"], ["strict", "json_schema"]),
        (["'strict' is not known here"], ["strict", "json_schema"]),
        (["'response_format.type' must be one of 'text', 'json_object'"], ["strict", "tool"]),
        (["json_schema unknown", "tools are not supported"], ["strict", "tool", "json_object"]),
        (
            ["json_schema unknown", "no function calling", "response_format: extra field"],
            ["strict", "tool", "json_object", "text"],
        ),
        (["unknown field response_format", "tool_choice?"], ["strict", "tool", "text"]),
    ],
)
async def test_the_ladder_is_gone_down_as_far_as_the_endpoint_needs(
    complaints: list[str], ways: list[str]
) -> None:
    endpoint = Endpoint(*(refused(400, complaint) for complaint in complaints), said())
    asked = model(endpoint)
    await asked.complete(REQUEST)
    assert [_way(endpoint.body(n)) for n in range(len(endpoint.asked))] == ways
    await asked.complete(REQUEST)
    assert _way(endpoint.body(len(endpoint.asked) - 1)) == ways[-1]


async def test_an_endpoint_without_schemas_is_asked_without_from_then_on() -> None:
    endpoint = Endpoint(refused(400, "'response_format' json_schema is not supported"), said())
    asked = model(endpoint)
    await asked.complete(REQUEST)
    await asked.complete(REQUEST)
    assert [_way(endpoint.body(n)) for n in range(3)] == ["strict", "tool", "tool"]


async def test_an_endpoint_that_names_the_limit_otherwise_is_asked_so() -> None:
    complaint = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
    endpoint = Endpoint(refused(400, complaint), said())
    await model(endpoint).complete(REQUEST)
    assert "max_tokens" in endpoint.body(0)
    assert "max_completion_tokens" in endpoint.body(1) and "max_tokens" not in endpoint.body(1)


async def test_an_endpoint_with_a_lower_limit_is_asked_for_less() -> None:
    complaint = "max_tokens is too large: 32000. This model supports at most 16384 completion tokens."
    endpoint = Endpoint(refused(400, complaint), said())
    await model(endpoint).complete(REQUEST)
    assert endpoint.body(1)["max_tokens"] == 16_384


async def test_an_endpoint_that_is_never_content_is_not_asked_for_ever() -> None:
    endpoint = Endpoint(refused(400, "max_tokens or max_completion_tokens: neither"))
    assert "HTTP 400" in str(await fault(model(endpoint)))
    assert len(endpoint.asked) <= 1 + RELEARN


# ------------------------------------------------------------------------------------------ retries


@pytest.mark.parametrize("status", [408, 409, 429, 500, 503])
async def test_what_may_pass_is_tried_again(status: int) -> None:
    endpoint = Endpoint(refused(status), refused(status), said('{"ok":1}'))
    assert (await model(endpoint).complete(REQUEST)).text == '{"ok":1}'


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 422])
async def test_what_will_not_pass_is_not_tried_again(status: int) -> None:
    endpoint = Endpoint(refused(status))
    assert f"HTTP {status}" in str(await fault(model(endpoint)))
    assert len(endpoint.asked) == 1


async def test_an_account_without_credit_is_not_asked_again() -> None:
    endpoint = Endpoint(refused(429, "You exceeded your current quota", "insufficient_quota"))
    error = await fault(model(endpoint))
    assert "credit" in str(error) and "credit" in error.hint
    assert len(endpoint.asked) == 1


async def test_tries_are_bounded() -> None:
    endpoint = Endpoint(refused(503))
    await fault(model(endpoint, retries=2))
    assert len(endpoint.asked) == 3


@pytest.mark.parametrize(
    ("headers", "seconds"), [({"retry_after": "7"}, 7.0), ({"retry_after_ms": "300"}, 0.3)]
)
async def test_the_wait_the_endpoint_asks_for_is_kept(headers: dict[str, str], seconds: float) -> None:
    slept = Slept()
    await model(Endpoint(refused(429, **headers), said()), sleep=slept).complete(REQUEST)
    assert slept.seconds == [seconds]


async def test_waits_grow_when_the_endpoint_names_none() -> None:
    slept = Slept()
    await fault(model(Endpoint(refused(500)), sleep=slept))
    first, second, *later = slept.seconds
    assert 0 < first < second < later[-1] <= 40


async def test_a_wait_beyond_the_deadline_is_not_begun() -> None:
    slept = Slept()
    await fault(model(Endpoint(refused(429, retry_after="100000")), sleep=slept))
    assert slept.seconds == []


async def test_an_endpoint_that_says_no_retry_is_not_asked_again() -> None:
    endpoint = Endpoint(refused(500, x_should_retry="false"))
    await fault(model(endpoint))
    assert len(endpoint.asked) == 1


# ------------------------------------------------------------------------------------------- faults


async def test_a_silent_endpoint_is_given_up_at_the_deadline() -> None:
    error = await fault(model(Silent(), deadline=0.02))
    assert "within 0.02 s" in str(error) and error.hint


async def test_a_call_can_be_cancelled() -> None:
    with anyio.move_on_after(0.02) as scope:
        await model(Silent()).complete(REQUEST)
    assert scope.cancelled_caught


async def test_an_endpoint_that_cannot_be_reached_says_what_to_check() -> None:
    error = await fault(model(Endpoint(httpx2.ConnectError("refused"))))
    assert "cannot be reached" in str(error) and "base URL" in error.hint


@pytest.mark.parametrize(
    "answer",
    [
        httpx2.Response(200, text="<html>Welcome</html>", headers={"content-type": "text/html"}),
        httpx2.Response(200, json={"models": []}),
        httpx2.Response(200, json={"choices": []}),
        httpx2.Response(200, json={"choices": [{"message": None}]}),
        httpx2.Response(200, json={"choices": "many"}),
        said(usage={"prompt_tokens": "a few", "completion_tokens": -1}),
        httpx2.Response(200, text="{", headers={"content-type": "application/json"}),
    ],
)
async def test_what_is_no_chat_completion_is_named_so(answer: httpx2.Response) -> None:
    error = await fault(model(Endpoint(answer)))
    assert "/v1" in error.hint


# ---------------------------------------------------------------------------------------- the secret


def told(error: BaseException) -> str:
    return "".join(traceback.format_exception(error)) + repr(error) + str(vars(error))


@pytest.mark.parametrize(
    "answers",
    [
        [refused(401, f"Incorrect API key provided: {KEY}. Find yours on the site.")],
        [refused(401, f"Incorrect API key provided: {KEY[:12]}******{KEY[-10:]}.")],
        [refused(500, f"proxy error: authorization: Bearer {KEY}")],
        [httpx2.Response(502, text="x" * 590 + KEY)],
        [httpx2.ConnectError(f"cannot send {KEY}")],
        [httpx2.Response(200, text=f"<html>{KEY}</html>")],
    ],
)
async def test_the_key_is_in_no_error_and_no_log(
    answers: Sequence[httpx2.Response | Exception], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    asked = model(Endpoint(*answers), name="m (test)")
    error = await fault(asked)
    for piece in (KEY, KEY[:12], KEY[-10:]):
        assert piece not in told(error) + caplog.text + repr(asked) + str(vars(asked))


@pytest.mark.parametrize("key", ["sk-ключ", "sk-two words", "sk-line\nbreak"])
def test_a_key_no_header_can_carry_is_refused_without_being_shown(key: str) -> None:
    with pytest.raises(SetupError) as caught:
        OpenAIModel("https://models.example/v1", "m", SecretStr(key))
    assert key not in told(caught.value)


async def test_variables_meant_for_another_endpoint_are_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("API_KEY", "ADMIN_KEY", "ORG_ID", "PROJECT_ID"):
        monkeypatch.setenv(f"OPENAI_{name}", "canary")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "x-house: canary")
    monkeypatch.setenv("OPENAI_BASE_URL", "https://canary.example")
    endpoint = Endpoint(said())
    await model(endpoint).complete(REQUEST)
    request = endpoint.asked[0]
    assert request.url.host == "models.example"
    assert "canary" not in str(dict(request.headers)).replace(KEY, "")


def test_the_library_is_not_imported_before_it_is_needed(fresh_python: Callable[[str], str]) -> None:
    program = (
        "import sys\n"
        "from samokoder.adapters.openai_model import OpenAIModel\n"
        "OpenAIModel.remote('m', base_url='https://models.example/v1', api_key='k')\n"
        "print(sorted({'openai', 'httpx2'} & set(sys.modules)))\n"
    )
    assert fresh_python(program).strip() == "[]"


@pytest.fixture
def fresh_python() -> Callable[[str], str]:
    import subprocess
    import sys

    def run(program: str) -> str:
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)
        return done.stdout

    return run
