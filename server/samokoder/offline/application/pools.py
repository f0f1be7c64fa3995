"""What sample records are made of: names, places, amounts and dates that fit the field. Pure."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path

from samokoder.offline.application.formatting import prose
from samokoder.offline.application.shape import Attribute, Record


@lru_cache(maxsize=2)
def _pool(language: str) -> dict[str, list[str]]:
    """Texts by kind, written for this purpose."""
    pools: dict[str, dict[str, list[str]]] = json.loads(POOLS.read_text("utf-8"))
    return pools[language]


POOLS = Path(__file__).parent / "templates" / "pools.json"

_PEOPLE = re.compile(
    r"author|customer|client|person|member|student|teacher|employee|doctor|patient|user|guest|reader|contact|"
    r"owner|driver|player|visitor|manager|staff|worker|master|trainer|coach|lecturer|borrower|tenant|"
    r"participant|candidate|pupil|child|parent|agent|volunteer|resident|applicant|attendee|speaker|instructor|assignee|reporter"
)
_COMPANIES = re.compile(r"company|supplier|vendor|organi|publisher|brand|shop|store|firm|partner|club|bank")
_TASKS = re.compile(
    r"task|ticket|issue|request|todo|job|project|incident|bug|deal|campaign|event|meeting|lesson|course"
)
_TOPICS = re.compile(
    r"department|team|categor|tag|genre|topic|subject|group|section|type|kind|label|skill|direction"
)
_PEOPLE_FIELDS = re.compile(
    r"(^|_)(full_name|fio|author|contact|owner|person|assignee|customer|client|responsible|director)"
)


def kind_of(record: Record, attribute: Attribute) -> str:
    """Which pool a text field draws from."""
    name, entity = attribute.name, record.name
    if re.search(r"first_name|given", name):
        return "first"
    if re.search(r"last_name|surname|family", name):
        return "last"
    if re.search(r"city|town|birthplace", name):
        return "city"
    if re.search(r"country|nationality", name):
        return "country"
    if re.search(r"address|street", name):
        return "address"
    if re.search(r"code|isbn|sku|number|serial|vin|article|inn|plate|passport|barcode", name):
        return "code"
    if attribute.type == "long_text" or re.search(
        r"note|comment|description|remark|message|body|reason", name
    ):
        return "note"
    if _PEOPLE_FIELDS.search(name) or (re.search("name|title", name) and _PEOPLE.search(entity)):
        return "person"
    return _named_by_entity(entity) if name in ("name", "title", "subject", record.display.name) else "thing"


def _named_by_entity(entity: str) -> str:
    if "book" in entity and "booking" not in entity:
        return "book"
    if _COMPANIES.search(entity):
        return "company"
    if _TOPICS.search(entity):
        return "topic"
    return (
        "task"
        if _TASKS.search(entity)
        else "named"
        if not re.search(r"product|item|good|thing|device", entity)
        else "thing"
    )


def text(record: Record, attribute: Attribute, index: int) -> str:
    """A text for the field in the model's language."""
    pool, latin = _pool(record.shape.model.language), _pool("en")
    if attribute.type == "email":
        first, last = latin["first"][index % 12].lower(), latin["last"][index * 5 % 12].lower()
        return f"{first}.{last}{index // 12 or ''}@example.com"
    if attribute.type == "phone":
        return (
            f"+7 495 010-{index:02}-{(index * 37) % 100:02}"
            if record.shape.russian
            else f"+44 20 7946 0{index * 37 % 1000:03}"
        )
    if attribute.type == "url":
        return f"https://example.com/{record.plural}/{index + 1}"
    kind = kind_of(record, attribute)
    match kind:
        case "person":
            return f"{pool['first'][index % 12]} {pool['last'][index % 12]}"
        case "address":
            street = pool["street"][index % 12]
            return (
                f"ул. {street}, {index * 3 + 2}"
                if record.shape.russian
                else f"{index * 3 + 2} {street} Street"
            )
        case "code":
            return f"{record.name[:2].upper()}-{1001 + index * 7}"
        case "named":
            return (
                f"{prose(record.label)} {index + 1}"
                if record.shape.russian
                else f"{pool['company'][index % 12]} {prose(record.label).lower()}"
            )
    return pool[kind][index % len(pool[kind])]


def distinct(record: Record, attribute: Attribute) -> int:
    """How many different texts the field's pool has."""
    if attribute.type in ("email", "phone", "url"):
        return 100
    kind = kind_of(record, attribute)
    if kind == "named":
        return 100 if record.shape.russian else 12
    return {"note": 6, "code": 100, "address": 12}.get(kind, 12)


def amount(attribute: Attribute, index: int, unique: bool) -> float:
    """A number of a size that suits the field."""
    name = attribute.name
    if unique:
        return max(attribute.least, 0) + index + 1
    if re.search(r"weight|mass", name):
        return 0.5 + (index * 7) % 25
    if attribute.field.maximum is not None and attribute.field.minimum is not None:
        span = attribute.field.maximum - attribute.field.minimum
        return attribute.field.minimum + round(span * ((index * 5 + 3) % 12) / 12)
    if re.search(r"year", name):
        return 1990 + (index * 7) % 35
    if re.search(r"percent|discount|rate", name):
        return (5, 10, 15, 20)[index % 4]
    if re.search(r"salary|wage|budget|revenue|income", name):
        return 40_000 + (index * 3_700) % 60_000
    if attribute.type == "money":
        return (index * 37 % 190) + 9.9
    if re.search(r"page", name):
        return 120 + (index * 53) % 600
    if re.search(r"quantity|count|copies|seats|stock|amount|qty|hours|guests|people|number", name):
        return 1 + (index * 3) % 8
    return 2 + (index * 7) % 40


def days(attribute: Attribute, index: int) -> int:
    """Days from today that suit the field."""
    name = attribute.name
    if re.search(r"birth", name):
        return -(7_000 + index * 831)
    if re.search(r"due|deadline|expir|until|valid|next|planned|schedul|delivery", name):
        return (index * 5) % 40 - 8
    if re.search(r"hired|joined|registered|founded|publish|issued|bought|purchased", name):
        return -(60 + index * 97)
    return -((index * 11) % 60) if index % 4 else (index * 3) % 20
