"""What runs behind a preview may attack it: each attack ends in time, and other previews go on."""

from __future__ import annotations

import asyncio
import json
import resource
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager

import pytest

from samokoder.adapters.sandbox.inside.channel import (
    CHUNK,
    CONNECTIONS,
    CREDIT,
    DATA,
    END,
    LOG,
    OPEN,
    RESET,
    TOLD,
    WINDOW,
    frame,
)
from samokoder.adapters.sandbox.policy import SandboxPolicy
from samokoder.adapters.sandbox.preview.ring import KEPT
from samokoder.adapters.sandbox.preview.served import Served, served
from samokoder.ports import RunningService, SandboxSession
from tests.adapters.sandboxes import NOTHING, SEPARATED, living, runner
from tests.adapters.test_preview import ECHO, MARK, connect, said, service, serving, settled

BOUND = 60
"""Seconds in which every attack must be over, on a busy machine."""
GREETING = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


def told(**word: object) -> bytes:
    return frame(TOLD, 0, json.dumps(word).encode())


READY = told(state="ready", folder="/sandbox/runs/run-1")


class Taken:
    """A link to a relay that was taken over: it says what it likes."""

    def __init__(self, says: Iterable[bytes]) -> None:
        self.heard = b""
        self.wanted, self._says = asyncio.Event(), iter(says)

    async def send(self, data: bytes) -> None:
        self.heard += data
        self.wanted.set()

    async def receive(self) -> bytes:
        data = next(self._says, None)
        if data is None:
            await asyncio.Event().wait()
        if data == WAIT:
            await self.wanted.wait()
            return await self.receive()
        await asyncio.sleep(0)
        return data or b""


WAIT = b"wait until somebody has connected"


@asynccontextmanager
async def taken_over(*says: bytes, more: Iterable[bytes] = ()) -> AsyncIterator[Served]:
    async with (
        asyncio.timeout(BOUND),
        served(Taken([READY, *says, *more]), lambda text, _folder: text) as running,
    ):
        yield running


def memory() -> int:
    """Most bytes this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10


BROKEN = {
    "a kind there is not": struct.pack(">BII", 99, 1, 0),
    "no kind": bytes(9),
    "a huge length": struct.pack(">BII", DATA, 1, 2**32 - 1),
    "a length just too large": struct.pack(">BII", LOG, 0, CHUNK + 1) + bytes(CHUNK + 1),
    "half a frame and the end": struct.pack(">BII", LOG, 0, 100) + b"half" + b"",
    "another's protocol": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    "a word that is no JSON": frame(TOLD, 0, b"\xff\xfe"),
    "a word too deep": frame(TOLD, 0, b"[" * CHUNK),
    "a state there is not": told(state="root"),
    "being stopped, which only we can tell": told(state="stopped"),
    "a state of no text": told(state=["ready"]),
}


@pytest.mark.parametrize("says", BROKEN.values(), ids=BROKEN)
async def test_a_relay_that_speaks_out_of_order_is_lost(says: bytes) -> None:
    async with taken_over(says, b"") as running:
        while running.state.kind != "failed":
            await running.changed(running.state)
        assert "killed or halted the process that watched over it" in running.state.why
        reader, writer = await connect(running)
        with pytest.raises((ConnectionError, EOFError)):
            await reader.readexactly(1)
        writer.close()


FLOODS = {
    "ends": frame(END, 1),
    "more than the window": frame(DATA, 1, bytes(CHUNK)),
    "nothing, as data": frame(DATA, 1),
}


@pytest.mark.parametrize("flood", FLOODS.values(), ids=FLOODS)
async def test_a_flood_at_one_who_does_not_read_is_not_stored(flood: bytes) -> None:
    count = (64 << 20) // len(flood)
    whole = 1 + (1 << 20) // len(flood)
    floods = (flood * whole for _ in range(count // whole))
    async with taken_over(WAIT, more=floods) as running:
        before = memory()
        _, writer = await connect(running)
        writer.write(GREETING)
        while running.state.kind != "failed":
            await running.changed(running.state)
        assert memory() - before < 16 * WINDOW + (32 << 20)
        writer.close()


async def test_frames_for_connections_nobody_opened_are_dropped() -> None:
    kinds = (OPEN, DATA, END, RESET, CREDIT)
    strange = b"".join(frame(kind, n, b"xxxx") for kind in kinds for n in (0, 7, 1 << 20, 2**32 - 1))
    async with taken_over(*[strange * 100] * 200, frame(LOG, 0, b"and then")) as running:
        while "and then" not in running.log():
            await asyncio.sleep(0.01)
        assert running.state.kind == "ready"


async def test_credit_nobody_owes_opens_no_window() -> None:
    lie = b"".join(frame(CREDIT, 1, data) for data in (b"\xff" * 4, b"", b"\xff" * 100))
    link = Taken([READY, WAIT, *[lie * 1000] * 20])
    async with asyncio.timeout(BOUND), served(link, lambda text, _: text) as running:
        _, writer = await connect(running)
        writer.write(GREETING)
        async with asyncio.timeout(5):
            while running.state.kind != "ready" or b"GET /" not in link.heard:
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.5)
        writer.write(bytes(8 * WINDOW))
        await asyncio.sleep(0.5)
        assert len(link.heard) < 2 * WINDOW
        writer.close()


async def test_a_state_never_goes_back_and_a_flood_of_states_wakes_nobody() -> None:
    states = told(state="starting") + told(state="ready")
    async with taken_over(*[states * 1000] * 5, frame(LOG, 0, b"done")) as running:
        while running.state.kind != "ready":
            await running.changed(running.state)
        waiting = asyncio.create_task(running.changed(running.state))
        while "done" not in running.log():
            await asyncio.sleep(0.01)
        assert running.state.kind == "ready" and not waiting.done()
        waiting.cancel()


async def test_a_flood_of_log_is_kept_short_and_holds_up_no_other_preview() -> None:
    flood = (frame(LOG, 0, b"m" * CHUNK) * 8 for _ in range(2000))
    answer = frame(DATA, 1, b"here") + frame(END, 1)
    async with taken_over(more=flood) as loud, taken_over(WAIT, answer) as other:
        assert (await said(other, GREETING)) == b"here"
        assert len(loud.log()) <= KEPT + 100


SILENT = """
import asyncio, os
async def serve(reader, writer):
    await asyncio.sleep(600)
async def main():
    async with await asyncio.start_server(serve, "127.0.0.1", int(os.environ["PORT"])) as server:
        await server.serve_forever()
asyncio.run(main())
"""


def program(answer: str) -> str:
    """A service whose every answer is written by these lines."""
    body = "\n".join(f"        {line}" for line in answer.strip().splitlines())
    return f"""
import os, signal, socket, threading, time
listener = socket.create_server(("127.0.0.1", int(os.environ["PORT"])), backlog=512)
def work(client):
    try:
        asked = client.recv(65536)
{body}
    except OSError:
        pass
    finally:
        client.close()
while True:
    threading.Thread(target=work, args=(listener.accept()[0],), daemon=True).start()
"""


DRIP = program("while True: client.sendall(b'HTTP/1.1 100 Continue\\r\\n\\r\\n'); time.sleep(0.02)")
DRIPS = {
    "for ever an answer to come": DRIP,
    "a head in single bytes": program(
        "client.sendall(b'HTTP/1.1 200 OK\\r\\nX: ')\nwhile True: client.sendall(b'y'); time.sleep(0.1)"
    ),
    "nothing at all": SILENT,
}


@pytest.fixture(params=SEPARATED)
async def session(request: pytest.FixtureRequest) -> AsyncIterator[SandboxSession]:
    made = await runner(request.param, SandboxPolicy(health_seconds=6))
    async with asyncio.timeout(3 * BOUND), made.open(NOTHING, warm=False) as opened:
        yield opened


@pytest.mark.parametrize("text", DRIPS.values(), ids=DRIPS)
async def test_a_service_that_never_finishes_its_answer_is_not_waited_for(
    session: SandboxSession, text: str
) -> None:
    async with asyncio.timeout(BOUND), serving(session, text) as running:
        state = await settled(running)
        assert state.kind == "failed" and "not ready within 6 s" in state.why
    assert not living(MARK)


async def breaks_off(running: RunningService) -> None:
    """Answers cut in the middle arrive as far as they went."""
    assert b"Content-Length: 1000" in await said(running, GREETING)


async def many(running: RunningService) -> None:
    """More connections than there may be, and none of them answered."""
    clients = [await connect(running) for _ in range(CONNECTIONS + 200)]
    for _, writer in clients:
        writer.write(GREETING)
    await asyncio.sleep(1)
    for _, writer in clients:
        writer.transport.abort()


async def floods(running: RunningService) -> None:
    """Answers without end that nobody reads."""
    clients = [await connect(running) for _ in range(50)]
    for _, writer in clients:
        writer.write(GREETING)
    await asyncio.sleep(2)
    for _, writer in clients:
        writer.transport.abort()


async def ends(running: RunningService) -> None:
    """The relay is killed by what it runs, or cannot be."""
    await said(running, GREETING)


Visit = Callable[[RunningService], Awaitable[None]]
HOSTILE: dict[str, tuple[str, Visit]] = {
    "breaks off in the middle": (
        program("client.sendall(b'HTTP/1.1 200 OK\\r\\nContent-Length: 1000\\r\\n\\r\\nhalf')"),
        breaks_off,
    ),
    "answers nobody": (SILENT, many),
    "floods those who do not read": (program("while True: client.sendall(bytes(1 << 20))"), floods),
    "ends all it may end": (
        program(
            "for pid in [os.getppid(), *range(2, 100)]:\n"
            "    if pid != os.getpid():\n"
            "        try: os.kill(pid, signal.SIGKILL)\n"
            "        except OSError: pass"
        ),
        ends,
    ),
    "halts its relay": (
        program("try: os.kill(os.getppid(), signal.SIGSTOP)\nexcept OSError: pass\nclient.sendall(b'x')"),
        lambda running: asyncio.wait_for(quiet(running), BOUND),
    ),
}


async def quiet(running: RunningService) -> None:
    """Asks once, and does not wait for an answer that need not come."""
    _, writer = await connect(running)
    writer.write(GREETING)
    await asyncio.sleep(1)
    writer.transport.abort()


@pytest.mark.parametrize(("text", "visit"), HOSTILE.values(), ids=HOSTILE)
async def test_an_attack_on_one_preview_leaves_the_other_alone(
    session: SandboxSession, text: str, visit: Visit
) -> None:
    async with asyncio.timeout(BOUND), serving(session) as other:
        await settled(other)
        async with serving(session, text, service(health="")) as running:
            assert (await settled(running)).kind == "ready"
            await visit(running)
            assert b"hello /me" in await said(other, b"GET /me HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert not living(MARK)


async def test_neither_a_redirect_nor_a_split_answer_makes_us_reach_for_the_machine(
    session: SandboxSession,
) -> None:
    """What the service answers is passed on as it is: nobody but the browser could follow it."""
    reached: list[bytes] = []

    async def secret(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reached.append(await reader.read(100))
        writer.close()

    async with await asyncio.start_server(secret, "127.0.0.1", 0) as own:
        port = own.sockets[0].getsockname()[1]
        answer = (
            f"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{port}/\r\n\r\n"
            f"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        ).encode()
        text = program(
            f"client.sendall({answer!r})\ntry: socket.create_connection(('127.0.0.1', {port}), 1)\n"
            f"except OSError as error: print('kept:', error, flush=True)"
        )
        async with asyncio.timeout(BOUND), serving(session, text, service(health="")) as running:
            await settled(running)
            assert await said(running, GREETING) == answer
            while "kept:" not in running.log():
                await asyncio.sleep(0.05)
        async with asyncio.timeout(BOUND), serving(session, text, service()) as running:
            state = await settled(running)
            assert state.kind == "failed" and "HTTP 302" in state.why
    assert not reached


async def test_one_that_leaves_before_it_has_said_anything_makes_room(session: SandboxSession) -> None:
    async with asyncio.timeout(BOUND), serving(session, ECHO) as running:
        await settled(running)
        for _ in range(2):
            clients = [await connect(running) for _ in range(CONNECTIONS)]
            for _, writer in clients:
                writer.transport.abort()
            await asyncio.sleep(0.5)
        assert b"hello /" in await said(running, GREETING)
