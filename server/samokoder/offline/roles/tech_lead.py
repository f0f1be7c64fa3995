"""Tech lead by rules: one task a group of files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from samokoder.agents.tech_lead import TechLeadBrief
from samokoder.domain.paths import FilePath
from samokoder.domain.plan import Epic, Plan, Task
from samokoder.domain.specification import Requirement
from samokoder.offline.blueprint import Blueprint, Group, Need

FOUNDATION, FEATURES = "E1", "E2"
_TITLES = {
    "en": {FOUNDATION: "Foundation", FEATURES: "What people do with it"},
    "ru": {FOUNDATION: "Основа", FEATURES: "Работа с данными"},
}

BY_HAND = {
    "en": "Written into the specification by hand and read as part of the description; "
    "the embedded model has no checks of its own for",
    "ru": "Вписано в спецификацию от руки и прочитано как часть описания; "
    "отдельных проверок у встроенной модели нет для",
}


def answer(brief: TechLeadBrief, blueprint: Blueprint) -> Plan:
    model = brief.architecture.data_model
    groups = blueprint.groups(model)
    numbers = {group.name: f"T{n}" for n, group in enumerate(groups, 1)}
    needs = {need.id: need for need in blueprint.needs(model)}
    tasks = [
        _task(group, numbers, _covered(group, needs, brief.specification.requirements)) for group in groups
    ]
    tasks[-1] = _with_rest(tasks, brief.specification.requirements)
    if unproved := by_hand(brief.specification.requirements, tuple(needs.values())):
        said = f"{tasks[-1].purpose}. {BY_HAND[model.language]} {', '.join(unproved)}."
        tasks[-1] = tasks[-1].model_copy(update={"purpose": said})
    used = {task.epic for task in tasks}
    titles = _TITLES[model.language]
    return Plan(epics=tuple(Epic(id=e, title=t) for e, t in titles.items() if e in used), tasks=tuple(tasks))


def _task(group: Group, numbers: Mapping[str, str], covered: tuple[str, ...]) -> Task:
    return Task(
        id=numbers[group.name],
        title=group.title,
        epic=FEATURES if group.depends_on else FOUNDATION,
        purpose=group.title,
        depends_on=tuple(numbers[name] for name in group.depends_on),
        files=tuple(FilePath(path) for path in group.paths),
        check_files=tuple(FilePath(path) for path in group.test_paths),
        requirements=covered,
    )


def _covered(group: Group, needs: Mapping[str, Need], requirements: Sequence[Requirement]) -> tuple[str, ...]:
    """The requirements this group's needs became; by title when the person reworded one."""
    texts = {needs[name].text for name in group.need_ids}
    titles = {needs[name].title for name in group.need_ids}
    return tuple(r.id for r in requirements if r.text in texts or r.title in titles)


def _with_rest(tasks: Sequence[Task], requirements: Sequence[Requirement]) -> Task:
    """The last task, with the requirements no other covers: most were written in by hand."""
    covered = {name for task in tasks for name in task.requirements}
    rest = tuple(r.id for r in requirements if r.id not in covered)
    return tasks[-1].model_copy(update={"requirements": (*tasks[-1].requirements, *rest)})


def by_hand(requirements: Sequence[Requirement], needs: Sequence[Need]) -> tuple[str, ...]:
    """Ids of the requirements no rule made, reworded ones included: no check of ours shows what they say."""
    texts = {need.text for need in needs}
    return tuple(r.id for r in requirements if r.text not in texts)
