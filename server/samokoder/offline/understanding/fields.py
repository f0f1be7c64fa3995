"""One attribute of a draft: from what was said of it to a typed field or a relation."""

from __future__ import annotations

import re
from dataclasses import dataclass

from samokoder.domain.data_model import Choice, Field, FieldType
from samokoder.offline.understanding import labels, lexicon, names
from samokoder.offline.understanding.drafts import Draft, Drafts, key_of
from samokoder.offline.understanding.item import Item, state_key
from samokoder.offline.understanding.lexicon import capital
from samokoder.offline.understanding.phrases import Phrase
from samokoder.offline.understanding.subjects import is_container, is_noise, is_venue, meant
from samokoder.offline.understanding.words import lemmas

_NUMERIC = ("integer", "decimal", "money")
_SINGLE = frozenset({"date", "datetime", "time", "email", "phone", "url"})
_MOST_CHOICES = 20
# For nouns the lexicon does not know, by how they sound.
_BY_SOUND: tuple[tuple[str, FieldType], ...] = (
    (r"\b(date and time|timestamp|дата и время)\b", "datetime"),
    (r"\b(date|day|deadline|дата|день|срок)$|^(дата|срок|день)\b", "date"),
    (r"\b(time|hour)$|^время\b", "time"),
    (r"\b(price|cost|fee|amount|salary|payment|budget|sum|charge|rent|fare)$", "money"),
    (r"^(цена|стоимость|сумма|плата|оплата|оклад|зарплата|бюджет|выручка|штраф|взнос)\b", "money"),
    (r"^(number of|count of|no of|num|количество|число|кол-во)\b|\b(count|quantity|qty)$", "integer"),
    (r"\b(percentage|percent|rate|weight|length|width|height|depth|area|volume)$", "decimal"),
    (r"\b(distance|temperature)$", "decimal"),
    (r"^(процент|вес|длина|ширина|высота|глубина|площадь|объ[её]м|расстояние|температура)\b", "decimal"),
    (r"\be-?mail$|почта$", "email"),
    (r"\bphone( number)?$|^телефон\b", "phone"),
    (r"\b(url|link|website)$|^ссылка\b", "url"),
    (r"^(is|has|was|can)\b|\b(yes/no)\b", "boolean"),
    (r"\b(description|notes|comments?|text|details|summary|instructions)$", "long_text"),
    (r"^(описание|заметки|примечани[ея]|комментари[ий]|текст)\b", "long_text"),
    (r"\b(expiry|expires|until|since)$", "date"),
    (r"^(max|maximum|min|minimum)\b", "integer"),
    (r"\byear$|^год\b", "integer"),
    (r"\bage$|^возраст\b", "integer"),
)  # fmt: skip


@dataclass(frozen=True)
class Related:
    """The item names another thing, one or many of it."""

    key: str
    many: bool
    label: str


def relation(item: Item, draft: Draft, drafts: Drafts) -> Related | None:
    """The other thing an item of a field list names, if it names one."""
    phrase = item.phrase
    measured = item.minimum is not None or item.maximum is not None
    if (item.type is not None and item.type != "reference") or measured:
        return None
    collected = phrase.attribute is None and is_container(phrase)
    if collected:
        of = phrase.complement
        kept = of if of is not None and key_of(of) in drafts else meant(phrase)
        collected, phrase = kept is not None, kept or phrase
    key = _related_key(phrase, draft, drafts) if not _counted(phrase) else None
    if key is not None and key not in drafts and not (collected or _stands_alone(key, phrase, draft)):
        return None
    if key is None or key == draft.key or (item.choices and key not in drafts):
        return None
    many = (collected or phrase.plural or _child_of(key, draft)) and phrase.quantity != "each"
    return Related(key, many, _field_label(phrase, draft))


# Nouns that in a list of fields are mostly a word to fill in, not a record to choose.
_WRITTEN_IN = frozenset(
    "room building hotel place company department apartment group class school_class contact service".split()
)


def _child_of(key: str, draft: Draft) -> bool:
    """ "patients with payment": the lexicon knows that payments refer to patients, and not the reverse."""
    child, parent = lexicon.things().get(key), draft.known
    if child is None or parent is None:
        return False
    back = any(ref.thing == key for ref in parent.refs)
    return not back and any(ref.thing == parent.key for ref in child.refs)


def _counted(phrase: Phrase) -> bool:
    """ "max members": a number."""
    return phrase.words[0].low in {"max", "maximum", "min", "minimum", "total"} and len(phrase.words) > 1


def _stands_alone(key: str, phrase: Phrase, draft: Draft) -> bool:
    """Whether a thing named only in this list is kept for itself."""
    known = lexicon.things().get(key)
    part = known is not None and any(ref.thing == draft.key for ref in known.refs) and not phrase.plural
    if (
        known is not None
        and not phrase.plural
        and any(need and name in _HAPPENS for name, need, _ in known.fields)
    ):
        return False
    vague = phrase.complement is not None and phrase.complement.thing is None
    return not part and not vague and (phrase.plural or key not in _WRITTEN_IN)


_HAPPENS = frozenset({"date", "starts_at", "start_date", "taken_date", "visit_date"})


def _related_key(phrase: Phrase, draft: Draft, drafts: Drafts) -> str | None:
    if phrase.attribute == "assignee" and len(phrase.units) > 1 and phrase.units[-2].thing:
        return phrase.units[-2].thing
    if phrase.thing is None:
        own = key_of(phrase)
        if own in drafts and phrase.attribute is None:
            return own
        return "category" if phrase.attribute == "category" else None
    if phrase.attribute is not None:
        usual = draft.known is not None and any(ref.thing == phrase.thing for ref in draft.known.refs)
        kept = phrase.thing in drafts or phrase.attribute == "category" or (usual and phrase.plural)
        return phrase.thing if kept else None
    if _counts(phrase, draft) is not None:
        return None
    return phrase.thing


def _counts(phrase: Phrase, draft: Draft) -> str | None:
    """ "rooms" of a flat is how many, where the lexicon counts them."""
    known = draft.known
    plural = f"{phrase.thing}s"
    if known is not None and any(name == plural for name, _, _ in known.fields):
        return plural
    return None


def is_attribute(item: Item) -> bool:
    """Whether the item says something of its own: "list" and "data" do not."""
    phrase = item.phrase
    vague = is_container(phrase) or is_noise(phrase) or is_venue(phrase)
    return bool(phrase.attribute or item.type or item.choices or not vague)


_DISTANCES = frozenset({"km", "км", "cm", "см", "m", "м"})


def build(item: Item, draft: Draft, entity: str, taken: set[str], language: str) -> Field:
    attribute = _attribute(item.phrase, draft)
    if attribute is not None and attribute.key == "duration" and item.unit in _DISTANCES:
        attribute = None  # "length in km" is no time
    label = _field_label(item.phrase, draft)
    if attribute is not None and attribute.type in _SINGLE and not item.phrase.russian:
        label = labels.singular(label)
    type_ = _type(item, attribute, label)
    key = (
        attribute.key
        if attribute is not None and _plain(item.phrase, draft)
        else labels_key(item.phrase, label)
    )
    if key in taken or names.attribute_name(key, (), entity) in taken:
        key = names.slug(label) or key
    name = names.attribute_name(key, taken, entity)
    field = _limited(Field(name=name, label=label, type=type_), item, attribute, language)
    if field.type == "choice" and len(field.choices) < 2:  # values that no letter told apart
        return field.model_copy(update={"type": "text", "choices": ()})
    return field


def labels_key(phrase: Phrase, label: str) -> str:
    """The English name of a Russian compound, as far as the lexicon knows it; else the label."""
    if not phrase.russian:
        return label
    known = lexicon.attributes().get(phrase.attribute or "")
    owner = phrase.complement.thing if phrase.complement is not None else None
    if known is None:
        return label
    return f"{owner}_{known.key}" if owner else known.key


def _attribute(phrase: Phrase, draft: Draft) -> lexicon.Attribute | None:
    counted = _counts(phrase, draft) if phrase.thing and not phrase.attribute else None
    key = counted or phrase.attribute or phrase.thing or ""
    return lexicon.attributes().get(_begins_or_ends(lexicon.sense(draft.key, key), draft))


def _begins_or_ends(key: str, draft: Draft) -> str:
    """ "start" is a date, unless the thing has a day of its own or usually lasts hours."""
    if key not in {"start_time", "end_time"}:
        return key
    known = draft.known
    hours = known is not None and any(name == key for name, _, _ in known.fields)
    day = any(item.phrase.attribute == "date" for item in draft.items)
    said = any(item.phrase.attribute == key and len(item.phrase.words) > 1 for item in draft.items)
    return key if hours or day or said else key.replace("_time", "_date")


def _plain(phrase: Phrase, draft: Draft) -> bool:
    """Whether nothing but the attribute's own words, or the thing itself, is said."""
    others = [unit for unit in phrase.units[:-1] if unit.thing != draft.key]
    return not others and phrase.complement is None


def _field_label(phrase: Phrase, draft: Draft) -> str:
    units = [unit for unit in phrase.units if unit is phrase.head or unit.thing != draft.key]
    text = " ".join(word.text for unit in units for word in unit.words)
    if phrase.complement is not None and phrase.complement.thing != draft.key:
        text = f"{text} {phrase.complement.text}" if phrase.russian else f"{text} of {phrase.complement.text}"
    return labels.as_written(text)[:80]


def _type(item: Item, attribute: lexicon.Attribute | None, label: str) -> FieldType:
    if item.type is not None:
        return attribute.type if attribute is not None and item.type == "text" else item.type
    if len(item.choices) >= 2:
        return "choice"
    if _how_many(item.phrase):
        return "integer"
    type_ = attribute.type if attribute is not None else _by_sound(label, item)
    if type_ in {"time", "datetime"} and item.unit:
        return "integer"
    if type_ in {"choice", "text"} and item.minimum is not None and item.maximum is not None:
        whole = item.minimum % 1 == 0 and item.maximum % 1 == 0
        return "integer" if whole else "decimal"
    if type_ == "choice" and not (attribute and attribute.choices):
        return "text"
    if type_ == "integer" and any(bound is not None and bound % 1 for bound in (item.minimum, item.maximum)):
        return "decimal"
    return type_


def _how_many(phrase: Phrase) -> bool:
    """ "number of tiers" counts; a number alone is a name."""
    return not phrase.russian and phrase.attribute == "number" and phrase.complement is not None


def _by_sound(label: str, item: Item) -> FieldType:
    low = label.lower()
    for pattern, type_ in _BY_SOUND:
        if re.search(pattern, low):
            return type_
    if item.unit or item.minimum is not None or item.maximum is not None:
        fraction = any(bound is not None and bound % 1 for bound in (item.minimum, item.maximum))
        return "decimal" if item.unit or fraction else "integer"
    return "text"


def _limited(field: Field, item: Item, attribute: lexicon.Attribute | None, language: str) -> Field:
    numeric = field.type in _NUMERIC
    least, most = (item.minimum, item.maximum) if numeric else (None, None)
    if attribute is not None and (numeric == (attribute.type in _NUMERIC)):
        least = attribute.minimum if least is None else least
        most = attribute.maximum if most is None or not numeric else most
    if numeric and field.type == "money" and least is None:
        least = 0.0
    if least is not None and most is not None and least > most:
        least = None
    changes: dict[str, object] = {
        "required": item.required,
        "unique": item.unique or (attribute is not None and attribute.unique),
        "minimum": least,
        "maximum": most,
        "choices": choices(item, attribute, language) if field.type == "choice" else (),
        "default": attribute.default if attribute is not None and attribute.type == field.type else None,
        "unit": (item.unit or (attribute.measured_in(language) if attribute else None)) if numeric else None,
    }
    return field.model_copy(update=changes)


def choices(item: Item, attribute: lexicon.Attribute | None, language: str) -> tuple[Choice, ...]:
    if len(item.choices) < 2:
        return attribute.options(language) if attribute is not None else ()
    return named_choices(item.choices)


def named_choices(values: tuple[str, ...]) -> tuple[Choice, ...]:
    found: dict[str, Choice] = {}
    for text in values[:_MOST_CHOICES]:
        value = choice_value(text, found)
        label = re.sub(r"\s+", " ", text).strip(" .:-").lower()[:60]
        if label and not any(choice.label.lower() == label for choice in found.values()):
            found[value] = Choice(value=value, label=capital(label))
    return tuple(found.values())


def choice_value(text: str, taken: dict[str, Choice]) -> str:
    value = state_key(text) or lexicon.choice_index().get(lemmas(text)) or names.slug(text) or "other"
    free, number = value, 2
    while free in taken:
        free, number = f"{value}_{number}", number + 1
    return free


def from_lexicon(
    key: str, required: bool, unique: bool, entity: str, taken: set[str], language: str
) -> Field:
    """A field the text did not mention but things of the kind usually have."""
    attribute = lexicon.attributes()[key]
    type_: FieldType = "text" if attribute.type == "choice" and not attribute.choices else attribute.type
    numeric = type_ in _NUMERIC
    return Field(
        name=names.attribute_name(key, taken, entity),
        label=labels.as_written(attribute.label.label(language)),
        type=type_,
        required=required,
        unique=unique or attribute.unique,
        minimum=0.0 if type_ == "money" and attribute.minimum is None else attribute.minimum,
        maximum=attribute.maximum,
        choices=attribute.options(language) if type_ == "choice" else (),
        default=attribute.default,
        unit=attribute.measured_in(language) if numeric else None,
    )
