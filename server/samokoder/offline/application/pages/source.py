"""The writer's own templates, marked by ``<% %>`` and ``<< >>``: what they write is Jinja itself."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined

from samokoder.offline.application.formatting import fold
from samokoder.offline.application.pages.escaping import (
    html_text,
    inner,
    jinja_string,
    python_string,
    sentence,
)


@cache
def read(name: str) -> str:
    """A template's text."""
    return (files(__package__) / "templates" / name).read_text("utf-8")


@cache
def environment() -> Environment:
    """Templates with the functions by which labels enter files."""
    made = Environment(
        block_start_string="<%",
        block_end_string="%>",
        variable_start_string="<<",
        variable_end_string=">>",
        comment_start_string="<#",
        comment_end_string="#>",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
        autoescape=False,
        optimized=False,
        loader=FunctionLoader(read),
    )
    made.globals.update(h=html_text, j=jinja_string, py=python_string, S=sentence, inner=inner)
    made.filters["spaced"] = lambda name: name.replace("_", " ")
    return made


def write(template: str, **context: object) -> str:
    """The file a template makes of its context."""
    made = environment().get_template(template).render(context)
    return fold(made) if template.endswith(".py.jinja") else made
