"""Whoever looks on sees what a check says last, and nothing a terminal would obey."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from samokoder.domain.evidence import Check, CommandReport
from samokoder.domain.paths import FilePath
from samokoder.domain.run import Run
from samokoder.orchestrator.overheard import LONGEST, overheard
from samokoder.orchestrator.runs import Runs
from samokoder.ports import News, Sign
from tests.orchestrator import story
from tests.orchestrator.cast import Silent, only_with_code, world


class Listening(Silent):
    def __init__(self) -> None:
        super().__init__()
        self.heard: list[News] = []

    def happened(self, run: Run, news: News) -> None:
        if news.kind == "going":
            self.heard.append(news)


async def test_what_a_check_says_is_told_while_it_runs_and_kept_by_nobody() -> None:
    def talking(files: Mapping[FilePath, bytes], check: Check) -> CommandReport:
        report = only_with_code(files, check)
        return report.model_copy(update={"output": f"collecting\n37 passed of {check.id}\n"})

    listening = Listening()
    runs = Runs(world(talking, editor=listening))
    run_id = await runs.start(story.request())
    assert (await runs.wait(run_id)).end.kind == "verified"  # type: ignore[union-attr]
    told = [news for news in listening.heard if news.action == "RunCheck"]
    assert {news.detail for news in told} >= {f"37 passed of {news.subject}" for news in told}
    assert told and all(news.ok and news.agent == "Executor" for news in told)
    kinds = {step.outcome.kind for step in await runs.steps(run_id)}
    assert "check_ran" in kinds and "running" not in str(kinds)


@pytest.mark.parametrize(
    ("said", "line"),
    [
        (b"one\ntwo\n", "two"),
        (b"one\n\n  \n", "one"),
        (b"half", "half"),
        (b"10%\r20%\r", "20%"),
        (b"\x1b[31mred\x1b[0m \x1b]0;title\x07\x1b[2Jtext\x07\x00", "red text"),
        ("mirrored \u202e\u2066text".encode(), "mirrored text"),
        ("привет ✓".encode(), "привет ✓"),
        (b"bad \xff\xfe byte", "bad \ufffd\ufffd byte"),
        (b"x" * 10_000, "x" * LONGEST),
    ],
)
def test_only_the_plain_text_of_the_last_line_is_shown(said: bytes, line: str) -> None:
    signs: list[Sign] = []
    overheard(world(watch=signs.append))(said)
    assert [(sign.kind, sign.why) for sign in signs] == [("running", line)]


def test_a_flood_is_told_four_times_a_second_and_a_character_in_two_pieces_is_whole() -> None:
    signs: list[Sign] = []
    now = [0.0]
    hear = overheard(world(watch=signs.append, clock=lambda: now[0]))
    for n in range(1_000):
        now[0] = n / 100
        for piece in (f"line {n} ".encode(), b"\xd0", b"\xaf\n"):
            hear(piece)
    assert 38 <= len(signs) <= 41
    assert signs[-1].why.startswith("line 9") and "\ufffd" not in "".join(sign.why for sign in signs)


def test_silence_is_not_told() -> None:
    signs: list[Sign] = []
    hear = overheard(world(watch=signs.append))
    hear(b"\n \x1b[0m\r\n")
    assert signs == []
