"""Architect by rules: the person's words, and their edits of the specification, become model and contract."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from samokoder.agents.architect import ArchitectBrief
from samokoder.domain.architecture import Architecture, Component, Dependency, Module, Service
from samokoder.domain.data_model import DataModel
from samokoder.domain.paths import FilePath
from samokoder.domain.specification import Requirement, Specification
from samokoder.offline.blueprint import Blueprint, CannotServe, understood
from samokoder.offline.roles.plain_words import plain
from samokoder.offline.roles.spec_writer import asked, given

PORT = 8000
_STACK = {
    "fastapi": "FastAPI: typed routes, validation and OpenAPI in one place",
    "sqlalchemy": "SQLAlchemy: the data model as plain typed classes, any SQL database",
    "jinja2": "Jinja2: pages rendered on the server, escaped by default, usable without scripts",
    "uvicorn": "Uvicorn: serves the application with one command",
    "pydantic": "Pydantic: what comes in is checked once, at the border",
    "pytest": "pytest: every requirement has checks that can be run",
}


def answer(brief: ArchitectBrief, blueprint: Blueprint) -> Architecture:
    model = _model(brief, blueprint)
    pins = dependencies(blueprint.requirements_lock(model))
    return Architecture(
        language="python",
        stack=_stack(pins),
        components=tuple(Component(name=g.name, purpose=g.title) for g in blueprint.groups(model)),
        data_model=model,
        contract=tuple(
            Module(path=FilePath(file.path), purpose=file.purpose, exports=tuple(file.exports))
            for file in blueprint.layout(model)
            if not file.is_test
        ),
        dependencies=pins,
        test_command=("python", "-m", "pytest", "-q"),
        service=Service(command=("python", "-m", "app"), port=PORT, health="/health"),
    )


def dependencies(lock: str) -> tuple[Dependency, ...]:
    """From ``name==version`` lines; anything after a blank or semicolon is left aside."""
    lines = (line.split("#")[0].split(";")[0].strip() for line in lock.splitlines())
    pairs = (line.split()[0].split("==") for line in lines if "==" in line)
    return tuple(Dependency(name=name, version=version) for name, version in pairs)


def _stack(pins: Sequence[Dependency]) -> tuple[str, ...]:
    used = {pin.name.lower() for pin in pins}
    return (*(why for name, why in _STACK.items() if name in used), "SQLite: a database without a server")


def _model(brief: ArchitectBrief, blueprint: Blueprint) -> DataModel:
    """The model of the description, with what the person added and without what they removed."""
    model = _understand(brief, (), blueprint)
    wanted = brief.specification
    known = {need.text for need in blueprint.needs(model)}
    if additions := tuple(plain(r.text) for r in wanted.requirements if r.text not in known):
        model = _understand(brief, additions, blueprint)
    return _reduced(model, wanted, blueprint)


def _understand(brief: ArchitectBrief, additions: Sequence[str], blueprint: Blueprint) -> DataModel:
    found = understood(blueprint.understand(asked(brief), given(brief.answers), additions))
    if isinstance(found, str):
        raise CannotServe(found)
    return found.model


# ---------------------------------------------------------------------- what the person does not want


def _reduced(model: DataModel, wanted: Specification, blueprint: Blueprint) -> DataModel:
    """Without the optional features whose requirements the person has removed."""
    if not _removed(model, wanted, blueprint):
        return model
    for smaller in _smaller(model):
        if _fits_better(smaller, model, wanted, blueprint):
            return _reduced(smaller, wanted, blueprint)
    return model


def _smaller(model: DataModel) -> Iterator[DataModel]:
    """The model with one optional feature less."""
    for n, entity in enumerate(model.entities):
        if entity.export:
            less = entity.model_copy(update={"export": False})
            entities = (*model.entities[:n], less, *model.entities[n + 1 :])
            yield model.model_copy(update={"entities": entities})
    for metric in model.metrics:
        rest = tuple(other for other in model.metrics if other != metric)
        yield model.model_copy(update={"metrics": rest})


def _fits_better(smaller: DataModel, model: DataModel, wanted: Specification, blueprint: Blueprint) -> bool:
    """Whether leaving the feature out drops something, and only what was removed."""
    after = {need.text for need in blueprint.needs(smaller)}
    dropped = {need.text for need in blueprint.needs(model)} - after
    return bool(dropped) and dropped <= _removed(model, wanted, blueprint)


def _removed(model: DataModel, wanted: Specification, blueprint: Blueprint) -> set[str]:
    """Texts of needs the specification no longer has. Reworded under the same title, they are wanted."""
    return {
        need.text for need in blueprint.needs(model) if not _kept(need.title, need.text, wanted.requirements)
    }


def _kept(title: str, text: str, requirements: Sequence[Requirement]) -> bool:
    return any(text == requirement.text or title == requirement.title for requirement in requirements)
