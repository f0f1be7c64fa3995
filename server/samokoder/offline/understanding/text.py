"""A description as sentences: marks made plain, lists and tables rewritten as "Thing: field, field"."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from samokoder.offline.understanding import lexicon
from samokoder.offline.understanding.words import is_cyrillic, lemmas

LONGEST = 20_000
"""Characters read; a longer description is cut here, and the assumptions say so."""
UNNAMED = "∷"
"""Begins a sentence that lists fields of the thing spoken of last."""
_MOST_SENTENCES = 400
_MOST_WORDS = 240

_BULLET = re.compile(r"^(\s*)(?:[-*•·–—‣◦▪]|\d{1,3}[.)]|[a-zа-я]\))\s+(.*)$")
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+(?=\S)|(?<=[.!?])(?=[А-ЯA-Z][а-яa-z])")
_ABBREVIATION = re.compile(
    r"\b(e\.g|i\.e|etc|т\.\s?д|т\.\s?п|т\.\s?е|т\.\s?к|др|руб|шт|ул|стр|ед|инв|гос|тел|эл|мин|vs|approx)\.",
    re.IGNORECASE,
)
_FIO = re.compile(r"ф\.\s?и\.\s?о\.?", re.IGNORECASE)
_FIELD_COLUMN = {
    "field",
    "fields",
    "name",
    "column",
    "attribute",
    "поле",
    "поля",
    "название",
    "колонка",
    "атрибут",
}
_TYPE_COLUMN = {"type", "kind", "тип", "вид", "format", "формат"}


@dataclass(frozen=True)
class Line:
    depth: int
    text: str
    bullet: bool = False
    heading: bool = False


def plain(description: str) -> str:
    """The text with control and odd characters gone, quotes and dashes of one kind."""
    text = unicodedata.normalize("NFKC", description[:LONGEST])
    text = re.sub(r"[«»“”„‟\"`*_]{1,3}", "", text)
    text = re.sub(r"\b(yes|да)\s*/\s*(no|нет)\b", r"(\1 or \2)", text)
    text = re.sub(r"[ \t]*[—–‒―]+[ \t]*", " - ", text).replace("’", "'").replace("\r", "\n")
    text = re.sub(r"\b(it|that|he|she|they|who)'(s|re)\b", _in_full, text, flags=re.IGNORECASE)
    text = re.sub(r"\b(min|max)\.? (?=[a-z]+s\b)", _whole_word, text, flags=re.IGNORECASE)
    text = re.sub(r"(?<=[a-z]) n (?=[a-z])", " and ", text)
    if not _COURT.search(text):
        text = _TO_DO.sub(_task_for, text)
    text = _ORGANISATION.sub(r"\1\2", _CHOSEN.sub(_values_listed, _asides_named(text)))
    text = re.sub(r"\bw/ ?", "with ", _PURPOSE.sub(r"\1 app \2", text, count=1))
    text = _FIO.sub("ФИО", _ABBREVIATION.sub(lambda m: m.group(1).replace(".", ""), text))
    return "".join(c if c in "\n\t" or unicodedata.category(c)[0] not in "C" else " " for c in text)


_COURT = re.compile(r"суд|адвокат|юри|истец|ответчик", re.IGNORECASE)
_TO_DO = re.compile(
    r"\b(спис\w+|учет\w*|учёт\w*|трекер\w*|планировщик\w*) дел\b|\bдело\b(?= *[,:(])", re.IGNORECASE
)


def _task_for(said: re.Match[str]) -> str:
    """Where no court is spoken of, a "дело" is something to do."""
    return f"{said.group(1)} задач" if said.group(1) else "Задача"


_ORGANISATION = re.compile(
    r"\b(?:(we) are|(i) am) an? (?:[\w-]+ ){1,4}?with\b(?= \w)|\b(?:(мы)) - (?:[\w-]+ ){1,4}?с\b",
    re.IGNORECASE,
)
_CHOSEN = re.compile(
    r"\b(status|state|stage|level|type|kind|size|priority|severity|condition|surface|"
    r"статус|состояние|этап|уровень|тип|вид|приоритет|размер)(:? +| - )"
    r"([^\s,;:.()/][^,;:.()/\n]{0,29}(?:/[^,;:.()/\n]{1,30})+)",
    re.IGNORECASE,
)
_GOES_ON = re.compile(r"^(.+?)( (?:and|with|which|for|и|с|для|по) .*)$", re.IGNORECASE)
_ASIDE = re.compile(r"\(([^()\n]{3,80})\)")
_NAMED_ASIDES = {
    "what": "description", "where": "location", "when": "date", "why": "reason", "who": "person name",
    "how much": "amount", "how many": "quantity", "что": "описание", "где": "место", "когда": "дата",
    "почему": "причина", "зачем": "цель", "кто": "имя", "сколько": "количество",
}  # fmt: skip


def _values_listed(said: re.Match[str]) -> str:
    """ "status accepted/in progress/done": its values, one by one."""
    values = [value.strip() for value in said.group(3).split("/")]
    rest = ""
    if goes_on := _GOES_ON.match(values[-1]):
        values[-1], rest = goes_on.groups()
    if any(len(value.split()) > 3 for value in values):
        return said.group()
    return f"{said.group(1)} ({', '.join(values)}){rest}"


def _asides_named(text: str) -> str:
    """ "defects (what, where, when)": the questions are fields."""
    return _ASIDE.sub(_named_aside, text)


def _named_aside(aside: re.Match[str]) -> str:
    parts = [part.strip() for part in aside.group(1).split(",")]
    named = [_NAMED_ASIDES.get(part.lower(), part) for part in parts]
    return f"({', '.join(named)})" if len(parts) > 1 else aside.group()


_PURPOSE = re.compile(
    r"\b(a|an|some)\s+(?:\w+\s+){0,2}?(?:tool|thing|program|helper)\s+(for|to|that|which|where|so)\b",
    re.IGNORECASE,
)


def _whole_word(short: re.Match[str]) -> str:
    return f"{short.group(1)}imum "


def _in_full(short: re.Match[str]) -> str:
    return f"{short.group(1)} {'is' if short.group(2) == 's' else 'are'}"


_SLASHED = re.compile(r"(?<![\w/])[^\W\d_][\w-]*(?:/[^\W\d_][\w-]*)+(?![\w/])")


def _states_in_full(slashed: re.Match[str]) -> str:
    """ "booked/completed/no-show": a status with these values, when most of them are states."""
    values = slashed.group().split("/")
    known = sum(lemmas(value) in lexicon.state_index(is_cyrillic(value)) for value in values)
    before = slashed.string[: slashed.start()].rstrip(" :(-").lower()
    if known * 2 <= len(values) or before.endswith(("status", "state", "stage", "статус", "состояние")):
        return slashed.group()
    name = "статус" if is_cyrillic(values[0]) else "status"
    return f"{name} ({', '.join(values)})"


def sentences(description: str) -> tuple[str, ...]:
    lines = [line for raw in _raw_lines(plain_bullets(description)) if (line := _line(raw)).text]
    found: list[str] = []
    for text in _blocks(lines):
        found.extend(_split(text))
    return tuple(_SLASHED.sub(_states_in_full, text) for text in dict.fromkeys(found))[:_MOST_SENTENCES]


def plain_bullets(description: str) -> str:
    """Star bullets survive the removal of emphasis marks."""
    return plain(re.sub(r"(?m)^(\s*)\*\s+", r"\1- ", description[:LONGEST]))


def _raw_lines(text: str) -> Iterator[str]:
    """Lines as meant: a line broken for width goes on in the next."""
    pending = ""
    for raw in text.split("\n"):
        if pending and _continues(pending, raw):
            pending = f"{pending} {raw.strip()}"
            continue
        if pending:
            yield pending
        pending = raw
    yield pending


def _continues(before: str, line: str) -> bool:
    """Whether the line is the rest of a wrapped one: it starts small, the one before was long."""
    start = line.strip()[:1]
    return (
        len(before) > 55
        and bool(start)
        and start.islower()
        and not before.rstrip().endswith((".", ":", ";", "!", "?"))
        and not _BULLET.match(line)
        and "|" not in line
    )


def _line(raw: str) -> Line:
    expanded = raw.expandtabs(4)
    if heading := re.match(r"^\s*#{1,6}\s+(.*)$", expanded):
        return Line(0, heading.group(1).strip().rstrip("#").strip(), heading=True)
    if bullet := _BULLET.match(expanded):
        return Line(len(bullet.group(1)) + 1, bullet.group(2).strip(), bullet=True)
    return Line(len(expanded) - len(expanded.lstrip()), expanded.strip())


def _blocks(lines: Sequence[Line]) -> Iterator[str]:
    at = 0
    while at < len(lines):
        for reader in (_table, _comma_rows, _listed):
            text, length = reader(lines, at)
            if length:
                yield from text
                at += length
                break
        else:
            yield lines[at].text
            at += 1


def _listed(lines: Sequence[Line], at: int) -> tuple[list[str], int]:
    """A line that introduces short bullets: one sentence. Longer bullets stand for themselves."""
    head = lines[at]
    end = at + 1
    while end < len(lines) and lines[end].bullet and (lines[end].depth > head.depth or not head.bullet):
        end += 1
    inner = lines[at + 1 : end]
    introduces = head.text.endswith(":") or head.heading or head.bullet or len(head.text.split()) <= 3
    short = [line for line in inner if _short(line)]
    names_it = introduces and len(head.text.split()) <= 3 and len(short) * 2 > len(inner)
    if not inner or not introduces or not (len(short) == len(inner) or names_it):
        return [], 0
    head_text = head.text.rstrip(":. ")
    longer = [line.text for line in inner if line not in short]
    inner = short
    return [f"{head_text}: " + ", ".join(line.text.rstrip(".;, ") for line in inner), *longer], end - at


def _short(line: Line) -> bool:
    outside = re.sub(r"\([^)]*\)", "", line.text)
    return len(outside.split()) <= 6 and ":" not in outside and "," not in outside and " - " not in outside


def _cells(text: str) -> list[str]:
    if text.count("|") >= 2 or (text.count("|") == 1 and text.startswith("|")):
        return [cell.strip() for cell in text.strip().strip("|").split("|")]
    return []


def _table(lines: Sequence[Line], at: int) -> tuple[list[str], int]:
    end = at
    while end < len(lines) and _cells(lines[end].text):
        end += 1
    rows = [_cells(line.text) for line in lines[at:end]]
    rows = [row for row in rows if not all(set(cell) <= set("-: ") for cell in row)]
    if len(rows) < 2:
        return [], 0
    return _rows_meant(rows), end - at


def _rows_meant(rows: list[list[str]]) -> list[str]:
    header = [cell.lower() for cell in rows[0]]
    if header[0] in _FIELD_COLUMN and (len(header) == 1 or header[1] in _TYPE_COLUMN or len(rows) > 4):
        return [
            f"{UNNAMED} " + "; ".join(f"{row[0]} ({', '.join(filter(None, row[1:]))})" for row in rows[1:])
        ]
    if any("," in cell for row in rows[1:] for cell in row[1:2]):
        return [f"{row[0]}: {', '.join(row[1:])}" for row in rows[1:]]
    return [f"{UNNAMED} " + ", ".join(rows[0])]


def _comma_rows(lines: Sequence[Line], at: int) -> tuple[list[str], int]:
    """Two or more lines with as many commas each, figures only below the first: a pasted CSV file."""
    separator = next((mark for mark in (";", "\t", ",") if lines[at].text.count(mark) >= 2), None)
    if separator is None:
        return [], 0
    wide, end = lines[at].text.count(separator), at
    while end < len(lines) and lines[end].text.count(separator) == wide and not lines[end].bullet:
        end += 1
    header, body = lines[at].text, lines[at + 1 : end]
    if not body or any(c.isdigit() for c in header) or not any(c.isdigit() for row in body for c in row.text):
        return [], 0
    return [f"{UNNAMED} " + ", ".join(part.strip() for part in header.split(separator))], end - at


def _split(text: str) -> Iterator[str]:
    for sentence in _SENTENCE_END.split(text):
        words = sentence.split()
        for start in range(0, len(words), _MOST_WORDS):
            part = " ".join(words[start : start + _MOST_WORDS]).strip()
            if part:
                yield part
