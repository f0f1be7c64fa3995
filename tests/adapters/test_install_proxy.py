"""The way out of an install container, over real sockets: what passes, what not, and what is remembered."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from ipaddress import ip_address
from pathlib import Path

import pytest

from samokoder.adapters.sandbox.dependencies import proxy as passing
from samokoder.adapters.sandbox.dependencies.egress import Egress, Origin, canonical, is_inward, origin_of
from samokoder.adapters.sandbox.dependencies.heads import HEAD_BYTES, Malformed, read_head
from samokoder.adapters.sandbox.dependencies.proxy import Proxy, Streams

BOUND = 10.0
"""Seconds after which a test has hung."""


@asynccontextmanager
async def index(answer: Callable[[bytes], bytes] = lambda data: b"<" + data + b">") -> AsyncIterator[int]:
    """The port of a server that answers every piece of data."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(1 << 16):
            writer.write(answer(data))
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


class Client:
    """Speaks to the proxy as an installer would, or worse."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self._open: list[asyncio.StreamWriter] = []

    async def connect(self) -> Streams:
        reader, writer = await asyncio.open_unix_connection(self._socket)
        self._open.append(writer)
        return reader, writer

    async def say(self, data: bytes) -> Streams:
        reader, writer = await self.connect()
        writer.write(data)
        await writer.drain()
        return reader, writer

    async def status(self, data: bytes) -> int:
        """Of the answer; 0 when there is none."""
        reader, _ = await self.say(data)
        return await status(reader)

    def close(self) -> None:
        for writer in self._open:
            writer.close()


async def status(reader: asyncio.StreamReader) -> int:
    async with asyncio.timeout(BOUND):
        line = await reader.readline()
        while await reader.readline() not in (b"\r\n", b""):
            pass
    return int(line.split()[1]) if line else 0


def to(place: str) -> bytes:
    return f"CONNECT {place} HTTP/1.1\r\nHost: {place}\r\n\r\n".encode()


def names(**addresses: str) -> passing.Resolve:
    """A resolver that knows these names."""

    async def resolve(host: str, port: int) -> Sequence[str]:
        if host not in addresses:
            raise OSError("no such name")
        return addresses[host].split()

    return resolve


@asynccontextmanager
async def serving(proxy: Proxy) -> AsyncIterator[Client]:
    with tempfile.TemporaryDirectory() as folder:  # short: a socket's path may have 100 characters
        async with proxy.serving(Path(folder) / "socket"):
            client = Client(Path(folder) / "socket")
            try:
                yield client
            finally:
                client.close()


def allowing(port: int, host: str = "index.example", inward: bool = True, **limits: float) -> Egress:
    return Egress(frozenset({Origin("https", host, port, inward)}), **limits)  # type: ignore[arg-type]


HERE = names(**{"index.example": "127.0.0.1"})


# ------------------------------------------------------------------------------------------ what passes


async def test_a_configured_index_is_reached_and_every_byte_passes_both_ways() -> None:
    async with index() as port:
        proxy = Proxy(allowing(port), HERE)
        async with serving(proxy) as client:
            reader, writer = await client.say(to(f"index.example:{port}"))
            assert await status(reader) == 200
            writer.write(b"hello")
            writer.write_eof()
            async with asyncio.timeout(BOUND):
                assert await reader.read() == b"<hello>"
    [passage] = proxy.passages
    assert (passage.host, passage.port, passage.verdict) == ("index.example", port, "")
    assert (passage.sent, passage.received, proxy.moved) == (5, 7, 12)


async def test_a_client_that_does_not_wait_for_the_answer_loses_nothing() -> None:
    async with index() as port, serving(Proxy(allowing(port), HERE)) as client:
        reader, _ = await client.say(to(f"INDEX.example:{port}") + b"early")
        assert await status(reader) == 200
        async with asyncio.timeout(BOUND):
            assert await reader.readexactly(7) == b"<early>"


async def test_a_plain_index_is_asked_in_its_own_words_and_told_no_secrets_of_the_proxy() -> None:
    heard: list[bytes] = []

    def answer(data: bytes) -> bytes:
        heard.append(data)
        return b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

    async with index(answer) as port:
        egress = Egress(frozenset({Origin("http", "127.0.0.1", port, inward=True)}))
        async with serving(Proxy(egress)) as client:
            head = f"GET http://127.0.0.1:{port}/simple/?a=1 HTTP/1.1\r\nHost: elsewhere\r\nAccept: x\r\n"
            code = await client.status((head + "Proxy-Authorization: Basic c2VjcmV0\r\n\r\n").encode())
    assert code == 200
    lines = heard[0].decode().split("\r\n")
    assert lines == [
        "GET /simple/?a=1 HTTP/1.1",
        f"host: 127.0.0.1:{port}",
        "connection: close",
        "accept: x",
        "",
        "",
    ]


async def test_the_persons_own_proxy_is_used_with_its_password_and_resolves_the_name() -> None:
    heard: list[bytes] = []

    def answer(data: bytes) -> bytes:
        heard.append(data)
        return b"HTTP/1.1 200 OK\r\n\r\n" if len(heard) == 1 else b"through"

    async with index(answer) as port:
        egress = Egress(
            frozenset({Origin("https", "far.example", 443)}), upstream=f"http://me:s%40cret@127.0.0.1:{port}"
        )
        async with serving(Proxy(egress, names())) as client:
            reader, writer = await client.say(to("far.example:443"))
            assert await status(reader) == 200
            writer.write(b"x")
            async with asyncio.timeout(BOUND):
                assert await reader.readexactly(7) == b"through"
    assert heard[0].startswith(b"CONNECT far.example:443 HTTP/1.1\r\n")
    assert b"Proxy-Authorization: Basic bWU6c0BjcmV0\r\n" in heard[0]


async def test_hosts_that_no_proxy_names_are_reached_without_the_persons_proxy() -> None:
    async with index() as port:
        egress = Egress(
            frozenset({Origin("https", "index.example", port, inward=True)}),
            upstream="http://127.0.0.1:9",
            direct=(".example",),
        )
        async with serving(Proxy(egress, HERE)) as client:
            assert await client.status(to(f"index.example:{port}")) == 200


# ------------------------------------------------------------------------------------- what does not


@pytest.mark.parametrize(
    "place",
    [
        "elsewhere.example:443",
        "index.example:22",
        "index.example:80",
        "sub.index.example:443",
        "index.example.elsewhere.example:443",
        "127.0.0.1:443",
        "[::1]:443",
        "169.254.169.254:443",
        "93.184.216.34:443",
    ],
)
async def test_hosts_and_ports_that_no_index_uses_are_refused_and_remembered(place: str) -> None:
    proxy = Proxy(allowing(443, inward=False), HERE)
    async with serving(proxy) as client:
        assert await client.status(to(place)) == 403
    assert proxy.passages[0].verdict == passing.NOT_CONFIGURED and proxy.passages[0].forbidden


@pytest.mark.parametrize(
    "answers",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.31.255.255",
        "192.168.0.1",
        "169.254.169.254",
        "100.100.100.200",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fd00:ec2::254",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:a9fe:a9fe",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "93.184.216.34 127.0.0.1",
    ],
)
async def test_a_name_that_leads_into_this_network_is_refused_even_for_an_index(answers: str) -> None:
    proxy = Proxy(allowing(443, inward=False), names(**{"index.example": answers}))
    async with serving(proxy) as client:
        assert await client.status(to("index.example:443")) == 403
    assert proxy.passages[0].verdict == passing.INWARD


async def test_a_name_is_looked_up_once_and_what_was_judged_is_what_is_connected_to() -> None:
    asked: list[str] = []

    async def changing(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["203.0.113.1"] if len(asked) > 1 else ["127.0.0.1"]

    async with index() as port, serving(Proxy(allowing(port), changing)) as client:
        assert await client.status(to(f"index.example:{port}")) == 200
    assert asked == ["index.example"]


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:8.8.8.8", "198.51.100.7"])
def test_addresses_of_the_internet_are_not_inward(address: str) -> None:
    assert not is_inward(ip_address(address))


async def test_a_name_that_does_not_exist_and_a_host_that_is_not_there_are_told_apart_from_a_refusal() -> (
    None
):
    proxy = Proxy(allowing(9), HERE)
    async with serving(proxy) as client:
        assert await client.status(to("index.example:9")) == 502
    assert "reached" in proxy.passages[0].verdict and not proxy.passages[0].forbidden


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"POST http://127.0.0.1/ HTTP/1.1\r\n\r\n",
        b"CONNECT index.example HTTP/1.1\r\n\r\n",
        b"CONNECT index.example:443\r\n\r\n",
        b"CONNECT index.example:443 HTTP/2\r\n\r\n",
        b"connect index.example:443 HTTP/1.1\r\n\r\n",
        b"CONNECT  index.example:443 HTTP/1.1\r\n\r\n",
        b"CONNECT index.example:443 HTTP/1.1\n\r\n\r\n",
        b"CONNECT index.example:443 HTTP/1.1\r\nHost: a\nX: b\r\n\r\n",
        b"CONNECT index.example:443 HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n",
        b"CONNECT index.example:443 HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello",
        b"CONNECT index.example:443 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"CONNECT index.example:443 HTTP/1.1\r\nHost : a\r\n\r\n",
        b"CONNECT index.example:443 HTTP/1.1\r\nA: b\x00c\r\n\r\n",
        b"CONNECT index.example:443@evil.example:443 HTTP/1.1\r\n\r\n",
        b"CONNECT evil.example#index.example:443 HTTP/1.1\r\n\r\n",
        b"CONNECT index.example:0 HTTP/1.1\r\n\r\n",
        b"CONNECT index.example:99999 HTTP/1.1\r\n\r\n",
        b"CONNECT index.example:+443 HTTP/1.1\r\n\r\n",
        b"CONNECT 2130706433:443 HTTP/1.1\r\n\r\n",
        b"CONNECT 0x7f.1:443 HTTP/1.1\r\n\r\n",
        b"CONNECT 127.1:443 HTTP/1.1\r\n\r\n",
        b"CONNECT index..example:443 HTTP/1.1\r\n\r\n",
        b"CONNECT \xff\xfe:443 HTTP/1.1\r\n\r\n",
        b"GET http://index.example@evil.example/ HTTP/1.1\r\n\r\n",
        b"GET http://index.example HTTP/1.1\r\n\r\n",
        b"GET ftp://index.example/ HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"\x00" * 100 + b"\r\n\r\n",
    ],
)
async def test_garbage_and_heads_two_readers_could_read_differently_are_refused(head: bytes) -> None:
    proxy = Proxy(allowing(443, inward=False), names())
    async with serving(proxy) as client:
        assert await client.status(head) == 400
    assert not proxy.passages[0].host, "nothing of it was believed"


def test_no_header_says_where_to_go() -> None:
    asked = read_head(b"CONNECT index.example:443 HTTP/1.1\r\nHost: evil.example:22\r\nHost: x\r\n\r\n")
    assert (asked.host, asked.port) == ("index.example", 443)
    with pytest.raises(Malformed):
        read_head(b"CONNECT evil.example:443 HTTP/1.1 CONNECT index.example:443 HTTP/1.1\r\n\r\n")


async def test_a_very_long_head_is_refused_before_it_is_read_whole() -> None:
    async with serving(Proxy(allowing(443), HERE)) as client:
        assert await client.status(b"CONNECT " + b"a" * (2 * HEAD_BYTES)) == 431


# ----------------------------------------------------------------------------------------- limits


async def test_a_head_that_drips_is_given_up_after_its_time() -> None:
    proxy = Proxy(allowing(443, head_seconds=0.3), HERE)
    async with serving(proxy) as client:
        reader, writer = await client.connect()

        async def drip() -> None:
            for byte in to("index.example:443"):
                writer.write(bytes([byte]))
                await asyncio.sleep(0.05)

        dripping = asyncio.create_task(drip())
        assert await status(reader) == 408
        dripping.cancel()


async def test_a_head_that_is_never_finished_is_refused_when_its_side_closes() -> None:
    async with serving(Proxy(allowing(443), HERE)) as client:
        reader, writer = await client.say(b"CONNECT index.exa")
        writer.write_eof()
        assert await status(reader) == 400


async def test_a_server_that_never_answers_and_a_client_that_closed_its_side_do_not_stay() -> None:
    async with index(lambda data: b"") as port:
        proxy = Proxy(allowing(port, idle_seconds=0.3), HERE)
        async with serving(proxy) as client:
            reader, writer = await client.say(to(f"index.example:{port}"))
            assert await status(reader) == 200
            async with asyncio.timeout(BOUND):
                assert await reader.read() == b"", "the proxy has hung up on a silent tunnel"
            writer.close()
    assert "time is up" in proxy.passages[0].verdict


async def test_the_install_may_move_so_many_bytes_and_none_more_over_all_connections() -> None:
    async with index(lambda data: b"z" * 1000) as port:
        proxy = Proxy(allowing(port, total_bytes=2500), HERE)
        async with serving(proxy) as client:
            got = 0
            for _ in range(3):
                reader, writer = await client.say(to(f"index.example:{port}"))
                if await status(reader) != 200:
                    break
                writer.write(b"x")
                writer.write_eof()
                async with asyncio.timeout(BOUND):
                    got += len(await reader.read())
            assert got == 2000
            assert await client.status(to(f"index.example:{port}")) == 403
    assert [p.verdict for p in proxy.passages] == ["", "", passing.TOO_MUCH, passing.TOO_MUCH]


async def test_connections_beyond_the_limit_are_turned_away_and_the_others_go_on() -> None:
    async with index() as port, serving(Proxy(allowing(port, connections=2), HERE)) as client:
        first, writer = await client.say(to(f"index.example:{port}"))
        assert await status(first) == 200
        second, _ = await client.say(to(f"index.example:{port}"))
        assert await status(second) == 200
        assert await client.status(to(f"index.example:{port}")) == 503
        writer.write(b"still")
        async with asyncio.timeout(BOUND):
            assert await first.readexactly(7) == b"<still>"


async def test_leaving_ends_every_connection() -> None:
    async with index() as port:
        async with serving(Proxy(allowing(port), HERE)) as client:
            reader, _ = await client.say(to(f"index.example:{port}"))
            assert await status(reader) == 200
        async with asyncio.timeout(BOUND):
            assert await reader.read() == b""


# ------------------------------------------------------------------------------------------- names


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Index.Example/simple/", Origin("https", "index.example", 443)),
        ("https://me:secret@index.example:8443/simple", Origin("https", "index.example", 8443)),
        ("http://127.0.0.1:3141/root/pypi", Origin("http", "127.0.0.1", 3141)),
        ("http://[::1]:3141/", Origin("http", "::1", 3141)),
        ("https://b\u00fccher.example/", Origin("https", "xn--bcher-kva.example", 443)),
        ("file:///srv/wheels", None),
        ("/srv/wheels", None),
        ("https://", None),
        ("https://index.example:99999/", None),
    ],
)
def test_an_address_of_an_index_is_read_as_host_and_port(url: str, origin: Origin | None) -> None:
    assert origin_of(url) == origin


@pytest.mark.parametrize(
    "host", ["", ".", "-a.example", "a_b..c", "a b", "0x7f000001", "017700000001", "a" * 300]
)
def test_what_is_no_host_has_no_canonical_name(host: str) -> None:
    assert canonical(host) is None
