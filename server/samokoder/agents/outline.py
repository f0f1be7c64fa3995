"""Large files by their outline: what they declare, without how. Pure.

Python is read by its own parser; of other languages the lines that look like declarations are kept.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TypeVar

from samokoder.domain.files import SourceFile
from samokoder.domain.paths import FilePath
from samokoder.domain.value import Value

B = TypeVar("B", bound=Value)

LARGE = 6_000
"""Characters; such files are the first to be outlined."""
LONGEST = 4_000
"""Characters an outline may have."""
WHOLE = frozenset({"current"})
"""Parts of briefs that are always shown as they are: what is to be changed must be seen."""
DECLARES = re.compile(
    r"\s{0,8}(?:@|#include\b|#{1,4} |import\b|from\b|export\b|default\b|async\b|function\b|"
    r"class\b|interface\b|"
    r"type\b|enum\b|const\b|let\b|var\b|def\b|fn\b|func\b|struct\b|impl\b|trait\b|pub\b|public\b|private\b|"
    r"protected\b|static\b|package\b|module\b|namespace\b|create\b|CREATE\b|<template|<script|"
    r"\[[\w.\"-]+\]|\w[\w-]*:\s*$|[.#]?[\w-]+[^;{}]*\{)"
)


def versions(brief: B) -> Iterator[B]:
    """The brief as it is, then shorter and shorter ones, each of which says less of its files."""
    yield brief
    kept = frozenset(getattr(brief, "writable", ()))
    last = brief
    for smallest, spared in ((LARGE, kept), (0, kept), (0, frozenset[FilePath]())):
        shorter = _outlined(brief, smallest, spared)
        if shorter != last:
            yield shorter
            last = shorter


def _outlined(brief: B, smallest: int, spared: frozenset[FilePath]) -> B:
    def shown(file: SourceFile) -> SourceFile:
        large = len(file.text) >= smallest and file.path not in spared
        return outline(file) if large else file

    parts = {
        name: tuple(shown(file) for file in value)
        for name in type(brief).model_fields
        if name not in WHOLE and _is_files(value := getattr(brief, name))
    }
    return brief.model_copy(update=parts)


def _is_files(value: object) -> bool:
    return isinstance(value, tuple) and bool(value) and all(isinstance(item, SourceFile) for item in value)


def outline(file: SourceFile) -> SourceFile:
    """The file's outline where that is shorter; the file itself otherwise."""
    lines = _python(file.text) if file.path.endswith((".py", ".pyi")) else None
    if lines is None:
        lines = [line.rstrip() for line in file.text.splitlines() if DECLARES.match(line)]
    count = file.text.count("\n") + 1
    text = f"(outline of {count} lines: declarations only, bodies left out)\n" + "\n".join(lines)
    if len(text) > LONGEST:
        text = f"{text[:LONGEST].rsplit(chr(10), 1)[0]}\n(more declarations follow)"
    return file.model_copy(update={"text": text}) if len(text) < len(file.text) else file


def _python(text: str) -> list[str] | None:
    """None when it is no Python."""
    try:
        module = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return list(_declared(module, ""))


def _declared(node: ast.Module | ast.ClassDef, indent: str) -> Iterator[str]:
    for item in node.body:
        match item:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield from _decorators(item, indent)
                yield f"{indent}{_signature(item)}"
            case ast.ClassDef():
                yield from _decorators(item, indent)
                bases = ", ".join(map(ast.unparse, (*item.bases, *item.keywords)))
                yield f"{indent}class {item.name}{f'({bases})' if bases else ''}:"
                yield from _declared(item, f"{indent}    ")
            case ast.Import() | ast.ImportFrom() | ast.AnnAssign():
                yield indent + _short(ast.unparse(item))
            case ast.Assign() if all(isinstance(target, ast.Name) for target in item.targets):
                yield indent + _short(ast.unparse(item))


def _decorators(item: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, indent: str) -> Iterator[str]:
    for decorator in item.decorator_list:
        yield f"{indent}@{_short(ast.unparse(decorator))}"


def _signature(item: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    returns = f" -> {ast.unparse(item.returns)}" if item.returns else ""
    word = "async def" if isinstance(item, ast.AsyncFunctionDef) else "def"
    return f"{word} {item.name}({ast.unparse(item.args)}){returns}: ..."


def _short(text: str) -> str:
    first = text.split("\n", 1)[0]
    return first if len(first) <= 160 else f"{first[:157]}..."
