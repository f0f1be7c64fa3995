"""The embedded model over HTTP on the loopback interface."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from openai import AsyncOpenAI

from samokoder.errors import SetupError
from samokoder.offline.responder import respond
from samokoder.offline.serve import HEAD, listen
from tests.agents.briefs import AGENTS
from tests.offline.blueprints import BOOKS
from tests.offline.test_responder import body


@pytest.fixture
async def port() -> AsyncIterator[int]:
    ready: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    server = asyncio.create_task(listen(0, ready.set_result, BOOKS))
    yield await ready
    server.cancel()
    with suppress(asyncio.CancelledError):
        await server


@pytest.fixture
async def client(port: int) -> AsyncIterator[AsyncOpenAI]:
    async with AsyncOpenAI(base_url=f"http://127.0.0.1:{port}/v1", api_key="none") as opened:
        yield opened


async def raw(port: int, content: bytes) -> bytes:
    """Everything the server says to these bytes until it closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(content)
    writer.write_eof()
    async with asyncio.timeout(10):
        answer = await reader.read()
    writer.close()
    return answer


async def test_a_client_over_the_network_gets_the_same_answers(client: AsyncOpenAI) -> None:
    for agent in AGENTS:
        answer = await client.chat.completions.create(**body(agent))
        expected = respond(body(agent), BOOKS)
        assert answer.choices[0].message.content == expected["choices"][0]["message"]["content"]


async def test_a_stream_over_the_network_brings_the_same_answer(client: AsyncOpenAI) -> None:
    stream = await client.chat.completions.create(**body(AGENTS[1], stream=True))
    pieces = [chunk.choices[0].delta.content or "" async for chunk in stream]
    assert "".join(pieces) == respond(body(AGENTS[1]), BOOKS)["choices"][0]["message"]["content"]


async def test_many_are_answered_at_once(client: AsyncOpenAI) -> None:
    answers = await asyncio.gather(*(client.chat.completions.create(**body(AGENTS[0])) for _ in range(20)))
    assert len({answer.choices[0].message.content for answer in answers}) == 1


async def test_a_connection_carries_several_requests(port: int) -> None:
    one = b"GET /v1/models HTTP/1.1\r\nhost: x\r\n\r\n"
    assert (await raw(port, one + one)).count(b"HTTP/1.1 200 OK") == 2


async def test_a_chunked_request_is_put_together(port: int) -> None:
    head = b"POST /v1/chat/completions HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n"
    content = b'{"messages":[{"role":"user","content":"hi"}]}'
    pieces = b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in (content[:10], content[10:]))
    answer = await raw(port, head + pieces + b"0\r\n\r\n")
    assert b"200 OK" in answer and b"built into Samokoder" in answer


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"hello\r\n\r\n", 400),
        (b"GET /v1/models HTTP/2\r\n\r\n", 400),
        (b"GET /v1/models HTTP/1.1\r\nno colon\r\n\r\n", 400),
        (b"GET /v1/models HTTP/1.1\r\nhost: x", 400),
        (b"GET /v1/models HTTP/1.1\r\nx: " + b"a" * HEAD + b"\r\n\r\n", 431),
        (b"POST /v1/chat/completions HTTP/1.1\r\ncontent-length: 99999999999\r\n\r\n", 413),
        (b"POST /v1/chat/completions HTTP/1.1\r\ncontent-length: -5\r\n\r\n", 400),
        (b"POST /v1/chat/completions HTTP/1.1\r\ntransfer-encoding: gzip\r\n\r\n", 400),
        (b"POST /v1/chat/completions HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nfffffffff\r\n", 413),
        (
            b"POST /v1/chat/completions HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n" + b"1" * 2 * HEAD,
            400,
        ),
        (b"POST /v1/chat/completions HTTP/1.1\r\nconnection: close\r\ncontent-length: 1\r\n\r\n{", 400),
        (b"PUT /v1/models HTTP/1.1\r\nconnection: close\r\n\r\n", 405),
        (b"GET /etc/passwd HTTP/1.1\r\nconnection: close\r\n\r\n", 404),
    ],
)
async def test_what_cannot_be_accepted_is_refused_and_others_are_still_served(
    content: bytes, status: int, port: int
) -> None:
    answer = await raw(port, content)
    assert answer.startswith(b"HTTP/1.1 %d " % status) and b'"error"' in answer
    assert b"200 OK" in await raw(port, b"GET /v1/models HTTP/1.0\r\n\r\n")


async def test_a_client_that_goes_away_in_the_middle_harms_nobody(port: int) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"POST /v1/chat/completions HTTP/1.1\r\ncontent-length: 50\r\n\r\n{")
    writer.transport.abort()
    assert b"200 OK" in await raw(port, b"GET /v1/models HTTP/1.0\r\n\r\n")


async def test_a_port_in_use_is_named(port: int) -> None:
    with pytest.raises(SetupError, match=str(port)):
        await listen(port)


async def test_ending_it_closes_its_connections() -> None:
    ready: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    server = asyncio.create_task(listen(0, ready.set_result, BOOKS))
    reader, writer = await asyncio.open_connection("127.0.0.1", await ready)
    writer.write(b"GET /v1/models HTTP/1.1\r\n\r\n")
    await reader.readuntil(b"]}")
    server.cancel()
    with suppress(asyncio.CancelledError):
        await server
    assert await reader.read() == b""
    writer.close()


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_cleanly(number: signal.Signals) -> None:
    program = "from samokoder.offline.serve import serve; serve(0)"
    server = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert server.stdout
    said = server.stdout.readline()
    os.kill(server.pid, number)
    _, complaints = server.communicate(timeout=20)
    assert re.search(r"http://127\.0\.0\.1:\d+/v1", said)
    assert (server.returncode, complaints) == (0, "")
