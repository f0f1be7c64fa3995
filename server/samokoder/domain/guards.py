"""What no version of a file may be: cut short, full of gaps, or not in its language. Pure."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from collections import Counter
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tree_sitter import Node

LONG = 40
"""Lines from which on a file that loses most of them was probably cut."""
KEPT = 0.4
"""Share of its lines a long file keeps when it is written anew."""

_COMMENT = r"(?:#|//|/\*|<!--|--|;|\{/\*|\{#|%)"
_PART = r"(?:file|code|class|function|method|module|component|style|import|route|logic|body|test)(?:e?s)?"
_LEFT_OUT = re.compile(
    rf"^\s*{_COMMENT}+\s*(?:the\s+)?(?:"
    r"\.\.\.|…"
    r"|(?:rest|remainder|remaining|others?|existing|previous|same)\b.*(?:\.\.\.|…)"
    rf"|(?:rest|remainder)\s+of\s+(?:the\s+|your\s+)?(?:\w+\s+)?{_PART}\b"
    r"|(?:rest|remainder|remaining|others?|existing|everything)\b"
    r".*\b(?:the same|unchanged|as before|omitted|(?:goes|comes) here)\b"
    rf"|(?:existing|previous|other|remaining)\s+(?:\w+\s+)?{_PART}\s+(?:here|above|below)\b"
    r")",
    re.IGNORECASE,
)
_NOT_JSON = re.compile(r"(?:^|/)(?:[tj]sconfig[^/]*|\.vscode/[^/]*)\.json$")


def gap(before: str, text: str) -> str:
    """A comment that stands for lines left out, and was not there before; empty when there is none."""
    had = Counter(line.strip() for line in before.splitlines())
    for number, line in enumerate(text.splitlines(), 1):
        if _LEFT_OUT.match(line):
            had[line.strip()] -= 1
            if had[line.strip()] < 0:
                return f"line {number} stands for lines that are left out: {line.strip()}"
    return ""


def shrunk(before: str, text: str) -> str:
    """Whether a file written anew lost most of its lines."""
    had, has = before.count("\n"), text.count("\n")
    if had < LONG or has >= KEPT * had:
        return ""
    return f"only {has} of the file's {had} lines are left; write all of it, or delete by edits what is to go"


def misspelt(path: str, text: str) -> str:
    """Where the text is not of the language its name says; empty when it is, or nobody here can tell."""
    suffix = PurePosixPath(path).suffix.lower()
    try:
        if suffix in (".py", ".pyi"):
            ast.parse(text)
        elif suffix == ".json" and not _NOT_JSON.search(path):
            json.loads(text)
        elif suffix == ".toml":
            tomllib.loads(text)
        else:
            return _by_tree(suffix, text)
    except SyntaxError as error:
        return f"line {error.lineno}: {error.msg}"
    except (ValueError, RecursionError) as error:
        return str(error)
    return ""


def _by_tree(suffix: str, text: str) -> str:
    """By tree-sitter's grammars, which go on after an error; templates are in two languages at once."""
    if suffix not in _GRAMMARS or "{%" in text or "{{" in text:
        return ""
    from importlib import import_module

    from tree_sitter import Language, Parser

    module, function = _GRAMMARS[suffix]
    language: Any = getattr(import_module(module), function)()
    tree = Parser(Language(language)).parse(text.encode("utf-8", "replace"))
    fault = _first_fault(tree.root_node) if tree.root_node.has_error else None
    if fault is None:
        return ""
    line = text.split("\n")[fault.start_point[0]].strip()
    return f"line {fault.start_point[0] + 1} cannot be understood: {line[:80]}"


_GRAMMARS = {
    ".js": ("tree_sitter_javascript", "language"),
    ".mjs": ("tree_sitter_javascript", "language"),
    ".cjs": ("tree_sitter_javascript", "language"),
    ".jsx": ("tree_sitter_javascript", "language"),
    ".ts": ("tree_sitter_typescript", "language_typescript"),
    ".mts": ("tree_sitter_typescript", "language_typescript"),
    ".tsx": ("tree_sitter_typescript", "language_tsx"),
    ".html": ("tree_sitter_html", "language"),
    ".css": ("tree_sitter_css", "language"),
}


def _first_fault(node: Node) -> Node | None:
    if node.is_error or node.is_missing:
        return node
    for child in node.children:
        if child.has_error or child.is_missing:
            return _first_fault(child)
    return None
