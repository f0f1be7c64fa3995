"""The person's proxy is used where it should be, and nowhere else."""

from __future__ import annotations

import asyncio

import httpx2
import pytest

from samokoder.adapters.models import wire
from samokoder.adapters.models.fetching import Fetched, asking
from samokoder.adapters.openai_model import OpenAIModel
from samokoder.errors import ModelUnavailable, SetupError
from samokoder.ports import Sign
from tests.adapters.models.loopback import completion, serving
from tests.bench.models import REQUEST
from tests.fault_server import event

AWAY = "https://model.example/v1"


@pytest.fixture(autouse=True)
def no_proxy_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.mark.parametrize(
    ("named", "url", "proxy"),
    [
        ({}, AWAY, None),
        ({"HTTPS_PROXY": "http://p:1"}, AWAY, "http://p:1"),
        ({"HTTP_PROXY": "http://p:1"}, AWAY, None),
        ({"HTTP_PROXY": "http://p:1"}, "http://model.example:8/v1", "http://p:1"),
        ({"ALL_PROXY": "http://p:1"}, AWAY, "http://p:1"),
        ({"HTTPS_PROXY": "user:word@p:1"}, AWAY, "http://user:word@p:1"),
        ({"ALL_PROXY": "http://p:1", "https_proxy": "http://q:2"}, AWAY, "http://q:2"),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "other.example,model.example"}, AWAY, None),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "*"}, AWAY, None),
        ({"HTTP_PROXY": "http://p:1"}, "http://127.0.0.1:11434/v1", None),
        ({"HTTP_PROXY": "http://p:1"}, "http://localhost:11434/v1", None),
        ({"HTTP_PROXY": "http://p:1"}, "http://[::1]:11434/v1", None),
        ({"HTTPS_PROXY": "socks5://p:1", "NO_PROXY": "model.example"}, AWAY, None),
    ],
)
def test_the_proxy_is_the_persons_and_never_for_this_machine(
    named: dict[str, str], url: str, proxy: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in named.items():
        monkeypatch.setenv(name, value)
    assert wire.proxy_for(url) == proxy


def test_a_proxy_of_another_kind_is_refused_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1080")
    with pytest.raises(SetupError, match="socks5") as refused:
        wire.client(AWAY)
    assert "HTTPS_PROXY" in (refused.value.hint or "")


async def test_a_call_that_would_need_it_says_so_and_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1080")
    signs: list[Sign] = []
    with pytest.raises(ModelUnavailable, match="socks5") as refused:
        await OpenAIModel(AWAY, "m").complete(REQUEST, signs.append)
    assert "HTTPS_PROXY" in (refused.value.hint or "") and signs == []
    with pytest.raises(Fetched, match="socks5"):
        async with asking(AWAY, seconds=1):
            raise AssertionError


async def test_a_call_goes_through_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving(lambda asked: (200, completion('{"text": "a"}'))) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.address)
        model = OpenAIModel("http://model.example/v1", "m", retries=0)
        assert (await model.complete(REQUEST)).text == '{"text": "a"}'
        await model.close()
    (asked,) = proxy.asked
    assert (asked.headers["host"], asked.path) == ("model.example", "/v1/chat/completions")


async def test_a_connection_that_is_lost_is_not_called_a_time_out() -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    listener = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    async with listener, wire.client(address) as client:
        with pytest.raises(httpx2.RemoteProtocolError):
            await client.post(address)


async def test_one_that_is_refused_was_never_there() -> None:
    async with wire.client("http://127.0.0.1:9") as client:
        with pytest.raises(httpx2.ConnectError):
            await client.post("http://127.0.0.1:9/v1")


async def test_one_that_only_waits_is_called_a_time_out() -> None:
    async def wait(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    listener = await asyncio.start_server(wait, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    async with listener, wire.client(address, timeout=0.2) as client:
        with pytest.raises(httpx2.TimeoutException):
            await client.post(address)


async def test_half_a_character_in_one_chunk_is_whole_with_the_next() -> None:
    halves = b"".join(
        event({"content": "_"}, None, "m").replace(b'"_"', half) for half in (rb'"\ud83d"', rb'"\ude00"')
    )
    stream = (halves + event({}, "stop", "m") + b"data: [DONE]\n\n").decode()
    async with serving(lambda asked: (200, stream)) as server:
        model = OpenAIModel(f"{server.address}/v1", "m", retries=0)
        reply = await model.complete(REQUEST)
        await model.close()
    assert reply.text == "\N{GRINNING FACE}"
