"""People read the server in their own language, and no text of ours is missing from a translation."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any, cast

import pytest

import samokoder.lsp.languages as languages
from samokoder.lsp.client import Client
from samokoder.lsp.from_lsp import Abilities
from samokoder.lsp.languages import Phrases, language_of, speaker, translated
from tests.lsp.raw import CAST, raw_client
from tests.lsp.said import said
from tests.lsp.test_reviewing import result, reviewed

RUSSIAN: dict[str, str] = json.loads(Path(languages.__file__).with_name("ru.json").read_text("utf-8"))
NAMES = (
    "LM Studio",
    "Azure OpenAI",
    "Samokoder",
    "Misread",
    "Awaitable[SecretStr | None]",
    "from the client",
    "'self' vscode-webview: vscode-file: https://*.vscode-cdn.net http://127.0.0.1:* http://localhost:*",
)
ROLES = ("Specification writer", "Tech lead", "Coder", "Bug hunter", "Problem solver", "Technical writer")
"""They are translated within the line of progress."""
WORDS_OF_DOCUMENTS = ("Requirements", "Assumptions", "Plan", "depends on", "Value error, ")
"""They are read back."""
TOLD_TO_MODELS = (
    "Say ok.",
    "[this file is in the project; it is too long to be shown here]",
    "A person looked at the file and wants something else; what they say goes before the plan.",
)
IN_WHAT_COMMANDS_WROTE = (
    "\n[… {} bytes cut out …]\n",
    "[… {} bytes before this are not kept …]\n",
    "home = {}\ninclude-system-site-packages = false\nversion = {}\n",
    '--aptopt=APT::Install-Recommends "false"',
)
SAID_BY_OTHER_PROGRAMS = (
    *("uid map", "Permission denied", "error sending request", "dns error", "timed out", "failed to fetch"),
    *("no wheels", "no usable wheels", "no solution found", "was not found", "no space left", "not found"),
    *(
        "was not found in the",
        "there is no version of",
        "there are no versions of",
        "registering proposed text",
    ),
)
"""We look for them, to explain what has happened."""
THE_SAME_EVERYWHERE = frozenset(
    NAMES + ROLES + WORDS_OF_DOCUMENTS + TOLD_TO_MODELS + IN_WHAT_COMMANDS_WROTE + SAID_BY_OTHER_PROGRAMS
)


def test_every_text_is_in_the_translation() -> None:
    missing = [
        f"{place} {text!r}" for place, text in said() if text not in RUSSIAN.keys() | THE_SAME_EVERYWHERE
    ]
    assert not missing


def test_a_translation_holds_what_is_put_in_and_is_in_its_language() -> None:
    for text, into in RUSSIAN.items():
        gaps = into.replace("{{", "").replace("}}", "")
        assert len(re.findall(r"\{\d?\}|\{:g\}", text)) == len(re.findall(r"\{\d?\}|\{:g\}", gaps)), text
        assert re.search("[а-яё]", into), text


@pytest.mark.parametrize(
    ("text", "russian"),
    [
        ("The description is empty.", "Описание пустое."),
        ("Run 7 has no file a b.py there.", "В запуске 7 там нет файла a b.py."),
        ("Another Samokoder (process 5) is working on run 7.",
         "Запуском 7 занят другой Samokoder (процесс 5)."),
        ("No sandbox works here: No Docker engine answers: x",
         "Ни одна песочница здесь не работает: Docker не отвечает: x"),
        ("The description is empty. Say in a sentence what is to be built.",
         "Описание пустое. Скажите одним предложением, что нужно создать."),
        ("what a model wrote: nobody knows", "what a model wrote: nobody knows"),
        ("3/12 Coder app/models.py", "3/12 Программист app/models.py"),
        ("1/4 Tester tests/test_loans.py", "1/4 Тестировщик tests/test_loans.py"),
        ("51 files", "файлов: 51"),
        ("Case files", "Case files"),
        ("The Game Developer", "The Game Developer"),
        ("Open Library", "Open Library"),
        ("The server fails", "The server fails"),
        ("", ""),
    ],
)  # fmt: skip
def test_what_is_put_in_stays_and_sentences_follow_one_another(text: str, russian: str) -> None:
    assert speaker("ru")(text) == russian


def test_only_what_people_read_is_translated() -> None:
    say = Phrases({"Cancel": "Отменить"}).say
    message = {"title": "Cancel", "command": "Cancel", "options": ["Cancel"], "newText": "Cancel"}
    told = {"title": "Отменить", "command": "Cancel", "options": ["Отменить"], "newText": "Cancel"}
    assert translated([message, 3, None], say) == [told, 3, None]
    assert translated({"text": "Cancel"}, say) == {"text": "Cancel"}
    assert translated({"text": "Cancel", "questionId": "q"}, say)["text"] == "Отменить"


@pytest.mark.parametrize(
    ("locale", "language"), [("ru-RU", "ru"), ("ru", "ru"), ("RU_ru.UTF-8", "ru"), ("de", "en"), (None, "en")]
)
def test_the_language_is_the_clients_or_english(locale: str | None, language: str) -> None:
    assert language_of(locale) == language


CYRILLIC = re.compile("[а-яё]")


async def test_a_whole_run_is_told_in_russian(tmp_path: Path) -> None:
    async with raw_client(tmp_path, command=CAST, SAMOKODER_LANGUAGE="ru") as client:
        run_id = await reviewed(client, tmp_path / "app")
        log = await result(client, "log", runId=run_id)
        assert [entry["text"] for entry in log["entries"] if not CYRILLIC.search(entry["text"])] == []
        assert "Написан app/models.py." in {entry["text"] for entry in log["entries"]}
        seen = await result(client, "show", runId=run_id)
        assert seen["reason"] == "Все проверки пройдены на окончательных файлах."
        assert "Приложение целиком: сборка, запуск, все проверки" in {task["title"] for task in seen["tasks"]}


async def test_a_client_is_answered_in_its_own_language(tmp_path: Path) -> None:
    async with raw_client(tmp_path) as client:
        params = {"processId": os.getpid(), "rootUri": None, "capabilities": {}, "locale": "ru"}
        await client.ask("initialize", params)
        await client.notify("initialized", {})
        error = (await client.command("show", runId="nobody"))["error"]
        assert CYRILLIC.search(error["message"]), error
        unknown = (await client.command("generate", description="x", nonsense=1))["error"]
        assert unknown["message"].startswith("Неверные аргументы: "), unknown


def test_a_choice_in_the_persons_words_is_understood() -> None:
    client = Client(cast(Any, None), Abilities())
    client.say_in = speaker("ru")
    options = ("accept it unproved", "give up")
    assert client.meant("оставить как есть", options) == "give up"
    assert client.meant("give up", options) == "give up"
    assert client.meant("попробуй иначе", options) == "попробуй иначе"
