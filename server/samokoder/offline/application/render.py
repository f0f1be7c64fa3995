"""Which files the backend consists of, and what each is written from. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from samokoder.offline.application import examples, figures, files, rules, seeding, tables, trials
from samokoder.offline.application.phrases import phrases
from samokoder.offline.application.requirements import numbered
from samokoder.offline.application.shape import Record, Shape
from samokoder.offline.application.templating import written

RECORDS, OVERVIEW, ACCESS, WEB = "records", "overview", "access", "web"


@dataclass(frozen=True)
class File:
    """One file: where it goes, what for, with whom, and how its text is made."""

    path: str
    purpose: str
    group: str
    text: Callable[[], str]
    exports: tuple[str, ...] = ()
    is_test: bool = False


@dataclass(frozen=True)
class Writer:
    """Makes files of one application from templates."""

    shape: Shape
    context: dict[str, Any]
    names: dict[str, str]

    def file(
        self,
        path: str,
        purpose: str,
        group: str,
        template: str,
        *exports: str,
        local: dict[str, str] | None = None,
        is_test: bool = False,
        **more: Any,
    ) -> File:
        names = self.names | (local or {})
        text = partial(written, f"{template}.py.jinja", names, **(self.context | more))
        return File(path, purpose, group, text, exports, is_test)


def writer(shape: Shape) -> Writer:
    """The writer of one application, with all that its templates may ask for."""
    context = {
        "model": shape.model,
        "shape": shape,
        "records": shape.records,
        "en": not shape.russian,
        "roles": bool(shape.model.roles),
        "title": shape.model.title,
        "text": phrases(shape.model.language),
        "accounts": tables.account_table(shape),
        "plurals": {record.name: record.plural for record in shape.records},
        "money": any(a.type == "money" for r in shape.records for a in r.attributes),
        "choices": bool(shape.model.roles) or any(r.choices for r in shape.records),
        "tables": tables,
        "rules": rules,
        "examples": examples,
        "test_values": trials,
    }
    return Writer(shape, context, rules.provided(shape))


def catalogue(shape: Shape) -> dict[str, File]:
    """Every file of the backend by its path, in the order they build on one another."""
    write = writer(shape)
    parts = (_records, _overview, _access, _web, _tests)
    return {file.path: file for part in parts for file in part(write)}


def _package(path: str, group: str, text: str) -> File:
    return File(path, "Package", group, lambda: f'"""{text}"""\n')


def _records(write: Writer) -> Iterator[File]:
    shape = write.shape
    yield from (File(path, purpose, RECORDS, partial(make, shape)) for path, purpose, make in files.PROJECT)
    yield write.file("app/__init__.py", "The application", RECORDS, "app_init")
    yield write.file(
        "app/errors.py",
        "What can go wrong, for the person who has to know it",
        RECORDS,
        "errors",
        "class Invalid(Exception): errors: dict[str, str]",
        "class NotFound(Exception)",
        "class Conflict(Exception)",
        *(("class Forbidden(Exception)",) if shape.model.roles else ()),
    )
    if write.context["choices"]:
        exports = [f"class {c.enum}(Choice)" for r in shape.records for c in r.choices]
        yield write.file(
            "app/choices.py", "Values to choose from and their labels", RECORDS, "choices", *exports
        )
    yield write.file(
        "app/db.py",
        "Engine, sessions, what every record has",
        RECORDS,
        "db",
        "def connect(url: str = DATABASE_URL) -> sa.Engine",
        "def get_session() -> Iterator[Session]",
        "def find(session, kind, id) -> Kept | None",
        "def save(session) -> None",
    )
    yield write.file(
        "app/models.py",
        "What is kept, as tables and relations",
        RECORDS,
        "models",
        *(f"class {record.cls}(Record)" for record in shape.records),
        totals=tables.totals(shape),
    )
    yield _messages(write)
    yield _schemas(write)
    for record in shape.records:
        yield write.file(
            f"app/schemas/{record.name}.py",
            f"{record.label}: what is entered and answered",
            RECORDS,
            "schema",
            *(f"class {record.cls}{part}" for part in ("Create(Input)", "Update(Input)", "Read(BaseModel)")),
            record=record,
        )
    yield write.file(
        "app/paging.py",
        "Lists one page at a time",
        RECORDS,
        "paging",
        "class Page: items, total, page, size, pages",
    )
    if any(record.state for record in shape.records):
        restricted = any(t.roles for record in shape.records for t in record.transitions)
        yield write.file(
            "app/workflow.py",
            "Steps between states",
            RECORDS,
            "workflow",
            "class Move",
            restricted=restricted,
        )
    if shape.model.roles:
        yield write.file(
            "app/permissions.py",
            "Who may do what",
            RECORDS,
            "permissions",
            "def may(user, entity, action, record=None) -> bool",
            "def require(user, entity, action, record=None) -> None",
        )
        yield write.file(
            "app/passwords.py",
            "Passwords as they are kept",
            RECORDS,
            "passwords",
            "def hashed(password: str) -> str",
            "def matches(password: str, kept: str) -> bool",
        )
    if any(record.entity.export for record in shape.records):
        yield write.file(
            "app/export.py", "Lists as CSV", RECORDS, "export", "def csv_text(header, rows) -> str"
        )
    yield _package("app/services/__init__.py", RECORDS, "What is done with each kind of record.")
    for record in shape.records:
        yield _service(write, record)
    yield write.file(
        "app/seed.py",
        "Sample data for an empty database",
        RECORDS,
        "seed",
        "def fill(session: Session) -> None",
        seeds=seeding.seeds(shape),
    )


def _messages(write: Writer) -> File:
    return write.file(
        "app/messages.py",
        "Faults in entered values, in words",
        RECORDS,
        "messages",
        "def checked(schema: type[Schema], values: Mapping[str, Any]) -> Schema",
        faults=tables.faults(write.shape),
    )


def _schemas(write: Writer) -> File:
    say, shape = write.context["text"], write.shape
    types = {a.type for record in shape.records for a in record.attributes}
    every = (
        ("Email", "email", r"[^@\s]+@[^@\s]+\.[^@\s]+", 254),
        ("Phone", "phone", r"\+?[\d\s()./-]{3,29}", 30),
        ("Url", "url", r"https?://\S+", 500),
    )
    links = any(record.entity.links for record in shape.records)
    return write.file(
        "app/schemas/__init__.py",
        "What every entered thing has in common",
        RECORDS,
        "schemas",
        "class Input(BaseModel)",
        forms=[
            (kind, name, pattern, say[name], size) for kind, name, pattern, size in every if name in types
        ],
        references="reference" in types or links,
        links=links,
        local_now=any("local_now" in a.entered for r in shape.records for a in r.entered),
    )


def _service(write: Writer, record: Record) -> File:
    user = ", *, user: User" if write.shape.model.roles else ""
    exports = [
        f"def listing(session, *, {'q, ' if record.searched else ''}{'filters, ' if record.filters else ''}"
        f"sort, page, size{', user' if user else ''}) -> Page[{record.cls}]",
        f"def get(session, id{user}) -> {record.cls}",
        f"def create(session, values: {record.cls}Create{user}) -> {record.cls}",
        f"def update(session, id, changes: {record.cls}Update{user}) -> {record.cls}",
        f"def delete(session, id{user}) -> None",
        "def options(session) -> list[tuple[int, str]]",
    ]
    if record.state:
        exports += [
            f"def moves({record.name}) -> list[Move]",
            f"def move(session, id, state{user}) -> {record.cls}",
        ]
    purpose = f"{record.entity.label_plural}: what is done with them"
    return write.file(
        f"app/services/{record.plural}.py", purpose, RECORDS, "service", *exports, record=record
    )


def _overview(write: Writer) -> Iterator[File]:
    metrics = figures.computed(write.shape)
    types = sorted({metric.type for metric in metrics})
    yield write.file(
        "app/services/overview.py",
        "The figures of the first page",
        OVERVIEW,
        "overview",
        "class Figure: name, label, value, rows",
        "def figures(session) -> list[Figure]",
        metrics=metrics,
        values_type=" | ".join(types) or "int",
    )


def _access(write: Writer) -> Iterator[File]:
    if write.shape.model.roles:
        yield write.file(
            "app/access.py",
            "Passwords, signing in, and the cookie that remembers it",
            ACCESS,
            "access",
            "CurrentUser = Annotated[User, Depends(current_user)]",
            "def sign_in(session, email, password) -> User | None",
            "def cookie_for(user) -> str",
        )


def _web(write: Writer) -> Iterator[File]:
    shape = write.shape
    modules = rules.plural_module(shape)
    moved = any(record.state for record in shape.records)
    yield write.file("app/api/shared.py", "What every part of the API shares", WEB, "api_shared", moved=moved)
    for record in shape.records:
        yield write.file(
            f"app/api/{record.plural}.py",
            f"{record.entity.label_plural} over JSON",
            WEB,
            "api",
            "router: APIRouter",
            local=modules,
            record=record,
        )
    yield write.file(
        "app/api/__init__.py",
        "The JSON API",
        WEB,
        "api_init",
        "def install(app: FastAPI) -> None",
        local=dict.fromkeys(modules, "app.api"),
    )
    yield write.file(
        "app/main.py",
        "The web application",
        WEB,
        "main",
        "def create_app(database_url: str = DATABASE_URL, samples: bool = True) -> FastAPI",
        local={"api": "app", "pages": "app", "shared": "app.api"},
    )
    yield write.file("app/__main__.py", "python -m app", WEB, "dunder_main")


def _tests(write: Writer) -> Iterator[File]:
    shape = write.shape
    modules = rules.plural_module(shape)
    more: dict[str, Any] = {"need": numbered(shape), "metrics": figures.computed(shape)}

    def test(path: str, purpose: str, group: str, template: str, **context: Any) -> File:
        return write.file(path, purpose, group, template, local=modules, is_test=True, **(more | context))

    yield _test_package()
    yield test("tests/conftest.py", "Database and client of the tests", RECORDS, "tests/conftest")
    yield test("tests/examples.py", "Valid records to test with", RECORDS, "tests/examples")
    for record in shape.records:
        path = f"tests/test_{record.plural}.py"
        yield test(path, f"{record.entity.label_plural}: rules", RECORDS, "tests/records", record=record)
    yield test("tests/test_seed.py", "Sample data", RECORDS, "tests/seed")
    if any(role.permissions for role in shape.model.roles):
        yield test("tests/test_permissions.py", "Who may do what", RECORDS, "tests/permissions")
    yield test("tests/test_overview.py", "Figures", OVERVIEW, "tests/overview")
    if shape.model.roles:
        yield test("tests/test_access.py", "Signing in", ACCESS, "tests/access")
    yield test("tests/test_application.py", "Health and errors", WEB, "tests/application")
    for record in shape.records:
        path = f"tests/test_{record.plural}_api.py"
        yield test(path, f"{record.entity.label_plural} over JSON", WEB, "tests/api", record=record)


def _test_package() -> File:
    return File(
        "tests/__init__.py", "Package", RECORDS, lambda: '"""Tests of every requirement."""\n', is_test=True
    )
