"""What the pages must do, in EARS form, in the language of the application. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from samokoder.domain.data_model import DataModel
from samokoder.offline.application.pages.escaping import inner, sentence
from samokoder.offline.application.pages.view import View, views

PageNeed = tuple[str, str, tuple[str, ...], str]
"""Title, EARS text, acceptance sentences, group."""


def needs(model: DataModel) -> tuple[PageNeed, ...]:
    """Requirements of the pages: those of every kind of record, then those of all pages."""
    every = views(model)
    own = [need for view in every for need in _of_view(view)]
    return (*own, *_of_all(model, every))


def _say(view: View, en: str, ru: str) -> str:
    return ru if view.model.language == "ru" else en


def _of_view(view: View) -> Iterator[PageNeed]:
    many = inner(view.entity.label_plural)
    head, group = sentence(view.entity.label_plural), view.plural
    if view.listed:
        yield (
            _say(view, f"{head}: the list as a page", f"{head}: список на странице"),
            _say(
                view,
                f"When a person opens the page of {many}, the system shall list them, or say what to do when there are none.",
                f"Когда человек открывает страницу «{head}», система показывает список или, если он пуст, "
                "подсказывает, что делать.",
            ),
            (
                _say(
                    view,
                    f"Given no {many}, when the page is opened, then it offers to add the first record.",
                    "Если записей нет, то на странице есть приглашение добавить первую.",
                ),
                _say(
                    view,
                    "Given a record, when the page is opened, then the record stands in the list and leads to its own page.",
                    "Если запись есть, то она стоит в списке и ведёт на свою страницу.",
                ),
            ),
            group,
        )
    yield (
        _say(view, f"{head}: forms", f"{head}: формы"),
        _say(
            view,
            f"If a form of {many} is sent with a wrong value, then the system shall show the error beside its field "
            "and keep what was typed.",
            f"Если форма «{head}» отправлена с ошибкой, система показывает её рядом с полем и сохраняет введённое.",
        ),
        (
            _say(
                view,
                "Given valid values, when the form is sent, then the record is saved and shown.",
                "Если значения верны, то после отправки запись сохранена и показана.",
            ),
            _say(
                view,
                "Given a required field left empty, when the form is sent, then the answer is 422 with the error at that field.",
                "Если обязательное поле пусто, то ответ 422 и ошибка стоит у этого поля.",
            ),
        ),
        group,
    )
    if view.entity.workflow:
        yield (
            _say(view, f"{head}: a board of states", f"{head}: доска состояний"),
            _say(
                view,
                f"The system shall show {many} on a board by state, with a button for each change of state permitted now.",
                f"Система показывает «{head}» на доске по состояниям, с кнопками только разрешённых сейчас переходов.",
            ),
            (
                _say(
                    view,
                    "Given a record in the first state, when its button is pressed, then the record has the next state.",
                    "Если у записи в начальном состоянии нажать кнопку, то у неё новое состояние.",
                ),
            ),
            group,
        )
    if view.planned:
        yield (
            _say(view, f"{head}: a calendar", f"{head}: календарь"),
            _say(
                view,
                f"The system shall show {many} in a calendar of months.",
                f"Система показывает «{head}» в календаре по месяцам.",
            ),
            (
                _say(
                    view,
                    "Given a record with a date, when its month is opened, then the record stands on its day.",
                    "Если у записи есть дата, то в календаре этого месяца она стоит на своём дне.",
                ),
            ),
            group,
        )


def _of_all(model: DataModel, every: tuple[View, ...]) -> Iterator[PageNeed]:
    ru = model.language == "ru"
    yield (
        "Навигация и первый экран" if ru else "Navigation and the first screen",
        "Система показывает на каждой странице ссылки на все разделы, а на первой — показатели."
        if ru
        else "The system shall show links to every section on each page, and figures on the first one.",
        (
            "Когда открыта первая страница, то на ней есть ссылка на каждый раздел."
            if ru
            else "When the first page is opened, then it has a link to every section.",
        ),
        "overview",
    )
    yield (
        "Телефон и клавиатура" if ru else "Phone and keyboard",
        "Страницами можно пользоваться на экране шириной 360 px и с одной клавиатурой, без скриптов."
        if ru
        else "The pages shall be usable at a width of 360 px and with the keyboard alone, without scripts.",
        (
            "Каждая страница задаёт ширину экрана и начинается со ссылки к содержанию."
            if ru
            else "Every page sets its viewport and begins with a link to the content.",
            "У каждого поля формы есть подпись." if ru else "Every control of a form has a label.",
        ),
        "overview",
    )
    yield (
        "Ввод остаётся текстом" if ru else "What people type stays text",
        "Система показывает введённый людьми текст только как текст и не загружает ничего с других сайтов."
        if ru
        else "The system shall show what people type only as text, and load nothing from other sites.",
        (
            "Если в поле введён тег, то на странице он показан как текст."
            if ru
            else "Given a tag typed into a field, when the record is shown, then the tag is text.",
            "Каждая страница отвечает с Content-Security-Policy."
            if ru
            else "Every page answers with a Content-Security-Policy.",
        ),
        "overview",
    )
    if model.roles:
        yield (
            "Вход на страницы" if ru else "Signing in",
            "Если человек не вошёл, система ведёт его на страницу входа, а после входа — туда, куда он шёл."
            if ru
            else "If a person is not signed in, then the system shall ask them to sign in and then take them where they were going.",
            (
                "Если не вошедший открывает первую страницу, то он попадает на страницу входа."
                if ru
                else "Given a visitor, when the first page is opened, then the visitor is led to the sign-in page.",
            ),
            "access",
        )
