"""Which commands an architecture may name: a runner of its language with files of the project. Pure.

The sandbox bounds what a command can do; this bounds what is run at all. A model that was misled by what it
read gets no shell, no code in an argument that nobody reviews, and no tool that installs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

RUNNERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "python": (
            *("python", "python3", "pytest", "uvicorn", "gunicorn", "hypercorn", "daphne", "granian"),
            *("waitress-serve", "flask", "fastapi", "streamlit"),
        ),
        "node": ("node", "npm", "npx", "vite", "vitest", "jest", "mocha", "next", "tsx", "playwright"),
    }
)
INSTALLERS = frozenset({"pip", "ensurepip", "uv", "pipx", "virtualenv", "venv", "easy_install"})
"""Modules that fetch or set up what nobody vetted."""
SCRIPTS = frozenset({"test", "t", "start", "run", "run-script"})
"""What npm may be asked: to run a script of the project, which is reviewed as any file is."""
TESTERS = ("vitest", "jest", "mocha", "playwright")
_OPTIONS = {
    "python": re.compile(r"-[BEIOPsu]+|-[WX].+|-m"),
    "node": re.compile(r"--test|--enable-source-maps|--no-warnings|--experimental-[a-z-]+"),
    "npm": re.compile(r"-s|--silent|--if-present|-w|(--prefix|--workspace)(=.+)?|--workspaces"),
    "npx": re.compile(r"--no(-install)?"),
}
"""Options that carry no code and fetch nothing, of runners that have such as do."""
_BIN = re.compile(r"(@[a-z0-9-]+/)?[a-z0-9][a-z0-9._-]*")
"""A program of the installed packages; no path, address or version to fetch."""


def objection(language: str, command: Sequence[str]) -> str:
    """What is wrong with a command, for whoever named it; empty when it may be run."""
    if not command:
        return "no command is named"
    runner, *arguments = command
    if runner not in RUNNERS[language]:
        return f"{runner!r} is no runner of {language}; use one of {', '.join(RUNNERS[language])}"
    kind = {"python3": "python", "tsx": "node"}.get(runner, runner)
    own, rest = _own(arguments)
    if kind in _OPTIONS and (bad := next((o for o in own if not _OPTIONS[kind].fullmatch(o)), "")):
        return (
            f"{runner} {bad} is not run; code belongs into a file of the contract, packages into dependencies"
        )
    match kind:
        case "npm" if not rest or rest[0] not in SCRIPTS or not _plain(rest):
            return "npm may only test, start, or run a script of package.json"
        case "npx" if not rest or not _BIN.fullmatch(rest[0]):
            return "npx may only run a program of an installed package, by its name"
        case "npx" if rest[0] in RUNNERS[language]:
            return objection(language, rest)
        case "python" if own[-1:] == ["-m"] and _package(rest) in INSTALLERS:
            return f"{_package(rest)} is not run: name packages in dependencies"
    return ""


def proves_nothing(language: str, command: Sequence[str]) -> str:
    """Why checks that run so may end well without having tested anything; empty for a test runner.

    An interpreter that is given a file of tests only defines them.
    """
    runner, *arguments = command
    own, rest = _own(arguments)
    if language == "python":
        tests = runner == "pytest" or [*own[-1:], *rest[:1]] == ["-m", "pytest"]
        return "" if tests else "checks are run by pytest, which knows the tests of unittest, too"
    tests = (
        (rest[0] if runner == "npx" else runner) in TESTERS
        or (runner in ("node", "tsx") and "--test" in own)
        or (runner == "npm" and any(word == "t" or word.startswith("test") for word in rest[:2]))
    )
    return "" if tests else f"checks are run by a test runner: npm test, node --test, {', '.join(TESTERS)}"


def _own(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """The runner's own options, and the file, module or script it runs with the rest."""
    for at, word in enumerate(arguments):
        if not word.startswith("-"):
            return list(arguments[:at]), list(arguments[at:])
        if word == "-m":
            return list(arguments[: at + 1]), list(arguments[at + 1 :])
    return list(arguments), []


def _plain(words: Sequence[str]) -> bool:
    """Whether npm's options are such as may be; what stands behind ``--`` is the script's own."""
    own = words[: words.index("--")] if "--" in words else words
    return all(_OPTIONS["npm"].fullmatch(word) for word in own if word.startswith("-"))


def _package(rest: Sequence[str]) -> str:
    return rest[0].split(".")[0].lower() if rest else ""
