"""Identifiers: ASCII, lower case, never a word that Python, SQL or a model class already owns."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Collection

_LETTERS = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        [
            "a",
            "b",
            "v",
            "g",
            "d",
            "e",
            "e",
            "zh",
            "z",
            "i",
            "i",
            "k",
            "l",
            "m",
            "n",
            "o",
            "p",
            "r",
            "s",
            "t",
            "u",
            "f",
            "h",
            "ts",
            "ch",
            "sh",
            "sch",
            "_",
            "y",
            "_",
            "e",
            "yu",
            "ya",
        ],
        strict=True,
    )
)
_SQL = frozenset(
    [
        "abort",
        "action",
        "add",
        "after",
        "all",
        "alter",
        "always",
        "analyze",
        "and",
        "any",
        "as",
        "asc",
        "attach",
        "before",
        "begin",
        "between",
        "by",
        "cascade",
        "case",
        "cast",
        "check",
        "collate",
        "column",
        "commit",
        "conflict",
        "constraint",
        "create",
        "cross",
        "current",
        "current_date",
        "current_time",
        "current_timestamp",
        "cursor",
        "database",
        "default",
        "deferrable",
        "deferred",
        "delete",
        "desc",
        "detach",
        "distinct",
        "do",
        "drop",
        "each",
        "else",
        "end",
        "escape",
        "except",
        "exclude",
        "exclusive",
        "exists",
        "explain",
        "fail",
        "fetch",
        "filter",
        "first",
        "following",
        "for",
        "foreign",
        "from",
        "full",
        "function",
        "glob",
        "grant",
        "group",
        "groups",
        "having",
        "if",
        "ignore",
        "immediate",
        "in",
        "index",
        "indexed",
        "initially",
        "inner",
        "insert",
        "instead",
        "intersect",
        "into",
        "is",
        "isnull",
        "join",
        "key",
        "last",
        "leading",
        "left",
        "like",
        "limit",
        "lock",
        "match",
        "materialized",
        "natural",
        "no",
        "not",
        "nothing",
        "notnull",
        "null",
        "nulls",
        "of",
        "offset",
        "on",
        "only",
        "or",
        "order",
        "others",
        "outer",
        "over",
        "partition",
        "plan",
        "pragma",
        "preceding",
        "precision",
        "primary",
        "procedure",
        "query",
        "raise",
        "range",
        "recursive",
        "references",
        "regexp",
        "reindex",
        "release",
        "rename",
        "replace",
        "restrict",
        "returning",
        "revoke",
        "right",
        "role",
        "rollback",
        "row",
        "rows",
        "savepoint",
        "schema",
        "select",
        "session",
        "set",
        "some",
        "symmetric",
        "table",
        "temp",
        "temporary",
        "then",
        "ties",
        "to",
        "trailing",
        "transaction",
        "trigger",
        "truncate",
        "unbounded",
        "union",
        "unique",
        "update",
        "user",
        "using",
        "vacuum",
        "values",
        "view",
        "virtual",
        "when",
        "where",
        "window",
        "with",
        "without",
    ]
)
_MODEL = frozenset(
    [
        "construct",
        "copy",
        "dict",
        "fields",
        "json",
        "metadata",
        "model",
        "parse_obj",
        "parse_raw",
        "registry",
        "schema",
        "validate",
        "validators",
        "query",
        "base",
        "session",
        "request",
        "response",
        "field",
        "relationship",
        "mapped",
        "column",
        "app",
        "router",
        "main",
        "test",
        "tests",
        "api",
        "static",
        "templates",
        "login",
        "logout",
        "users",
        "auth",
        "form",
        "forms",
        "item_id",
        "page",
        "sort",
        "search",
        "export",
        "items_",
        "dashboard",
        "health",
        "docs",
        "redoc",
        "openapi",
        "id",
        "created_at",
        "updated_at",
        "created_by",
    ]
)
TAKEN = (
    frozenset(keyword.kwlist) | frozenset(keyword.softkwlist) | frozenset(n.lower() for n in dir(builtins)) | _SQL
    | _MODEL
)  # fmt: skip
# A pydantic field called as its own type hides the type for the fields after it.
_TYPES = frozenset({"date", "time", "datetime", "decimal", "text"})
_NICER = {
    "order": "sales_order",
    "group": "member_group",
    "case": "legal_case",
    "class": "class_group",
    "table": "dining_table",
    "user": "app_user",
    "property": "estate_property",
    "key": "room_key",
    "match": "team_match",
    "index": "index_number",
    "session": "class_session",
    "request": "service_request",
    "response": "answer_given",
    "transaction": "money_transaction",
    "check": "check_mark",
    "test": "test_paper",
    "set": "item_set",
    "object": "item_object",
    "plan": "work_plan",
    "view": "view_point",
    "role": "role_name",
    "form": "form_sheet",
    "license": "license_record",
}
_LONGEST = 40


def slug(text: str) -> str:
    """Letters and digits joined by underscores; empty when nothing of the text can be written so."""
    spelled = "".join(_LETTERS.get(letter, letter) for letter in text.lower())
    ascii_only = re.sub(r"[^a-z0-9]+", "_", spelled.replace("'", "")).strip("_")
    ascii_only = re.sub(r"_+", "_", ascii_only)[:_LONGEST].strip("_")
    return f"n_{ascii_only}" if ascii_only[:1].isdigit() else ascii_only


def identifier(text: str, taken: Collection[str], fallback: str) -> str:
    """A free name for a thing. A reserved word gets a longer name: ``order`` becomes ``sales_order``."""
    name = slug(text) or fallback
    if reserved(name):
        name = _NICER.get(name, f"{name}_record")
    return _free(name, taken)


def attribute_name(text: str, taken: Collection[str], entity: str) -> str:
    """A free name for an attribute; a reserved one is told apart by its entity: ``bike_type``."""
    name = slug(text) or "value_given"
    if name == entity:
        name = f"{name}_value"
    elif reserved(name) or name in _TYPES:
        name = f"{entity}_{name}"
    return _free(name, taken)


def _free(name: str, taken: Collection[str]) -> str:
    free, number = name, 2
    while free in taken or reserved(free):
        free, number = f"{name}_{number}", number + 1
    return free


def reserved(name: str) -> bool:
    return name in TAKEN or name.startswith(("model_", "sa_"))
