"""Python code that reaches for what judges it, for other processes, or for the machine below."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from samokoder.adapters.scanning.rules import Found
from samokoder.domain.paths import FilePath

_CALLS = {
    "os._exit": ("runner", "os._exit ends the test runner before it can tell how the tests went"),
    "os.abort": ("runner", "os.abort ends the test runner before it can tell how the tests went"),
    "os.kill": ("process", "signals to other processes"),
    "os.killpg": ("process", "signals to other processes"),
    "os.fork": ("process", "new processes by fork"),
    "os.setuid": ("process", "a change of the user"),
    "os.ptrace": ("process", "tracing of other processes"),
}
_TESTING = {"pytest", "_pytest", "unittest"}
_FOREIGN = {"ctypes", "cffi", "pty", "docker"}
_HINT = re.compile(
    r"_exit|abort|kill|fork|setuid|ptrace|pytest|unittest|ctypes|cffi|\bpty\b|docker|/proc/|/sys/|/dev/mem|/etc/sh"
)
"""Files without any of these words need not be parsed."""
_PATHS = ("/proc/", "docker.sock", "/sys/", "/dev/mem", "/etc/shadow")


def read(path: FilePath, text: str) -> list[Found]:
    if not path.endswith(".py") or not _HINT.search(text):
        return []
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return []  # it cannot run either
    return [Found(path, line, rule, message) for line, rule, message in _dangers(tree, _is_test(path))]


def _is_test(path: FilePath) -> bool:
    return path.startswith("tests/") or path.rpartition("/")[2].startswith(("test_", "conftest"))


def _dangers(tree: ast.AST, test: bool) -> Iterator[tuple[int, str, str]]:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                for alias in names:
                    yield from _import(node.lineno, alias.name, test)
            case ast.ImportFrom(module=str(module), names=names, level=0):
                yield from _import(node.lineno, module, test)
                for alias in names:
                    yield from _use(node.lineno, f"{module}.{alias.name}")
            case ast.Attribute(value=ast.Name(id=base), attr=name):
                yield from _use(node.lineno, f"{base}.{name}")
            case ast.Constant(value=str(value)) if any(part in value for part in _PATHS):
                yield node.lineno, "foreign", "a path of the machine below the application"


def _import(line: int, module: str, test: bool) -> Iterator[tuple[int, str, str]]:
    top = module.partition(".")[0]
    if top == "_pytest" or (top in _TESTING and not test):
        yield line, "runner", f"the application imports {top}, which judges it"
    if top in _FOREIGN:
        yield line, "foreign", f"{top} reaches below Python"


def _use(line: int, name: str) -> Iterator[tuple[int, str, str]]:
    if name in _CALLS:
        rule, message = _CALLS[name]
        yield line, rule, message
