"""The files of the pages: they parse whatever people call their things, and are what the model needs."""

from __future__ import annotations

import ast
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import Environment

from samokoder.domain.data_model import DataModel
from samokoder.offline.application.pages import layout, text
from tests.offline.application.pages.models import DESK, EVERY, LIBRARY, ORDERS, TYPICAL

OURS = "lint.isort.known-first-party = ['app', 'tests']"

HOSTILE = st.text(min_size=1, max_size=40) | st.sampled_from(
    [
        "{{ 7 * 7 }}",
        "{% raw %}",
        "{# gone #}",
        "<script>alert(1)</script>",
        "\"quoted\" and 'single'",
        "back\\slash\\",
        "}}",
        "<< v.name >>",
        "<% if 1 %>",
        "שלום עולם",
        "👩‍👩‍👧",
        "two\nlines\r\n",
        "\ud800",
        "\x00",
        "{{",
        "%}",
        '""" + exit() + """',
    ]
)


def written(model: DataModel) -> dict[str, str]:
    return {file.path: text(model, file.path) for file in layout(model)}


def relabelled(model: DataModel, label: str) -> DataModel:
    """The model with every word a person gave replaced."""

    def changed(value: object, key: str = "") -> object:
        if isinstance(value, dict):
            return {name: changed(inside, name) for name, inside in value.items()}
        if isinstance(value, tuple | list):
            return tuple(changed(inside) for inside in value)
        return (
            label if key in ("title", "label", "label_plural", "unit") and isinstance(value, str) else value
        )

    return DataModel.model_validate(changed(model.model_dump()))


@pytest.mark.parametrize("model", EVERY)
@settings(max_examples=25, deadline=None)
@given(label=HOSTILE)
def test_any_label_makes_files_that_parse_and_can_be_saved(model: DataModel, label: str) -> None:
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    for path, content in written(relabelled(model, label)).items():
        content.encode("utf-8")
        if path.endswith(".py"):
            ast.parse(content, path)
        if path.endswith(".html"):
            environment.parse(content, path)


@settings(max_examples=40, deadline=None)
@given(label=HOSTILE)
def test_a_label_is_never_code(label: str) -> None:
    """What a label says is shown, not run: the frame rendered shows exactly the title."""
    shown = " ".join(Title.of(frame(DataModel(title=label))).split())
    assert shown == " ".join(Title.plain(label).split())


def frame(model: DataModel) -> str:
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(
        text(model, "app/templates/base.html").replace('{% import "_icons.html" as icons %}', "")
    )
    return template.render(path="/", done="")


class Title(HTMLParser):
    """Reads the name of the application out of a page's frame."""

    def __init__(self) -> None:
        super().__init__()
        self.inside = False
        self.found = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.inside = self.inside or tag == "bdi"

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "bdi"

    def handle_data(self, data: str) -> None:
        self.found += data if self.inside else ""

    @classmethod
    def of(cls, page: str) -> str:
        reader = cls()
        reader.feed(page)
        return reader.found

    @staticmethod
    def plain(label: str) -> str:
        from samokoder.offline.application.pages.escaping import plain

        return plain(label)


@pytest.mark.parametrize("model", EVERY)
def test_python_files_are_laid_out_and_free_of_faults(model: DataModel, tmp_path: Path) -> None:
    for path, content in written(model).items():
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content, "utf-8")
    options = ["--isolated", "--line-length", "100", "--target-version", "py311"]
    for command in (["format", "--diff"], ["check", "--select", "E,F,I,B,UP", "--config", OURS]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, *options, "."],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("model", EVERY)
def test_pages_load_nothing_from_elsewhere_and_need_no_inline_code(model: DataModel) -> None:
    for path, content in written(model).items():
        if path.endswith(".html"):
            assert "//" not in content.replace("</", ""), path
            assert "<script>" not in content and " style=" not in content and " onclick" not in content


@pytest.mark.parametrize("model", EVERY)
def test_the_same_model_gives_the_same_files(model: DataModel) -> None:
    again = DataModel.model_validate_json(model.model_dump_json())
    assert written(model) == written(again)


def test_an_unknown_path_is_refused() -> None:
    with pytest.raises(KeyError):
        text(LIBRARY, "app/other.py")


def test_only_what_the_model_needs_is_written() -> None:
    library, desk, orders = (set(written(model)) for model in TYPICAL)
    assert "app/pages/sign_in.py" in desk
    assert "app/pages/sign_in.py" not in library | orders
    assert "app/web/calendar.py" in library & desk
    assert "app/web/calendar.py" not in orders
    assert "app/templates/tickets/board.html" in desk
    assert "app/templates/order_lines/list.html" not in orders
    assert "app/templates/order_lines/_fields.html" in orders


def test_lines_of_an_order_are_kept_on_its_page_with_their_products() -> None:
    page = text(ORDERS, "app/templates/orders/detail.html")
    assert '{% include "order_lines/_fields.html" %}' in page
    assert "record.unit_price * record.quantity" in page


def test_what_is_late_is_marked_only_while_it_is_open() -> None:
    assert "record.due_on is past and record.returned_on is none" in text(
        LIBRARY, "app/templates/loans/list.html"
    )
    assert 'not in ["resolved", "rejected"]' in text(DESK, "app/templates/tickets/list.html")


@pytest.mark.parametrize(
    ("told", "ancestors"), [({}, "'none'"), ({"FRAME_ANCESTORS": "vscode-webview:"}, "vscode-webview:")]
)
def test_pages_are_framed_by_nobody_but_whom_the_environment_names(
    told: dict[str, str], ancestors: str
) -> None:
    rendering = written(LIBRARY)["app/web/rendering.py"]
    begin, end = rendering.index("# No other page"), rendering.index("environment = ")
    said = f"import os\n{rendering[begin:end]}\nprint(HEADERS['Content-Security-Policy'])"
    policy = subprocess.run(
        [sys.executable, "-c", said], env=told, capture_output=True, text=True, check=True
    )
    assert policy.stdout.strip().endswith(f"; frame-ancestors {ancestors}")
