"""What an application looks like: its accent and its marks, chosen by its subject."""

from __future__ import annotations

import hashlib
import re

from samokoder.domain.data_model import DataModel, Entity
from samokoder.domain.value import Value


class Accent(Value):
    """One hue in four roles; every pair read together has at least WCAG AA contrast."""

    accent: str
    tint: str
    accent_dark: str
    tint_dark: str


INDIGO = Accent(accent="#4338ca", tint="#eceafd", accent_dark="#a9b2fb", tint_dark="#262a4d")
TEAL = Accent(accent="#0f6b63", tint="#daf3ef", accent_dark="#63d6c8", tint_dark="#12322f")
GREEN = Accent(accent="#17693c", tint="#dff3e6", accent_dark="#79d69f", tint_dark="#163323")
AMBER = Accent(accent="#8f4a0a", tint="#fbeedb", accent_dark="#f0b667", tint_dark="#38290f")
RED = Accent(accent="#b01f3a", tint="#fde8eb", accent_dark="#fb9caa", tint_dark="#42191f")
BLUE = Accent(accent="#0b5cad", tint="#e1eefb", accent_dark="#7dbcf7", tint_dark="#132d47")
VIOLET = Accent(accent="#6b2fc0", tint="#f0e8fc", accent_dark="#c3a6f8", tint_dark="#312349")
PLUM = Accent(accent="#a01c6d", tint="#fbe6f2", accent_dark="#f29bcb", tint_dark="#3f1a30")
SLATE = Accent(accent="#3a4a63", tint="#e7ebf2", accent_dark="#a9b8d0", tint_dark="#242c3a")

ACCENTS = (INDIGO, TEAL, GREEN, AMBER, RED, BLUE, VIOLET, PLUM, SLATE)

_SUBJECTS: tuple[tuple[str, Accent, str], ...] = (
    (r"book|librar|publisher|книг|библиот", AMBER, "book"),
    (r"loan|lend|rental|rent|exchange|transfer|movement|выдач|аренд|прокат|перемещ", TEAL, "swap"),
    (r"ticket|incident|request|support|complaint|helpdesk|заявк|обращен|инцидент|поддержк", INDIGO, "ticket"),
    (r"order|cart|shop|purchase|sale|заказ|магазин|продаж|покупк", BLUE, "cart"),
    (r"invoice|payment|expense|budget|bill|money|account|счет|счёт|платеж|расход|бюджет", GREEN, "coin"),
    (r"product|item|stock|inventory|warehouse|part|goods|товар|склад|издели|материал", TEAL, "box"),
    (r"patient|doctor|clinic|health|medical|visit|treatment|пациент|врач|клиник|лечен", RED, "heart"),
    (r"pet|dog|cat\b|animal|vet|owner|питом|животн|собак|кошк|ветерин", RED, "paw"),
    (r"plant|garden|farm|tree|crop|растен|сад\b|ферм|огород|урожа", GREEN, "leaf"),
    (r"recipe|dish|meal|restaurant|food|menu|ingredient|cafe|рецепт|блюд|ресторан|еда|кафе", RED, "dish"),
    (r"course|student|lesson|school|teacher|exam|grade|курс|студент|урок|школ|учител|экзам", VIOLET, "cap"),
    (r"event|booking|reserv|appointment|schedule|meeting|событ|брон|запис|распис|встреч", PLUM, "calendar"),
    (r"task|todo|project|sprint|задач|проект|дел", INDIGO, "check"),
    (r"car|vehicle|truck|fleet|trip|ride|driver|route|машин|авто|транспорт|поездк|рейс", SLATE, "car"),
    (r"repair|tool|equipment|machine|maintenance|asset|ремонт|инструмент|оборудован", SLATE, "tool"),
    (r"house|flat|apartment|property|room|building|hotel|дом|кварт|комнат|здани|отел", TEAL, "house"),
    (r"film|movie|song|album|music|photo|game|фильм|музык|песн|альбом|фото", VIOLET, "star"),
    (r"sport|gym|workout|training|exercise|club|спорт|трениров|упражн|клуб", BLUE, "pulse"),
    (
        r"person|people|author|member|reader|автор|читател|участник|user|customer|client|employee|contact|staff|клиент|сотрудник|человек|контакт",
        BLUE,
        "person",
    ),
    (r"note|document|article|page|post|contract|report|замет|документ|стать|договор|отчет", SLATE, "page"),
    (r"tag|categor|genre|label|type|topic|тег|категор|жанр|метк|тем", SLATE, "tag"),
    (r"comment|message|review|feedback|коммент|сообщ|отзыв", PLUM, "bubble"),
    (r"department|team|company|organi|supplier|vendor|отдел|команд|компан|поставщ", SLATE, "people"),
)

SHAPES = {
    "book": "M4 5.5A2.5 2.5 0 0 1 6.5 3H20v15H6.5A2.5 2.5 0 0 0 4 20.5zM4 20.5A2.5 2.5 0 0 0 6.5 21H20v-3",
    "ticket": "M3 7h18v3.5a2 2 0 0 0 0 3.5V17H3v-3a2 2 0 0 0 0-3.5zM14 7v2M14 11v2M14 15v2",
    "cart": "M2 4h3l2.4 11h10.8L21 7H6M9 20h.01M17 20h.01",
    "coin": (
        "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18"
        "M14.5 9C14 8.4 13 8 12 8c-3.3 0-3.3 4 0 4s3.3 4 0 4c-1 0-2-.4-2.5-1"
    ),
    "box": "M12 3l8.5 4.5v9L12 21l-8.5-4.5v-9zM3.5 7.5L12 12l8.5-4.5M12 12v9",
    "heart": "M12 20S4 15.2 4 9.4A4.4 4.4 0 0 1 12 7a4.4 4.4 0 0 1 8 2.4C20 15.2 12 20 12 20z",
    "paw": "M12 13c-3 0-5 3-5 5s2 2.5 5 1.5c3 1 5 .5 5-1.5s-2-5-5-5zM5.5 10v.01M9 6v.01M15 6v.01M18.5 10v.01",
    "leaf": "M5 19C4 9 10 4 20 4c0 10-5 16-13 14M5 21c1-5 4-8 9-10",
    "dish": "M7 3v18M4 3v5a3 3 0 0 0 6 0V3M17 21v-7M17 14c-3-1-3-11 0-11s3 10 0 11z",
    "cap": "M2 9l10-5 10 5-10 5zM6 11.5V16c3 3 9 3 12 0v-4.5M22 9v6",
    "calendar": "M4 6h16v14H4zM4 10.5h16M8 3v5M16 3v5",
    "check": "M4 4h16v16H4zM8 12l3 3 5.5-6",
    "car": "M3 16v-4l2-6h14l2 6v4zM3 12h18M6.5 16v3M17.5 16v3",
    "tool": "M14.5 6.5a4 4 0 0 0-5.3 5.300L4 17v3h3l5.2-5.200a4 4 0 0 0 5.3-5.300L15 12l-3-3z",
    "house": "M4 11l8-7 8 7v9h-5.5v-6h-5v6H4z",
    "star": "M12 3.5l2.6 5.6 6.1.7-4.5 4.2 1.2 6-5.4-3-5.4 3 1.2-6-4.5-4.2 6.1-.7z",
    "pulse": "M3 12h4l3-8 4 16 3-8h4",
    "person": "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.5a7.5 7.5 0 0 1 15 0",
    "page": "M6 3h8l5 5v13H6zM14 3v5h5M9 13h6M9 17h6",
    "tag": "M4 4h8l8.5 8.5-8 8L4 12zM8 8h.01",
    "bubble": "M4 5h16v11H11l-5 4v-4H4z",
    "people": (
        "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20a6.5 6.5 0 0 1 13 0"
        "M16 4.5a3.5 3.5 0 0 1 0 6.300M18 14.5a6.5 6.5 0 0 1 3.5 5.5"
    ),
    "swap": "M4 8h15l-4-4M20 16H5l4 4",
    "list": "M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01",
}


def _subject(text: str) -> tuple[Accent, str] | None:
    found = ((m.start(), a, s) for pattern, a, s in _SUBJECTS if (m := re.search(pattern, text.lower())))
    first = min(found, default=None, key=lambda f: f[0])
    return first[1:] if first else None


def accent(model: DataModel) -> Accent:
    """The hue of the subject; a stable choice by the title when the subject is unknown."""
    found = _of_model(model)
    if found:
        return found[0]
    return ACCENTS[hashlib.sha256(model.title.encode("utf-8", "replace")).digest()[0] % len(ACCENTS)]


def mark(model: DataModel) -> str | None:
    """The name of the shape in the application's mark; None when its first letter serves."""
    found = _of_model(model)
    return found[1] if found else None


def shape(entity: Entity) -> str:
    """The name of the shape that stands for an entity."""
    found = _subject(entity.name) or _subject(entity.label)
    return found[1] if found else "list"


def _of_model(model: DataModel) -> tuple[Accent, str] | None:
    main = next((e for e in model.entities if e.parent is None), None)
    return _subject(model.title) or (_subject(f"{main.name} {main.label}") if main else None)


def favicon(model: DataModel) -> str:
    """The application's mark as an SVG file."""
    name = mark(model)
    inside = (
        f'<path d="{SHAPES[name]}" transform="translate(4 4) scale(1)" fill="none" stroke="#fff" '
        'stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/>'
        if name
        else '<circle cx="16" cy="16" r="6" fill="#fff"/>'
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
        f'<rect width="32" height="32" rx="8" fill="{accent(model).accent}"/>{inside}</svg>\n'
    )
