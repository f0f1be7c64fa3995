"""The specification and the plan as Markdown a person reads and edits, and back again. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pydantic import ValidationError

from samokoder.domain.paths import FilePath, UnsafePath
from samokoder.domain.plan import Epic, Plan, Task
from samokoder.domain.specification import Requirement, Specification
from samokoder.lsp.markup import Block, Misread, blocks, item, one_line, paragraph, tidy

WORDS = {
    "en": {
        "requirements": "Requirements",
        "assumptions": "Assumptions",
        "plan": "Plan",
        "files": "files",
        "checks": "checks",
        "proves": "requirements",
        "depends": "depends on",
    },
    "ru": {
        "requirements": "Требования",
        "assumptions": "Допущения",
        "plan": "План",
        "files": "файлы",
        "checks": "проверки",
        "proves": "требования",
        "depends": "зависит от",
    },
}
_MEANINGS = {
    word.lower(): key
    for words in WORDS.values()
    for key, word in words.items()
    if key not in {"requirements"}
}
_SECTIONS = {words[key]: key for words in WORDS.values() for key in ("requirements", "assumptions")}
_REQUIREMENT = re.compile(r"^(R\d+)(?:[.:]?\s+(.*))?$")
_NAMED = re.compile(r"^(\S+)(?:\s+(.*))?$")


# ------------------------------------------------------------------------------------ specification


def specification_text(specification: Specification) -> str:
    words = WORDS[specification.language]
    parts = [
        f"# {one_line(specification.title)}",
        paragraph(specification.summary),
        f"## {words['requirements']}",
    ]
    for requirement in specification.requirements:
        parts += [f"### {requirement.id} {one_line(requirement.title)}".rstrip(), paragraph(requirement.text)]
        parts.append("\n".join(item(line) for line in requirement.acceptance))
    if specification.assumptions:
        parts += [f"## {words['assumptions']}", "\n".join(item(line) for line in specification.assumptions)]
    return "\n\n".join(part for part in parts if part) + "\n"


def read_specification(text: str, written: Specification) -> Specification:
    """The specification as edited; what the document does not show is kept. Raises Misread."""
    title, summary, section = "", "", ""
    found: list[_Requirement] = []
    assumptions: list[str] = []
    for block in blocks(text):
        match block.kind:
            case "h1":
                title = block.text
            case "h2":
                section = _section(block)
            case "h3":
                found.append(_heading(block, section, found))
            case "text" if not section:
                summary = f"{summary}\n\n{block.text}".strip()
            case "item" if section == "assumptions":
                assumptions.append(block.text)
            case _ if section == "requirements" and found:
                found[-1].add(block)
            case _:
                raise Misread(
                    block.line, "this belongs to no requirement; put it below a heading like '### R1 Title'"
                )
    if not found:
        raise Misread(
            0, "at least one requirement is needed: a heading like '### R1 Title' with its text below"
        )
    return written.model_copy(
        update={
            "title": title or written.title,
            "summary": summary,
            "requirements": tuple(requirement.value() for requirement in found),
            "assumptions": tuple(assumptions),
        }
    )


class _Requirement:
    """A requirement while it is being read."""

    def __init__(self, id: str, title: str, line: int) -> None:
        self.id, self.title, self.line = id, title, line
        self.text: list[str] = []
        self.acceptance: list[str] = []

    def add(self, block: Block) -> None:
        (self.acceptance if block.kind == "item" else self.text).append(block.text)

    def value(self) -> Requirement:
        if not self.text:
            raise Misread(
                self.line, f"{self.id} says nothing; write what the system shall do below the heading"
            )
        text = "\n\n".join(self.text)
        return Requirement(id=self.id, title=self.title, text=text, acceptance=tuple(self.acceptance))


def _section(block: Block) -> str:
    if block.text not in _SECTIONS:
        raise Misread(block.line, f"unknown section {block.text!r}; there are {', '.join(_SECTIONS)}")
    return _SECTIONS[block.text]


def _heading(block: Block, section: str, found: list[_Requirement]) -> _Requirement:
    matched = _REQUIREMENT.match(block.text)
    if section != "requirements" or not matched:
        raise Misread(block.line, "a requirement's heading is '### R1 Title', below '## Requirements'")
    if matched[1] in {requirement.id for requirement in found}:
        raise Misread(block.line, f"there are two requirements {matched[1]}; number them differently")
    return _Requirement(matched[1], matched[2] or "", block.line)


def tidied_specification(written: Specification) -> Specification:
    """As it comes back from its own document; what an unedited document equals."""
    return read_specification(specification_text(written), written)


# --------------------------------------------------------------------------------------------- plan


def plan_text(plan: Plan, specification: Specification) -> str:
    words = WORDS[specification.language]
    parts = [f"# {words['plan']}: {one_line(specification.title)}"]
    whole = {task.epic for task in plan.tasks if task.kind == "integration"}
    for epic in (epic for epic in plan.epics if epic.id not in whole):  # the last task is always there
        tasks = [task for task in plan.tasks if task.epic == epic.id]
        parts += [f"## {epic.id} {one_line(epic.title)}".rstrip()]
        for task in tasks:
            parts += [
                f"### {task.id} {one_line(task.title)}".rstrip(),
                paragraph(task.purpose),
                _facts(task, words),
            ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _facts(task: Task, words: dict[str, str]) -> str:
    lists: dict[str, Iterable[str]] = {
        words["files"]: task.files,
        words["checks"]: task.check_files,
        words["proves"]: task.requirements,
        words["depends"]: task.depends_on,
    }
    return "\n".join(f"- {name}: {', '.join(values)}" for name, values in lists.items() if values)


def read_plan(text: str, written: Plan | None = None) -> Plan:
    """The plan as edited; the order of tasks is kept where they were known. Raises Misread."""
    epics: list[Epic] = []
    tasks: list[Task] = []
    lines: dict[str, int] = {}
    for block in blocks(text):
        match block.kind:
            case "h1":
                pass
            case "h2":
                id, title = _name(block)
                epics.append(Epic(id=id, title=title))
            case "h3":
                id, title = _name(block)
                if not epics:
                    raise Misread(block.line, "a task stands below an epic: a heading like '## E1 Title'")
                tasks.append(Task(id=id, title=title, epic=epics[-1].id, files=()))
                lines[id] = block.line
            case _ if not tasks:
                raise Misread(
                    block.line, "this belongs to no task; put it below a heading like '### T1 Title'"
                )
            case "text":
                tasks[-1] = tasks[-1].model_copy(
                    update={"purpose": f"{tasks[-1].purpose}\n\n{block.text}".strip()}
                )
            case _:
                tasks[-1] = tasks[-1].model_copy(update=_fact(block))
    return _sound(epics, _in_order(tasks, written), lines)


def _name(block: Block) -> tuple[str, str]:
    matched = _NAMED.match(block.text)
    if not matched:
        raise Misread(block.line, "an id and a title are needed, like 'T1 Title'")
    return matched[1], matched[2] or ""


_FIELDS = {"files": "files", "checks": "check_files", "proves": "requirements", "depends": "depends_on"}


def _fact(block: Block) -> dict[str, object]:
    name, _, rest = block.text.partition(":")
    field = _FIELDS.get(_MEANINGS.get(name.strip().lower(), ""))
    if field is None:
        raise Misread(
            block.line, f"unknown line {name.strip()!r}; there are {', '.join(list(_MEANINGS)[2:])}"
        )
    values = tuple(value.strip(" `") for value in rest.replace("\n", " ").split(",") if value.strip(" `"))
    if field not in {"files", "check_files"}:
        return {field: values}
    try:
        return {field: tuple(FilePath(value) for value in values)}
    except UnsafePath as error:
        raise Misread(block.line, str(error)) from None


def _in_order(tasks: list[Task], written: Plan | None) -> tuple[Task, ...]:
    """The document groups tasks by epic; the plan has its own order."""
    place = {task.id: n for n, task in enumerate(written.tasks if written else ())}
    return tuple(sorted(tasks, key=lambda task: place.get(task.id, len(place))))


def _sound(epics: list[Epic], tasks: tuple[Task, ...], lines: dict[str, int]) -> Plan:
    try:
        return Plan(epics=tuple(epics), tasks=tasks)
    except ValidationError as error:
        message = error.errors()[0]["msg"].removeprefix("Value error, ")
        named = (line for id, line in lines.items() if re.search(rf"\b{re.escape(id)}\b", message))
        raise Misread(next(named, 0), message) from None


def tidied_plan(written: Plan, specification: Specification) -> Plan:
    return read_plan(plan_text(written, specification), written)


__all__ = [
    "Misread",
    "plan_text",
    "read_plan",
    "read_specification",
    "specification_text",
    "tidied_plan",
    "tidied_specification",
    "tidy",
]
