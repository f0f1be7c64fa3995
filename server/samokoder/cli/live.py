"""A run on a terminal: what goes on now, the tasks, what was spent; redrawn in place."""

from __future__ import annotations

import asyncio
import sys
import time
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.live import Live as RichLive
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from samokoder.cli.lines import landed_words
from samokoder.cli.reports import body_lines, head_lines

STATES = {
    "verified": ("✔", "green"),
    "given_up": ("✘", "red"),
    "debugging": ("⚒", "yellow"),
    "asking": ("?", "magenta"),
    "verifying": ("▶", "cyan"),
    "reviewing": ("◎", "cyan"),
    "coding": ("✎", "cyan"),
    "breaking_down": ("·", "dim"),
}
MOST_TASKS = 14
"""Rows; more would push the screen."""


class Live:
    """The Follower of terminals."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False)
        self._status: dict[str, Any] | None = None
        self._begun = time.monotonic()
        self._note = ""
        self._live = RichLive(
            console=self._console, refresh_per_second=5, transient=True, get_renderable=self._render
        )

    def __enter__(self) -> Live:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def begun(self, run_id: str) -> None:
        self._note = f"run {run_id}"

    def event(self, event: dict[str, Any]) -> None:
        """What landed scrolls by above; what failed is worth keeping in sight."""
        if event["kind"] == "landed":
            self._console.print(Text(landed_words(event), style="dim" if event["ok"] else "yellow"))
        elif event["kind"] in ("noted", "ended") and event["detail"]:
            self._console.print(Text(event["detail"], style="red"))

    def status(self, status: dict[str, Any]) -> None:
        self._status = status

    def cancelling(self) -> None:
        self._note = "cancelling … Ctrl-C again leaves the run to be resumed"

    async def ask(self, question: dict[str, Any]) -> str | None:
        if not sys.stdin.isatty():
            return None
        self._live.stop()
        try:
            self._put(question)
            line = await read_line()
            return None if line is None else line.strip()
        finally:
            self._live.start()

    def _put(self, question: dict[str, Any]) -> None:
        self._console.print(Text(question["text"], style="bold"))
        approval = question["questionId"].startswith("approve-")
        for option in () if approval else question["options"]:
            self._console.print(Text(f"  - {option}"))
        prompt = "approve? [y/n] " if approval else f"answer (Enter: {question['default'] or 'skip'}) "
        self._console.print(Text(prompt), end="")

    # ----------------------------------------------------------------------------------------- drawing

    def _render(self) -> RenderableType:
        elapsed = f"{time.monotonic() - self._begun:.0f} s"
        if self._status is None:
            return Text(f"{self._note}  {elapsed}", style="dim")
        return Group(
            self._head(self._status, elapsed), tasks_table(self._status), Text(self._note, style="dim")
        )

    def _head(self, status: dict[str, Any], elapsed: str) -> RenderableType:
        head = Table.grid(padding=(0, 2))
        head.add_row(
            Text(status["title"], style="bold"),
            ProgressBar(total=100, completed=status["percentage"], width=24),
            f"{status['tasksDone']}/{status['tasksTotal']}",
            Text(
                " ".join(filter(None, (status["agent"], status["task"], status["subject"][:50]))),
                style="cyan",
            ),
        )
        usage = status["usage"]
        spent = f"{usage['tokensIn'] + usage['tokensOut']:,} tokens  ${usage['cost'] / 1e6:.4f}  {elapsed}"
        failing = f"  {status['failing']} failing" if status["failing"] else ""
        return Group(head, Text(f"{status['phase'].replace('_', ' ')}  {spent}{failing}", style="dim"))


def summary_panel(picture: dict[str, Any], console: Console | None = None) -> None:
    """How the run ended, framed in the colour of its end."""
    colour = "green" if picture["state"] == "verified" else "yellow"
    console = console or Console(highlight=False)
    console.print(Panel(Text("\n".join(head_lines(picture))), border_style=colour))
    for line in body_lines(picture):
        console.print(Text(line), soft_wrap=True)  # a command is copied as it stands


def tasks_table(status: dict[str, Any]) -> Table:
    """The tasks with their states, open ones first when there are too many."""
    table = Table.grid(padding=(0, 1))
    tasks = (
        sorted(status["tasks"], key=lambda task: task["state"] == "verified")
        if len(status["tasks"]) > MOST_TASKS
        else status["tasks"]
    )
    for task in tasks[:MOST_TASKS]:
        mark, style = STATES.get(task["state"], ("·", ""))
        files = f"{task['filesWritten']}/{len(task['files'])} files" if task["files"] else ""
        table.add_row(
            Text(mark, style=style),
            task["id"],
            Text(task["title"][:50]),
            Text(task["state"], style=style),
            files,
        )
    return table


async def read_line() -> str | None:
    """A line from the terminal, without a thread that would outlive the program; None at its end."""
    loop = asyncio.get_running_loop()
    there: asyncio.Future[None] = loop.create_future()
    try:
        loop.add_reader(sys.stdin, lambda: None if there.done() else there.set_result(None))
    except NotImplementedError:  # Windows
        return await asyncio.to_thread(sys.stdin.readline) or None
    try:
        await there
    finally:
        loop.remove_reader(sys.stdin)
    return sys.stdin.readline() or None
