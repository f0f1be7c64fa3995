"""An index of Python packages on this machine, for tests of installers: it says when each was published."""

from __future__ import annotations

import hashlib
import json
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.adapters.test_sandbox_environments import wheel


@contextmanager
def python_index(published: dict[str, str]) -> Iterator[str]:
    """Its address while it runs. ``published`` maps "name==version" to a moment, or to nothing."""
    with tempfile.TemporaryDirectory() as folder:
        for pin in published:
            wheel(Path(folder), *pin.split("=="))
        contents = {file.name: file.read_bytes() for file in Path(folder).iterdir()}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.strip("/").rpartition("/")[2]
            if name in contents:
                self._answer(200, contents[name], "application/octet-stream")
                return
            pins = [pin for pin in published if pin.split("==")[0] == name]
            page = {"meta": {"api-version": "1.1"}, "name": name, "files": [self._file(pin) for pin in pins]}
            body = json.dumps(page).encode()
            self._answer(200 if pins else 404, body, "application/vnd.pypi.simple.v1+json")

        def _file(self, pin: str) -> dict[str, Any]:
            file = f"{pin.replace('==', '-')}-py3-none-any.whl"
            when = {"upload-time": published[pin]} if published[pin] else {}
            digest = hashlib.sha256(contents[file]).hexdigest()
            size = len(contents[file])
            return {
                "filename": file,
                "url": f"/files/{file}",
                "hashes": {"sha256": digest},
                "size": size,
                **when,
            }

        def _answer(self, code: int, content: bytes, kind: str) -> None:
            self.send_response(code)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(content)

        do_HEAD = do_GET

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/simple"
    finally:
        server.shutdown()
        server.server_close()
