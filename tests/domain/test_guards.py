"""What no version of a file may be."""

from __future__ import annotations

import pytest

from samokoder.domain.guards import gap, misspelt, shrunk


@pytest.mark.parametrize(
    "line",
    [
        "# ... rest unchanged",
        "    # … existing code …",
        "// ... rest of the file",
        "/* rest of the styles remains the same */",
        "<!-- ... -->",
        "{/* ... other routes ... */}",
        "# the rest of the class is unchanged",
        "# existing imports ...",
        "// Other methods unchanged",
        "# rest of the code here",
    ],
)
def test_a_comment_for_lines_left_out_is_found(line: str) -> None:
    assert "line 2" in gap("", f"a\n{line}\n")


@pytest.mark.parametrize(
    "line",
    [
        "...",
        "    def save(self) -> None: ...",
        "# Prices are the same for members, see R3",
        "return [...items, item]",
        "# existing members keep their number",
        "<p>Loading …</p>",
        "# other forms of address",
        'label = "and the rest ..."',
        "## The rest of the year",
    ],
)
def test_ordinary_lines_are_not(line: str) -> None:
    assert gap("", f"{line}\n") == ""


def test_one_that_was_there_before_is_the_persons_and_another_like_it_is_not() -> None:
    assert gap("# ... later\n", "x = 1\n# ... later\n") == ""
    assert gap("# ... later\n", "# ... later\n# ... later\n")


def test_a_long_file_written_anew_may_not_lose_most_of_its_lines() -> None:
    before = "x\n" * 100
    assert "only 30 of the file's 100 lines" in shrunk(before, "x\n" * 30)
    assert shrunk(before, "x\n" * 60) == "" and shrunk("x\n" * 20, "") == ""


@pytest.mark.parametrize(
    ("path", "right", "wrong"),
    [
        ("a.py", "def f():\n    return 1\n", "def f(:\n    return 1\n"),
        ("a.json", '{"a": 1}', '{"a": 1,}'),
        ("a.toml", "a = 1\n", "a = \n"),
        ("a.js", "export const f = (x) => [...x, 1];\n", "export const f = (x => [;\n"),
        ("a.jsx", "export default () => <b>hi</b>;\n", "export default () => <b>{hi</b>;\n"),
        ("a.ts", "const f = <T,>(x: T): T => x;\n", "const f = (x: ): => x;\n"),
        (
            "a.tsx",
            "const A = (p: {x: number}) => <b>{p.x}</b>;\n",
            "const A = (p: {x: number}) => <b>{p.x</b>;\n",
        ),
        ("a.css", "a { color: red }\n", "a { color: red \n"),
        ("a.html", "<!doctype html><p>hi</p>\n", "<div><p>hi</div></p></b>\n"),
    ],
)
def test_a_file_that_is_not_of_its_language_is_refused(path: str, right: str, wrong: str) -> None:
    assert misspelt(path, right) == "" and misspelt(path, wrong) != ""


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.txt", "(("),
        ("page.html", "<a {% if x %}class=b{% endif %}>"),
        ("tsconfig.json", "{ // why\n}"),
        ("Makefile", "x:"),
    ],
)
def test_what_nobody_here_can_tell_is_left_to_the_checks(path: str, text: str) -> None:
    assert misspelt(path, text) == ""
