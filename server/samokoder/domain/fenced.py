"""An answer as plain text, for models that do not write JSON well, and back to JSON. Pure.

Which parts an answer has is read off its schema: a ``text`` is one fence, ``files`` are a fence each under
a line that names the file, ``edits`` are search/replace blocks, and all the rest is one fence of JSON.
What is not clearly in this form is refused, never guessed at.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_FENCE = re.compile(r"^(?P<ticks>`{3,})(?P<info>[^`\n]*)$")
_FILE = re.compile(r"^[#*\s]*(?:FILE|File|file):[*\s]*[`\"']?(?P<path>[^`\"'*\s]+)[`\"']?[*\s]*$")
SEARCH, MIDDLE, REPLACE = "<<<<<<< SEARCH", "=======", ">>>>>>> REPLACE"


class NotFenced(ValueError):
    """The text does not have the form that was asked for."""


@dataclass(frozen=True)
class Block:
    info: str
    """What stands after the opening fence: ``json``, ``python``, …"""
    heading: str
    """The last line before it that is not empty."""
    body: str


# ------------------------------------------------------------------------------------------ the form


@dataclass(frozen=True)
class Parts:
    """The fields of an answer by how they are written; empty where it has none such."""

    text: str = ""
    files: str = ""
    edits: str = ""
    rest: tuple[str, ...] = ()
    rest_needed: bool = False

    @classmethod
    def of(cls, schema: Mapping[str, Any]) -> Parts:
        properties: Mapping[str, Any] = schema.get("properties", {})
        kinds = {name: _kind(schema, field, len(properties)) for name, field in properties.items()}
        if kinds.get("text") == "" and properties["text"].get("type") == "string":
            kinds["text"] = "text"
        named = {kind: name for name, kind in kinds.items() if kind}
        rest = tuple(name for name, kind in kinds.items() if not kind)
        return cls(**named, rest=rest, rest_needed=bool(set(rest) & set(schema.get("required", ()))))


def _kind(schema: Mapping[str, Any], field: Mapping[str, Any], siblings: int) -> str:
    if field.get("type") == "string":
        return "text" if siblings == 1 else ""
    items = field.get("items", {})
    item = _resolved(schema, items) if field.get("type") == "array" and isinstance(items, dict) else {}
    return {("path", "text"): "files", ("replace", "search"): "edits"}.get(
        tuple(sorted(item.get("properties", ()))), ""
    )


def _resolved(schema: Mapping[str, Any], part: Mapping[str, Any]) -> Mapping[str, Any]:
    name = str(part.get("$ref", "")).rpartition("/")[2]
    found: Mapping[str, Any] = schema.get("$defs", {}).get(name, part)
    return found


def described(schema: Mapping[str, Any]) -> str:
    """How to write an answer of this schema, in words for a model."""
    parts = Parts.of(schema)
    said = ["Answer in plain text of the following form, with nothing before, between or after its parts."]
    if parts.rest:
        wanted = _only(schema, parts.rest)
        said.append(
            "One JSON object in a fence:\n```json\n{…}\n```\nIts schema: "
            + json.dumps(wanted, ensure_ascii=False, separators=(",", ":"))
        )
    if parts.files:
        said.append(
            "For each file a line with its path, then its whole content in a fence:\n"
            "FILE: folder/name.py\n```\n…\n```"
        )
    if parts.text:
        said.append(
            f"The whole {parts.text} in one fence, nothing left out and nothing escaped:\n```\n…\n```"
        )
    if parts.edits:
        said.append(
            "Or, where edits are asked for, instead of the fence one block for each change; the lines after "
            f"SEARCH are copied from the file exactly as they are:\n{SEARCH}\n…\n{MIDDLE}\n…\n{REPLACE}"
        )
    said.append("Where a content has lines of ``` itself, put it between lines of ```` instead.")
    return "\n\n".join(said)


def _only(schema: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """The schema with these fields alone."""
    kept = {key: value for key, value in schema.items() if key not in ("properties", "required")}
    properties = {name: schema["properties"][name] for name in names}
    if "$ref" not in json.dumps(properties):
        kept.pop("$defs", None)
    return {
        **kept,
        "properties": properties,
        "required": [n for n in schema.get("required", ()) if n in names],
    }


# ------------------------------------------------------------------------------------- and back again


def as_json(schema: Mapping[str, Any], text: str) -> str:
    """The answer as JSON. Raises NotFenced."""
    parts, found = Parts.of(schema), {}
    if parts.edits and re.search(rf"^{SEARCH}\s*$", text, re.MULTILINE):
        return json.dumps({parts.edits: list(edits(text))}, ensure_ascii=False)
    blocks = list(fences(text))
    if parts.rest and blocks and blocks[0].info == "json" and not _FILE.match(blocks[0].heading):
        found.update(_object(blocks.pop(0).body))
    elif parts.rest_needed or not (parts.files or parts.text):
        raise NotFenced("the JSON object in a ```json fence is missing")
    if parts.files:
        found[parts.files] = [_file(block) for block in blocks]
    elif parts.text:
        found[parts.text] = _only_one(blocks).body
    elif blocks:
        raise NotFenced("there is more than one fence")
    return json.dumps(found, ensure_ascii=False)


def fences(text: str) -> Iterator[Block]:
    """Fenced blocks (CommonMark 4.5, without indentation). Raises NotFenced when the last is left open."""
    opened: re.Match[str] | None = None
    heading = ""
    lines: list[str] = []
    for line in text.split("\n"):
        fence = _FENCE.match(line.rstrip())
        if opened is None and fence:
            opened, lines = fence, []
        elif opened is None:
            heading = line.strip() or heading
        elif fence and not fence["info"].strip() and len(fence["ticks"]) >= len(opened["ticks"]):
            yield Block(opened["info"].strip(), heading, "".join(f"{row}\n" for row in lines))
            opened, heading = None, ""
        else:
            lines.append(line)
    if opened is not None:
        raise NotFenced("the last fence is not closed")


def edits(text: str) -> Iterator[dict[str, str]]:
    """Search/replace blocks. Raises NotFenced for one that is not closed, or could be read in two ways."""
    state, search, replace = "", list[str](), list[str]()
    for line in text.split("\n"):
        mark = line.rstrip()
        match state, mark:
            case "", "<<<<<<< SEARCH":
                state, search, replace = "search", [], []
            case "search", "=======":
                state = "replace"
            case "replace", ">>>>>>> REPLACE":
                state = ""
                yield {"search": "\n".join(search), "replace": "\n".join(replace)}
            case _, "<<<<<<< SEARCH" | "=======" | ">>>>>>> REPLACE":
                raise NotFenced(f"a line {mark} stands where it cannot be understood")
            case "search", _:
                search.append(line)
            case "replace", _:
                replace.append(line)
    if state:
        raise NotFenced(f"the last block does not end with {REPLACE}")


def _object(body: str) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError as error:
        raise NotFenced(f"the ```json fence holds no JSON: {error}") from None
    if not isinstance(found, dict):
        raise NotFenced("the ```json fence holds no object")
    return found


def _file(block: Block) -> dict[str, str]:
    if named := _FILE.match(block.heading):
        return {"path": named["path"], "text": block.body}
    raise NotFenced("before each fence there must be a line FILE: with the path")


def _only_one(blocks: list[Block]) -> Block:
    if len(blocks) != 1:
        raise NotFenced("the content must stand in exactly one fence")
    return blocks[0]
