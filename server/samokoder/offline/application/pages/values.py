"""The Jinja snippets that show one value of a record, and the controls that edit it."""

from __future__ import annotations

from samokoder.domain.data_model import DataModel, Field, Total
from samokoder.offline.application.pages.escaping import html_text, jinja_string, sentence
from samokoder.offline.application.pages.view import NUMBERS, Related, View, relation
from samokoder.offline.application.pages.words import words


def attribute(field: Field) -> str:
    """Where a record keeps what is shown of the field."""
    return relation(field) if field.type == "reference" else field.name


def _target(view: View, field: Field) -> View:
    assert field.target is not None
    return View(view.model, view.model.entity(field.target))


def naming(variable: str = "record") -> str:
    """What a record is called on a page."""
    return f"{{{{ {variable} }}}}"


def named_by(view: View, field: Field) -> str:
    """A value as the text of a link to its record."""
    if field == view.title:
        return naming()
    if field.type == "reference":
        value = f"record.{relation(field)}"
        return f"{{% if {value} %}}{naming(value)}{{% else %}}{naming()}{{% endif %}}"
    return shown(view, field) if field.type in ("date", "datetime", "integer") else naming()


def shown(view: View, field: Field, variable: str = "record") -> str:
    """The field's value as HTML; nothing at all when there is none."""
    value = f"{variable}.{attribute(field)}"
    unit = f"({jinja_string(field.unit)})" if field.unit else ""
    match field.type:
        case "reference":
            target = _target(view, field)
            link = f'<a href="/{target.plural}/{{{{ {value}.id }}}}">{naming(value)}</a>'
            return f"{{% if {value} %}}{link}{{% endif %}}"
        case "choice":
            return f"{{{{ choices.badge(choices.{view.name}_{field.name}, {value}) }}}}"
        case "boolean":
            w = words(view.model.language)
            return f'{{{{ "{w["yes"]}" if {value} else "{w["no"]}" }}}}'
        case "money":
            return f"{{{{ {value} | money{unit} }}}}"
        case "integer" | "decimal":
            return f"{{{{ {value} | number{unit} }}}}"
        case "date" | "datetime":
            return _date(view, field, value)
        case "time":
            return f"{{{{ {value} | clock }}}}"
        case "url":
            return f"{{{{ {value} | link }}}}"
        case "email" | "phone":
            scheme = "mailto" if field.type == "email" else "tel"
            return (
                f'{{% if {value} %}}<a href="{scheme}:{{{{ {value} }}}}">{{{{ {value} }}}}</a>{{% endif %}}'
            )
        case "long_text":
            return f'{{% if {value} %}}<p class="prose">{{{{ {value} }}}}</p>{{% endif %}}'
        case _:
            return f"{{{{ {value} }}}}"


def _date(view: View, field: Field, value: str) -> str:
    shape = "moment" if field.type == "datetime" else "day"
    if field != view.due:
        return f"{{{{ {value} | {shape} }}}}"
    late = words(view.model.language)["overdue"]
    return (
        f"{{% if {value} is past{view.unfinished} %}}"
        f'<span class="late">{{{{ {value} | {shape} }}}} <small>{late}</small></span>'
        f"{{% else %}}{{{{ {value} | {shape} }}}}{{% endif %}}"
    )


def measured(model: DataModel, entity: str, name: str | None) -> Field | None:
    """The field a figure is made of, through totals of totals; None for what is only counted."""
    if name is None:
        return None
    total = next((t for t in model.entity(entity).totals if t.name == name), None)
    return measured(model, total.source, total.field) if total else model.entity(entity).field(name)


def figure(view: View, total: Total) -> str:
    """A total as people read it."""
    value = f"record.{total.name}"
    summed = measured(view.model, total.source, total.field)
    unit = f"({jinja_string(summed.unit)})" if summed and summed.unit else ""
    if summed and summed.type == "money":
        return f"{{{{ {value} | money{unit} }}}}"
    return f"{{{{ {value} | number{unit} }}}}"


def product(child: Related) -> str | None:
    """Price times quantity of one line, when the owner adds such products up."""
    totals = child.view.model.entity(child.field.target or "").totals
    for total in totals:
        if total.source == child.view.name and total.via == child.field.name and total.field and total.times:
            field = measured(child.view.model, total.source, total.field)
            unit = f"({jinja_string(field.unit)})" if field and field.unit else ""
            both = f"record.{total.field} is not none and record.{total.times} is not none"
            shape = "money" if field and field.type == "money" else "number"
            value = f"{{{{ (record.{total.field} * record.{total.times}) | {shape}{unit} }}}}"
            return f"{{% if {both} %}}{value}{{% endif %}}"
    return None


def columns_of(child: Related) -> tuple[Field, ...]:
    """What a table inside the owner's page shows: all but the owner, the name first."""
    view = child.view
    rest = tuple(f for f in view.columns if f != child.field)
    first = () if view.title == child.field else (view.title,)
    return first + rest


def controls(view: View) -> list[str]:
    """The calls of form macros, one for each thing a person enters."""
    fields = [f for f in view.entered if not (view.inline and f == view.owner_field)]
    calls = [_control(view, f) for f in fields]
    links = [
        f'several(form, "{link.name}", {jinja_string(sentence(link.label))}, pickers["{link.name}"])'
        for link in view.entity.links
    ]
    return calls + links


_INPUTS = {
    "text": "text",
    "integer": "number",
    "decimal": "number",
    "money": "number",
    "date": "date",
    "datetime": "datetime-local",
    "time": "time",
    "email": "email",
    "phone": "tel",
    "url": "url",
}


def _control(view: View, field: Field) -> str:
    label = jinja_string(sentence(field.label))
    required = ", required=true" if field.required else ""
    match field.type:
        case "boolean":
            return f'flag(form, "{field.name}", {label})'
        case "reference" | "choice":
            return f'selection(form, "{field.name}", {label}, pickers["{field.name}"]{required})'
        case "long_text":
            return f'lines(form, "{field.name}", {label}{required}{_limits(field)})'
        case _:
            kind = _INPUTS[field.type]
            typed = f', type="{kind}"' if kind != "text" else ""
            unit = f", unit={jinja_string(field.unit)}" if field.unit else ""
            wide = (
                ', class="wide"' if kind == "text" and field == view.title and len(view.entered) > 3 else ""
            )
            return f'line(form, "{field.name}", {label}{typed}{required}{unit}{wide}{_limits(field)})'


def _limits(field: Field) -> str:
    """Attributes by which the browser checks what the server checks again."""
    if field.type in NUMBERS:
        step = {"integer": "", "decimal": ', step="any"', "money": ', step="0.01"'}[field.type]
        low = f', min="{field.minimum:g}"' if field.minimum is not None else ""
        high = f', max="{field.maximum:.15g}"' if field.maximum is not None else ""
        return step + low + high
    if field.type in ("text", "long_text", "email", "phone", "url"):
        low = f", minlength={int(field.minimum)}" if field.minimum else ""
        high = f", maxlength={int(field.maximum)}" if field.maximum else ""
        return low + high
    return ""


def label_text(label: str) -> str:
    """A label that begins a line, as HTML."""
    return html_text(sentence(label))
