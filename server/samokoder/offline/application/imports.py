"""The import block of a module, found from the names its code uses. Pure."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping

from samokoder.offline.application.formatting import WIDTH

PLACE = "@imports\n"

_STRINGS = re.compile(r'"""(?:[^\\]|\\.)*?"""|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'|#[^\n]*', re.S)
_FORMATTED = re.compile(r'\bf"(?:[^"\\\n]|\\.)*"')
_HOLES = re.compile(r"\{([^{}]+)\}")
# A name followed by "=" at once is the name of an argument.
_NAME = re.compile(r"(?<![\w.])[A-Za-z_]\w*\b(?!=[^=])")

_DEFINED = re.compile(r"^(?:class|def|async def) (\w+)|^(\w+)(?:: [^=\n]+)? = ", re.M)
_LOCAL = re.compile(r"^ +from \S+ import (.+)$", re.M)

LIBRARY = {
    "AfterValidator": "pydantic",
    "Annotated": "typing",
    "Any": "typing",
    "APIRouter": "fastapi",
    "AsyncIterator": "collections.abc",
    "Awaitable": "collections.abc",
    "BaseModel": "pydantic",
    "BeforeValidator": "pydantic",
    "Callable": "collections.abc",
    "ConfigDict": "pydantic",
    "Decimal": "decimal",
    "DeclarativeBase": "sqlalchemy.orm",
    "Depends": "fastapi",
    "ErrorDetails": "pydantic_core",
    "FastAPI": "fastapi",
    "Field": "pydantic",
    "Generic": "typing",
    "IntegrityError": "sqlalchemy.exc",
    "Iterable": "collections.abc",
    "Iterator": "collections.abc",
    "JSONResponse": "fastapi.responses",
    "Mapped": "sqlalchemy.orm",
    "Mapping": "collections.abc",
    "NaiveDatetime": "pydantic",
    "Path": "pathlib",
    "Query": "fastapi",
    "ROUND_HALF_UP": "decimal",
    "Request": "fastapi",
    "RequestValidationError": "fastapi.exceptions",
    "Response": "fastapi",
    "Self": "typing",
    "Sequence": "collections.abc",
    "Session": "sqlalchemy.orm",
    "StaticFiles": "fastapi.staticfiles",
    "StaticPool": "sqlalchemy.pool",
    "StrEnum": "enum",
    "TestClient": "fastapi.testclient",
    "TypeVar": "typing",
    "ValidationError": "pydantic",
    "ValidationInfo": "pydantic",
    "aliased": "sqlalchemy.orm",
    "asynccontextmanager": "contextlib",
    "asdict": "dataclasses",
    "column_property": "sqlalchemy.orm",
    "count": "itertools",
    "dataclass": "dataclasses",
    "field_validator": "pydantic",
    "model_validator": "pydantic",
    "mapped_column": "sqlalchemy.orm",
    "relationship": "sqlalchemy.orm",
    "selectinload": "sqlalchemy.orm",
    "sessionmaker": "sqlalchemy.orm",
    "urlsplit": "urllib.parse",
}
MODULES = {
    "dt": "datetime",
    "sa": "sqlalchemy",
    **{
        name: name
        for name in (
            "base64",
            "csv",
            "hashlib",
            "hmac",
            "io",
            "math",
            "os",
            "pytest",
            "re",
            "secrets",
            "time",
            "uvicorn",
        )
    },
}


def with_imports(source: str, names: Mapping[str, str]) -> str:
    """The source with its import block; `names` says which module of the application gives a name."""
    if PLACE not in source:
        return source
    block = _block(_used(source) - _own(source), names)
    return source.replace(PLACE, block + "\n" if block else "", 1)


def _used(source: str) -> set[str]:
    holes = " ".join(hole for text in _FORMATTED.findall(source) for hole in _HOLES.findall(text))
    return set(_NAME.findall(_STRINGS.sub('""', source))) | set(_NAME.findall(holes))


def _own(source: str) -> set[str]:
    """Names the module defines, or imports where it uses them."""
    defined = {name for names in _DEFINED.findall(source) for name in names if name}
    return defined | {name for names in _LOCAL.findall(source) for name in names.split(", ")}


def _block(used: set[str], names: Mapping[str, str]) -> str:
    sections: dict[int, tuple[list[str], dict[str, list[str]]]] = {0: ([], {}), 1: ([], {}), 2: ([], {})}
    for name in used:
        if name in names:
            sections[2][1].setdefault(names[name], []).append(name)
        elif name in MODULES:
            module = MODULES[name]
            alias = f" as {name}" if name != module else ""
            sections[_section(module)][0].append(f"import {module}{alias}")
        elif name in LIBRARY:
            sections[_section(LIBRARY[name])][1].setdefault(LIBRARY[name], []).append(name)
    return "\n".join("".join(_lines(*section)) for section in sections.values() if any(section))


def _section(module: str) -> int:
    return 0 if module.split(".")[0] in sys.stdlib_module_names else 1


def _lines(plain: list[str], members: dict[str, list[str]]) -> list[str]:
    froms = [_from(module, sorted(names, key=_order)) for module, names in sorted(members.items())]
    return [f"{line}\n" for line in sorted(plain)] + froms


def _from(module: str, names: list[str]) -> str:
    line = f"from {module} import {', '.join(names)}"
    if len(line) <= WIDTH:
        return line + "\n"
    return f"from {module} import (\n" + "".join(f"    {name},\n" for name in names) + ")\n"


def _order(name: str) -> tuple[int, str]:
    """Constants, then classes, then the rest, as import sorters put them."""
    if name.isupper() and len(name) > 1:
        return 0, name
    return (1, name) if name[0].isupper() else (2, name)
