"""How a label stands inside generated files: as data, in HTML, in Jinja and in Python. Pure."""

from __future__ import annotations

import html
import unicodedata

_UNPRINTABLE = {"Cc", "Cs", "Zl", "Zp"}


def plain(label: str) -> str:
    """The label on one line, without control characters and lone surrogates; what files can hold."""
    kept = (" " if unicodedata.category(c) in _UNPRINTABLE else c for c in label)
    return " ".join("".join(kept).split())


def html_text(label: str) -> str:
    """The label as HTML text or inside a quoted attribute of a Jinja template."""
    return html.escape(plain(label)).replace("{", "&#123;").replace("}", "&#125;")


def jinja_string(label: str) -> str:
    """The label as a string literal of a Jinja expression; autoescape makes it HTML."""
    escaped = plain(label).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def python_string(label: str) -> str:
    """The label as a Python literal with the quotes a formatter would choose."""
    literal = repr(plain(label))
    if literal.startswith("'") and '"' not in literal:
        return f'"{literal[1:-1]}"'
    return literal


def sentence(label: str) -> str:
    """The label as the beginning of a line."""
    text = plain(label)
    return text[:1].upper() + text[1:]


def inner(label: str) -> str:
    """The label in the middle of a sentence; abbreviations keep their capitals."""
    text = plain(label)
    return text if len(text) > 1 and not text[1].islower() and text[1] != " " else text[:1].lower() + text[1:]
