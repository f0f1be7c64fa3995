"""A service in a sandbox is reached from this machine by one address, and leaves nothing when it is over."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from samokoder.adapters.sandbox.policy import SandboxPolicy
from samokoder.domain.architecture import Service
from samokoder.domain.paths import FilePath
from samokoder.ports import RunningService, SandboxSession, ServiceState
from tests.adapters.sandboxes import NOTHING, RUNNERS, living, runner

ECHO = """
import asyncio, os, sys, signal
async def serve(reader, writer):
    first = await reader.readline()
    if first.startswith(b"GET "):
        writer.write(b"HTTP/1.0 200 OK\\r\\n\\r\\nhello " + first.split()[1])
    elif first == b"count\\n":       # answers after the other side has ended
        writer.write(b"%d" % len(await reader.read()))
    elif first == b"flood\\n":
        for _ in range(400):
            writer.write(b"x" * 65536)
            await writer.drain()
    else:
        writer.write(first)
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    await writer.drain()
    writer.close()
async def main():
    if "--deaf" in sys.argv:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("about to listen", flush=True)
    server = await asyncio.start_server(serve, "127.0.0.1", int(os.environ["PORT"]))
    print("listening now", flush=True)
    await server.serve_forever()
asyncio.run(main())
"""
POLICY = SandboxPolicy(health_seconds=3)
MARK = "samokoder-preview-test"


@pytest.fixture(params=RUNNERS)
async def session(request: pytest.FixtureRequest) -> AsyncIterator[SandboxSession]:
    made = await runner(request.param, POLICY)
    async with made.open(NOTHING, warm=False) as opened:
        yield opened


def service(*more: str, health: str = "/up", says: str = "") -> Service:
    return Service(command=("python", "serve.py", MARK, *more), port=8000, health=health, says=says)


@asynccontextmanager
async def serving(
    session: SandboxSession, program: str = ECHO, wanted: Service | None = None
) -> AsyncIterator[RunningService]:
    files = {FilePath("serve.py"): program.encode()}
    async with session.serve(files, wanted or service()) as running:
        yield running


async def settled(running: RunningService) -> ServiceState:
    async with asyncio.timeout(60):
        while running.state.kind == "starting":
            await running.changed(running.state)
    return running.state


async def connect(running: RunningService) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, port = running.url.removeprefix("http://").rstrip("/").split(":")
    assert host == "127.0.0.1"
    return await asyncio.open_connection(host, int(port))


async def said(running: RunningService, data: bytes) -> bytes:
    """What comes back when this is all that is sent."""
    reader, writer = await connect(running)
    writer.write(data)
    writer.write_eof()
    answer = await reader.read()
    writer.close()
    return answer


@pytest.mark.parametrize(
    "wanted", [service(), service(health=""), service(says="listening now")], ids=["http", "port", "line"]
)
async def test_a_service_is_ready_by_its_probe_and_then_answers(
    session: SandboxSession, wanted: Service
) -> None:
    async with serving(session, wanted=wanted) as running:
        assert await settled(running) == ServiceState(kind="ready")
        assert (
            await said(running, b"GET /books HTTP/1.0\r\nHost: localhost\r\n\r\n")
            == b"HTTP/1.0 200 OK\r\n\r\nhello /books"
        )
        assert "about to listen" in running.log()
    assert running.state.kind == "stopped"
    with pytest.raises(ConnectionRefusedError):
        await connect(running)
    assert not living(MARK)


STRANGERS = {
    "a name turned to this machine": b"GET / HTTP/1.1\r\nHost: evil.example:8000\r\n\r\n",
    "a name that begins like ours": b"GET / HTTP/1.1\r\nHost: localhost.evil.example\r\n\r\n",
    "our number in a name": b"GET / HTTP/1.1\r\nHost: 127.0.0.1.evil.example\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\nAccept: */*\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
    "a method of its own": b"patch / HTTP/1.1\r\nhost: evil.example\r\n\r\n",
    "a host in the body": b"POST / HTTP/1.1\r\nHost: evil.example\r\n\r\n\r\nHost: localhost\r\n\r\n",
    "a head that does not end": b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X: y\r\n" * 20_000,
    "a head that breaks off": b"GET / HTTP/1.1\r\nHost: localhost\r\n",
}


async def test_pages_of_strangers_are_refused_and_never_reach_the_service(session: SandboxSession) -> None:
    async with serving(session) as running:
        await settled(running)
        for name, request in STRANGERS.items():
            reader, writer = await connect(running)
            for piece in (request[:9], request[9:]):
                writer.write(piece)
                await asyncio.sleep(0.01)
            writer.write_eof()
            try:
                answer = await reader.read()
            except ConnectionResetError:
                answer = b""
            assert b"hello" not in answer and answer[:12] in (b"", b"HTTP/1.1 421"), name
            writer.close()
        for host in (b"localhost", b"LOCALHOST:8000", b"127.0.0.1:5", b"[::1]:80"):
            asked = b"GET /own HTTP/1.1\r\nHost: " + host + b"\r\n\r\n"
            assert b"hello /own" in await said(running, asked)


async def test_many_connections_go_side_by_side_and_keep_their_bytes(session: SandboxSession) -> None:
    async with serving(session) as running:
        await settled(running)
        sent = [f"{number} ".encode() * 20_000 + b"\n" for number in range(60)]
        assert await asyncio.gather(*(said(running, data) for data in sent)) == sent


async def test_one_that_does_not_read_holds_up_nobody_and_is_not_stored(session: SandboxSession) -> None:
    async with serving(session) as running:
        await settled(running)
        reader, writer = await connect(running)
        writer.write(b"flood\n")
        await writer.drain()
        await asyncio.sleep(0.5)
        assert await said(running, b"me\n") == b"me\n"
        assert len(await reader.read(1 << 30) + await reader.read()) == 400 * 65536
        writer.close()


async def test_half_a_connection_can_end_before_the_other(session: SandboxSession) -> None:
    async with serving(session) as running:
        await settled(running)
        assert await said(running, b"count\n" + b"y" * 1_000_000) == b"1000000"


async def test_bytes_pass_both_ways_for_as_long_as_both_want(session: SandboxSession) -> None:
    async with serving(session) as running:
        await settled(running)
        reader, writer = await connect(running)
        for number in range(20):
            writer.write(b"ping %d\n" % number)
            assert await reader.readline() == b"ping %d\n" % number
        writer.close()


async def test_one_that_leaves_in_the_middle_does_no_harm(session: SandboxSession) -> None:
    async with serving(session) as running:
        await settled(running)
        for _ in range(20):
            _, writer = await connect(running)
            writer.write(b"flood\n")
            await writer.drain()
            writer.transport.abort()
        assert await said(running, b"still there\n") == b"still there\n"


async def test_a_service_that_never_gets_ready_fails_with_what_was_seen(session: SandboxSession) -> None:
    async with serving(session, "import time; print('hm', flush=True); time.sleep(600)") as running:
        state = await settled(running)
        assert state.kind == "failed" and "not ready within 3 s" in state.why
        assert "nothing listens there" in state.why and running.log() == "hm\n"
        assert not living(MARK)


async def test_a_service_that_dies_at_once_fails_with_its_last_words(session: SandboxSession) -> None:
    async with serving(session, "raise SystemExit('no database')") as running:
        state = await settled(running)
        assert state == ServiceState(kind="failed", why="the service ended with exit code 1")
        assert "no database" in running.log()


async def test_a_service_whose_command_does_not_exist_fails(session: SandboxSession) -> None:
    async with session.serve({}, Service(command=("no-such-server",), port=8000)) as running:
        assert (await settled(running)).why == "the service ended with exit code 127"


async def test_one_that_floods_its_log_still_serves_and_its_log_stays_short(session: SandboxSession) -> None:
    flood = ECHO.replace(
        "async def main():",
        "async def main():\n    import threading\n"
        "    def more():\n        while True: print('m' * 1000, flush=True)\n"
        "    threading.Thread(target=more, daemon=True).start()",
    )
    async with serving(session, flood) as running:
        assert (await settled(running)).kind == "ready"
        assert await said(running, b"me\n") == b"me\n"
        await asyncio.sleep(1)
        assert len(running.log()) < 300_000


async def test_one_that_ignores_being_asked_to_leave_is_ended(session: SandboxSession) -> None:
    async with serving(session, wanted=service("--deaf")) as running:
        await settled(running)
        started = time.monotonic()
    assert time.monotonic() - started < 10
    assert not living(MARK)


async def test_nothing_but_the_port_of_the_service_can_be_reached(session: SandboxSession) -> None:
    """Whatever the connection says, it is led to the same place."""
    async with serving(session) as running:
        await settled(running)
        assert b"hello http://127.0.0.1:22/" in await said(
            running, b"GET http://127.0.0.1:22/ HTTP/1.0\r\nHost: 127.0.0.1:22\r\n\r\n"
        )


async def test_two_services_at_once_do_not_answer_for_each_other(session: SandboxSession) -> None:
    async with serving(session) as one, serving(session, ECHO.replace("hello", "other")) as other:
        await settled(one), await settled(other)
        assert b"hello /a" in await said(one, b"GET /a HTTP/1.0\r\nHost: localhost\r\n\r\n")
        assert b"other /a" in await said(other, b"GET /a HTTP/1.0\r\nHost: localhost\r\n\r\n")


async def test_a_service_that_is_shown_knows_who_may_frame_it(session: SandboxSession) -> None:
    told = 'import os\nprint("ancestors:", os.environ.get("FRAME_ANCESTORS"), flush=True)\n' + ECHO
    async with serving(session, told) as running:
        assert await settled(running) == ServiceState(kind="ready")
        line = next(line for line in running.log().splitlines() if line.startswith("ancestors:"))
        assert "vscode-webview:" in line and "*" not in line.split()
