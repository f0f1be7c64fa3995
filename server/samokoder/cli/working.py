"""What each command of the command line does with the server."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from samokoder.cli import products, reports
from samokoder.cli.client import Client, ServerError, ServerGone, start
from samokoder.cli.following import Follower, follow, on_interrupt
from samokoder.cli.lines import JsonLines, PlainLines
from samokoder.domain.ending import EXIT_CODES, INTERRUPTED

BEGINNING = ("generate", "extend", "fix")
ERROR, USAGE, WAITING = 1, 2, EXIT_CODES["blocked"]

Work = Callable[[Client, argparse.Namespace], Awaitable[int]]


def work(given: argparse.Namespace, server: Sequence[str]) -> int:
    """Returns the exit code."""
    return asyncio.run(_work(given, server))


async def _work(given: argparse.Namespace, server: Sequence[str]) -> int:
    client: Client | None = None
    try:
        if given.command in BEGINNING:
            given.description = _description(given)
        client = await start(server)
        return await WORK[given.command](client, given)
    except ServerError as error:
        _complain(given, error)
        return USAGE if error.code == -32602 or error.kind == "invalidRequest" else ERROR
    except UsageError as error:
        print(f"samokoder: {error}", file=sys.stderr)
        return USAGE
    except ServerGone:
        print("samokoder: the server has ended unexpectedly.", file=sys.stderr)
        return ERROR
    except asyncio.CancelledError:
        return INTERRUPTED
    finally:
        if client is not None:
            await client.leave()


class UsageError(Exception):
    """The command line makes no sense."""


def _complain(given: argparse.Namespace, error: ServerError) -> None:
    if given.json:
        print(json.dumps({"error": str(error), "kind": error.kind, "hint": error.hint}), flush=True)
    print(f"samokoder: {error}", file=sys.stderr)
    if error.hint:
        print(f"           {error.hint}", file=sys.stderr)


# ------------------------------------------------------------------------------------ runs to follow


async def _begin(client: Client, given: argparse.Namespace) -> int:
    options = {
        "ask": given.ask,
        "approveSpecification": given.approve_spec,
        "approvePlan": given.approve_plan,
        "sandbox": given.sandbox,
        "budget": _some(_budget(given)),
    }
    await _tell_estimate(client)
    started = await client.command(
        given.command,
        description=given.description,
        target=_absolute(given.into),
        options=_some(options),
    )
    return await _follow(client, given, started)


async def _tell_estimate(client: Client) -> None:
    """Before money is spent; a model that costs nothing needs no words."""
    expected = await client.command("estimate")
    if expected["high"] != 0:
        print(reports.estimated(expected), file=sys.stderr)


def _absolute(folder: str) -> str:
    """Where the shell stands, not where the server does."""
    return str(Path(folder).expanduser().absolute())


def _description(given: argparse.Namespace) -> str:
    """From the argument, a file or stdin; raises UsageError."""
    if (given.description is None) == (given.file is None):
        raise UsageError("give a description, or - to read it from stdin, or --file FILE")
    if given.file is None and given.description != "-":
        return str(given.description)
    try:
        content = sys.stdin.buffer.read() if given.file in {None, "-"} else Path(given.file).read_bytes()
        return content.decode("utf-8")
    except OSError as error:
        raise UsageError(f"{given.file} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UsageError("the description is not UTF-8 text") from None


def _budget(given: argparse.Namespace) -> dict[str, Any]:
    cost = None if given.budget_cost is None else round(given.budget_cost * 1_000_000)
    return {
        "calls": given.budget_calls,
        "tokens": given.budget_tokens,
        "cost": cost,
        "seconds": given.budget_seconds,
    }


def _some(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


async def _resume(client: Client, given: argparse.Namespace) -> int:
    return await _follow(
        client, given, await client.command("resume", runId=given.run, more=_some(_budget(given)))
    )


async def _answer(client: Client, given: argparse.Namespace) -> int:
    words = list(given.words)
    if len(words) > 2 or (given.skip and len(words) > 1) or (not given.skip and not words):
        raise UsageError(
            "give the answer, before it perhaps the question's id; quote an answer of several words"
        )
    text = None if given.skip else words.pop()
    question = words[0] if words else None
    started = await client.command(
        "answer", runId=given.run, questionId=question, text=text, skip=given.skip or None
    )
    return await _follow(client, given, started)


async def _approve(client: Client, given: argparse.Namespace) -> int:
    return await _follow(client, given, await client.command("approve", runId=given.run))


async def _repair(client: Client, given: argparse.Namespace) -> int:
    return await _follow(
        client, given, await client.command("repair", runId=given.run, findingId=given.finding)
    )


async def _follow(client: Client, given: argparse.Namespace, started: dict[str, Any]) -> int:
    """Until it ends or waits for somebody who is not here."""
    run_id = started["runId"]
    try:
        with _follower(given) as follower:
            follower.begun(run_id)
            interrupted = not await follow(client, run_id, follower)
    except ServerGone:
        print(f"samokoder: the server has died; samokoder resume {run_id} goes on.", file=sys.stderr)
        return INTERRUPTED
    picture = await client.command("show", runId=run_id)
    if given.json:
        print(json.dumps({"picture": picture}), flush=True)
    elif sys.stdout.isatty():
        from samokoder.cli.live import summary_panel

        summary_panel(picture)
    else:
        reports.summary(picture)
    return INTERRUPTED if interrupted else exit_code(picture["state"])


def _follower(given: argparse.Namespace) -> Follower:
    if given.json:
        return JsonLines()
    if sys.stdout.isatty():
        from samokoder.cli.live import Live

        return Live()
    return PlainLines()


def exit_code(state: str) -> int:
    """0 only for ``verified``."""
    others = {"interrupted": INTERRUPTED, "running": INTERRUPTED, "waiting": WAITING}
    ended = next((code for kind, code in EXIT_CODES.items() if kind == state), ERROR)
    return others.get(state, ended)


# ------------------------------------------------------------------------------------------- looking


async def _runs(client: Client, given: argparse.Namespace) -> int:
    return _tell(given, await client.command("runs"), reports.runs)


async def _show(client: Client, given: argparse.Namespace) -> int:
    return _tell(given, await client.command("show", runId=given.run), reports.whole)


async def _explain(client: Client, given: argparse.Namespace) -> int:
    kind = "checkId" if "/" in given.subject else "findingId"
    explanation = await client.command("explain", runId=given.run, **{kind: given.subject})
    return _tell(given, explanation, lambda told: print(told["markdown"]))


async def _doctor(client: Client, given: argparse.Namespace) -> int:
    result = await client.command("doctor")
    _tell(given, result, reports.doctor)
    return 0 if all(item["ok"] or not item["needed"] for item in result["checks"]) else ERROR


async def _costs(client: Client, given: argparse.Namespace) -> int:
    return _tell(given, await client.command("costs", runId=given.run), reports.costs)


async def _estimate(client: Client, given: argparse.Namespace) -> int:
    return _tell(given, await client.command("estimate"), reports.estimate)


async def _models(client: Client, given: argparse.Namespace) -> int:
    return _tell(given, await client.command("models", probe=given.probe), reports.models)


async def _test_model(client: Client, given: argparse.Namespace) -> int:
    result = await client.command("testModel", model=given.model)
    _tell(given, result, reports.model_test)
    return 0 if result["ok"] else ERROR


async def _cancel(client: Client, given: argparse.Namespace) -> int:
    return _tell(given, await client.command("cancel", runId=given.run), reports.cancelled)


async def _fork(client: Client, given: argparse.Namespace) -> int:
    target = _absolute(given.into) if given.into else None
    return _tell(
        given, await client.command("fork", runId=given.run, step=given.at, target=target), reports.forked
    )


async def _export(client: Client, given: argparse.Namespace) -> int:
    done = await client.command("export", runId=given.run, path=_absolute(given.to), force=given.force)
    return _tell(given, done, products.exported)


async def _check(client: Client, given: argparse.Namespace) -> int:
    done = await client.command("runChecks", runId=given.run)
    _tell(given, done, products.checked)
    return 0 if done["passed"] else EXIT_CODES["built_unverified"]


async def _preview(client: Client, given: argparse.Namespace) -> int:
    """Until Ctrl-C, or until it is over by itself."""
    shown = await client.command("preview", runId=given.run)
    _tell(given, shown, products.preview)
    if shown["state"] == "ready":
        ctrl_c = asyncio.Event()
        on_interrupt(ctrl_c.set)
        over = await products.until_over(client, given.run, ctrl_c)
        on_interrupt(None)
        if over is None:
            await client.command("stopPreview", runId=given.run)
            return 0
        _tell(given, over, products.preview)
    if not given.json:
        print((await client.command("previewLog", runId=given.run))["log"], file=sys.stderr, end="")
    return ERROR


async def _export_recording(client: Client, given: argparse.Namespace) -> int:
    done = await client.command("exportRecording", runId=given.run, path=_absolute(given.file))
    return _tell(given, done, reports.exported)


async def _replay(client: Client, given: argparse.Namespace) -> int:
    """Of a run on record, or of a file where one of that name is."""
    if (given.run is None) == (given.recording is None):
        raise UsageError("give the id of a run, or --recording FILE")
    source = {"runId": given.run} if given.run else {"recording": _absolute(given.recording)}
    target = {"target": _absolute(given.into)} if given.into else {}
    done = await client.command("replay", **source, **target)
    return _tell(given, done, reports.replayed)


async def _waive(client: Client, given: argparse.Namespace) -> int:
    picture = await client.command("waive", runId=given.run, findingId=given.finding, reason=given.reason)
    return _tell(given, picture, reports.whole)


def _tell(given: argparse.Namespace, result: Any, words: Callable[[Any], None]) -> int:
    if given.json:
        print(json.dumps(result), flush=True)
    else:
        words(result)
    return 0


WORK: dict[str, Work] = {
    **dict.fromkeys(BEGINNING, _begin),
    "resume": _resume,
    "answer": _answer,
    "approve": _approve,
    "repair": _repair,
    "runs": _runs,
    "show": _show,
    "explain": _explain,
    "doctor": _doctor,
    "models": _models,
    "costs": _costs,
    "estimate": _estimate,
    "test-model": _test_model,
    "cancel": _cancel,
    "fork": _fork,
    "export-recording": _export_recording,
    "export": _export,
    "check": _check,
    "preview": _preview,
    "replay": _replay,
    "waive": _waive,
}
