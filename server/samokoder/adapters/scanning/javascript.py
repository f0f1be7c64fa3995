"""JavaScript and TypeScript by a few patterns: no parser, so a name built from pieces is not seen."""

from __future__ import annotations

import re

from samokoder.adapters.scanning.rules import Found
from samokoder.domain.paths import FilePath

_ENDINGS = (".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx", ".vue", ".svelte", ".html")
_RULES = (
    (re.compile(r"(?<![\w.$])eval\s*\("), "js-eval", "eval runs text as code"),
    (re.compile(r"\bnew\s+Function\s*\("), "js-eval", "new Function runs text as code"),
    (re.compile(r"\bset(?:Timeout|Interval)\s*\(\s*[\"'`]"), "js-eval", "a timer runs text as code"),
    (re.compile(r"[\"'](?:node:)?vm[\"']"), "js-eval", "the module vm runs text as code"),
    (re.compile(r"[\"'](?:node:)?child_process[\"']"), "js-process", "child_process starts programs"),
    (re.compile(r"\bprocess\.(?:kill|binding|dlopen)\s*\("), "js-process", "it reaches for other processes"),
    (re.compile(r"\bdocument\.write(?:ln)?\s*\("), "js-html", "document.write writes text as HTML"),
    (re.compile(r"\.(?:inner|outer)HTML\s*=|dangerouslySetInnerHTML|v-html"), "js-html", "text becomes HTML"),
)
_COMMENT = re.compile(r"^\s*(?://|\*|/\*)")


def read(path: FilePath, text: str) -> list[Found]:
    if not path.endswith(_ENDINGS):
        return []
    lines = [(n, line) for n, line in enumerate(text.splitlines(), 1) if not _COMMENT.match(line)]
    return [
        Found(path, n, rule, message)
        for n, line in lines
        for pattern, rule, message in _RULES
        if pattern.search(line)
    ]
