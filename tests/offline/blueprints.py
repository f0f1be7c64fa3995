"""A stand-in for what the embedded model knows: small applications of one thing, complete and consistent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from samokoder.agents.architect import ArchitectBrief
from samokoder.agents.spec_writer import SpecWriterBrief
from samokoder.agents.tech_lead import TechLeadBrief
from samokoder.domain.architecture import Architecture
from samokoder.domain.data_model import Choice, DataModel, Entity, Field, Metric
from samokoder.domain.plan import Plan
from samokoder.domain.specification import Specification
from samokoder.offline.blueprint import Blueprint
from samokoder.offline.roles import architect, spec_writer, tech_lead

DESCRIPTION = "A list of books"


@dataclass(frozen=True)
class Understood:
    model: DataModel
    assumptions: Sequence[str]
    queries: Sequence[Query]


@dataclass(frozen=True)
class Refused:
    subject: str
    message: str


@dataclass(frozen=True)
class Query:
    id: str
    text: str
    options: Sequence[str]
    default: str


@dataclass(frozen=True)
class Need:
    id: str
    title: str
    text: str
    acceptance: Sequence[str]
    group: str


@dataclass(frozen=True)
class File:
    path: str
    purpose: str
    exports: Sequence[str]
    group: str
    is_test: bool


@dataclass(frozen=True)
class Group:
    name: str
    title: str
    depends_on: Sequence[str]
    need_ids: Sequence[str]
    paths: Sequence[str]
    test_paths: Sequence[str]


def understand(
    description: str, answers: Mapping[str, str] = {}, additions: Sequence[str] = ()
) -> Understood | Refused:
    if "game" in description:
        return Refused("game", "Games are outside what the rules can do.")
    fields = [
        Field(name="title", label="Title", type="text", required=True, maximum=200),
        Field(
            name="genre",
            label="Genre | kind",
            type="choice",
            choices=(Choice(value="novel", label="Novel"), Choice(value="poems", label="Poems")),
        ),
    ]
    if any("shelf" in text for text in additions) or answers.get("shelf") == "yes":
        fields.append(Field(name="shelf", label="Shelf", type="text"))
    book = Entity(
        name="book",
        plural="books",
        label="Book",
        label_plural="Books",
        fields=tuple(fields),
        display="title",
        export=True,
    )
    metrics = (Metric(name="count", label="Books", kind="count", entity="book"),)
    russian = any("а" <= letter <= "я" for letter in description.lower())
    model = DataModel(language="ru" if russian else "en", title="Books", entities=(book,), metrics=metrics)
    shelf = Query("shelf", "Do books stand on shelves?", ("yes", "no"), "no")
    return Understood(model, ("Titles may repeat.",), (shelf,))


def needs(model: DataModel) -> list[Need]:
    found = [
        Need("list", "List", "The system SHALL list the books.", ("All books are listed.",), "books"),
        Need("health", "Health", "The system SHALL answer on /health.", ("200.",), "base"),
    ]
    if model.entities[0].export:
        found.append(Need("export", "Export", "The system SHALL export the books.", ("CSV.",), "books"))
    if model.metrics:
        found.append(Need("figures", "Figures", "The system SHALL count the books.", ("A number.",), "books"))
    if any(field.name == "shelf" for field in model.entities[0].fields):
        found.append(Need("shelf", "Shelf", "Each book SHALL have a shelf.", ("Shown.",), "books"))
    return found


def layout(model: DataModel) -> list[File]:
    return [
        File("app/main.py", "Starts.", ("app: FastAPI",), "base", False),
        File("app/books.py", "Books.", ("def listing() -> list[Book]",), "books", False),
        File("requirements.txt", "What is installed.", (), "base", False),
        File("tests/test_main.py", "Health.", (), "base", True),
        File("tests/test_books.py", "Books.", (), "books", True),
    ]


def text(model: DataModel, path: str) -> str:
    names = ", ".join(field.name for field in model.entities[0].fields)
    return {
        "app/main.py": "from app import books\n\n\ndef health() -> int:\n    return 200\n",
        "app/books.py": f"# {names}\nbooks = []\n\n\ndef listing() -> list[str]:\n    return books\n",
        "requirements.txt": requirements_lock(model),
        "tests/test_main.py": "from app.main import health\n\ndef test_it():\n    assert health() == 200\n",
        "tests/test_books.py": "from app.books import listing\n\ndef test_it():\n    assert not listing()\n",
    }[path]


def groups(model: DataModel) -> list[Group]:
    ids = [need.id for need in needs(model) if need.group == "books"]
    return [
        Group("base", "Base", (), ("health",), ("app/main.py", "requirements.txt"), ("tests/test_main.py",)),
        Group("books", "Books", ("base",), ids, ("app/books.py",), ("tests/test_books.py",)),
    ]


def requirements_lock(model: DataModel) -> str:
    return "# exact versions\nfastapi==0.116.1\npytest==8.4.1 ; python_version >= '3.11'\n"


BOOKS = Blueprint(understand, needs, layout, text, groups, requirements_lock)


def specification(description: str = DESCRIPTION) -> Specification:
    found = spec_writer.answer(SpecWriterBrief(description=description), BOOKS).specification
    assert found is not None
    return found


def architecture(description: str = DESCRIPTION) -> Architecture:
    brief = ArchitectBrief(description=description, specification=specification(description))
    return architect.answer(brief, BOOKS)


def plan(description: str = DESCRIPTION) -> Plan:
    brief = TechLeadBrief(specification=specification(description), architecture=architecture(description))
    return tech_lead.answer(brief, BOOKS)
