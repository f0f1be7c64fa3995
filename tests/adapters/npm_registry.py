"""A registry of npm packages on this machine, for tests of installers: made by hand, without any network."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import tarfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

LONG_AGO = "2020-01-01T00:00:00.000Z"


@dataclass
class Package:
    """One version of a package."""

    name: str
    version: str = "1.0.0"
    text: str = "module.exports = 1"
    fields: Mapping[str, Any] = field(default_factory=dict)
    """More of its ``package.json``."""
    published: str = LONG_AGO
    """Empty: the registry does not say."""
    more: Mapping[str, str] = field(default_factory=dict)
    """Other entries of its archive, by their whole names."""
    links: Mapping[str, tuple[bytes, str]] = field(default_factory=dict)
    """Links among them: their kind and where they lead."""

    @property
    def manifest(self) -> dict[str, Any]:
        return {"name": self.name, "version": self.version, "main": "index.js", **self.fields}

    @property
    def archive(self) -> bytes:
        made = io.BytesIO()
        with tarfile.open(fileobj=made, mode="w:gz") as tar:
            files = {"package.json": json.dumps(self.manifest), "index.js": self.text, "cli.js": self.text}
            for name, text in {**{f"package/{name}": t for name, t in files.items()}, **self.more}.items():
                entry = tarfile.TarInfo(name)
                entry.size, entry.mode = len(text.encode()), 0o755
                tar.addfile(entry, io.BytesIO(text.encode()))
            for name, (kind, to) in self.links.items():
                link = tarfile.TarInfo(name)
                link.type, link.linkname = kind, to
                tar.addfile(link)
        return made.getvalue()


@contextmanager
def npm_registry(*packages: Package) -> Iterator[str]:
    """Its address while it runs."""
    archives = {f"/files/{number}.tgz": package.archive for number, package in enumerate(packages)}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path in archives:
                self._answer(200, archives[self.path], "application/octet-stream")
            elif found := [p for p in packages if p.name == unquote(self.path[1:])]:
                self._answer(200, json.dumps(self._document(found)).encode(), "application/json")
            else:
                self._answer(404, b'{"error": "not found"}', "application/json")

        def _document(self, versions: list[Package]) -> dict[str, Any]:
            time = {p.version: p.published for p in versions if p.published}
            return {
                "name": versions[0].name,
                "dist-tags": {"latest": versions[-1].version},
                "versions": {p.version: {**p.manifest, "dist": self._dist(p)} for p in versions},
                **({"time": {"created": LONG_AGO, "modified": LONG_AGO, **time}} if time else {}),
            }

        def _dist(self, package: Package) -> dict[str, str]:
            number = packages.index(package)
            content = archives[f"/files/{number}.tgz"]
            integrity = "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()
            return {"tarball": f"{address}/files/{number}.tgz", "integrity": integrity}

        def _answer(self, code: int, content: bytes, kind: str) -> None:
            self.send_response(code)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield address
    finally:
        server.shutdown()
        server.server_close()
