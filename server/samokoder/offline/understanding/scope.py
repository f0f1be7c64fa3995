"""What the embedded model cannot build, decided by what is to be built, not by what is spoken of."""

from __future__ import annotations

import re
from functools import cache

from samokoder.offline.understanding import lexicon
from samokoder.offline.understanding.answer import Refused, Subject

_WEB = re.compile(
    r"\b(web[ -]?(?:app\w*|site|service|register|page)|website|веб[- ]?\w+|сайт\w*)", re.IGNORECASE
)
_SAW: dict[Subject, tuple[str, str]] = {
    "game": ("a game", "игра"),
    "mobile_app": ("an application installed on a phone", "мобильное приложение"),
    "driver": ("a device driver", "драйвер устройства"),
    "embedded": ("software for a device or microcontroller", "программа для устройства или микроконтроллера"),
    "machine_learning": ("training or running a machine learning model", "обучение или работа нейросети"),
    "desktop": ("a desktop program", "программа для рабочего стола"),
    "command_line": ("a command line tool, library or compiler", "консольная программа или компилятор"),
    "integration": ("a bot, scraper or connection to other services", "бот, парсер или связка сервисов"),
    "browser_extension": ("a browser extension", "расширение браузера"),
    "website": ("a page that presents something without keeping data", "страница-витрина без данных"),
    "realtime": ("live video or voice", "видео или голосовая связь"),
}  # fmt: skip


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(lexicon.load("scope")["words"][name], re.IGNORECASE)


@cache
def _kinds() -> tuple[tuple[Subject, re.Pattern[str]], ...]:
    kinds: dict[Subject, list[str]] = lexicon.load("scope")["kinds"]
    return tuple((kind, re.compile("|".join(parts), re.IGNORECASE)) for kind, parts in kinds.items())


def refusal(text: str, language: str) -> Refused | None:
    """Why the text cannot be served; None when it can, as far as its kind goes."""
    if not any(letter.isalnum() for letter in text):
        return Refused(subject="empty", message=_message("empty", language))
    subject = _subject(_pattern("begins").sub("", text.strip(), count=1))
    return Refused(subject=subject, message=_message(subject, language)) if subject is not None else None


def unclear(language: str) -> Refused:
    return Refused(subject="unclear", message=_message("unclear", language))


def _subject(text: str) -> Subject | None:
    """The kind named first, if what stands before it does not already name something that keeps records."""
    first = re.split(r"(?<=[.!?])\s|\n", text.strip(), maxsplit=1)[0][:220]
    found = [(m.start(), kind) for kind, pattern in _kinds() if (m := pattern.search(first))]
    if not found:
        return None
    at, subject = min(found)
    before = first[:at]
    if _pattern("keeps").search(before) or _pattern("about").search(before):
        return None
    if _WEB.search(first) and subject not in {"game", "website", "realtime", "machine_learning"}:
        return None
    return None if _keeps_around(first, subject) else subject


def _keeps_around(first: str, subject: Subject) -> bool:
    """ "game collection manager", "mobile phone inventory": the noun built comes after."""
    if subject == "game" and _COMPETED.search(first) and not _PLAYED.search(first):
        return True
    return subject in {"game", "driver"} and bool(
        re.search(
            r"\b(tracker|manager|catalog\w*|inventory|register|database|collection|club|shop|store)\b",
            first,
            re.I,
        )
    )


_COMPETED = re.compile(
    r"\b(tournaments?|leagues?|championships?|lessons|"
    r"школ\w+|кружк\w+|кружок|секци\w+|турнир\w*|чемпионат\w*|лиг\w+)\b",
    re.IGNORECASE,
)
_PLAYED = re.compile(r"\b(game|игр[ауые])\b", re.IGNORECASE)
"""A chess tournament is something people hold; a game of chess is something to play."""


def _message(subject: Subject, language: str) -> str:
    ru = language == "ru"
    return f"{_seen(subject, ru)} {_OFFER[ru]} {_CONNECT[ru]}"


def _seen(subject: Subject, ru: bool) -> str:
    if subject == "empty":
        return "Описание пустое." if ru else "The description is empty."
    if subject == "unclear":
        return (
            "Не удалось понять, о каких записях речь."
            if ru
            else "I could not find which things the application should keep records of."
        )
    seen = _SAW[subject][ru]
    return (
        f"Похоже, нужно вот что: {seen}. Встроенная модель этого не умеет."
        if ru
        else (f"This looks like {seen}, which the embedded model cannot build.")
    )


_OFFER = {
    False: (
        "It builds web applications around data: things with fields and relations, lists, forms, search,"
        " states, roles and a dashboard."
        ' For example: "Each book has a title, an author and a year; readers borrow books".'
    ),
    True: (
        "Она создаёт веб-приложения вокруг данных: записи с полями и связями, списки, формы, поиск,"
        " состояния, роли, сводка."
        " Например: «У каждой книги есть название, автор и год; читатели берут книги»."
    ),
}
_CONNECT = {
    False: (
        "For anything else connect a language model: set SAMOKODER_MODEL to its name and"
        " SAMOKODER_BASE_URL to its OpenAI-compatible address."
    ),
    True: (
        "Для остального подключите языковую модель: укажите её имя в SAMOKODER_MODEL,"
        " а адрес, совместимый с OpenAI, в SAMOKODER_BASE_URL."
    ),
}
