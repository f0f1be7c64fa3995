"""What is printed of finished things, on a terminal and elsewhere."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import Any

END_WORDS = {
    "verified": "verified: every check passed on the final files",
    "built_unverified": "built, but NOT verified",
    "blocked": "blocked: it needs you",
    "budget_exhausted": "the budget is spent",
    "stuck": "stuck: repair makes no progress",
    "environment_missing": "something is missing on this machine",
    "cancelled": "cancelled",
    "waiting": "waiting for you",
    "interrupted": "interrupted; it can be resumed",
    "running": "still running",
}


def summary(picture: dict[str, Any]) -> None:
    """How a run ended, and how that is known."""
    for line in summary_lines(picture):
        print(line)


def summary_lines(picture: dict[str, Any]) -> list[str]:
    return ["", *head_lines(picture), *body_lines(picture)]


def head_lines(picture: dict[str, Any]) -> list[str]:
    """How it ended, and on what that rests."""
    return list(_head(picture))


def body_lines(picture: dict[str, Any]) -> list[str]:
    """Files, checks, findings, and what can be done now."""
    return [*_files(picture), *_checks(picture), *_findings(picture), *_next(picture)]


def _head(picture: dict[str, Any]) -> Iterator[str]:
    yield f"{picture['title']}: {END_WORDS[picture['state']]}"
    if picture["reason"]:
        yield f"  {picture['reason']}"
    yield f"run      {picture['runId']}, {picture['steps']} steps, {spent(picture['usage'])}"
    yield f"model    {picture['model']}"
    yield f"sandbox  {isolation(picture)}"


def _files(picture: dict[str, Any]) -> Iterator[str]:
    there = [file["path"] for file in picture["files"] if file["inFolder"]]
    yield f"files    {len(there)} in {picture['target']}"
    for path in there:
        yield f"         {path}"
    for path in picture["conflicts"]:
        yield f"         {path}: left as it is, it is not ours"


def _checks(picture: dict[str, Any]) -> Iterator[str]:
    if picture["checks"]:
        yield "checks"
    fresh = {check["command"] for check in picture["checks"] if not check["stale"]}
    for check in picture["checks"]:
        if check["stale"] and check["command"] in fresh:
            continue  # it was run again on what is there now
        mark = "passed" if check["passed"] else "FAILED"
        ended = check["fault"] or f"exit code {check['exitCode']}"
        stale = ", stale" if check["stale"] else ""
        yield f"  {mark}{stale}  {check['command']}  ({ended}, {check['seconds']:.2f} s)  {check['id']}"


def _findings(picture: dict[str, Any]) -> Iterator[str]:
    for finding in picture["findings"]:
        if not finding["waived"]:
            place = f"{finding['path']}:{finding['line']}" if finding["path"] else finding["task"]
            yield f"  {finding['severity']}  {place}  {finding['message']}  ({finding['id']})"


def _next(picture: dict[str, Any]) -> Iterator[str]:
    """What the person can do now."""
    run_id = picture["runId"]
    for question in picture["questions"]:
        yield f"question {question['questionId']}: {question['text']}"
        yield from (f"         - {option}" for option in question["options"])
        if question["questionId"].startswith("approve-"):
            yield f"         samokoder approve {run_id}"
        else:
            yield f"         samokoder answer {run_id} {question['questionId']} TEXT"
            yield f"         or --skip for: {question['default'] or 'as it is thought best'}"
    if picture["state"] == "verified" and picture["startCommand"]:
        yield from _start(picture)
    elif picture["state"] in {
        "interrupted",
        "budget_exhausted",
        "stuck",
        "built_unverified",
        "environment_missing",
    }:
        yield f"go on    samokoder resume {run_id}"


INSTALL = "python3 -m venv .venv && .venv/bin/python -m pip install -q -r requirements.txt"


def _start(picture: dict[str, Any]) -> Iterator[str]:
    """A line that works as it stands in a shell, dependencies included."""
    parts, command = [f"cd {shlex.quote(picture['target'])}"], picture["startCommand"]
    if command.startswith("python ") and "requirements.txt" in {file["path"] for file in picture["files"]}:
        parts.append(INSTALL)
        command = f".venv/bin/{command}"
    parts.append(f"PORT={picture['port']} {command}")
    yield f"start    {' && '.join(parts)}"
    yield f"         and open http://127.0.0.1:{picture['port']}"


def isolation(picture: dict[str, Any]) -> str:
    """Which sandbox ran the checks and what it kept them from."""
    used = picture["isolation"]
    if used is None:
        return f"{picture['sandbox']}; nothing was run yet"
    level = "local runner" if used["level"] == "none" else used["level"]
    engine = f" ({used['engine']})" if used["engine"] else ""
    return f"{level}{engine}; separates {', '.join(used['separates']) or 'nothing from this machine'}"


def spent(usage: dict[str, Any]) -> str:
    tokens = usage["tokensIn"] + usage["tokensOut"]
    cost = usage["cost"] / 1_000_000
    return f"{usage['calls']} calls, {tokens:,} tokens, ${cost:.4f}, {usage['seconds']:.1f} s"


def whole(picture: dict[str, Any]) -> None:
    """Everything about a run."""
    print(picture["description"][:2_000])
    for requirement in picture["requirements"]:
        print(f"  {requirement['id']:<4} {requirement['proof']:<9} {requirement['title']}")
    for task in picture["tasks"]:
        print(f"  {task['id']:<12} {task['state']:<14} {task['title']}")
    summary(picture)


def runs(result: dict[str, Any]) -> None:
    if not result["runs"]:
        print("no runs on record")
    for run in result["runs"]:
        words = " ".join(run["description"].split())[:50]
        told = f"{run['runId']}  {run['state']:<20} {run['steps']:>4} steps  {run['created']}"
        print(f"{told}  {run['target']}  {words}")


def doctor(result: dict[str, Any]) -> None:
    for item in result["checks"]:
        mark = "ok" if item["ok"] else "NO" if item["needed"] else "-"
        print(f"{mark:<3} {item['name']:<18} {item['found']}")
        if item["hint"]:
            print(f"    {'':<18} {item['hint']}")


def cancelled(result: dict[str, Any]) -> None:
    print(f"run {result['runId']}: {END_WORDS.get(result['state'] or '', 'nothing to cancel')}")


def forked(result: dict[str, Any]) -> None:
    run_id = result["runId"]
    print(f"run {run_id} shares {result['steps']} steps; samokoder resume {run_id} goes on with it")


def models(result: dict[str, Any]) -> None:
    """Those at work first."""
    for item in sorted(result["models"], key=lambda item: not item["worksAs"]):
        work = f"  [{', '.join(item['worksAs'])}]" if item["worksAs"] else ""
        print(f"{item['name'] or item['title']}{work}")
        if not item["reachable"]:
            print(f"    not reachable: {item['whyNot']}")
            continue
        print(f"    {_size(item['context'])}; {_price(item)}")
        print(f"    {_abilities(item)}")
    for why in result["unreachable"]:
        print(why)
    print(
        "Prices are in US dollars for a million tokens; those nobody set or told are of "
        f"{result['pricesAsOf']}."
    )


def _size(context: int | None) -> str:
    return f"context {context:,} tokens" if context else "context unknown"


def _price(item: dict[str, Any]) -> str:
    price = item["price"]
    if price is None:
        return "price unknown: set it before it can be used"
    if not price["input"] and not price["output"]:
        return "free"
    cached = f", {price['cached']:g} cached" if price["cached"] is not None else ""
    return f"{price['input']:g} in{cached}, {price['output']:g} out"


ABILITIES = {
    "streaming": "streaming",
    "jsonSchema": "JSON schema",
    "tools": "tools",
    "jsonMode": "JSON mode",
    "reasoningEffort": "reasoning effort",
}


def _abilities(item: dict[str, Any]) -> str:
    tried = {words: item["abilities"][name] for name, words in ABILITIES.items()}
    can = [words for words, ability in tried.items() if ability]
    cannot = [words for words, ability in tried.items() if ability is False]
    said = [f"can: {', '.join(can)}"] if can else []
    said += [f"cannot: {', '.join(cannot)}"] if cannot else []
    said += [f"tried {item['probed'][:10]}"] if item["probed"] else []
    return "; ".join(said) or "abilities not tried (--probe)"


def model_test(result: dict[str, Any]) -> None:
    if not result["ok"]:
        print(f"{result['model']}: {result['error']} {result['hint']}".rstrip())
        return
    cost = "at an unknown price" if result["cost"] is None else f"${result['cost'] / 1e6:.6f}"
    print(f"{result['model']} answered in {result['seconds']:.1f} s ({cost}).")


def replayed(told: dict[str, Any]) -> None:
    print(f"Replayed {told['steps']} steps with {told['replies']} replies on record: every step as it was.")
    if told["reworded"]:
        print(f"{told['reworded']} questions are worded otherwise today.")
    print(f"End {told['end'] or 'none'}; {told['files']} files, tree {told['tree'][:16]}.")


def exported(told: dict[str, Any]) -> None:
    print(f"{told['path']}: {told['steps']} steps, {told['replies']} replies of models.")


def costs(result: dict[str, Any]) -> None:
    print(f"{_spent(result['total'])}")
    for title, lines in (
        ("by role", result["byRole"]),
        ("by task", result["byTask"]),
        ("by model", result["byModel"]),
        ("by day", result["byDay"]),
    ):
        print(title)
        for line in lines:
            print(f"  {line['name'] or '-':<32} {_spent(line['usage'])}")


def _spent(usage: dict[str, Any]) -> str:
    cached = f" ({usage['tokensCached']:,} cached)" if usage["tokensCached"] else ""
    return (
        f"${usage['cost'] / 1e6:.4f}  {usage['calls']:,} calls, {usage['tokensIn']:,} tokens in{cached}, "
        f"{usage['tokensOut']:,} out"
    )


def estimate(result: dict[str, Any]) -> None:
    print(estimated(result))


def estimated(result: dict[str, Any]) -> str:
    """In one line."""
    basis = (
        f"from {result['runs']} runs of yours" if result["runs"] else "a guess: no run of yours is on record"
    )
    if result["cost"] is None:
        return (
            f"A run takes about {result['tokens']:,} tokens ({basis}); a price is not known: samokoder models"
        )
    if not result["high"]:
        return f"A run takes about {result['calls']:,} calls and costs nothing ({basis})."
    amounts = [f"${result[name] / 1e6:.2f}" for name in ("cost", "low", "high")]
    return f"A run costs about {amounts[0]}, between {amounts[1]} and {amounts[2]} ({basis})."
