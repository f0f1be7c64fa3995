"""What can be typed."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import samokoder

SANDBOXES = ("auto", "docker", "bubblewrap", "local", "auto-unsafe", "local-unsafe")


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Leaves the process with 2 when the arguments make no sense."""
    parser = argparse.ArgumentParser(
        prog="samokoder",
        description="From a description in plain words to an application that was seen to work.",
    )
    parser.add_argument("--version", action="version", version=f"samokoder {samokoder.__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _serve(commands)
    _generate(commands)
    _sandboxes(commands)
    _about_runs(commands)
    _about_models(commands)
    given = parser.parse_args(arguments)
    if getattr(given, "allow_local", False):
        if given.sandbox not in (None, "auto", "auto-unsafe"):
            parser.error("--allow-local goes with --sandbox auto; a sandbox that is named is never replaced")
        given.sandbox = "auto-unsafe"
    return given


def _serve(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    serve = commands.add_parser("serve", help="be a language server on stdin and stdout")
    serve.add_argument("--stdio", action="store_true", help="the default; some editors insist on saying it")
    serve.add_argument(
        "--tcp", type=int, metavar="PORT", help="serve one connection from this machine instead"
    )
    model = commands.add_parser("model", help="the embedded model as a service")
    parts = model.add_subparsers(dest="model_command", required=True, metavar="COMMAND")
    model_serve = parts.add_parser("serve", help="an OpenAI-compatible endpoint on this machine")
    model_serve.add_argument("--port", type=int, default=8080)


def _generate(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    generate = _begin(commands.add_parser("generate", help="build an application from a description"))
    generate.add_argument(
        "--into", metavar="DIR", required=True, help="folder the application is written into"
    )
    for name, what in (("extend", "add something to a project"), ("fix", "repair something in a project")):
        change = _begin(commands.add_parser(name, help=what))
        change.add_argument("--in", "--into", dest="into", metavar="DIR", default=".", help="the project")


def _begin(generate: argparse.ArgumentParser) -> argparse.ArgumentParser:
    generate.add_argument("description", nargs="?", help="in plain words; - reads it from stdin")
    generate.add_argument("--file", metavar="FILE", help="read the description from a file")
    _sandbox(generate)
    generate.add_argument("--ask", action="store_true", default=None, help="wait for answers to questions")
    generate.add_argument(
        "--approve-spec", action="store_true", default=None, help="wait for approval of the specification"
    )
    generate.add_argument(
        "--approve-plan", action="store_true", default=None, help="wait for approval of the plan"
    )
    _budget(generate, "at most this many")
    return _output(generate)


def _sandboxes(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("sandbox", help="the sandbox by hand")
    parts = parser.add_subparsers(dest="sandbox_command", required=True, metavar="COMMAND")
    run = parts.add_parser("exec", help="run a command in it, on a copy of a folder")
    run.add_argument("--workspace", metavar="DIR", required=True, help="folder the command gets a copy of")
    run.add_argument("--out", metavar="DIR", help="new folder for the files as they are afterwards")
    run.add_argument("--language", choices=("python", "node"), default="python", help="which image")
    run.add_argument("--seconds", type=float, metavar="S", help="most it may take")
    run.add_argument(
        "--with", dest="dependencies", action="append", default=[], metavar="NAME==VERSION",
        help="a package it needs (NAME@VERSION for node)",
    )  # fmt: skip
    run.add_argument("argv", nargs=argparse.REMAINDER, metavar="-- CMD", help="the command and its words")
    _sandbox(run)
    probe = _output(parts.add_parser("probe", help="see from inside what it keeps out, and its limits"))
    _sandbox(probe)
    build = parts.add_parser("build", help="build the images it needs")
    build.add_argument("--language", choices=("python", "node"), help="only this one")
    build.add_argument("--base", metavar="IMAGE", help="what they are built on, instead of a public image")


def _about_runs(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    _output(commands.add_parser("runs", help="list the runs on record"))
    _output(commands.add_parser("doctor", help="look whether everything needed is there"))
    _run(commands.add_parser("show", help="tell all about a run"))
    resume = _run(
        commands.add_parser("resume", help="go on with an interrupted run, or take up a finished one")
    )
    _budget(resume, "this many more")
    answer = _run(commands.add_parser("answer", help="answer a question of a run, and go on"))
    answer.add_argument(
        "words", nargs="*", metavar="[QUESTION] TEXT", help="the question's id, then the answer"
    )
    answer.add_argument("--skip", action="store_true", help="let the default be assumed")
    _run(commands.add_parser("approve", help="approve the specification or plan that waits, and go on"))
    _run(commands.add_parser("cancel", help="end a run for good"))
    fork = _run(commands.add_parser("fork", help="a new run that shares the first steps of another"))
    fork.add_argument("--at", type=int, required=True, metavar="STEP", help="how many steps are shared")
    fork.add_argument("--into", metavar="DIR", help="another folder for the new run")
    repair = _run(commands.add_parser("repair", help="take up a run that ended unproved"))
    repair.add_argument("finding", nargs="?", help="the finding that is to be repaired")
    _run(commands.add_parser("preview", help="start a run's application and tell its address, until Ctrl-C"))
    _run(commands.add_parser("check", help="run a run's checks again, on the files in its folder now"))
    export = _run(
        commands.add_parser("export", help="put a run's files and what proves them into a zip file")
    )
    export.add_argument("--to", metavar="FILE", required=True, help="the zip file")
    export.add_argument("--force", action="store_true", help="replace a file that is there")
    exported = _run(commands.add_parser("export-recording", help="keep all a replay needs in a file"))
    exported.add_argument("file", help="a new file")
    replay = _output(commands.add_parser("replay", help="do a recorded run again, offline, step by step"))
    replay.add_argument("run", nargs="?", metavar="RUN", help="id of the run")
    replay.add_argument("--recording", metavar="FILE", help="a file made by export-recording, instead")
    replay.add_argument("--into", metavar="DIR", help="write the files into this new folder")
    waive = _run(commands.add_parser("waive", help="let a finding be, for a reason"))
    waive.add_argument("finding")
    waive.add_argument("reason")
    explain = _run(commands.add_parser("explain", help="show the evidence behind a check or finding"))
    explain.add_argument("subject", help="id of a check or finding, as show lists them")


def _about_models(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    models = _output(commands.add_parser("models", help="list the models that can be reached"))
    models.add_argument("--probe", action="store_true", help="try out what those you chose can do")
    test = _output(commands.add_parser("test-model", help="make one cheap call, to see that it works"))
    test.add_argument("model", nargs="?", metavar="MODEL", help="like groq/llama-3.3-70b-versatile")
    costs = _output(commands.add_parser("costs", help="tell what was spent, by role, task, model and day"))
    costs.add_argument("run", nargs="?", metavar="RUN", help="of this run alone")
    _output(commands.add_parser("estimate", help="tell what a run will probably cost"))
    key = commands.add_parser("key", help="keys in the keyring of this system")
    parts = key.add_subparsers(dest="key_command", required=True, metavar="COMMAND")
    for name, what in (("set", "read a key from the terminal and keep it"), ("forget", "remove a key")):
        part = parts.add_parser(name, help=what)
        part.add_argument(
            "provider", metavar="PROVIDER", help="openai, anthropic, groq, openrouter, azure, …"
        )
    _output(parts.add_parser("list", help="tell which providers have a key, and where"))


def _run(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("run", metavar="RUN", help="id of the run")
    return _output(parser)


def _sandbox(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--sandbox", choices=SANDBOXES, help="where generated code runs")
    parser.add_argument(
        "--allow-local",
        action="store_true",
        help="where auto finds no sandbox, run generated code without isolation, as yourself",
    )


def _output(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--json", action="store_true", help="machine-readable, one value a line")
    return parser


def _budget(parser: argparse.ArgumentParser, how: str) -> None:
    for name, kind, unit, what in (
        ("calls", int, "N", "model calls"),
        ("tokens", int, "N", "tokens"),
        ("cost", float, "USD", "US dollars"),
        ("seconds", float, "S", "seconds of work"),
    ):
        parser.add_argument(
            f"--{name}",
            f"--budget-{name}",
            dest=f"budget_{name}",
            type=kind,
            metavar=unit,
            help=f"{how} {what}",
        )
