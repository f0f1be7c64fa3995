"""What the server says to people, found in its source: the texts a translation must have."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import samokoder

ROOT = Path(samokoder.__file__).parent
NOT_TO_PEOPLE = (
    *("agents/", "offline/", "adapters/fake", "adapters/memory.py", "domain/fenced.py", "domain/edits.py"),
    *(
        "domain/guards.py",
        "domain/commands.py",
        "orchestrator/asking.py",
        "adapters/models/dialect.py",
        "adapters/models/abilities.py",
    ),
    *(
        "adapters/sqlite/schema.py",
        "adapters/sandbox/inside/attempts.py",
        "adapters/sandbox/inside/effective.py",
    ),
    *("adapters/sandbox/inside/channel.py", "adapters/sandbox/inside/relay.py", "adapters/sandbox/place.py"),
    *("adapters/sandbox/inside/probe.py", "adapters/sandbox/inside/readiness.py", "adapters/sandbox/warm.py"),
    *("adapters/sandbox/trial.py", "adapters/sandbox/seccomp_", "adapters/sandbox/hardening.py"),
    *(
        "adapters/sandbox/dependencies/recipes.py",
        "adapters/sandbox/dependencies/proxy.py",
        "lsp/greeting.py",
    ),
    *("adapters/sandbox/dependencies/heads.py", "adapters/sandbox/counting.py", "adapters/sandbox/frames.py"),
    *(
        "adapters/sandbox/pip_settings.py",
        "domain/evidence.py",
        "lsp/marks.py",
        "lsp/writer.py",
        "lsp/languages/",
    ),
)
"""These speak to models, to other programs, into a command's output or into the log."""
IN_ENGLISH_ONLY = ("cli/",)
"""The command line; the documents of a run are in the language of its description."""
_WORDS = re.compile(r"[A-Za-z]{2,}.* .*[a-z]{2}", re.DOTALL)
_CODE = re.compile(
    r"%s|%d|%\(|\\[sdwS]|^\(\?|^[A-Z ]+ (FROM|INTO|IMMEDIATE|REPLACE)|\$@|&& |--\w+ .*--|^<!--|\nconst "
)
_LIST = re.compile(r"(?:[\w*.\-]+ ){8,}[\w*.\-]+")
_ONE_WORD = re.compile(r"[A-Z][a-z]+")


def said() -> Iterator[tuple[str, str]]:
    """Each text with the place it stands at; what is put into it is ``{}``."""
    for path in sorted(ROOT.rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if not name.startswith((*NOT_TO_PEOPLE, *IN_ENGLISH_ONLY)):
            for line, text in _in(ast.parse(path.read_text("utf-8")), name):
                yield f"{name}:{line}", text


def _in(tree: ast.Module, name: str) -> Iterator[tuple[int, str]]:
    hidden = {id(part) for node in ast.walk(tree) for part in _hidden(node, name)}
    for node in ast.walk(tree):
        text = None if id(node) in hidden else _template(node)
        if text is not None and _is_for_people(text, name):
            yield getattr(node, "lineno", 0), text


def _hidden(node: ast.AST, name: str) -> Iterator[ast.AST]:
    """Comments (but an error's is its message), what is logged or compared, parts of what is whole."""
    match node:
        case ast.ClassDef(body=[ast.Expr(), *body]) if name == "errors.py":
            yield from (each.value for each in body if isinstance(each, ast.Expr))
        case ast.Module() | ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
            yield from (each.value for each in node.body if isinstance(each, ast.Expr))
        case ast.Call(func=ast.Attribute(value=ast.Name(id="logger" | "re"))):
            yield from ast.walk(node)
        case ast.Call(func=ast.Attribute(attr="spawn"), args=[_, what]):
            yield from ast.walk(what)  # the name of a task
        case ast.Call(func=ast.Name(id="Field" | "cast" | "text" | "TypeVar")):
            yield from ast.walk(node)
        case ast.JoinedStr() | ast.Compare():
            yield from (part for part in ast.walk(node) if part is not node)


def _template(node: ast.AST) -> str | None:
    match node:
        case ast.Constant(value=str(text)):
            return re.sub(r"\{\w+\}", "{}", text)
        case ast.JoinedStr(values=parts):
            return "".join(str(p.value) if isinstance(p, ast.Constant) else "{}" for p in parts)
    return None


def _is_for_people(text: str, name: str) -> bool:
    if _CODE.search(text) or _LIST.fullmatch(text):
        return False
    return bool(_WORDS.search(text)) or (name.startswith("lsp/") and bool(_ONE_WORD.fullmatch(text)))
