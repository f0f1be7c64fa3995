"""The application writer of the embedded model: from a data model to the files of a real application. Pure.

`backend` here, `pages` beside it; both are joined below under settled names.
"""

from __future__ import annotations

import re
from functools import lru_cache

from samokoder.domain.data_model import DataModel
from samokoder.offline.application import files, pages
from samokoder.offline.application.render import ACCESS, OVERVIEW, RECORDS, WEB, File, catalogue
from samokoder.offline.application.requirements import numbered
from samokoder.offline.application.shape import Shape, shape_of
from samokoder.offline.application.values import Dependency, Group, Need, PlannedFile

__all__ = [
    "Dependency",
    "Group",
    "Need",
    "PlannedFile",
    "dependencies",
    "groups",
    "layout",
    "needs",
    "requirements_lock",
    "text",
]


def needs(model: DataModel) -> tuple[Need, ...]:
    """Every requirement in a stable order: those of the records first, those of the pages last."""
    return _needs(shape_of(model))


def layout(model: DataModel) -> tuple[PlannedFile, ...]:
    """Every file of the application, tests included."""
    shape = shape_of(model)
    own = tuple(
        PlannedFile(path=f.path, purpose=f.purpose, exports=f.exports, group=f.group, is_test=f.is_test)
        for f in _files(shape).values()
    )
    return own + tuple(file.model_copy(update={"group": WEB}) for file in pages.layout(shape.model))


def text(model: DataModel, path: str) -> str:
    """The content of one file; KeyError when the application has no such file."""
    return _text(shape_of(model), path)


def groups(model: DataModel) -> tuple[Group, ...]:
    """The tasks: the records first, then what depends on them, the pages and the API last."""
    shape = shape_of(model)
    planned = layout(model)
    names = [RECORDS, OVERVIEW, *([ACCESS] if shape.model.roles else []), WEB]
    return tuple(
        Group(
            name=name,
            title=_TITLES[shape.model.language][name],
            depends_on=_DEPENDS[name] if name != WEB else tuple(names[:-1]),
            need_ids=tuple(need.id for need in needs(model) if need.group == name),
            paths=tuple(f.path for f in planned if f.group == name and not f.is_test),
            test_paths=tuple(f.path for f in planned if f.group == name and f.is_test),
        )
        for name in names
    )


def dependencies(_: DataModel) -> tuple[Dependency, ...]:
    """The packages the application names itself, pinned."""
    return files.dependencies()


def requirements_lock(model: DataModel) -> str:
    """Every package with its exact version, those needed in turn included."""
    return files.requirements_lock(shape_of(model))


_DEPENDS: dict[str, tuple[str, ...]] = {RECORDS: (), OVERVIEW: (RECORDS,), ACCESS: (RECORDS,)}
_TITLES = {
    "en": {
        RECORDS: "Records and their rules",
        OVERVIEW: "Figures of the first page",
        ACCESS: "Signing in",
        WEB: "API and pages",
    },
    "ru": {
        RECORDS: "Записи и правила",
        OVERVIEW: "Показатели главной страницы",
        ACCESS: "Вход",
        WEB: "API и страницы",
    },
}


@lru_cache(maxsize=8)
def _files(shape: Shape) -> dict[str, File]:
    return catalogue(shape)


@lru_cache(maxsize=256)  # the reviewer wants to know it, too
def _text(shape: Shape, path: str) -> str:
    file = _files(shape).get(path)
    return file.text() if file else pages.text(shape.model, path)


@lru_cache(maxsize=8)
def _needs(shape: Shape) -> tuple[Need, ...]:
    own = tuple(numbered(shape).values())
    shown = (
        Need(id=f"R{number}", title=title, text=_ears(text), acceptance=acceptance, group=WEB)
        for number, (title, text, acceptance, _) in enumerate(pages.needs(shape.model), len(own) + 1)
    )
    return (*own, *shown)


def _ears(sentence: str) -> str:
    """The keywords of EARS in capitals, as everywhere else."""
    words = {"When": "WHEN", "If": "IF", "then": "THEN", "shall": "SHALL", "Когда": "КОГДА", "Если": "ЕСЛИ"}
    return re.sub(
        r"^(When|If|Когда|Если)\b|\bthen the system\b|\bshall\b", lambda m: _upper(m[0], words), sentence
    )


def _upper(found: str, words: dict[str, str]) -> str:
    return " ".join(words.get(word, word) for word in found.split(" "))
