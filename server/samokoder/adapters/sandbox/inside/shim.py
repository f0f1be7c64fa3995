"""The way from an install container to its proxy: a loopback port joined to the socket, until stdin ends.

Silence there is the end as well: an engine that was killed leaves it open.

It runs as another user than the installer, which so cannot stop it or put itself in its place.
"""

from __future__ import annotations

import os
import select
import socket
import sys
import threading
from contextlib import suppress

SIZE = 1 << 16


def pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(SIZE):
            sink.sendall(data)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


def join(client: socket.socket, path: str) -> None:
    proxy = socket.socket(socket.AF_UNIX)
    with client, proxy:
        try:
            proxy.connect(path)
        except OSError:
            return
        back = threading.Thread(target=pump, args=(proxy, client), daemon=True)
        back.start()
        pump(client, proxy)
        back.join()


def serve(listener: socket.socket, path: str) -> None:
    while True:
        client, _ = listener.accept()
        threading.Thread(target=join, args=(client, path), daemon=True).start()


def main() -> None:
    path, port, silence = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    listener = socket.create_server(("127.0.0.1", port), backlog=64)
    threading.Thread(target=serve, args=(listener, path), daemon=True).start()
    while select.select([0], [], [], silence)[0] and os.read(0, SIZE):
        pass
    os._exit(0)


if __name__ == "__main__":
    main()
