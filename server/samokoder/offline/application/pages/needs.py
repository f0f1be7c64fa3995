"""What the pages must do, in EARS form, in the language of the application. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from samokoder.domain.data_model import DataModel
from samokoder.offline.application.pages.escaping import inner, sentence
from samokoder.offline.application.pages.view import View, views

PageNeed = tuple[str, str, tuple[str, ...], str]
"""Title, EARS text, acceptance sentences, group."""

# By key and language: title, requirement, acceptance. {Many} and {many} stand for the plural of the thing.
_SAID: dict[str, dict[str, tuple[str, ...]]] = {
    "list": {
        "en": (
            "{Many}: the list as a page",
            "When a person opens the page of {many}, the system shall list them, or say what to do "
            "when there are none.",
            "Given no {many}, when the page is opened, then it offers to add the first record.",
            "Given a record, when the page is opened, then the record leads to its own page.",
        ),
        "ru": (
            "{Many}: список на странице",
            "Когда человек открывает страницу «{Many}», система показывает список или, если он пуст, "
            "подсказывает, что делать.",
            "Если записей нет, то на странице есть приглашение добавить первую.",
            "Если запись есть, то она стоит в списке и ведёт на свою страницу.",
        ),
    },
    "form": {
        "en": (
            "{Many}: forms",
            "If a form of {many} is sent with a wrong value, then the system shall show the error beside "
            "its field and keep what was typed.",
            "Given valid values, when the form is sent, then the record is saved and shown.",
            "Given a required field left empty, when the form is sent, then the error stands at that field.",
        ),
        "ru": (
            "{Many}: формы",
            "Если форма «{Many}» отправлена с ошибкой, система показывает её рядом с полем "
            "и сохраняет введённое.",
            "Если значения верны, то после отправки запись сохранена и показана.",
            "Если обязательное поле пусто, то ошибка стоит у этого поля.",
        ),
    },
    "board": {
        "en": (
            "{Many}: a board of states",
            "The system shall show {many} on a board by state, with a button for each change permitted now.",
            "Given a record in the first state, when its button is pressed, then it has the next state.",
        ),
        "ru": (
            "{Many}: доска состояний",
            "Система показывает «{Many}» на доске по состояниям, с кнопками только разрешённых переходов.",
            "Если у записи в начальном состоянии нажать кнопку, то у неё новое состояние.",
        ),
    },
    "calendar": {
        "en": (
            "{Many}: a calendar",
            "The system shall show {many} in a calendar of months.",
            "Given a record with a date, when its month is opened, then the record stands on its day.",
        ),
        "ru": (
            "{Many}: календарь",
            "Система показывает «{Many}» в календаре по месяцам.",
            "Если у записи есть дата, то в календаре этого месяца она стоит на своём дне.",
        ),
    },
    "navigation": {
        "en": (
            "Navigation and the first screen",
            "The system shall show links to every section on each page, and figures on the first one.",
            "When the first page is opened, then it has a link to every section.",
        ),
        "ru": (
            "Навигация и первый экран",
            "Система показывает на каждой странице ссылки на все разделы, а на первой — показатели.",
            "Когда открыта первая страница, то на ней есть ссылка на каждый раздел.",
        ),
    },
    "everywhere": {
        "en": (
            "Phone and keyboard",
            "The pages shall be usable at a width of 360 px and with the keyboard alone, without scripts.",
            "Every page sets its viewport and begins with a link to the content.",
            "Every control of a form has a label.",
        ),
        "ru": (
            "Телефон и клавиатура",
            "Страницами можно пользоваться на экране шириной 360 px и с одной клавиатурой, без скриптов.",
            "Каждая страница задаёт ширину экрана и начинается со ссылки к содержанию.",
            "У каждого поля формы есть подпись.",
        ),
    },
    "safety": {
        "en": (
            "What people type stays text",
            "The system shall show what people type only as text, and load nothing from other sites.",
            "Given a tag typed into a field, when the record is shown, then the tag is text.",
            "Every page answers with a Content-Security-Policy.",
        ),
        "ru": (
            "Ввод остаётся текстом",
            "Система показывает введённый людьми текст только как текст и не загружает "
            "ничего с других сайтов.",
            "Если в поле введён тег, то на странице он показан как текст.",
            "Каждая страница отвечает с Content-Security-Policy.",
        ),
    },
    "sign_in": {
        "en": (
            "Signing in on a page",
            "If a person is not signed in, then the system shall ask them to sign in and then take them "
            "where they were going.",
            "Given a visitor, when the first page is opened, then the visitor is led to the sign-in page.",
        ),
        "ru": (
            "Вход на странице",
            "Если человек не вошёл, система ведёт его на страницу входа, а после входа — туда, куда он шёл.",
            "Если не вошедший открывает первую страницу, то он попадает на страницу входа.",
        ),
    },
}


def needs(model: DataModel) -> tuple[PageNeed, ...]:
    """Requirements of the pages: those of every kind of record, then those of all pages."""
    own = (_need(model, key, view.plural, view) for view in views(model) for key in _keys(view))
    shared = (_need(model, key, "overview") for key in ("navigation", "everywhere", "safety"))
    access = (_need(model, "sign_in", "access"),) if model.roles else ()
    return (*own, *shared, *access)


def _keys(view: View) -> Iterator[str]:
    if view.listed:
        yield "list"
    yield "form"
    yield from view.views


def _need(model: DataModel, key: str, group: str, view: View | None = None) -> PageNeed:
    many = view.entity.label_plural if view else ""

    def said(phrase: str) -> str:
        return phrase.replace("{Many}", sentence(many)).replace("{many}", inner(many))

    title, text, *acceptance = (said(phrase) for phrase in _SAID[key][model.language])
    return title, text, tuple(acceptance), group
