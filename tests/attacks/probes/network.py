"""The world outside, the host's services, and kinds of sockets that reach past a network namespace."""

from __future__ import annotations

import os
import socket
import struct
import urllib.request

from .kit import HOST, probe, reads

SECONDS = 1.5
METADATA = "169.254.169.254"  # where clouds keep a machine's credentials


def connects(address: str, port: int) -> bool:
    with socket.create_connection((address, port), timeout=SECONDS):
        return True


def creates(*kind: int) -> bool:
    socket.socket(*kind).close()
    return True


@probe
def route_to_the_internet() -> object:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.connect(("192.0.2.1", 9))  # TEST-NET-1, nothing is sent
        return True


@probe
def route_to_the_internet_over_ipv6() -> object:
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as one:
        one.connect(("2001:db8::1", 9))
        return True


@probe
def interface_beside_loopback() -> object:
    return [name for _, name in socket.if_nameindex() if name != "lo"]


@probe
def name_resolution() -> object:
    return socket.getaddrinfo("example.org", 80)


@probe
def datagram_to_a_resolver() -> object:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        return one.sendto(b"x", ("192.0.2.53", 53))


@probe
def datagram_to_everybody() -> object:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        return one.sendto(b"x", ("255.255.255.255", 9))


@probe
def multicast() -> object:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        return one.sendto(b"x", ("224.0.0.251", 5353))


@probe
def cloud_metadata() -> object:
    return connects(METADATA, 80)


@probe
def cloud_metadata_by_http() -> object:
    with urllib.request.urlopen(f"http://{METADATA}/latest/meta-data/", timeout=SECONDS) as answer:
        return answer.read(1)


@probe
def host_service_on_loopback() -> object:
    return connects("127.0.0.1", HOST["port"])


@probe
def host_service_on_any_address() -> object:
    return connects("0.0.0.0", HOST["port"])


@probe
def host_service_on_loopback_over_ipv6() -> object:
    return connects("::1", HOST["port"])


@probe
def host_service_at_its_own_addresses() -> object:
    reached = []
    for address in HOST["addresses"]:
        try:
            reached.append(connects(address, HOST["port"]))
        except OSError:
            continue
    return reached


@probe
def host_service_at_the_engines_gateway() -> object:
    return connects("172.17.0.1", HOST["port"])


@probe
def host_service_by_the_name_of_desktop_engines() -> object:
    return connects("host.docker.internal", HOST["port"])


@probe
def abstract_socket_of_the_host() -> object:
    with socket.socket(socket.AF_UNIX) as one:
        one.connect("\0" + HOST["abstract"])
        return True


@probe
def socket_file_of_the_host() -> object:
    with socket.socket(socket.AF_UNIX) as one:
        one.connect(HOST["socket"])
        return True


@probe
def engine_socket() -> object:
    found = (
        "/var/run/docker.sock",
        "/run/docker.sock",
        "/run/podman/podman.sock",
        "/run/containerd/containerd.sock",
    )
    return [path for path in found if os.path.exists(path)]


@probe
def message_bus_of_the_host() -> object:
    found = ("/run/dbus/system_bus_socket", "/run/systemd/private", "/run/user/0/bus", "/tmp/.X11-unix")
    return [path for path in found if os.path.exists(path)]


@probe
def vsock_to_the_hypervisor() -> object:
    return creates(40, socket.SOCK_STREAM)


@probe
def raw_socket() -> object:
    return creates(socket.AF_INET, socket.SOCK_RAW, 1)


@probe
def raw_socket_over_ipv6() -> object:
    return creates(socket.AF_INET6, socket.SOCK_RAW, 58)


@probe
def packet_socket() -> object:
    return creates(17, socket.SOCK_RAW, 3)


@probe
def ping_socket() -> object:
    return creates(socket.AF_INET, socket.SOCK_DGRAM, 1)


@probe
def crypto_socket() -> object:
    return creates(38, socket.SOCK_SEQPACKET)


@probe
def bluetooth_socket() -> object:
    return creates(31, socket.SOCK_RAW, 1)


@probe
def can_socket() -> object:
    return creates(29, socket.SOCK_RAW, 1)


@probe
def reliable_datagram_socket() -> object:
    return creates(21, socket.SOCK_SEQPACKET)


@probe
def tipc_socket() -> object:
    return creates(30, socket.SOCK_RDM)


@probe
def express_data_path_socket() -> object:
    return creates(44, socket.SOCK_RAW)


@probe
def key_management_socket() -> object:
    return creates(15, socket.SOCK_RAW, 2)


@probe
def multipath_socket() -> object:
    return creates(socket.AF_INET, socket.SOCK_STREAM, 262)


@probe
def stream_control_socket() -> object:
    return creates(socket.AF_INET, socket.SOCK_STREAM, 132)


@probe
def congestion_control_socket() -> object:
    return creates(socket.AF_INET, 6, 33)


@probe
def light_datagram_socket() -> object:
    return creates(socket.AF_INET, socket.SOCK_DGRAM, 136)


@probe
def other_families_of_sockets() -> object:
    """All kinds the kernel may know, beside those for the machine itself, the internet and routes."""
    reached = []
    for family in set(range(3, 47)) - {socket.AF_INET6, 16}:
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET):
            try:
                reached.append(creates(family, kind))
            except OSError:
                continue
    return reached


@probe
def pair_of_sockets_of_another_family() -> object:
    return [one.close() for one in socket.socketpair(30, socket.SOCK_STREAM)]


@probe
def netlink_for_routes() -> object:
    return creates(16, socket.SOCK_RAW, 0)


@probe
def netlink_for_audit() -> object:
    return creates(16, socket.SOCK_RAW, 9)


@probe
def netlink_for_packet_filters() -> object:
    return creates(16, socket.SOCK_RAW, 12)


@probe
def netlink_for_device_events() -> object:
    return creates(16, socket.SOCK_RAW, 15)


@probe
def change_of_an_interface() -> object:
    """RTM_NEWLINK for loopback, taking it up, which it is: nothing changes where it is allowed."""
    with socket.socket(16, socket.SOCK_RAW, 0) as one:
        body = struct.pack("BxHiII", 0, 0, 1, 1, 1)
        one.send(struct.pack("IHHII", 16 + len(body), 16, 5, 1, 0) + body)
        answer = one.recv(4096)
    error = struct.unpack_from("i", answer, 16)[0]
    if error:
        raise OSError(-error, os.strerror(-error))
    return True


@probe
def low_port() -> object:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 79))
        return True


@probe
def connections_of_the_host() -> object:
    with open("/proc/net/tcp") as file:
        wanted = f":{HOST['port']:04X} "
        return [line for line in file if wanted in line]


@probe
def tunnel_device() -> object:
    return reads("/dev/net/tun")
