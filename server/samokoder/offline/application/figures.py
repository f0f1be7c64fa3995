"""How the dashboard's metrics become queries. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from samokoder.domain.data_model import Metric
from samokoder.offline.application.formatting import literal
from samokoder.offline.application.names import member
from samokoder.offline.application.phrases import phrases
from samokoder.offline.application.shape import Attribute, Record, Shape, metric_type


@dataclass(frozen=True)
class Computed:
    """A metric and the parts of its query."""

    metric: Metric
    record: Record

    @property
    def name(self) -> str:
        return self.metric.name

    @property
    def label(self) -> str:
        return self.metric.label

    @property
    def type(self) -> str:
        return metric_type(self.record.shape, self.metric)

    @property
    def group(self) -> Attribute | None:
        return self.record.attribute(self.metric.group_by) if self.metric.group_by else None

    def of(self, name: str) -> str:
        return f"{self.record.cls}.{name}"

    @property
    def expression(self) -> str:
        """What is selected."""
        metric = self.metric
        if metric.kind == "count" or metric.field is None:
            return f"sa.func.count({self.of('id')})"
        if metric.kind == "sum":
            return f"sa.func.sum({self.of(metric.field)})"
        value = f"sa.func.avg({self.of(metric.field)})"
        return f"sa.type_coerce({value}, Money)" if self.type == "Decimal" else value

    @property
    def group_expression(self) -> str:
        group = self.group
        if group is None:
            return ""
        return f'sa.func.strftime("%Y-%m", {self.of(group.name)})' if group.is_date else self.of(group.name)

    @property
    def group_label(self) -> str:
        """What a row is called, from its key."""
        group = self.group
        if group is None or group.is_date:
            return "key"
        if group.type == "choice":
            return "key.label"
        if group.type == "boolean":
            say = phrases(self.record.shape.model.language)
            return f"{literal(say['yes'])} if key else {literal(say['no'])}"
        return f"str(session.get({group.target}, key))" if group.type == "reference" else "str(key)"

    @property
    def conditions(self) -> str:
        """The conditions, each as a call of ``where``."""
        found = [self._equals(name, value) for name, value in self.metric.where]
        if self.metric.overdue:
            moment = self.record.attribute(self.metric.overdue).type == "datetime"
            found.append(
                f"{self.of(self.metric.overdue)} < dt.{'datetime.now()' if moment else 'date.today()'}"
            )
        return f".where({', '.join(found)})" if found else ""

    def _equals(self, name: str, value: str) -> str:
        attribute = self.record.attribute(name)
        if attribute.type == "boolean":
            return f"{self.of(name)}.is_({truth(value)})"
        return f"{self.of(name)} == {attribute.enum}.{member(value)}"


def truth(text: str) -> bool:
    """A boolean condition written as text."""
    return text.strip().lower() in ("true", "yes", "1", "on", "да")


def computed(shape: Shape) -> list[Computed]:
    """Every metric of the model."""
    return [Computed(metric, shape.record(metric.entity)) for metric in shape.model.metrics]
