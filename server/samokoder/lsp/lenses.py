"""Code lenses on our documents: what can be done now, and what is proved of each requirement. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from lsprotocol import types

from samokoder.domain.files import digest_of
from samokoder.domain.run import Building, Run, waiting_for
from samokoder.lsp.features import to_command
from samokoder.lsp.markup import blocks
from samokoder.lsp.papers import Kind
from samokoder.lsp.proofs import Proof, proof_of, proofs
from samokoder.lsp.results.result import State

APPROVAL: dict[Kind, str] = {"spec": "approve-specification", "plan": "approve-plan"}
TAKE_UP = {"interrupted", "stuck", "budget_exhausted", "built_unverified", "environment_missing"}


def lenses(run: Run, state: State, kind: Kind, text: str) -> list[types.CodeLens]:
    """``text`` is the document as the person sees it; headings are found where they stand now."""
    return [*_on_top(run, state, kind), *_on_headings(run, kind, text)]


def _on_top(run: Run, state: State, kind: Kind) -> Iterator[types.CodeLens]:
    given: dict[str, object] = {"runId": run.id}
    if any(question.id == APPROVAL[kind] for question in waiting_for(run)):
        yield _lens(0, "Approve", "approve", given)
    if run.request.options.review and run.proposed:
        yield _lens(0, f"Accept {len(run.proposed)} proposed files", "accept", {**given, "all": True})
    if state == "running":
        yield _lens(0, "Pause", "pause", given)
        yield _lens(0, "Cancel", "cancel", given)
    if state in TAKE_UP:
        yield _lens(0, "Continue", "resume", given)
    if kind == "plan":
        yield _lens(0, "Open the specification", "openSpecification", given)
    elif isinstance(run.unfinished, Building) or run.phase.kind == "approving_plan":
        yield _lens(0, "Open the plan", "openPlan", given)
    yield _lens(0, state.replace("_", " "), "show", given)


def _on_headings(run: Run, kind: Kind, text: str) -> Iterator[types.CodeLens]:
    found = proofs(run)
    for block in blocks(text):
        if block.kind == "h3" and block.text:
            id = block.text.split()[0]
            proof = proof_of(id, found) if kind == "spec" else _of_task(id, found)
            yield _proved(run, block.line, proof)


_DEFINITION = re.compile(
    r"^(?:export\s+)?(?:default\s+)?(?:async\s+)?(?:def|class|function)\s+\w+", re.MULTILINE
)


def code_lenses(run: Run, path: str, text: str) -> list[types.CodeLens]:
    """On what a file of ours defines: by which check its task was verified."""
    tasks = run.unfinished.tasks if isinstance(run.unfinished, Building) else ()
    for task in tasks:
        written = {str(p): d for p, d in task.files.items()}
        if path in written and (proof := _of_task(task.task.id, proofs(run))):
            changed = written[path] != digest_of(text.encode())
            shown = replace(proof, stale=proof.stale or changed)
            lines = [text.count("\n", 0, found.start()) for found in _DEFINITION.finditer(text)]
            return [_proved(run, line, shown) for line in lines]
    return []


def _of_task(task: str, found: tuple[Proof, ...]) -> Proof | None:
    own = [proof for proof in found if proof.task == task]
    return next((proof for proof in own if not proof.evidence.passed), own[0] if own else None)


def _proved(run: Run, line: int, proof: Proof | None) -> types.CodeLens:
    if proof is None:
        return _lens(line, "not verified yet", "show", {"runId": run.id})
    check, report = proof.evidence.check, proof.evidence.report
    words = {
        "verified": f"verified by {check.title} · {report.seconds:.1f} s",
        "stale": f"stale: files have changed since {check.title} passed",
        "failing": f"this check fails: {check.title}",
        "none": "not verified yet",
    }[proof.standing]
    return _lens(line, words, "explain", {"runId": run.id, "checkId": proof.id, "show": True})


def _lens(line: int, title: str, command: str, given: dict[str, object]) -> types.CodeLens:
    place = types.Range(types.Position(line, 0), types.Position(line, 0))
    return types.CodeLens(range=place, command=to_command(title, command, given))
