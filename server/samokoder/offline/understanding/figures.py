"""Figures computed from records: totals on a record's page, metrics on the dashboard."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from samokoder.domain.data_model import Entity, Field, Metric, Total
from samokoder.offline.understanding import names

_MONEY_FIRST = ("total", "amount", "cost", "price", "fee", "salary")
_OVERDUE = ("due_date", "return_by", "renewal_date", "expiry_date")
_WORDS = {
    "en": {"count": "Number of {}", "sum": "{}: total {}", "average": "{}: average {}", "by": "{} by {}",
           "overdue": "Overdue {}", "total": "Total"},
    "ru": {"count": "{}: количество", "sum": "{}: всего, {}", "average": "{}: среднее, {}", "by": "{}: {}",
           "overdue": "{}: срок прошёл", "total": "Итого"},
}  # fmt: skip
_MOST_TOTALS = 4
_MOST_METRICS = 8


def money(entity: Entity) -> Field | None:
    fields = [f for f in entity.fields if f.type == "money"]
    ranked = sorted(fields, key=lambda f: _MONEY_FIRST.index(f.name) if f.name in _MONEY_FIRST else 9)
    return ranked[0] if ranked else None


def _quantity(entity: Entity) -> Field | None:
    return next(
        (f for f in entity.fields if f.name in {"quantity", "hours"} and f.type in {"integer", "decimal"}),
        None,
    )


def with_totals(all_: Sequence[Entity], language: str) -> tuple[Entity, ...]:
    return tuple(
        entity.model_copy(update={"totals": tuple(_totals(entity, all_, language))[:_MOST_TOTALS]})
        for entity in all_
    )


def _totals(entity: Entity, all_: Sequence[Entity], language: str) -> Iterator[Total]:
    taken = {f.name for f in entity.fields} | {link.name for link in entity.links}
    for child, via in _children(entity, all_):
        for total in _of_child(child, via, language):
            name = names.attribute_name(total.name, taken, entity.name)
            taken.add(name)
            yield total.model_copy(update={"name": name})


def _children(entity: Entity, all_: Sequence[Entity]) -> Iterator[tuple[Entity, str]]:
    for child in all_:
        via = next((f.name for f in child.fields if f.type == "reference" and f.target == entity.name), None)
        if via is not None and child.name != entity.name:
            yield child, via


def _of_child(child: Entity, via: str, language: str) -> Iterator[Total]:
    words = _WORDS[language]
    sum_, quantity = money(child), _quantity(child)
    if sum_ is not None and _adds_up(child, sum_):
        times = (
            quantity.name
            if quantity is not None and sum_.name in {"price", "purchase_price", "sale_price"}
            else None
        )
        label = (
            words["total"]
            if child.parent == via
            else words["sum"].format(child.label_plural, sum_.label.lower())
        )
        yield Total(
            name="total_amount" if child.parent == via else f"{child.plural}_total",
            label=label, kind="sum", source=child.name, via=via, field=sum_.name, times=times,
        )  # fmt: skip
    hours = next((f for f in child.fields if f.name == "hours" and f.type == "decimal"), None)
    if hours is not None:
        yield Total(
            name=f"{child.plural}_hours", label=words["sum"].format(child.label_plural, hours.label.lower()),
            kind="sum", source=child.name, via=via, field=hours.name,
        )  # fmt: skip
    mark = next(
        (f for f in child.fields if f.name in {"grade", "rating", "score"} and f.type == "integer"), None
    )
    if mark is not None:
        yield Total(
            name=f"average_{mark.name}",
            label=words["average"].format(child.label_plural, mark.label.lower()),
            kind="average", source=child.name, via=via, field=mark.name,
        )  # fmt: skip
    yield Total(
        name=f"{child.plural}_count", label=words["count"].format(_inside(child.label_plural, language)),
        kind="count", source=child.name, via=via,
    )  # fmt: skip


def _adds_up(entity: Entity, field: Field) -> bool:
    """Prices of a catalogue are not summed; amounts of happenings and of parts are."""
    happens = any(f.type in {"date", "datetime"} for f in entity.fields) or entity.parent is not None
    return happens and field.name not in {"salary", "hourly_rate", "monthly_price"}


def _inside(label: str, language: str) -> str:
    return label if language == "ru" else label.lower()


def default_metrics(all_: Sequence[Entity], language: str) -> Iterator[Metric]:
    """Overdue first, then money by month, by state, then how many there are."""
    words = _WORDS[language]
    whole = [entity for entity in all_ if entity.parent is None]
    for entity in whole:
        due = next((f.name for f in entity.fields if _falls_due(f)), None)
        if due is not None:
            label = words["overdue"].format(_inside(entity.label_plural, language))
            yield Metric(
                name=f"overdue_{entity.plural}", label=label, kind="count", entity=entity.name, overdue=due
            )
    for entity in whole:
        sum_ = money(entity)
        if sum_ is not None and _adds_up(entity, sum_):
            yield _sum(entity, sum_, language)
    for entity in whole:
        if entity.workflow is not None:
            status = entity.field(entity.workflow.field)
            label = words["by"].format(entity.label_plural, status.label.lower())
            yield Metric(
                name=f"{entity.plural}_by_{status.name}", label=label, kind="count", entity=entity.name,
                group_by=status.name,
            )  # fmt: skip
    for entity in whole[:4]:
        label = words["count"].format(_inside(entity.label_plural, language))
        yield Metric(name=f"{entity.plural}_count", label=label, kind="count", entity=entity.name)


def _falls_due(field: Field) -> bool:
    return field.type == "date" and (field.name in _OVERDUE or field.name.endswith("due_date"))


def _sum(entity: Entity, field: Field, language: str, group: Field | None = None) -> Metric:
    words = _WORDS[language]
    label = words["sum"].format(entity.label_plural, field.label.lower())
    if group is not None:
        label = words["by"].format(label, group.label.lower())
    return Metric(
        name=f"{entity.plural}_{field.name}" + (f"_by_{group.name}" if group is not None else ""),
        label=label, kind="sum", entity=entity.name, field=field.name,
        group_by=group.name if group is not None else None,
    )  # fmt: skip


def metrics(asked: Sequence[Metric], all_: Sequence[Entity], language: str) -> tuple[Metric, ...]:
    found: dict[tuple[str | None, ...], Metric] = {}
    names_: set[str] = set()
    for metric in [*asked, *default_metrics(all_, language)]:
        figure = (metric.kind, metric.entity, metric.field, metric.group_by, metric.overdue)
        if figure not in found and metric.name not in names_:
            found[figure] = metric
            names_.add(metric.name)
    return tuple(found.values())[:_MOST_METRICS]
