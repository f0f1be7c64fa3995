"""Which files of a person's project a run may read, and which of them an agent is shown. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fnmatch import fnmatch

from samokoder.domain.files import SourceFile

MAX_FILE, MAX_FILES, MAX_BYTES = 1 << 20, 5_000, 32 << 20
"""Bytes of one file; files and bytes of a project."""
FOLDERS = frozenset(
    ".git .hg .svn .samokoder node_modules bower_components .venv venv env __pycache__ .tox .nox .eggs dist "
    "build target out .next .nuxt .svelte-kit .cache .pytest_cache .mypy_cache .ruff_cache coverage "
    "htmlcov .idea .gradle vendor".split()
)
"""Made by tools, or not the project's own."""
SECRETS = (
    ".env .env.* *.pem *.key *.p12 *.pfx *.jks *.keystore id_rsa* id_ed25519* id_ecdsa* .netrc .npmrc "
    ".pypirc .pgpass .htpasswd credentials.json secrets.* *.kdbx"
).split()
SHOWN_SECRETS = frozenset({".env.example", ".env.sample", ".env.template"})
ROOM = 120_000
"""Characters of a project one question may show."""


def folder_left_out(name: str) -> bool:
    return name in FOLDERS or name.endswith(".egg-info")


def reason_to_leave_out(name: str, size: int) -> str:
    """Why a file of this name and size is not read; empty when it is."""
    low = name.lower()
    if low not in SHOWN_SECRETS and any(fnmatch(low, pattern) for pattern in SECRETS):
        return "it may hold a secret"
    return f"it is larger than {MAX_FILE >> 10} KiB" if size > MAX_FILE else ""


def is_test(path: str) -> bool:
    """By the names pytest and the usual JavaScript runners look for; the rest are fixtures."""
    name = path.rsplit("/", 1)[-1]
    return name.startswith("test_") or ".test." in name or ".spec." in name or "_test." in name


def is_text(content: bytes) -> bool:
    if b"\0" in content:
        return False
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def shown(files: Iterable[SourceFile], about: str, room: int = ROOM) -> tuple[SourceFile, ...]:
    """As many files as there is room for, those the text names first, small ones before large ones.

    What does not fit is there with its name alone, so that an agent knows that it exists.
    """
    ordered = sorted(files, key=lambda file: (not _named(file.path, about), len(file.text), file.path))
    taken: dict[str, SourceFile] = {}
    for file in ordered:
        fits = len(file.text) <= room
        room -= len(file.text) if fits else 0
        taken[file.path] = file if fits else file.model_copy(update={"text": NOT_SHOWN})
    return tuple(taken[path] for path in sorted(taken))


NOT_SHOWN = "[this file is in the project; it is too long to be shown here]"


def _named(path: str, about: str) -> bool:
    name = path.rsplit("/", 1)[-1]
    return path in about or name in about or name.split(".", 1)[0] in _words(about)


def _words(text: str) -> Sequence[str]:
    return "".join(c if c.isalnum() or c == "_" else " " for c in text).split()
