"""Showing a run as lines: JSON for machines, plain words for logs and pipes."""

from __future__ import annotations

import json
from typing import Any


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
    """A line for everything that landed."""

    def __enter__(self) -> PlainLines:
        return self

    def __exit__(self, *_: object) -> None: ...

    def begun(self, run_id: str) -> None:
        print(f"run {run_id}", flush=True)

    def event(self, event: dict[str, Any]) -> None:
        if event["kind"] == "landed":
            print(landed_words(event), flush=True)
        elif event["kind"] == "ended" and event["detail"]:
            print(event["detail"], flush=True)

    def status(self, status: dict[str, Any]) -> None: ...

    def cancelling(self) -> None:
        print("cancelling … (Ctrl-C again leaves it to be resumed)", flush=True)

    async def ask(self, question: dict[str, Any]) -> str | None:
        return None


def landed_words(event: dict[str, Any]) -> str:
    """``ok    T1  file_written  app/models.py``"""
    mark = "ok" if event["ok"] else "no"
    what = event["outcome"].replace("_", " ")
    parts = (event["agent"], what, event["subject"], event["detail"].split("\n")[0][:160])
    return f"{mark}  {event['task'] or '-':<12} " + "  ".join(part for part in parts if part)
