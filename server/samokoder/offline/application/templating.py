"""Templates of code: their delimiters do not occur in Python, their results are laid out by `formatting`."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from samokoder.offline.application import words
from samokoder.offline.application.compiled import CompiledBeside
from samokoder.offline.application.formatting import docstring, fold, literal, plain, prose, spaced
from samokoder.offline.application.imports import with_imports
from samokoder.offline.application.names import class_name, member

TEMPLATES = Path(__file__).parent / "templates"


def capital(text: str) -> str:
    """The text as the beginning of a sentence in a docstring."""
    line = prose(text)
    return line[:1].upper() + line[1:]


@lru_cache(maxsize=1)
def _environment() -> Environment:
    # The results are Python, not HTML: nothing is escaped as HTML, every label goes through `py` or `prose`.
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        block_start_string="[%",
        block_end_string="%]",
        variable_start_string="[[",
        variable_end_string="]]",
        comment_start_string="[#",
        comment_end_string="#]",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
        auto_reload=False,
        bytecode_cache=CompiledBeside(TEMPLATES),
    )
    environment.filters.update(
        py=literal,
        prose=prose,
        plain=plain,
        doc=docstring,
        capital=capital,
        inner=words.inner,
        quoted=words.quoted,
        spoken=words.spoken,
        a=words.article,
        enumeration=lambda items: words.listed(list(items)),
        pascal=class_name,
        upper=member,
    )
    return environment


@lru_cache(maxsize=64)
def _template(name: str) -> Template:
    return _environment().get_template(name)


def written(template: str, names: dict[str, str], **context: Any) -> str:
    """The template's Python, with its imports, laid out."""
    source = _template(template).render(**context)
    return fold(spaced(with_imports(source, names)).rstrip("\n") + "\n")
