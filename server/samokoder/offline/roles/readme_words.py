"""What a README says, in the languages the embedded model speaks."""

from __future__ import annotations

from samokoder.domain.data_model import FieldType

TYPES: dict[str, dict[FieldType, str]] = {
    "en": {
        "text": "text",
        "long_text": "long text",
        "integer": "whole number",
        "decimal": "number",
        "money": "amount of money",
        "boolean": "yes or no",
        "date": "date",
        "datetime": "date and time",
        "time": "time",
        "email": "e-mail address",
        "phone": "telephone number",
        "url": "web address",
        "choice": "one of",
        "reference": "reference",
    },
    "ru": {
        "text": "строка",
        "long_text": "текст",
        "integer": "целое число",
        "decimal": "число",
        "money": "сумма",
        "boolean": "да или нет",
        "date": "дата",
        "datetime": "дата и время",
        "time": "время",
        "email": "адрес почты",
        "phone": "телефон",
        "url": "ссылка",
        "choice": "одно из",
        "reference": "ссылка на запись",
    },
}

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "features": "What it does",
        "kept": "listed page by page, added, changed, deleted",
        "search": "searched by {fields}",
        "filters": "narrowed by {fields}",
        "moves": "taken from state to state",
        "totals": "summed up: {totals}",
        "export": "saved as CSV",
        "dashboard": "Dashboard",
        "requirements": "What its checks prove",
        "start": "Start it",
        "start_text": """\
Python 3.11 or newer is needed. On Linux and macOS:

```
python3 -m venv .venv && . .venv/bin/activate
pip install -r requirements.txt
{command}
```

On Windows the first line is `py -m venv .venv` followed by `.venv\\Scripts\\activate`.
Then open <{address}>.""",
        "checks": "Run its checks",
        "checks_text": "Every requirement listed at the end has checks in `tests/`; "
        "they use a temporary database.",
        "data": "What it keeps",
        "field": "Field",
        "type": "Kind",
        "rules": "Rules",
        "many": "any number of: {thing}",
        "required": "required",
        "unique": "unique",
        "not_before": "not before `{other}`",
        "default": "otherwise {value}",
        "states": "States",
        "roles": "Who may do what",
        "everything": "everything",
        "own": "only their own",
        "view": "view",
        "create": "add",
        "change": "change",
        "delete": "delete",
        "must_sign_in": "One must sign in. An empty database gets sample accounts from `app/seed.py`; "
        "replace them before real use.",
        "person": "Person",
        "sign_in": "Signs in as",
        "password": "Password",
        "secret": "| `SECRET_KEY` | signs the cookies of those who are signed in | "
        "a new one at each start, which signs everybody out |",
        "api": "API",
        "api_text": "With the application running, <http://127.0.0.1:{port}/docs> describes the JSON API "
        "in full and lets one try it. Each list takes `GET` (search, filters, order, pages) and `POST`; "
        "each record at `…/{{id}}` takes `GET`, `PATCH` and `DELETE`.",
        "records": "Records",
        "address": "Address",
        "built": "How it is built",
        "folder": "Folder",
        "files": "Files",
        "settings": "Settings",
        "settings_text": """\
| Environment variable | Meaning | Otherwise |
|---|---|---|
| `PORT` | port the application listens on | `{port}` |
| `HOST` | address it listens on | `127.0.0.1` |
| `DATABASE_URL` | where the records are kept | `sqlite:///data.db`, a file in the working folder |
{secret}
To back up, stop the application and copy that file.""",
        "docker_text": """\
```
docker compose up --build
```

The application then answers on <http://127.0.0.1:{port}>; its records live in the volume `data`.""",
        "assumed": "What was assumed",
    },
    "ru": {
        "features": "Что умеет",
        "kept": "список по страницам, добавление, изменение, удаление",
        "search": "поиск по полям: {fields}",
        "filters": "отбор по полям: {fields}",
        "moves": "переходы между состояниями",
        "totals": "итоги: {totals}",
        "export": "сохранение в CSV",
        "dashboard": "Сводка",
        "requirements": "Что доказывают проверки",
        "start": "Запуск",
        "start_text": """\
Нужен Python 3.11 или новее. В Linux и macOS:

```
python3 -m venv .venv && . .venv/bin/activate
pip install -r requirements.txt
{command}
```

В Windows вместо первой строки: `py -m venv .venv`, затем `.venv\\Scripts\\activate`.
После этого откройте <{address}>.""",
        "checks": "Проверки",
        "checks_text": "У каждого требования из списка в конце есть проверки в папке `tests/`; "
        "они работают с временной базой данных.",
        "data": "Что хранится",
        "field": "Поле",
        "type": "Вид",
        "rules": "Правила",
        "many": "сколько угодно: {thing}",
        "required": "обязательно",
        "unique": "не повторяется",
        "not_before": "не раньше `{other}`",
        "default": "по умолчанию {value}",
        "states": "Состояния",
        "roles": "Кому что можно",
        "everything": "всё",
        "own": "только своё",
        "view": "смотреть",
        "create": "добавлять",
        "change": "менять",
        "delete": "удалять",
        "must_sign_in": "Нужно войти. В пустой базе появляются учётные записи для примера из `app/seed.py`; "
        "замените их до настоящей работы.",
        "person": "Кто",
        "sign_in": "Входит как",
        "password": "Пароль",
        "secret": "| `SECRET_KEY` | подписывает куки вошедших | "
        "новый при каждом запуске, и всем придётся войти снова |",
        "api": "API",
        "api_text": "Когда приложение запущено, <http://127.0.0.1:{port}/docs> полностью описывает JSON API "
        "и позволяет его попробовать. Списки принимают `GET` (поиск, отбор, порядок, страницы) и `POST`; "
        "отдельная запись по адресу `…/{{id}}` — `GET`, `PATCH` и `DELETE`.",
        "records": "Записи",
        "address": "Адрес",
        "built": "Как устроено",
        "folder": "Папка",
        "files": "Файлы",
        "settings": "Настройки",
        "settings_text": """\
| Переменная окружения | Что значит | По умолчанию |
|---|---|---|
| `PORT` | порт приложения | `{port}` |
| `HOST` | адрес, на котором оно отвечает | `127.0.0.1` |
| `DATABASE_URL` | где хранятся записи | `sqlite:///data.db`, файл в рабочей папке |
{secret}
Чтобы сделать резервную копию, остановите приложение и скопируйте этот файл.""",
        "docker_text": """\
```
docker compose up --build
```

Приложение ответит на <http://127.0.0.1:{port}>; записи лежат в томе `data`.""",
        "assumed": "Что предположено",
    },
}
