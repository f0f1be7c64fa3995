"""What people want to see: figures asked for in words, and lists to save as CSV."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from samokoder.domain.data_model import Entity, Field, Metric
from samokoder.offline.understanding import figures
from samokoder.offline.understanding.drafts import key_of
from samokoder.offline.understanding.entities import Parts
from samokoder.offline.understanding.phrases import Cue, Filler, Node, Phrase, nodes

Kind = Literal["count", "sum", "average"]
_EXPORT = re.compile(
    r"\b(export|csv|excel|xlsx?|download|выгру\w+|экспорт\w*|эксель|скачать)\b", re.IGNORECASE
)
_FIGURE = re.compile(
    r"\b(total|totals|sum|average|mean|count|how many|how much|number of|revenue|turnover|dashboard|"
    r"statistics|stats|"
    r"chart|report|hours per|сумм\w+|итог\w*|выручк\w+|средн\w+|сколько|количество|статистик\w+|дашборд\w*|"
    r"отч[её]т\w*|график\w*|остат\w+)\b",
    re.IGNORECASE,
)
_AVERAGE = re.compile(r"\b(average|mean|средн\w+)\b", re.IGNORECASE)
_SUM = re.compile(
    r"\b(total|totals|sum|revenue|turnover|how much|hours|spent|сумм\w+|итог\w*|выручк\w+|"
    r"сколько (?:потра|денег|за)\w*)\b",
    re.IGNORECASE,
)
_MONTH = re.compile(
    r"\b(?:per|by|each|every|a|за|по|в)\s+(?:month|months|day|week|year|месяц\w*|дн\w+|недел\w+|год\w*)\b|\b(?:monthly|помесячн\w+|ежемесячн\w+)\b",
    re.IGNORECASE,
)


def exported(said: Sequence[str], built: Sequence[Entity]) -> frozenset[str]:
    """Entities whose lists are to be saved: those named beside the word, else all."""
    chosen: set[str] = set()
    for sentence in said:
        if _EXPORT.search(sentence) and not re.search(
            r"\b(keep|everything in|from this|instead)\b", sentence
        ):
            low = sentence.lower()
            named = {entity.name for entity in built if _mentions(low, entity)}
            chosen |= named or {entity.name for entity in built}
    return frozenset(chosen)


def _mentions(low: str, entity: Entity) -> bool:
    return entity.label.lower() in low or entity.label_plural.lower() in low


def asked_metrics(
    said: Sequence[str], parts: Mapping[str, Parts], built: Sequence[Entity], language: str
) -> tuple[Metric, ...]:
    return tuple(
        metric
        for sentence in said
        if _FIGURE.search(sentence)
        for metric in _of_sentence(sentence, parts, built, language)
    )


def _of_sentence(
    sentence: str, parts: Mapping[str, Parts], built: Sequence[Entity], language: str
) -> Iterator[Metric]:
    at = _FIGURE.search(sentence)
    asked = nodes(sentence[at.start() if at else 0 :])
    entity = _entity(asked, parts, built) or _with_money(sentence, built)
    if entity is None:
        return
    kind, measured = _measure(sentence, entity)
    groups = list(_groups(asked, entity, parts))
    if _MONTH.search(sentence):
        groups += [f for f in entity.fields if f.type in {"date", "datetime"}][:1]
    if not groups and measured is not None:
        yield _metric(kind, entity, measured, None, language)
    for group in groups:
        yield _metric(kind, entity, measured, group, language)


def _entity(asked: Sequence[Node], parts: Mapping[str, Parts], built: Sequence[Entity]) -> Entity | None:
    for node in asked:
        if isinstance(node, Phrase):
            for phrase in (node, node.complement):
                key = key_of(phrase) if phrase is not None else ""
                if key in parts and not _grouping(asked, node):
                    return next(entity for entity in built if entity.name == parts[key].name)
    return None


def _grouping(asked: Sequence[Node], node: Node) -> bool:
    at = list(asked).index(node)
    before = asked[at - 1] if at else None
    return (isinstance(before, Filler) and before.text in {"by", "per", "по", "за"}) or (
        isinstance(before, Cue) and before.kind == "each"
    )


def _with_money(sentence: str, built: Sequence[Entity]) -> Entity | None:
    """The thing summed when none is named: the one with amounts, or with hours."""
    if re.search(r"\bhours\b|\bчас", sentence, re.IGNORECASE):
        found = next(
            (e for e in built if any(f.name == "hours" and f.type == "decimal" for f in e.fields)), None
        )
        if found is not None:
            return found
    return next((e for e in built if figures.money(e) is not None and e.parent is None), None)


def _measure(sentence: str, entity: Entity) -> tuple[Kind, Field | None]:
    money = figures.money(entity)
    if re.search(r"\bhours\b|\bчас", sentence, re.IGNORECASE):
        money = next((f for f in entity.fields if f.name == "hours" and f.type == "decimal"), money)
    if _AVERAGE.search(sentence):
        numbers = [f for f in entity.fields if f.type in {"integer", "decimal"}]
        marks = [f for f in numbers if f.name in {"grade", "rating", "score"}]
        field = next(iter([*marks, *([money] if money is not None else []), *numbers]), None)
        return ("average", field) if field is not None else ("count", None)
    if _SUM.search(sentence) and money is not None:
        return "sum", money
    return "count", None


def _groups(asked: Sequence[Node], entity: Entity, parts: Mapping[str, Parts]) -> Iterator[Field]:
    for node in asked:
        if not isinstance(node, Phrase) or not _grouping(asked, node):
            continue
        target = parts[key_of(node)].name if key_of(node) in parts else None
        for f in entity.fields:
            by_name = node.attribute is not None and f.name == node.attribute
            if (f.type == "reference" and f.target == target) or (
                by_name and f.type in {"choice", "boolean", "date"}
            ):
                yield f
                break


def _metric(kind: Kind, entity: Entity, measured: Field | None, group: Field | None, language: str) -> Metric:
    ru = language == "ru"
    what = {
        "sum": ("всего" if ru else "total"),
        "average": ("среднее" if ru else "average"),
        "count": ("количество" if ru else "count"),
    }[kind]
    label = f"{entity.label_plural}: {what}"
    name = f"{entity.plural}_{kind}"
    if measured is not None:
        label, name = f"{label}, {measured.label.lower()}", f"{name}_{measured.name}"
    if group is not None:
        when = ("по месяцам" if ru else "by month") if group.type in {"date", "datetime"} else None
        by = when or (f"по полю «{group.label.lower()}»" if ru else f"by {group.label.lower()}")
        label, name = f"{label}, {by}", f"{name}_by_{group.name}"
    return Metric(
        name=name[:60], label=label, kind=kind, entity=entity.name,
        field=measured.name if measured is not None else None,
        group_by=group.name if group is not None else None,
    )  # fmt: skip
