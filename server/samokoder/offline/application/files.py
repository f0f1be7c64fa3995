"""Files beside the code: configuration, what to ignore, the pinned packages. Pure."""

from __future__ import annotations

from samokoder.offline.application.formatting import prose
from samokoder.offline.application.shape import Shape
from samokoder.offline.application.values import Dependency

_RUNTIME = (
    ("fastapi", "0.165.0"),
    ("jinja2", "3.1.6"),
    ("python-multipart", "0.0.34"),
    ("sqlalchemy", "2.1.9"),
    ("uvicorn", "0.54.0"),
)
_TESTING = (("httpx2", "2.16.2"), ("pytest", "9.2.0"))
# What the packages above need in turn, on Python 3.11-3.13, Linux and macOS.
_TRANSITIVE = (
    ("annotated-doc", "0.0.7"),
    ("annotated-types", "0.8.0"),
    ("anyio", "4.16.0"),
    ("click", "8.5.1"),
    ("h11", "0.16.0"),
    ("httpcore2", "2.16.2"),
    ("idna", "3.20"),
    ("iniconfig", "2.3.1"),
    ("markupsafe", "3.0.4"),
    ("opentelemetry-api", "1.45.2"),
    ("packaging", "26.3"),
    ("pluggy", "1.7.0"),
    ("pydantic", "2.14.3"),
    ("pydantic-core", "2.50.4"),
    ("pygments", "2.21.0"),
    ("starlette", "1.10.0"),
    ("truststore", "0.10.5"),
    ("typing-extensions", "4.16.0"),
    ("typing-inspection", "0.4.5"),
)


def dependencies() -> tuple[Dependency, ...]:
    """The packages the application names itself, to run and to be tested."""
    return tuple(Dependency(name=name, version=version) for name, version in _RUNTIME + _TESTING)


def releases() -> tuple[str, ...]:
    """Every exact release the application stands on, those needed in turn included."""
    return tuple(f"{name}=={version}" for name, version in _RUNTIME + _TESTING + _TRANSITIVE)


def requirements_lock(_: Shape) -> str:
    """Every package with its exact version, those needed in turn included."""
    pins = sorted(_RUNTIME + _TESTING + _TRANSITIVE)
    return "".join(f"{name}=={version}\n" for name, version in pins)


def pyproject(shape: Shape) -> str:
    """How tests are found and code is laid out."""
    return f"""# {prose(shape.model.title)}

[tool.pytest.ini_options]
testpaths = ["tests"]
pythonpath = ["."]
addopts = "-q --strict-markers"

[tool.ruff]
line-length = 100
target-version = "py311"

[tool.ruff.lint]
select = ["E", "F", "I", "B", "UP"]
"""


def gitignore(_: Shape) -> str:
    return "__pycache__/\n*.py[cod]\n.venv/\n.pytest_cache/\n.ruff_cache/\n*.db\n*.db-journal\n.env\n"


def dockerignore(_: Shape) -> str:
    return ".git\n.venv\n__pycache__\n.pytest_cache\n.ruff_cache\ntests\n*.db\n*.db-journal\n.env\n"


PROJECT = (
    ("requirements.txt", "Every package with its exact version", requirements_lock),
    ("pyproject.toml", "Settings of the tests and the linter", pyproject),
    (".gitignore", "What is not kept in version control", gitignore),
    (".dockerignore", "What does not go into an image", dockerignore),
)
