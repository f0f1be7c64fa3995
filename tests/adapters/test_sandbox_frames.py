"""The stream between server and keeper, and what a keeper sees of its machine."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from samokoder.adapters.sandbox.frames import LARGEST, BrokenFrame, Told, Unpacker, pack
from samokoder.adapters.sandbox.inside.processes import _processes_by_ps, descendants, processes
from samokoder.adapters.sandbox.inside.warden import Output


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_reports_come_out_whole_however_the_stream_is_cut(size: int) -> None:
    stream = pack({"id": "run-1", "code": 0}, b"x" * 5000) + pack({"ready": ["json"]})
    unpacker, told = Unpacker(), []
    for start in range(0, len(stream), size):
        told += unpacker.feed(stream[start : start + size])
    assert told == [Told(id="run-1", code=0, output=b"x" * 5000), Told(ready=("json",))]


@pytest.mark.parametrize(
    "stream",
    [
        b"GET / HTTP/1.1\r\n",
        (LARGEST + 1).to_bytes(4, "big") + bytes(4),
        pack({"code": "zero"}),
        pack({"id": "run-1", "passed": True}),
    ],
)
def test_what_is_no_report_is_never_read_as_one(stream: bytes) -> None:
    with pytest.raises(BrokenFrame):
        Unpacker().feed(stream)


@pytest.mark.parametrize("size", [0, 10, 11, 25, 1000])
def test_output_keeps_its_first_and_its_last_bytes(size: int) -> None:
    written = bytes(range(256)) * 4
    output = Output(10)
    for start in range(0, size, 3):
        output.add(written[:size][start : start + 3])
    kept = output.kept()
    assert kept.startswith(written[: min(size, 5)]) and kept.endswith(written[max(0, size - 5) : size])
    assert (b"cut out" in kept) == (size > 10) and output.total == size


@pytest.mark.skipif(sys.platform == "win32", reason="keepers run on Linux and macOS")
def test_a_grandchild_is_found_with_and_without_proc() -> None:
    child = subprocess.Popen(["sh", "-c", "sleep 60 & echo $!; wait"], stdout=subprocess.PIPE, text=True)
    assert child.stdout
    try:
        grandchild = int(child.stdout.readline())
        assert {child.pid, grandchild} <= set(descendants(os.getpid()))
        assert grandchild not in descendants(os.getpid(), spare=frozenset({child.pid}))
        for seen in (processes(), _processes_by_ps()):
            assert {(child.pid, os.getpid()), (grandchild, child.pid)} <= {(pid, up) for pid, up, _ in seen}
    finally:
        subprocess.run(["kill", "-9", str(grandchild)], check=False)
        child.stdout.close()
        child.wait()
