"""Bug hunter, troubleshooter and problem solver by rules: the evidence, and where files depart from the plan.

Rules know what each file should hold; so a cause is a file that holds something else, above all one that
the output names. Where nothing departs, they say so.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from samokoder.agents.bug_hunter import FaultBrief
from samokoder.domain.paths import FilePath
from samokoder.domain.work import Diagnosis, FileOrder
from samokoder.offline.blueprint import Blueprint

_ERROR = re.compile(r"^E\s+(\w[\w.]*(?:Error|Exception|Exit|Warning)\b.*|assert .*)$", re.MULTILINE)
_BARE_ERROR = re.compile(r"^(\w[\w.]*(?:Error|Exception)\b.*)$", re.MULTILINE)
_WORDS = {
    "en": {
        "fails": "{failing} fails with: {error}.",
        "departs": "{path} departs from its contract at line {line}: it has {has}, where {wants} belongs.",
        "missing": "{path} is missing.",
        "nothing": "Every file is as the contract wants it; the embedded rules see no cause. "
        "{path} is written again, as the last thing they can try.",
        "stuck": "Every file is as the contract wants it, and none may be changed here; "
        "the embedded rules see no cause.",
        "check": "{path} is not the check its requirement calls for: "
        "at line {line} it has {has}, where {wants} belongs.",
        "end": "nothing",
    },
    "ru": {
        "fails": "Не проходит {failing}: {error}.",
        "departs": "{path} расходится с контрактом в строке {line}: там {has}, а должно быть {wants}.",
        "missing": "Файла {path} нет.",
        "nothing": "Все файлы такие, как требует контракт; встроенные правила причины не видят. "
        "{path} пишется заново — это последнее, что они могут попробовать.",
        "stuck": "Все файлы такие, как требует контракт, и менять здесь ничего нельзя; "
        "встроенные правила причины не видят.",
        "check": "{path} — не та проверка, которой требует условие: "
        "в строке {line} там {has}, а должно быть {wants}.",
        "end": "ничего",
    },
}


@dataclass(frozen=True)
class Departure:
    """A file that does not hold what is planned for it."""

    path: FilePath
    line: int
    """First line that differs, from 1; 0 when the file is missing."""
    has: str
    wants: str


def answer(brief: FaultBrief, blueprint: Blueprint) -> Diagnosis:
    departures = _departures(brief, blueprint)
    ours = _ranked([d for d in departures if d.path in brief.writable], brief.output.text)
    words = _WORDS[brief.architecture.data_model.language]
    symptom = words["fails"].format(failing=_failing(brief), error=_error(brief.output.text))
    if ours:
        chosen = _chosen(ours, brief)
        told = [_told(departure, words) for departure in chosen]
        orders = [FileOrder(path=d.path, instruction=text) for d, text in zip(chosen, told, strict=True)]
        return Diagnosis(cause=" ".join([symptom, *told]), orders=tuple(orders))
    if check := next((d for d in departures if d.path in brief.task.check_files), None):
        wrong = _told(check, words, "check")
        return Diagnosis(cause=f"{symptom} {wrong}", wrong_check=wrong)
    return _nothing_found(brief, symptom, words)


def _nothing_found(brief: FaultBrief, symptom: str, words: dict[str, str]) -> Diagnosis:
    if not brief.writable:
        return Diagnosis(cause=f"{symptom} {words['stuck']}")
    suspect = max(brief.writable, key=lambda path: _named_at(path, brief.output.text))
    said = words["nothing"].format(path=suspect)
    return Diagnosis(cause=f"{symptom} {said}", orders=(FileOrder(path=suspect, instruction=said),))


def _chosen(ranked: Sequence[Departure], brief: FaultBrief) -> Sequence[Departure]:
    """A repair changes what the output points at; the later strategies everything that departs."""
    if brief.strategy not in ("repair", "narrow"):
        return ranked
    named = [d for d in ranked if _named_at(d.path, brief.output.text) >= 0]
    return named or ranked[:1]


# ------------------------------------------------------------------------------------- departures


def _departures(brief: FaultBrief, blueprint: Blueprint) -> list[Departure]:
    model = brief.architecture.data_model
    present = {file.path: file.text for file in brief.files}
    paths = dict.fromkeys((*present, *brief.task.files))
    found = (_departure(path, present.get(path), blueprint.planned(model, path)) for path in paths)
    return [departure for departure in found if departure]


def _departure(path: FilePath, text: str | None, planned: str | None) -> Departure | None:
    if planned is None or text == planned:
        return None
    if text is None:
        return Departure(path, 0, "", "")
    old, new = text.splitlines(), planned.splitlines()
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    _, i, i2, j, j2 = next((op for op in matcher.get_opcodes() if op[0] != "equal"), ("", 0, 0, 0, 0))
    return Departure(path, i + 1, "\n".join(old[i : min(i2, i + 3)]), "\n".join(new[j : min(j2, j + 3)]))


def _told(departure: Departure, words: dict[str, str], kind: str = "departs") -> str:
    if not departure.line:
        return words["missing"].format(path=departure.path)
    has, wants = (_quoted(text, words) for text in (departure.has, departure.wants))
    return words[kind].format(path=departure.path, line=departure.line, has=has, wants=wants)


def _quoted(text: str, words: dict[str, str]) -> str:
    lines = " ⏎ ".join(line.strip() for line in text.splitlines() if line.strip())
    return f"`{lines[:200]}`" if lines else words["end"]


# ---------------------------------------------------------------------------------- the output


def _ranked(departures: Sequence[Departure], output: str) -> list[Departure]:
    """What the output names last, which is innermost in a traceback, comes first."""
    return sorted(departures, key=lambda d: (-_named_at(d.path, output), d.path))


def _named_at(path: FilePath, output: str) -> int:
    """Where the output last names the file, by path, module or template name; -1 for nowhere."""
    names = [str(path)]
    if path.endswith(".py"):
        module = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        names.append(f"'{module}'")
    elif path.endswith((".html", ".jinja")):
        names.append(f"'{path.rsplit('/', 1)[-1]}'")
    return max(output.rfind(name) for name in names)


def _failing(brief: FaultBrief) -> str:
    names = [brief.focus] if brief.focus else list(brief.failing) or [brief.task.title]
    more = f" (+{len(names) - 2})" if len(names) > 2 else ""
    return ", ".join(names[:2]) + more


def _error(output: str) -> str:
    """The words of the first error; the last line when none is marked."""
    if match := _ERROR.search(output) or _BARE_ERROR.search(output):
        return match[1].strip()[:300]
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1][:300] if lines else "?"
