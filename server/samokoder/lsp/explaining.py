"""Evidence as a person reads it, in Markdown. Pure."""

from __future__ import annotations

import shlex

from samokoder.domain.review import Finding
from samokoder.domain.run import Run
from samokoder.errors import NotFound
from samokoder.lsp.proofs import Proof, proofs
from samokoder.orchestrator.findings import findings


def explain_check(run: Run, check_id: str, most: int | None = None) -> str:
    """With the last ``most`` characters of the output. Raises NotFound."""
    for proof in proofs(run):
        if proof.id == check_id:
            return _proof(proof, most)
    raise NotFound(
        f"Run {run.id} has no check {check_id!r}.", hint="samokoder.show lists the checks of a run."
    )


def explain_finding(run: Run, finding_id: str) -> str:
    """The finding, and the failing evidence of its task. Raises NotFound."""
    for item in findings(run):
        if item.id == finding_id:
            failing = [p for p in proofs(run) if p.task == item.task and not p.evidence.passed]
            return "\n\n".join([_finding(item), *(_proof(p) for p in failing if item.source == "check")])
    raise NotFound(
        f"Run {run.id} has no finding {finding_id!r}.", hint="samokoder.show lists the findings of a run."
    )


def _finding(item: Finding) -> str:
    whole = "the whole task" if item.task else "the dependencies"
    place = f"`{item.path}`, line {item.line}" if item.path else whole
    lines = [
        f"# {item.severity.capitalize()} in {place}",
        "",
        item.message,
        "",
        f"Task {item.task}; found by {item.source}." if item.task else "Found before anything was installed.",
    ]
    if item.waived:
        lines.append(f"Waived: {item.waived}")
    return "\n".join(lines)


def _proof(proof: Proof, most: int | None = None) -> str:
    evidence = proof.evidence
    report, check = evidence.report, evidence.check
    ended = report.fault or f"exit code {report.exit_code}"
    verdict = "passed" if evidence.passed else "failed"
    stale = "\n\nFiles have changed since; this is no proof of the tree as it is now." if proof.stale else ""
    separates = ", ".join(evidence.isolation.separates) or "nothing"
    return (
        f"# {check.title}: {verdict}{stale}\n\n"
        f"- command: `{shlex.join(check.command)}`\n"
        f"- result: {ended}, {report.seconds:.2f} s\n"
        f"- proves: {', '.join(check.requirements) or 'the whole'}\n"
        f"- tree: `{evidence.tree[:16]}`\n"
        f"- sandbox: {evidence.isolation.level}; separates {separates}\n\n"
        f"{fenced(report.output if most is None else report.output[-most:])}\n"
    )


def fenced(output: str) -> str:
    """A fence longer than any in the output."""
    fence = "```"
    while fence in output:
        fence += "`"
    return f"{fence}text\n{output.rstrip()}\n{fence}"
