"""What the embedded model cannot build, decided by what is to be built, not by what is spoken of."""

from __future__ import annotations

import re

from samokoder.offline.understanding.answer import Refused, Subject

_BUILT = re.compile(
    r"^\W*(?:(?:hi|hello|hey|please|здравствуйте|привет|добрый день|пожалуйста)\b\W*)*"
    r"(?:(?:(?:can|could) you|i(?:'d| would)? (?:want|need|like|wish)(?: to (?:have|build|make|create|write|develop|get))?"
    r"|we (?:want|need|would like)(?: to (?:have|build|make|create|get))?|(?:make|build|create|write|develop|design"
    r"|implement|code|generate|need|want|program)|help me (?:to )?(?:make|build|write|create)|let's (?:make|build|write)"
    r"|хочу|хотим|нужн\w*|надо|требуется|сделай\w*|сделать|создай\w*|создать|напиши\w*|написать|разработай\w*"
    r"|разработать|помоги\w*|собери)\b\s*)*(?:(?:me|us|to|мне|нам|a|an|the|some|my|our|simple|small|new|cool|nice"
    r"|простую|простой|простое|маленьк\w+|небольш\w+|нов\w+|крут\w+|создать|сделать|написать|разработать)\b\s*)*",
    re.IGNORECASE,
)  # fmt: skip
# What makes anything a program that keeps records, whatever it is about.
_KEEPS = re.compile(
    r"\b(web[ -]?app\w*|web application|web site|website|web register|crm|erp|register of|registry|catalog\w*|database"
    r"|inventory|list of|collection of|keep(?:ing)? track|track(?:er|ing)?|manag(?:e|er|ing|ement)|records? of|directory"
    r"|store (?:data|records)|back ?office|admin panel|booking|logs?\b"
    r"|веб[- ]?приложени\w+|веб[- ]?сервис\w*|сайт\w*|уч[её]т\w*|реестр\w*|каталог\w*|баз[ауые]\b|список|списк\w+"
    r"|журнал\w*|црм|картотек\w+|справочник\w*|инвентаризац\w+|склад\w*|админк\w+|управлени\w+)",
    re.IGNORECASE,
)
_WEB = re.compile(
    r"\b(web[ -]?(?:app\w*|site|service|register|page)|website|веб[- ]?\w+|сайт\w*)", re.IGNORECASE
)
# Kinds of programs by the noun that is built; each is looked for in the first words of the text.
_KINDS: tuple[tuple[Subject, str], ...] = (
    ("driver", r"\b(?:device|kernel|usb|printer|graphics|video|audio|linux|windows|network)\b[\w ]{0,20}\bdrivers?\b|\bdriver for\b|kernel module|драйвер\w*(?! такси)"),
    ("embedded", r"\bfirmware\b|\barduino\b|\besp32\b|\besp8266\b|\bstm32\b|microcontroller|raspberry pi (?:program|robot)|прошивк\w+|микроконтроллер\w*|ардуино"),
    ("machine_learning", r"\b(?:train|fine-?tune)\b[\w ]{0,30}\b(?:model|network|classifier|llm|gpt)\b|neural net\w*|image recognition|\bchatgpt clone|обуч\w+ (?:[\w ]{0,20})?(?:нейросет\w+|нейронн\w+|модел\w+)|нейросет\w+|распознава\w+ (?:лиц|изображ|реч)\w*|deep learning model|classif(?:y|ies) images|language model from scratch|предсказыва\w+ (?:курс|цен)\w*"),
    ("browser_extension", r"\b(?:chrome|firefox|browser)\b[\w ]{0,12}\b(?:extension|plugin|add-?on)\b|расширени\w+ (?:для )?(?:chrome|браузер\w*|хром\w*)"),
    ("mobile_app", r"\b(?:android|ios|iphone|ipad|mobile|native|flutter|react native)\b[\w /,]{0,20}\b(?:app|apps|application|game)\b|\b(?:app|application) (?:for|on) (?:android|ios|iphone|my phone|iphones)\b|мобильн\w+ приложени\w+|приложени\w+ (?:для|под|на) (?:андроид\w*|android|ios|айфон\w*|iphone|смартфон\w*|телефон\w*)|watch app"),
    ("game", r"\b(?:video |computer |browser |board |card |online |multiplayer |2d |3d )?game\b(?! (?:collection|store|shop|library|catalog|club|rental|tracker|list|night))|\b(?:snake|tetris|pong|chess|pac-?man|minesweeper|sudoku|flappy bird|platformer|shooter|rpg|roguelike|mmorpg|solitaire|tic[- ]tac[- ]toe|asteroids|arkanoid|breakout|space invaders|2048)\b|\bигр[ауы]\b|\bигрушк\w+|\bтетрис\w*|\bзмейк\w+|\bшахмат\w*|\bшутер\w*|\bстрелялк\w+|\bгонк[иу]\b|крестики|арканоид|пасьянс|сап[её]р\b"),
    ("realtime", r"video (?:chat|call|conferenc\w*)|voice chat|screen sharing|live stream\w*|zoom (?:clone|alternative)|(?:like|аналог|как) zoom|видеочат\w*|видеозвон\w*|видеоконференц\w*|стриминг\w*"),
    ("desktop", r"\bdesktop\b[\w ]{0,16}\b(?:app|application|program|software|tool|editor)?\b|\bwindows (?:program|application|app|software)\b|\b(?:photo|image|video|audio|text|code) editor\b|photoshop|(?:программ\w+|приложени\w+) (?:для|под) (?:windows|виндовс|рабочего стола|компьютера|пк)|десктоп\w*|фоторедактор\w*|видеоредактор\w*|\bexe\b|operating system|операционн\w+ систем\w+"),
    ("command_line", r"command[- ]line|\bcli\b(?! ent)|\bcompiler\b|\binterpreter\b|\btranspiler\b|\bshell script|\bbash script|\bpython script\b|\blibrary for (?:python|rust|go|java\w*)\b|компилятор\w*|интерпретатор\w*|консольн\w+ (?:утилит\w+|программ\w+|приложени\w+)|утилит\w+ командной строки|командной строк\w+|programming language|скрипт\w*"),
    ("integration", r"\b(?:scrap(?:er|es?|ing)|crawler|web spider)\b|\b(?:telegram|discord|slack|whatsapp|twitter|trading|chat)[ -]?bot\b|\bbot (?:for|that|which)\b|\bpayment gateway\b|\bchat ?bot\b|\bпарсер\w*|\bпарсинг\w*|(?:телеграм\w*|telegram|дискорд|чат)[- ]?бот\w*|\bбот(?:а|ы)?\b|торгов\w+ робот\w*|криптобирж\w+|plugin for (?:wordpress|figma)|плагин\w*|vpn"),
    ("website", r"\blanding(?: page)?\b|\bbusiness card (?:site|website)\b|\bportfolio (?:site|website|page)\b|promo (?:site|page)|лендинг\w*|сайт[- ]визитк\w+|визитк\w+|одностранич\w+"),
)  # fmt: skip
_NOT_BUILT = re.compile(
    r"\b(?:about|of|for|with|from|our|my|their|store|shop|club|track|manage|list|catalog\w*|register|rent|sell|collection"
    r"|repair|по|для|из|через|наш\w*|учет\w*|учёт\w*|базу?|каталог\w*|список|коллекци\w+|реестр|ремонт\w*|продаж\w*"
    r"|прокат\w*|магазин\w*|клуб\w*)\b[^.\n]*$",
    re.IGNORECASE,
)
_SAW: dict[Subject, tuple[str, str]] = {
    "game": ("a game", "игра"),
    "mobile_app": ("an application installed on a phone", "мобильное приложение"),
    "driver": ("a device driver", "драйвер устройства"),
    "embedded": ("software for a device or microcontroller", "программа для устройства или микроконтроллера"),
    "machine_learning": ("training or running a machine learning model", "обучение или работа нейросети"),
    "desktop": ("a desktop program", "программа для рабочего стола"),
    "command_line": ("a command line tool, library or compiler", "консольная программа, библиотека или компилятор"),
    "integration": ("a bot, scraper or connection to other services", "бот, парсер или связка с другими сервисами"),
    "browser_extension": ("a browser extension", "расширение браузера"),
    "website": ("a page that presents something without keeping data", "страница-витрина без данных"),
    "realtime": ("live video or voice", "видео или голосовая связь"),
}  # fmt: skip


def refusal(text: str, language: str) -> Refused | None:
    """Why the text cannot be served; None when it can, as far as its kind goes."""
    if not any(letter.isalnum() for letter in text):
        return Refused(subject="empty", message=_message("empty", language))
    subject = _subject(_BUILT.sub("", text.strip(), count=1))
    return Refused(subject=subject, message=_message(subject, language)) if subject is not None else None


def unclear(language: str) -> Refused:
    return Refused(subject="unclear", message=_message("unclear", language))


def _subject(text: str) -> Subject | None:
    """The kind named first, if what stands before it does not already name something that keeps records."""
    first = re.split(r"(?<=[.!?])\s|\n", text.strip(), maxsplit=1)[0][:220]
    found = [
        (m.start(), subject) for subject, pattern in _KINDS if (m := re.search(pattern, first, re.IGNORECASE))
    ]
    if not found:
        return None
    at, subject = min(found)
    before = first[:at]
    if _KEEPS.search(before) or _NOT_BUILT.search(before):
        return None
    if _WEB.search(first) and subject not in {"game", "website", "realtime", "machine_learning"}:
        return None
    return None if _keeps_around(first, subject) else subject


def _keeps_around(first: str, subject: Subject) -> bool:
    """ "game collection manager", "mobile phone inventory": the noun built comes after."""
    return subject in {"game", "driver"} and bool(
        re.search(
            r"\b(tracker|manager|catalog\w*|inventory|register|database|collection|club|shop|store)\b",
            first,
            re.I,
        )
    )


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
        "It builds web applications around data: things with fields and relations, lists, forms, search, states, roles"
        ' and a dashboard. For example: "Each book has a title, an author and a year; readers borrow books".'
    ),
    True: (
        "Она создаёт веб-приложения вокруг данных: записи с полями и связями, списки, формы, поиск, состояния, роли,"
        " сводка. Например: «У каждой книги есть название, автор и год; читатели берут книги»."
    ),
}
_CONNECT = {
    False: (
        "For anything else connect a language model: set SAMOKODER_MODEL to its name and SAMOKODER_BASE_URL to its"
        " OpenAI-compatible address."
    ),
    True: (
        "Для остального подключите языковую модель: укажите её имя в SAMOKODER_MODEL, а адрес, совместимый с OpenAI,"
        " в SAMOKODER_BASE_URL."
    ),
}
