"""What an installer may reach: pure rules over hosts, ports and addresses."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

MIB = 1 << 20
Address = IPv4Address | IPv6Address

_INWARD: tuple[IPv4Network | IPv6Network, ...] = tuple(
    ip_network(block)
    for block in (
        "0.0.0.0/8",  # this host (RFC 1122)
        "10.0.0.0/8",  # private (RFC 1918)
        "100.64.0.0/10",  # shared by a carrier, and metadata of some clouds (RFC 6598)
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local, and metadata of most clouds (RFC 3927)
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments, and metadata of one cloud (RFC 6890)
        "192.168.0.0/16",  # private
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
        "::/128",  # unspecified
        "::1/128",  # loopback
        "fc00::/7",  # unique local, metadata among them (RFC 4193)
        "fe80::/10",  # link-local
        "fec0::/10",  # site-local, of old
        "ff00::/8",  # multicast
    )
)
_CARRIES_IPV4 = (ip_network("64:ff9b::/96"), ip_network("::/96"), ip_network("::ffff:0:0/96"))
"""NAT64, IPv4-compatible, IPv4-mapped: the last 32 bits are an IPv4 address."""
_HOST = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*\.?")
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True, order=True)
class Origin:
    """Where a configured index answers."""

    scheme: str
    host: str
    port: int
    inward: bool = False
    """Whether it may lie in this machine's own network: only where the person's configuration names it."""


@dataclass(frozen=True, slots=True)
class Egress:
    """What one install may reach, and how much of it."""

    origins: frozenset[Origin]
    upstream: str = ""
    """The person's own proxy, which then resolves the names."""
    direct: tuple[str, ...] = ()
    """Hosts that are reached without it, as NO_PROXY has them."""
    total_bytes: int = 1024 * MIB
    """In both directions, over all connections."""
    connections: int = 64
    """At once."""
    head_seconds: float = 10
    connect_seconds: float = 15
    idle_seconds: float = 60


def is_inward(address: Address) -> bool:
    """Whether it could be this machine, its network or its cloud's own services."""
    if isinstance(address, IPv6Address):
        if any(address in network for network in _CARRIES_IPV4) and address not in ip_network("::/127"):
            return is_inward(IPv4Address(int(address) & 0xFFFFFFFF))
        if address.sixtofour is not None:
            return is_inward(address.sixtofour)
        if address.teredo is not None:
            return True
    return any(address.version == network.version and address in network for network in _INWARD)


def origin_of(url: str, inward: bool = False) -> Origin | None:
    """None for what is not reached over the network, such as a folder of wheels."""
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not host or (named := canonical(host)) is None:
        return None
    return Origin(parts.scheme, named, port or _PORTS[parts.scheme], inward)


def canonical(host: str) -> str | None:
    """As names are compared; None for what is neither a name nor an address."""
    host = host.strip("[]")
    try:
        return str(ip_address(host))
    except ValueError:
        pass
    try:
        name = host.encode("idna").decode("ascii") if not host.isascii() else host
    except UnicodeError:
        return None
    name = name.lower()
    if len(name) > 253 or not _HOST.fullmatch(name) or _looks_like_a_number(name):
        return None
    return name.rstrip(".")


def _looks_like_a_number(name: str) -> bool:
    """``2130706433``, ``0x7f.1``, ``127.1``: resolvers read them as addresses, our rules would not."""
    last = name.rstrip(".").rpartition(".")[2]
    return re.fullmatch(r"[0-9]+|0x[0-9a-f]*", last) is not None


def found(origins: Iterable[Origin], scheme: str, host: str, port: int) -> Origin | None:
    """The allowed origin that is asked for, if it is one."""
    return next((o for o in origins if (o.scheme, o.host, o.port) == (scheme, host, port)), None)


def goes_direct(host: str, direct: Iterable[str]) -> bool:
    """NO_PROXY's rule: a host, or a domain with everything below it; ``*`` is all."""
    for word in direct:
        name = word.strip().lower().split(":")[0].lstrip("*").lstrip(".")
        if word.strip() == "*" or (name and (host == name or host.endswith(f".{name}"))):
            return True
    return False
