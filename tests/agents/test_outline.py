"""Outlines say what a file declares; briefs get shorter by steps and never hide what is to be changed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from samokoder.agents.code_monkey import CodeMonkeyBrief
from samokoder.agents.outline import LONGEST, outline, versions
from samokoder.agents.rendering import render
from samokoder.domain.files import SourceFile
from samokoder.domain.paths import FilePath
from tests.agents.briefs import AGENTS, every_brief, fault

PYTHON = '''"""Books."""
from app.db import Base

LIMIT: int = 10
names = ["a"]


@dataclass(frozen=True)
class Book(Base):
    """A book."""

    title: str

    async def save(self, at: str = "x", *, now: bool) -> None:
        secret_of_the_body = 1
        await put(secret_of_the_body)


def find(title: str) -> Book | None:
    return next((b for b in all() if b.title == title), None)
'''
SCRIPT = """import { useState } from "react";

export function App({ books }) {
  const [open, setOpen] = useState(false);
  if (open) {
    return hidden(books, deeply(nested(call)));
  }
  return null;
}

export class Shelf extends Thing {
      somethingDeepInside();
}
"""


def file(path: str, text: str) -> SourceFile:
    return SourceFile(path=FilePath(path), text=text)


def test_python_is_outlined_by_its_declarations() -> None:
    assert outline(file("app/books.py", PYTHON)).text.split("\n")[1:] == [
        "from app.db import Base",
        "LIMIT: int = 10",
        "names = ['a']",
        "@dataclass(frozen=True)",
        "class Book(Base):",
        "    title: str",
        "    async def save(self, at: str='x', *, now: bool) -> None: ...",
        "def find(title: str) -> Book | None: ...",
    ]


def test_other_languages_keep_the_lines_that_declare() -> None:
    text = outline(file("src/App.jsx", SCRIPT * 3)).text
    assert "export function App({ books }) {" in text and "export class Shelf extends Thing {" in text
    assert "hidden(" not in text and "somethingDeepInside" not in text


def test_python_that_cannot_be_read_is_outlined_like_any_text() -> None:
    text = outline(file("a.py", "def broken(:\n    body()\n" * 40)).text
    assert "def broken(:" in text and "body()" not in text


@given(st.text(max_size=400), st.sampled_from(["a.py", "b.ts", "c.md", "d"]))
def test_an_outline_is_never_longer_than_the_file(text: str, path: str) -> None:
    assert len(outline(file(path, text)).text) <= len(text)


def test_an_outline_has_its_limit() -> None:
    many = "\n".join(f"def function_{n}(argument_one, argument_two):\n    pass\n" for n in range(2_000))
    assert len(outline(file("a.py", many)).text) <= LONGEST + 50


def test_briefs_get_shorter_and_what_may_be_changed_is_shown_longest() -> None:
    brief = fault(
        writable=(FilePath("app/a.py"),),
        files=(file("app/a.py", PYTHON * 3), file("app/b.py", PYTHON), file("app/c.py", PYTHON * 20)),
    )
    sizes = [[len(shown.text) for shown in told.files] for told in versions(brief)]
    a, b, c = sizes[0]
    assert len(sizes) == 4
    assert sizes[1][:2] == [a, b] and sizes[1][2] < c
    assert sizes[2][0] == a and sizes[2][1] < b
    assert sizes[3][0] < a


def test_the_file_that_is_written_is_always_shown_whole() -> None:
    brief = every_brief()["code_monkey"]
    assert isinstance(brief, CodeMonkeyBrief)
    full = brief.model_copy(
        update={"current": (file("app/books.py", PYTHON * 20),), "neighbours": (file("x.py", PYTHON),)}
    )
    told = list(versions(full))
    assert len(told) == 2
    assert all(version.current == full.current for version in told)
    assert len(told[1].neighbours[0].text) < len(PYTHON)


def test_a_brief_without_files_has_one_version() -> None:
    assert len(list(versions(every_brief()["spec_writer"]))) == 1


# ------------------------------------------------------------------------------ the stable parts come first


def shared(one: str, other: str) -> int:
    """Length of what both begin with."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(one), len(other)))


def test_what_every_call_of_a_run_shares_comes_first() -> None:
    """So that a provider that caches prompts by their beginning finds it again."""
    briefs = every_brief()
    for agent in AGENTS:
        brief = briefs[agent.name]
        system, user = agent.question(brief)
        assert system.content == agent.role  # the same for every call of the role
        if {"architecture", "task"} <= type(brief).model_fields.keys():
            assert user.content.startswith("<architecture ")


def test_two_orders_of_one_task_differ_only_after_all_they_share() -> None:
    brief = every_brief()["code_monkey"]
    assert isinstance(brief, CodeMonkeyBrief)
    other = brief.model_copy(
        update={"order": brief.order.model_copy(update={"instruction": "Something else."})}
    )
    common = shared(render(brief), render(other))
    assert common >= render(brief).index("<order ") > 0.5 * len(render(brief))


def test_a_second_attempt_at_a_repair_shares_everything_up_to_what_was_tried() -> None:
    first, second = fault(), fault(strategy="alternative", hint="Look at the query.")
    assert shared(render(first), render(second)) > render(first).index("<files ")
