"""Believable sample records: which, in what order, with which values. Pure and deterministic."""

from __future__ import annotations

from dataclasses import dataclass

from samokoder.offline.application import examples, pools
from samokoder.offline.application.formatting import literal
from samokoder.offline.application.names import member
from samokoder.offline.application.shape import Attribute, Record, Shape

ROWS = 12


@dataclass(frozen=True)
class Seed:
    """The sample records of one entity, as code."""

    record: Record
    rows: tuple[str, ...]
    later: tuple[str, ...]
    """Statements that join records of the same entity."""


def seeds(shape: Shape) -> tuple[Seed, ...]:
    """The sample records in an order in which each finds what it refers to."""
    return tuple(_seed(record) for record in _in_order(shape))


def _in_order(shape: Shape) -> list[Record]:
    ready: list[Record] = []
    waiting = list(shape.records)
    while waiting:
        done = {record.name for record in ready}
        record = next(r for r in waiting if _needs(r) <= done)
        waiting.remove(record)
        ready.append(record)
    return ready


def _needs(record: Record) -> set[str]:
    names = examples.given(record)
    targets = {a.field.target or "" for a in record.references if a.name in names}
    return targets | {link.target for link in record.entity.links if link.name in names}


def _seed(record: Record) -> Seed:
    rows = 3 * ROWS if record.parent else ROWS
    combinations: set[tuple[str, ...]] = set()
    made = []
    for index in range(rows):
        values = dict(_values(record, index))
        taken = {
            tuple(values.get(record.attribute(n).relation, values.get(n, "")) for n in names)
            for names in record.entity.unique_together
        }
        if not taken & combinations:
            combinations |= taken
            arguments = ", ".join(f"{name}={code}" for name, code in values.items())
            made.append(f"{record.cls}({arguments})")
    own = [a for a in record.references if a.field.target == record.name]
    later = [
        f"{record.plural}[{index}].{a.relation} = {record.plural}[{index % 3}]"
        for a in own
        for index in range(3, min(len(made), 9))
    ]
    return Seed(record, tuple(made), tuple(later))


def _values(record: Record, index: int) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    names = examples.given(record)
    for a in record.attributes:
        if a.type == "reference":
            if a.name in names:
                target = record.shape.record(a.field.target or "")
                place = index % ROWS if a.field.unique else _other(record, a, index)
                found.append((a.relation, f"{target.plural}[{place}]"))
        elif (code := _value(record, a, index)) is not None:
            found.append((a.name, code))
    for link in record.entity.links:
        if link.name in names:
            target = record.shape.record(link.target)
            first, second = (index * 5) % ROWS, (index * 7 + 3) % ROWS
            chosen = sorted({first, second}) if index % 3 else [first]
            found.append((link.name, f"[{', '.join(f'{target.plural}[{i}]' for i in chosen)}]"))
    return found


def _other(record: Record, attribute: Attribute, index: int) -> int:
    """Which record is referred to: spread, and differently for each reference."""
    if record.parent and attribute.name == record.parent.name:
        return index % ROWS
    place = [a.name for a in record.references].index(attribute.name)
    return (index * (5, 7, 11, 1)[place % 4] + index // ROWS + place) % ROWS


def _value(record: Record, attribute: Attribute, index: int) -> str | None:
    unique = attribute.field.unique or attribute.name in examples.varying(record)
    if attribute.nullable and not unique and index % 5 == 3 and attribute.name != record.display.name:
        return None
    match attribute.type:
        case "integer" | "decimal" | "money":
            return _number(record, attribute, index, unique)
        case "boolean":
            return str(index % 3 != 1)
        case "choice":
            chosen = attribute.field.choices[_state(attribute, index)]
            return f"{attribute.enum}.{member(chosen.value)}"
        case "date" | "datetime":
            return _date(record, attribute, index)
        case "time":
            return f"dt.time({9 + index % 9}, {(index % 2) * 30})"
    text = pools.text(record, attribute, index)
    if unique and index >= pools.distinct(record, attribute):
        text = f"{text} {index + 1}" if attribute.type in ("text", "long_text") else text
    return literal(_fitting(attribute, text, index))


def _state(attribute: Attribute, index: int) -> int:
    return (index * 3 // 2) % len(attribute.field.choices)


def _fitting(attribute: Attribute, text: str, index: int) -> str:
    least = int(attribute.field.minimum or 0)
    if len(text) > attribute.length:
        text = f"{text[: max(attribute.length - 3, 0)]}{index:02}"[-attribute.length :]
    return text.ljust(least, "0")


def _number(record: Record, attribute: Attribute, index: int, unique: bool) -> str:
    amount = pools.amount(attribute, index, unique)
    if attribute.field.not_before:
        amount = max(
            amount, pools.amount(record.attribute(attribute.field.not_before), index, False) + index % 4
        )
    amount = min(max(amount, attribute.least), attribute.most)
    if attribute.type == "money":
        return f'Decimal("{amount:.2f}")'
    return str(int(amount)) if attribute.type == "integer" else repr(round(amount, 2))


def _date(record: Record, attribute: Attribute, index: int) -> str:
    days = _days(record, attribute, index)
    sign = "-" if days < 0 else "+"
    day = f"today {sign} dt.timedelta(days={abs(days)})" if days else "today"
    if attribute.type == "date":
        return day
    return f"dt.datetime.combine({day}, dt.time({9 + (index * 3) % 9}, {(index % 2) * 30}))"


def _days(record: Record, attribute: Attribute, index: int) -> int:
    """Days from today: the past for what began, some days more for what must not be before it."""
    if attribute.field.not_before:
        return _days(record, record.attribute(attribute.field.not_before), index) + 1 + (index * 5) % 21
    return pools.days(attribute, index)
