"""Showing a run as lines: JSON for machines, plain words for logs and pipes."""

from __future__ import annotations

import json
import time
from typing import Any

BILLED_EVERY = 2.0
"""Seconds between two lines that say what was spent."""


class JsonLines:
    """One value a line, under the name of what it is."""

    def __enter__(self) -> JsonLines:
        return self

    def __exit__(self, *_: object) -> None: ...

    def begun(self, run_id: str) -> None:
        _print({"begun": {"runId": run_id}})

    def event(self, event: dict[str, Any]) -> None:
        _print({"event": event})

    def status(self, status: dict[str, Any]) -> None:
        _print({"status": status})

    def cancelling(self) -> None:
        _print({"cancelling": True})

    async def ask(self, question: dict[str, Any]) -> str | None:
        return None


def _print(value: dict[str, Any]) -> None:
    print(json.dumps(value), flush=True)


class PlainLines:
    """A line for everything that landed: time, role, task, what came of it; the bill now and then."""

    def __init__(self) -> None:
        self._began = self._billed = time.monotonic()

    def __enter__(self) -> PlainLines:
        return self

    def __exit__(self, *_: object) -> None: ...

    def begun(self, run_id: str) -> None:
        print(f"run {run_id}", flush=True)

    def event(self, event: dict[str, Any]) -> None:
        if event["kind"] == "landed":
            elapsed = time.monotonic() - self._began
            print(f"{elapsed:6.1f} s  {landed_words(event)}", flush=True)
        elif event["kind"] in ("noted", "ended") and event["detail"]:
            print(event["detail"], flush=True)

    def status(self, status: dict[str, Any]) -> None:
        now = time.monotonic()
        if now - self._billed >= BILLED_EVERY:
            self._billed = now
            print(f"{now - self._began:6.1f} s  --  {bill(status)}", flush=True)

    def cancelling(self) -> None:
        print("cancelling … (Ctrl-C again leaves it to be resumed)", flush=True)

    async def ask(self, question: dict[str, Any]) -> str | None:
        return None


def bill(status: dict[str, Any]) -> str:
    """``tasks 2/4, 61 calls, 402,113 tokens, $0.0000``"""
    usage = status["usage"]
    tokens = usage["tokensIn"] + usage["tokensOut"]
    done = f"tasks {status['tasksDone']}/{status['tasksTotal']}"
    return f"{done}, {usage['calls']} calls, {tokens:,} tokens, ${usage['cost'] / 1e6:.4f}"


def landed_words(event: dict[str, Any]) -> str:
    """``ok    T1  file_written  app/models.py``"""
    mark = "ok" if event["ok"] else "no"
    what = event["outcome"].replace("_", " ")
    parts = (what, event["subject"], event["detail"].split("\n")[0][:160])
    return f"{mark}  {event['agent'] or 'you':<15} {event['task'] or '-':<12} " + "  ".join(
        filter(None, parts)
    )
