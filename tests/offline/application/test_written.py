"""Written applications pass their own tests, and their tests see what is broken."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from samokoder.domain.data_model import DataModel
from samokoder.offline import application
from samokoder.offline.application.render import OVERVIEW, RECORDS, catalogue
from samokoder.offline.application.shape import shape_of
from tests.offline.application.by_hand import EVERY, LEAVE, LIBRARY, NESTED


def write(model: DataModel, folder: Path, groups: tuple[str, ...] = ()) -> Path:
    """The application's files, or those of some of its tasks."""
    for file in application.layout(model):
        if not groups or file.group in groups:
            path = folder / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(application.text(model, file.path), encoding="utf-8")
    return folder


# Every run of an application's tests is a process forked from one that has imported the libraries.
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["fastapi.testclient", "sqlalchemy.orm", "pydantic", "pytest", "jinja2"])


def outcome(folder: Path, *which: str) -> int:
    """The exit code of the application's own tests."""
    arguments = ["-x", "-q", "--tb=short", "--disable-plugin-autoload", "-p", "no:cacheprovider", *which]
    with ProcessPoolExecutor(1, mp_context=FORKS, initializer=os.chdir, initargs=(folder,)) as pool:
        return int(pool.submit(pytest.main, arguments).result(timeout=100))


def passes(folder: Path, *which: str) -> bool:
    code = outcome(folder, *which)
    assert code in (0, 1), "the tests could not be run"
    return code == 0


def ruff(folder: Path, *arguments: str) -> str:
    """What the linter says; nothing when all is well."""
    program = Path(sys.executable).with_name("ruff")
    done = subprocess.run(
        [program, *arguments], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )
    return done.stdout if done.returncode else ""


@pytest.mark.parametrize("name", EVERY)
def test_an_application_passes_its_own_tests_and_reads_well(name: str, tmp_path: Path) -> None:
    folder = write(EVERY[name], tmp_path)
    assert passes(folder)
    assert ruff(folder, "check", "--no-cache", ".") == ""
    assert ruff(folder, "format", "--no-cache", "--diff", ".") == ""


def test_the_tests_of_a_task_pass_with_what_it_depends_on_and_fail_without_it(tmp_path: Path) -> None:
    records, *later, web = application.groups(LEAVE)
    for group in later:
        folder = write(LEAVE, tmp_path / group.name, (records.name, group.name))
        assert passes(folder)
        for path in group.paths:
            (folder / path).unlink()
        assert outcome(folder, *group.test_paths) in (1, 2)
    assert web.depends_on == (records.name, *(group.name for group in later))


def test_a_total_may_be_made_of_totals(tmp_path: Path) -> None:
    for path, file in catalogue(shape_of(NESTED)).items():
        if file.group in (RECORDS, OVERVIEW):
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(file.text(), encoding="utf-8")
    assert passes(tmp_path)


BREAKS = {
    "wrong status of a new record": ("app/api/books.py", "status_code=201", "status_code=200"),
    "deleting answers 200": ("app/api/books.py", "status_code=204", "status_code=200"),
    "missing record is a conflict": ("app/api/shared.py", "_answer(404)", "_answer(409)"),
    "required field is optional": (
        "app/schemas/book.py",
        "title: str = Field(",
        "title: str | None = Field(None, ",
    ),
    "paging is off by one": ("app/paging.py", "(page - 1) * size", "page * size"),
    "steps are not guarded": ("app/services/loans.py", "if move.source == loan.status", "if move.source"),
    "the steps lead nowhere": ("app/services/loans.py", "loan.status = LoanStatus(state)", "pass"),
    "bound is exclusive": ("app/schemas/book.py", "ge=1", "gt=1"),
    "bound is forgotten": ("app/schemas/book.py", "ge=1, ", ""),
    "dates in any order": ("app/schemas/loan.py", "value < first", "False"),
    "unique is not checked": (
        "app/services/books.py",
        "any(book is None or id != book.id for id in others)",
        "False",
    ),
    "own value is an obstacle": (
        "app/services/books.py",
        "any(book is None or id != book.id for id in others)",
        "any(others)",
    ),
    "missing reference is accepted": (
        "app/services/loans.py",
        "session.get(Book, values.book_id) is None",
        "False",
    ),
    "search knows only one case": ("app/services/authors.py", "icontains", "contains"),
    "search takes patterns": ("app/services/authors.py", ", autoescape=True", ""),
    "filter is ignored": ("app/services/books.py", "Book.genre == chosen.genre", "sa.true()"),
    "sorting ignores the direction": ("app/paging.py", "column.desc()", "column"),
    "records in use are deleted": ("app/services/books.py", "raise Conflict(", "print("),
    "count of all": ("app/models.py", "Loan.book_id == Book.id", "sa.true()"),
    "figure forgets its condition": ("app/services/overview.py", "Loan.status == LoanStatus.LENT, ", ""),
    "formulas in the export": ("app/export.py", 'return f"\'{value}"', "return value"),
    "other sites may change": ("app/main.py", "if urlsplit(origin)", "if not urlsplit(origin)"),
    "samples break the rules": ("app/seed.py", "BookGenre.NOVEL", "None"),
}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(LIBRARY, tmp_path_factory.mktemp("library"))


@pytest.mark.parametrize("what", BREAKS)
def test_a_broken_application_fails_its_tests(what: str, library: Path) -> None:
    path, right, wrong = BREAKS[what]
    file = library / path
    text = file.read_text(encoding="utf-8")
    assert right in text
    file.write_text(text.replace(right, wrong), encoding="utf-8")
    try:
        assert not passes(library, *_tests_near(path))
    finally:
        file.write_text(text, encoding="utf-8")


def _tests_near(path: str) -> tuple[str, ...]:
    """The tests that look at a file, so that a hundred others need not run."""
    name = Path(path).stem
    if "/api/" in path:
        return ("tests/test_books_api.py",)
    near = {
        "main": "tests/test_application.py",
        "overview": "tests/test_overview.py",
        "seed": "tests/test_seed.py",
        "book": "tests/test_books.py",
        "loan": "tests/test_loans.py",
        "export": "tests/test_books.py",
        "models": "tests/test_books.py",
        "paging": "tests/test_authors.py",
    }
    return (near.get(name, f"tests/test_{name}.py"),)
