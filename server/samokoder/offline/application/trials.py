"""Records by which a test tells whether a metric counts what it should. Pure."""

from __future__ import annotations

from samokoder.offline.application import examples
from samokoder.offline.application.figures import Computed, truth
from samokoder.offline.application.formatting import literal
from samokoder.offline.application.phrases import phrases

_DAY, _MONTH = "2026-03-02", "2026-03"


def matching(metric: Computed) -> str:
    """Arguments that make a record the metric counts."""
    changes: dict[str, str] = {}
    for name, value in metric.metric.where:
        attribute = metric.record.attribute(name)
        changes[name] = str(truth(value)) if attribute.type == "boolean" else literal(value)
    if metric.metric.overdue:
        changes |= _dated(metric, metric.metric.overdue, "2020-01-02")
    if metric.group and metric.group.name not in changes:
        changes |= _grouped(metric)
    return examples.arguments(changes)


def _grouped(metric: Computed) -> dict[str, str]:
    group = metric.group
    assert group is not None
    if group.is_date:
        return _dated(metric, group.name, _DAY)
    if group.type == "choice":
        return {group.name: literal(group.field.choices[0].value)}
    return {group.name: "True" if group.type == "boolean" else "group.id"}


def other(metric: Computed) -> str:
    """Arguments that make a record the metric leaves out; empty when it leaves out none."""
    for name, value in metric.metric.where:
        attribute = metric.record.attribute(name)
        if attribute.type == "boolean":
            return examples.arguments({name: str(not truth(value))})
        if another := [c.value for c in attribute.field.choices if c.value != value]:
            return examples.arguments({name: literal(another[0])})
    return (
        examples.arguments(_dated(metric, metric.metric.overdue, "2099-01-02"))
        if metric.metric.overdue
        else ""
    )


def _dated(metric: Computed, name: str, day: str) -> dict[str, str]:
    changes = examples.dated(metric.record, name, day)
    later = [a for a in metric.record.attributes if a.field.not_before in changes and a.name not in changes]
    for attribute in later:
        changes[attribute.name] = "2099-12-30" if attribute.type == "date" else "2099-12-30T10:00:00"
    return {field: literal(text) for field, text in changes.items()}


def group_key(metric: Computed) -> str:
    """What the row of the matching records is called."""
    group = metric.group
    assert group is not None
    conditions = dict(metric.metric.where)
    if group.is_date:
        return literal("2020-01" if metric.metric.overdue == group.name else _MONTH)
    if group.type == "choice":
        value = conditions.get(group.name, group.field.choices[0].value)
        return literal(next(c.label for c in group.field.choices if c.value == value))
    if group.type == "boolean":
        yes = truth(conditions.get(group.name, "true"))
        return literal(phrases(metric.record.shape.model.language)["yes" if yes else "no"])
    return "str(group)"
