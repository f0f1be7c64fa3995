"""The one path type through which every generated path must pass."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

MAX_PATH = 240
MAX_SEGMENT = 120
FORBIDDEN_ROOTS = frozenset({".git", ".hg", ".svn", ".samokoder"})
"""Never written by an agent: version control, and our own documents, which the server writes."""
PROTECTED_ROOTS = frozenset(
    {".github", ".gitlab", ".circleci", ".vscode", ".idea", ".husky", ".devcontainer"}
)
"""Editors and CI services run what lies here; only the delivery role may write below them."""
_WINDOWS_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", *(f"com{n}" for n in range(1, 10)), *(f"lpt{n}" for n in range(1, 10))}
)


class UnsafePath(ValueError):
    """A path that could leave the target folder, or means different files on different systems."""


class FilePath(str):
    """A relative path with ``/`` between segments, safe on every system; refuses to exist otherwise."""

    __slots__ = ()

    def __new__(cls, text: str) -> FilePath:
        if isinstance(text, FilePath):
            return text
        fault = _fault(text)
        if fault:
            raise UnsafePath(f"{text[:80]!r} cannot be used as a file path: {fault}")
        return super().__new__(cls, text)

    @property
    def root(self) -> str:
        """The first segment, in lower case."""
        return self.split("/", 1)[0].lower()

    @property
    def protected(self) -> bool:
        """Whether editors or CI services would run what is written here."""
        return self.root in PROTECTED_ROOTS

    @property
    def folded(self) -> str:
        """The same for two paths that are one file on a case-insensitive disk."""
        return self.casefold()

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(cls, core_schema.str_schema())


def _fault(text: str) -> str | None:
    if not text or len(text) > MAX_PATH:
        return f"it must have 1 to {MAX_PATH} characters"
    return _fault_inside(text)


@lru_cache(maxsize=8192)
def _fault_inside(text: str) -> str | None:
    """Remembered: a run names each of its files hundreds of times."""
    if unicodedata.normalize("NFC", text) != text:
        return "it is not in Unicode normal form C"
    if "\\" in text or ":" in text:
        return "backslashes and colons mean other places on some systems"
    if any(unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for c in text):
        return "it holds a control or invisible character"
    for segment in text.split("/"):
        if fault := _segment_fault(segment):
            return fault
    if text.split("/", 1)[0].lower() in FORBIDDEN_ROOTS:
        return "this folder is never written by a run"
    return None


def _segment_fault(segment: str) -> str | None:
    if segment in {"", ".", ".."}:
        return "it must be relative, without empty, '.' or '..' parts"
    if len(segment) > MAX_SEGMENT:
        return f"a part has more than {MAX_SEGMENT} characters"
    if segment != segment.strip() or segment.endswith("."):
        return "a part begins or ends with a space, or ends with a dot"
    if any(c in '<>"|?*' for c in segment):
        return 'a part holds one of < > " | ? *'
    if segment.split(".", 1)[0].lower() in _WINDOWS_DEVICES:
        return "a part is the name of a device"
    if segment.lower() in FORBIDDEN_ROOTS:
        return "this folder is never written by a run"
    return None
