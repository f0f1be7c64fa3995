"""What the templates shared by all pages are filled with."""

from __future__ import annotations

from typing import Any

from samokoder.domain.data_model import DataModel, Field, Metric
from samokoder.offline.application.pages import look
from samokoder.offline.application.pages.contexts import imports
from samokoder.offline.application.pages.escaping import html_text, plain
from samokoder.offline.application.pages.values import measured, shown
from samokoder.offline.application.pages.view import View, views
from samokoder.offline.application.pages.words import MONTHS, SHORT_MONTHS, new_record, words

MONEY = ("money",)


def of_application(model: DataModel) -> dict[str, Any]:
    """Everything the shared templates ask for."""
    every = views(model)
    types = {f.type for v in every for f in v.entity.fields}
    charts = [m for m in model.metrics if m.group_by]
    main = _main(every)
    by_month = [m for m in charts if _group(model, m).type in ("date", "datetime")]
    return {
        "title": model.title,
        "w": words(model.language),
        "language": model.language,
        "ru": model.language == "ru",
        "roles": bool(model.roles),
        "types": types,
        "months": MONTHS[model.language],
        "short_months": SHORT_MONTHS[model.language],
        "listed": [v for v in every if v.listed],
        "linked": any(v.entity.links for v in every),
        "has_calendar": any(v.planned for v in every),
        "has_workflow": any(v.entity.workflow for v in every),
        "choices": [(v, f, _tones(v, f)) for v in every for f in v.choices],
        "modules": ["home", *(["sign_in"] if model.roles else []), *(v.plural for v in every)],
        "metrics": model.metrics,
        "charts": charts,
        "by_month": by_month,
        "has_bars": len(charts) > len(by_month),
        "has_pillars": bool(by_month),
        "amounts": {m.name: _unit(model, m) for m in model.metrics if _is_money(model, m)},
        "late": [m.name for m in model.metrics if m.overdue],
        "numbers": len(charts) < len(model.metrics),
        "main": main,
        "services": imports("app.services", sorted({"overview", *([main.plural] if main else [])})),
        "restricted": any(t.roles for v in every for _, moves in v.moves for t in moves),
        "new_record": new_record,
        "shown": shown,
        "shapes": [(n, look.SHAPES[n]) for n in sorted({v.shape for v in every})],
        "mark": mark(model),
        "user_first": "user: CurrentUser, " if model.roles else "",
        "user_arg": ", user=user" if model.roles else "",
    }


def _main(every: tuple[View, ...]) -> View | None:
    """What people come for: things that go through states, are due, or join others together."""
    listed = [v for v in every if v.listed]
    return max(listed, key=_weight, default=None)


def _weight(view: View) -> tuple[bool, bool, int]:
    return view.state is not None, view.due is not None, len(view.references)


def mark(model: DataModel) -> str:
    """The application's mark as HTML: a drawing of its subject, else its first letter."""
    name = look.mark(model)
    if name:
        return f'<svg viewBox="0 0 24 24" aria-hidden="true"><path d="{look.SHAPES[name]}"/></svg>'
    letter = next((c for c in plain(model.title) if c.isalnum()), "•")
    return f'<span aria-hidden="true">{html_text(letter.upper())}</span>'


def _tones(view: View, field: Field) -> list[tuple[str, str]]:
    named = ((choice.value, view.tone(field, choice.value)) for choice in field.choices)
    return [(value, tone) for value, tone in named if tone]


def _group(model: DataModel, metric: Metric) -> Field:
    return model.entity(metric.entity).field(metric.group_by or "")


def _measured(model: DataModel, metric: Metric) -> Field | None:
    return measured(model, metric.entity, metric.field)


def _is_money(model: DataModel, metric: Metric) -> bool:
    measured = _measured(model, metric)
    return metric.kind != "count" and measured is not None and measured.type in MONEY


def _unit(model: DataModel, metric: Metric) -> str:
    measured = _measured(model, metric)
    return (measured.unit or "") if measured else ""
