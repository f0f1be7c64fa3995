"""What the scanner sees is mended, asked about or shown, and never run before that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import pytest

from samokoder.adapters.fakes import FakeSandbox
from samokoder.domain.evidence import Check
from samokoder.domain.paths import FilePath
from samokoder.domain.review import Danger, Finding
from samokoder.domain.run import Building, Run, waiting_for
from samokoder.errors import SandboxUnavailable
from samokoder.orchestrator.advance_task import CHANGE_IT, LET_IT_RUN
from samokoder.orchestrator.findings import findings
from samokoder.orchestrator.runs import Runs
from tests.orchestrator import story
from tests.orchestrator.cast import only_with_code, world

WRONG = FilePath("app/models.py")


class Scanner:
    """Sees a danger in the first versions of one file, and remembers what it has let through."""

    def __init__(self, action: Literal["block", "ask", "note"], versions: int = 1) -> None:
        self.action, self.versions, self.refused = action, versions, set[bytes]()

    async def __call__(self, files: Mapping[FilePath, bytes]) -> tuple[Danger, ...]:
        content = files.get(WRONG)
        if content is None or (content not in self.refused and len(self.refused) >= self.versions):
            return ()
        self.refused.add(content)
        return (Danger(path=WRONG, line=1, message="it calls eval (S307)", action=self.action),)


def watching(ran: list[bytes]) -> FakeSandbox:
    def script(files: Any, check: Check) -> Any:
        if WRONG in files:
            ran.append(files[WRONG])
        return only_with_code(files, check)

    return FakeSandbox(script)


async def played(scanner: Scanner, **options: object) -> tuple[Runs, str, Run, list[bytes]]:
    ran: list[bytes] = []
    sandbox = watching(ran)
    runs = Runs(world(sandbox=lambda choice: sandbox, scan=scanner))
    run_id = await runs.start(story.request(**options))
    return runs, run_id, await runs.wait(run_id), ran


async def test_what_is_blocked_is_mended_and_never_run() -> None:
    scanner = Scanner("block")
    *_, run, ran = await played(scanner)
    assert run.end is not None and run.end.kind == "verified"
    assert scanner.refused and ran and not scanner.refused & set(ran)


async def test_what_stays_dangerous_is_given_up_without_running_it() -> None:
    scanner = Scanner("block", versions=99)
    *_, run, ran = await played(scanner)
    assert run.end is not None and run.end.kind != "verified" and ran == []
    assert "eval" in run.end.reason or any("eval" in one.message for one in shown(run))


async def test_a_doubt_waits_for_the_person_who_may_let_it_run() -> None:
    scanner = Scanner("ask")
    runs, run_id, run, ran = await played(scanner, ask=True)
    while question := next(iter(waiting_for(run)), None):
        assert not scanner.refused or ran == []
        if "eval" not in question.text:
            await runs.answer(run_id, question.id, question.default)
        else:
            assert question.options == (LET_IT_RUN, CHANGE_IT) and question.default == CHANGE_IT
            await runs.answer(run_id, question.id, LET_IT_RUN)
        run = await runs.wait(run_id)
    assert run.end is not None and run.end.kind == "verified"
    assert scanner.refused <= set(ran)


async def test_a_doubt_the_person_does_not_share_is_mended() -> None:
    scanner = Scanner("ask")
    runs, run_id, run, ran = await played(scanner, ask=True)
    while question := next(iter(waiting_for(run)), None):
        await runs.answer(run_id, question.id, question.default)
        run = await runs.wait(run_id)
    assert run.end is not None and run.end.kind == "verified"
    assert not scanner.refused & set(ran)


async def test_where_nobody_is_asked_a_doubt_is_mended() -> None:
    scanner = Scanner("ask")
    *_, run, ran = await played(scanner)
    assert run.end is not None and run.end.kind == "verified"
    assert scanner.refused and not scanner.refused & set(ran)


async def test_a_note_is_run_and_shown() -> None:
    scanner = Scanner("note")
    *_, run, ran = await played(scanner)
    assert run.end is not None and run.end.kind == "verified"
    assert scanner.refused <= set(ran)


class InFiles(Scanner):
    """As its parent, in any file of such a name."""

    def __init__(self, name: str, action: Literal["block", "ask", "note"], versions: int = 1) -> None:
        super().__init__(action, versions)
        self.name = name

    async def __call__(self, files: Mapping[FilePath, bytes]) -> tuple[Danger, ...]:
        path = next((path for path in files if self.name in path), None)
        if path is None or self.versions <= 0:
            return ()
        self.versions -= 1
        self.refused.add(files[path])
        return (Danger(path=path, line=1, message="it calls eval (S307)", action=self.action),)


@pytest.mark.parametrize("action", ["block", "ask"])
async def test_dangerous_checks_are_written_again_before_they_are_run(action: Any) -> None:
    runs, run_id, run, ran = await played(InFiles("test_", action), ask=False)
    assert run.end is not None and run.end.kind == "verified" and ran
    kinds = [step.outcome.kind for step in await runs.steps(run_id)]
    assert kinds.count("checks_written") == kinds.count("checks_seen") + 1


async def test_checks_that_stay_dangerous_are_given_up_and_never_run() -> None:
    runs, run_id, run, _ = await played(InFiles("test_", "block", versions=99))
    assert run.end is not None and run.end.kind != "verified"
    kinds = {step.outcome.kind for step in await runs.steps(run_id)}
    assert "checks_written" in kinds and not kinds & {"checks_seen", "check_ran"}
    assert any("eval" in one.message and one.source == "scanner" for one in shown(run))


async def test_a_dangerous_document_is_left_out_and_said_so() -> None:
    *_, run, ran = await played(InFiles("README.md", "block"))
    assert run.end is not None and run.end.kind == "verified" and ran
    assert isinstance(run.unfinished, Building) and "README.md" not in run.unfinished.documents
    assert [one.message for one in shown(run)] == ["this file was left out: it calls eval (S307)"]


async def test_a_note_on_a_document_leaves_it_there() -> None:
    *_, run, _ = await played(InFiles("README.md", "note"))
    assert isinstance(run.unfinished, Building) and "README.md" in run.unfinished.documents
    assert [one.severity for one in shown(run)] == ["note"]


async def test_what_cannot_be_looked_at_is_not_run() -> None:
    async def broken(files: Mapping[FilePath, bytes]) -> tuple[Danger, ...]:
        raise SandboxUnavailable("ruff is missing", hint="Install it.")

    ran: list[bytes] = []
    sandbox = watching(ran)
    runs = Runs(world(sandbox=lambda choice: sandbox, scan=broken))
    run = await runs.wait(await runs.start(story.request()))
    assert run.end is not None and run.end.kind == "environment_missing" and ran == []


def shown(run: Run) -> tuple[Finding, ...]:
    return findings(run)
