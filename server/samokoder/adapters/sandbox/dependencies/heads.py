"""The head of a request to the proxy: CONNECT, or a whole address for an index that speaks plain HTTP."""

from __future__ import annotations

import re
from dataclasses import dataclass

from samokoder.adapters.sandbox.dependencies.egress import canonical, origin_of

HEAD_BYTES = 8192
_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(rb"[\t\x20-\x7e\x80-\xff]*")
_CONNECT = re.compile(rb"CONNECT ([^\s/?#@\\]{1,300}):([0-9]{1,5}) HTTP/1\.[01]")
_FETCH = re.compile(rb"(GET|HEAD) (http://[\x21-\x7e]+) HTTP/1\.[01]")
_OF_THE_HOP = {b"connection", b"proxy-connection", b"proxy-authorization", b"keep-alive", b"te", b"upgrade"}
_BODY = {b"content-length", b"transfer-encoding"}


class Malformed(Exception):
    """Not a request this proxy takes."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Where to, and for plain HTTP what to send there first."""

    scheme: str
    host: str
    port: int
    first: bytes = b""


def read_head(head: bytes) -> Asked:
    """The request of a head that ends in an empty line. Raises Malformed.

    Only the request line says where to; no header can. A head that two readers could read differently
    (bare line feeds, folded lines, bodies) is refused.
    """
    lines = head.removesuffix(b"\r\n\r\n").split(b"\r\n")
    headers = [_header(line) for line in lines[1:]]
    if any(name in _BODY for name, _ in headers):
        raise Malformed("a request with a body")
    if connect := _CONNECT.fullmatch(lines[0]):
        return _tunnel(connect[1], int(connect[2]))
    if fetch := _FETCH.fullmatch(lines[0]):
        return _fetch(fetch[1], fetch[2], headers)
    raise Malformed("neither CONNECT nor the address of a plain index")


def _header(line: bytes) -> tuple[bytes, bytes]:
    name, colon, value = line.partition(b":")
    if not colon or not _TOKEN.fullmatch(name) or not _VALUE.fullmatch(value):
        raise Malformed("a broken header")
    return name.lower(), value.strip()


def _tunnel(host: bytes, port: int) -> Asked:
    named = canonical(host.decode("ascii")) if host.isascii() else None
    if named is None or not 0 < port < 65536:
        raise Malformed("a host that is no name")
    return Asked("https", named, port)


def _fetch(method: bytes, url: bytes, headers: list[tuple[bytes, bytes]]) -> Asked:
    rest = url.removeprefix(b"http://")
    authority, slash, path = rest.partition(b"/")
    origin = origin_of(f"http://{authority.decode('ascii')}/")
    if origin is None or b"@" in authority or not slash:
        raise Malformed("an address that is none")
    kept = [(name, value) for name, value in headers if name not in _OF_THE_HOP and name != b"host"]
    lines = [b"%s /%s HTTP/1.1" % (method, path), b"host: " + authority, b"connection: close"]
    lines += [b"%s: %s" % header for header in kept]
    return Asked("http", origin.host, origin.port, b"\r\n".join([*lines, b"", b""]))
