"""What the interface says, in the languages applications speak."""

from __future__ import annotations

from typing import Final

from samokoder.offline.application.pages.escaping import inner

_WORDS: Final[dict[str, tuple[str, str]]] = {
    "skip": ("Skip to content", "Перейти к содержанию"),
    "places": ("Main", "Разделы"),
    "home": ("Overview", "Обзор"),
    "add": ("Add", "Добавить"),
    "edit": ("Edit", "Изменить"),
    "delete": ("Delete", "Удалить"),
    "cancel": ("Cancel", "Отмена"),
    "save": ("Save", "Сохранить"),
    "search": ("Search", "Поиск"),
    "find": ("Find", "Найти"),
    "all": ("All", "Все"),
    "yes": ("Yes", "Да"),
    "no": ("No", "Нет"),
    "none": ("Not chosen", "Не выбрано"),
    "found": ("Found", "Найдено"),
    "export": ("Export CSV", "Выгрузить CSV"),
    "table": ("List", "Список"),
    "board": ("Board", "Доска"),
    "calendar": ("Calendar", "Календарь"),
    "views": ("Views", "Представления"),
    "pages": ("Pages", "Страницы"),
    "previous": ("Previous", "Назад"),
    "next": ("Next", "Вперёд"),
    "page": ("Page", "Страница"),
    "of": ("of", "из"),
    "today": ("Today", "Сегодня"),
    "this_month": ("This month", "Текущий месяц"),
    "overdue": ("overdue", "просрочено"),
    "actions": ("Actions", "Действия"),
    "reset": ("Reset", "Сбросить"),
    "created": ("Saved.", "Сохранено."),
    "deleted": ("Deleted.", "Удалено."),
    "moved": ("The state has been changed.", "Состояние изменено."),
    "nothing_found": ("Nothing matches", "Ничего не найдено"),
    "nothing_found_hint": (
        "Try other words or reset the filters.",
        "Попробуйте другие слова или сбросьте фильтры.",
    ),
    "empty": ("Nothing here yet", "Здесь пока пусто"),
    "empty_hint": (
        "Add the first record and it will appear here.",
        "Добавьте первую запись — она появится здесь.",
    ),
    "empty_column": ("Nothing in this state", "В этом состоянии пусто"),
    "empty_related": ("None yet.", "Пока нет."),
    "empty_figure": ("No data yet.", "Данных пока нет."),
    "delete_question": ("Delete this record? This cannot be undone.", "Удалить запись? Это нельзя отменить."),
    "delete_title": ("Delete", "Удаление"),
    "next_step": ("Change state", "Сменить состояние"),
    "totals": ("Totals", "Итоги"),
    "total": ("Total", "Итого"),
    "facts": ("Details", "Подробности"),
    "created_at": ("Created", "Создано"),
    "updated_at": ("Changed", "Изменено"),
    "required_note": ("* required", "* обязательное поле"),
    "wrong": ("Please correct the marked fields.", "Исправьте отмеченные поля."),
    "not_found": ("There is no such page", "Такой страницы нет"),
    "not_found_hint": (
        "The record may have been deleted or the address mistyped.",
        "Возможно, запись удалена или в адресе ошибка.",
    ),
    "forbidden": ("You may not do this", "У вас нет прав на это действие"),
    "forbidden_hint": (
        "Ask someone whose role permits it.",
        "Обратитесь к тому, чья роль это позволяет.",
    ),
    "conflict": ("This cannot be done now", "Сейчас это невозможно"),
    "go_home": ("Go to the overview", "Перейти к обзору"),
    "sign_in": ("Sign in", "Войти"),
    "sign_out": ("Sign out", "Выйти"),
    "email": ("E-mail", "Электронная почта"),
    "from": ("from", "от"),
    "to": ("to", "до"),
    "password": ("Password", "Пароль"),
    "wrong_sign_in": ("The e-mail or the password is wrong.", "Неверная почта или пароль."),
    "jump": ("Go to", "Перейти к разделам"),
    "latest": ("latest", "последние"),
    "see_all": ("See all", "Показать все"),
}

MONTHS: Final = {
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    "ru": [
        "Январь",
        "Февраль",
        "Март",
        "Апрель",
        "Май",
        "Июнь",
        "Июль",
        "Август",
        "Сентябрь",
        "Октябрь",
        "Ноябрь",
        "Декабрь",
    ],
}
SHORT_MONTHS: Final = {
    "en": ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    "ru": ["янв.", "февр.", "мар.", "апр.", "мая", "июн.", "июл.", "авг.", "сент.", "окт.", "нояб.", "дек."],
}
WEEKDAYS: Final = {
    "en": ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
    "ru": ["Пн", "Вт", "Ср", "Чт", "Пт", "Сб", "Вс"],
}


def words(language: str) -> dict[str, str]:
    """The interface's phrases in one language."""
    which = 1 if language == "ru" else 0
    return {key: phrases[which] for key, phrases in _WORDS.items()}


def new_record(language: str, label: str) -> str:
    """The title of a form for a new record. Russian avoids the gender of the label."""
    return f"Добавить: {inner(label)}" if language == "ru" else f"Add {inner(label)}"
