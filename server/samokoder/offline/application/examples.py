"""Values that tests of the application use: valid ones, and ones at the edges of what is permitted. Pure.

Values are in the form JSON gives them back, as Python expressions.
"""

from __future__ import annotations

from functools import lru_cache

from samokoder.offline.application.formatting import literal
from samokoder.offline.application.shape import Attribute, Record, Shape, number

_WORD = "Ёжик Quokka"


def value(record: Record, attribute: Attribute) -> str:
    """The expression of a valid value; one that differs each time where it has to."""
    if attribute.name in varying(record):
        return _varying(attribute)
    if attribute.type in ("date", "datetime", "time"):
        return _moment(record, attribute)
    if attribute.is_number:
        return _number(attribute, plain_number(record, attribute))
    if attribute.type == "choice":
        return literal(attribute.field.choices[0].value)
    if attribute.type == "boolean":
        return "True"
    return literal(_text(attribute))


@lru_cache(maxsize=256)
def varying(record: Record) -> frozenset[str]:
    """Fields whose values may not repeat."""
    found = {a.name for a in record.unique}
    for names in record.entity.unique_together:
        if not any(n in given(record) or n in found for n in names):
            found |= set(sorted(names, key=lambda name: _narrowness(record.attribute(name)))[:1])
    return frozenset(found)


def _narrowness(attribute: Attribute) -> int:
    """How soon a field runs out of different values: moments and texts never do."""
    if attribute.type in ("choice", "boolean", "time", "reference"):
        return 3
    bounded = attribute.is_number and attribute.field.maximum is not None
    return 2 if bounded else 0 if attribute.is_date else 1


def _varying(attribute: Attribute) -> str:
    match attribute.type:
        case "integer":
            start = int(attribute.least) if attribute.field.minimum is not None else 1
            return f"{start} + next(serial)" if start else "next(serial)"
        case "decimal":
            return "float(next(serial))"
        case "money":
            return 'f"{next(serial)}.00"'
        case "date":
            return "str(dt.date(2026, 1, 1) + dt.timedelta(days=next(serial)))"
        case "datetime":
            return "(dt.datetime(2026, 1, 1, 10) + dt.timedelta(days=next(serial))).isoformat()"
        case "time":
            return 'f"{next(serial) % 24:02}:00:00"'
        case "email":
            return 'f"person{next(serial)}@example.com"'
        case "phone":
            return 'f"+1 555 {next(serial):07}"'
        case "url":
            return 'f"https://example.com/{next(serial)}"'
        case "choice":
            return literal(attribute.field.choices[0].value)
        case "boolean":
            return "True"
    least = int(attribute.field.minimum or 0)
    digits = max(least, min(4, attribute.length))
    return f'f"{{next(serial):0{digits}}}"'


def _moment(record: Record, attribute: Attribute) -> str:
    late = attribute.field.not_before
    if late and late in varying(record):
        day = "2099-12-31"
    else:
        day = f"2026-03-{2 + 7 * _depth(record, attribute):02}"
    if attribute.type == "time":
        return literal(f"{10 + _depth(record, attribute)}:30:00")
    return literal(day if attribute.type == "date" else f"{day}T10:30:00")


def _depth(record: Record, attribute: Attribute) -> int:
    """How many fields must come before this one, one after the other."""
    depth, name = 0, attribute.field.not_before
    while name and depth < 3:
        depth, name = depth + 1, record.attribute(name).field.not_before
    return depth


def plain_number(record: Record, attribute: Attribute) -> float:
    """A number within the bounds, and not below the field it may not be below."""
    start = 10.0
    if attribute.field.not_before and attribute.field.not_before not in varying(record):
        start = max(start, plain_number(record, record.attribute(attribute.field.not_before)) + 1)
    elif attribute.field.not_before:
        start = 10.0**6
    return min(max(start, attribute.least), attribute.most)


def _number(attribute: Attribute, amount: float) -> str:
    if attribute.type == "money":
        return literal(f"{amount:.2f}")
    return number(int(amount)) if attribute.type == "integer" else repr(float(amount))


def step(record: Record, attribute: Attribute) -> str:
    """Another valid number beside the plain one, when the bounds leave room for one."""
    plain = plain_number(record, attribute)
    return _number(attribute, plain + 1 if plain + 1 <= attribute.most else max(plain - 1, attribute.least))


def _text(attribute: Attribute) -> str:
    fixed = {"email": "person@example.com", "phone": "+1 555 010 0100", "url": "https://example.com/"}
    if attribute.type in fixed:
        return fixed[attribute.type]
    least = int(attribute.field.minimum or 0)
    text = f"Some {attribute.name.replace('_', ' ')}"
    while len(text) < least:
        text += " and more"
    return text[: attribute.length].strip().ljust(least, "x")


def searched(attribute: Attribute) -> tuple[str, str]:
    """A value and a part of it in other letters, both as literals."""
    pairs = {
        "email": ("quokka@example.com", "QUOKKA@"),
        "phone": ("+7 999 123-45-67", "999 123"),
        "url": ("https://quokka.example.com", "QUOKKA"),
    }
    if attribute.type in pairs:
        found, part = pairs[attribute.type]
        return literal(found), literal(part)
    whole = _WORD[: attribute.length].strip().ljust(int(attribute.field.minimum or 0), "!")
    return literal(whole), literal(whole[:8].strip().lower())


def refused(record: Record) -> list[tuple[str, str]]:
    """Fields with values just outside what is permitted."""
    found: list[tuple[str, str]] = []
    for a in record.entered:
        if a.type in ("email", "phone", "url"):
            found.append((a.name, literal("not " + a.type)))
        elif a.is_text:
            if (a.field.minimum or 0) > 1:
                found.append((a.name, _repeated(int(a.field.minimum or 0) - 1)))
            if a.field.maximum is not None:
                found.append((a.name, _repeated(a.length + 1)))
        elif a.is_number:
            if a.field.minimum is not None:
                found.append((a.name, number(a.field.minimum - 1)))
            if a.field.maximum is not None:
                found.append((a.name, number(a.field.maximum + 1)))
    return found


def accepted(record: Record) -> list[tuple[str, str]]:
    """Fields with values just inside what is permitted."""
    found: list[tuple[str, str]] = []
    for a in record.entered:
        if a.type in ("email", "phone", "url") or a.field.not_before:
            continue
        if a.is_text and a.field.maximum is not None:
            found.append((a.name, _repeated(a.length)))
        if a.is_text and (a.field.minimum or 0) > 1:
            found.append((a.name, _repeated(int(a.field.minimum or 0))))
        if a.is_number and a.field.minimum is not None:
            found.append((a.name, number(a.field.minimum)))
        if a.is_number and a.field.maximum is not None:
            found.append((a.name, number(a.field.maximum)))
    return found


def _repeated(length: int) -> str:
    return f'"x" * {length}' if length > 8 else literal("x" * length)


@lru_cache(maxsize=64)
def _given(shape: Shape) -> dict[str, frozenset[str]]:
    """References and links that a valid record is given, such that no record needs itself."""
    edges: dict[str, set[str]] = {record.name: set() for record in shape.records}
    given: dict[str, set[str]] = {record.name: set() for record in shape.records}
    wanted = [
        (r, a.name, a.field.target or "", a.field.required) for r in shape.records for a in r.references
    ]
    wanted += [(r, link.name, link.target, False) for r in shape.records for link in r.entity.links]
    for record, name, target, _ in sorted(wanted, key=lambda want: not want[3]):
        if not _reaches(edges, target, record.name):
            edges[record.name].add(target)
            given[record.name].add(name)
    return {name: frozenset(names) for name, names in given.items()}


def _reaches(edges: dict[str, set[str]], start: str, goal: str) -> bool:
    return start == goal or any(_reaches(edges, after, goal) for after in edges[start])


def given(record: Record) -> frozenset[str]:
    """References and links that are part of a valid record."""
    return _given(record.shape)[record.name]


def values(record: Record) -> list[tuple[str, str]]:
    """Every field of a complete, valid record with the expression of its value."""
    found: list[tuple[str, str]] = []
    for a in record.entered:
        if a.type != "reference":
            found.append((a.name, value(record, a)))
        elif a.name in given(record):
            found.append((a.name, f'changes.get("{a.name}") or make_{a.field.target}(session).id'))
    for link in record.entity.links:
        if link.name in given(record):
            found.append((link.name, f"[make_{link.target}(session).id]"))
    return found


def changed(record: Record) -> tuple[str, str] | None:
    """A field that can be changed by itself, and another value for it."""
    tied = {a.field.not_before for a in record.attributes} | set(varying(record))
    for a in record.entered:
        if a.name in tied or a.field.not_before or a.type in ("reference", "boolean"):
            continue
        if a.type in ("text", "long_text"):
            return a.name, searched(a)[0]
        if a.is_number and a.least + 1 < a.most:
            return a.name, step(record, a)
        if a.type == "choice" and len(a.field.choices) > 1:
            return a.name, literal(a.field.choices[1].value)
    return None


def dated(record: Record, name: str, day: str) -> dict[str, str]:
    """The day for a date field and for those it may not be before."""
    found: dict[str, str] = {}
    wanted: str | None = name
    while wanted and wanted not in found:
        attribute = record.attribute(wanted)
        found[wanted] = day if attribute.type == "date" else f"{day}T10:30:00"
        wanted = attribute.field.not_before
    return found


def not_permitted(record: Record) -> list[tuple[str, str]]:
    """Steps from one state to another that no transition permits; a few."""
    if record.state is None:
        return []
    states = [choice.value for choice in record.state.field.choices]
    permitted = {(t.source, t.target) for t in record.transitions}
    pairs = [(s, t) for s in states for t in states if s != t and (s, t) not in permitted]
    return pairs[:6] or [(states[0], "nowhere")]


def arguments(changes: dict[str, str]) -> str:
    """Keyword arguments of a call that makes a record."""
    return "".join(f", {name}={code}" for name, code in changes.items())
