"""Technical writer by rules: the README, in the language of the description."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from samokoder.agents.technical_writer import Manual, TechnicalWriterBrief
from samokoder.domain.architecture import Architecture
from samokoder.domain.data_model import DataModel, Entity, Field
from samokoder.domain.specification import Specification
from samokoder.offline.blueprint import Blueprint, Need
from samokoder.offline.roles.readme_words import TYPES, WORDS
from samokoder.offline.roles.tech_lead import BY_HAND, by_hand

SEED = "app/seed.py"


def answer(brief: TechnicalWriterBrief, blueprint: Blueprint) -> Manual:
    specification, architecture = brief.specification, brief.architecture
    words = WORDS[specification.language]
    sections = (
        f"# {specification.title}\n\n{specification.summary}",
        _section(words["features"], _features(architecture.data_model, words)),
        _section(words["start"], _start(architecture, words)),
        _section(words["checks"], _checks(architecture, words)),
        _section(words["data"], _data(architecture.data_model, words)),
        _section(words["roles"], _roles(architecture.data_model, blueprint, words)),
        _section(words["api"], _api(architecture, words)),
        _section(words["built"], _built(architecture, words)),
        _section(words["settings"], _settings(architecture, words)),
        _section("Docker", _docker(architecture, words)),
        _section(words["assumed"], _list(specification.assumptions)),
        _section(
            words["requirements"], _requirements(specification, blueprint.needs(architecture.data_model))
        ),
    )
    return Manual(readme="\n\n".join(filter(None, sections)) + "\n")


def _section(title: str, body: str) -> str:
    return f"## {title}\n\n{body}" if body else ""


def _list(items: tuple[str, ...]) -> str:
    return "\n".join(f"- {item}" for item in items)


def _features(model: DataModel, words: dict[str, str]) -> str:
    things = [f"**{e.label_plural}**: {'; '.join(_abilities(e, words))}" for e in model.entities]
    figures = ", ".join(metric.label for metric in model.metrics)
    return _list((*things, *((f"**{words['dashboard']}**: {figures}",) if figures else ())))


def _abilities(entity: Entity, words: dict[str, str]) -> Iterator[str]:
    labels = {field.name: _inner(field.label) for field in entity.fields}
    yield words["kept"]
    if entity.search:
        yield words["search"].format(fields=", ".join(labels[name] for name in entity.search))
    if entity.filters:
        yield words["filters"].format(fields=", ".join(labels[name] for name in entity.filters))
    if entity.workflow:
        yield words["moves"]
    if entity.totals:
        yield words["totals"].format(totals=", ".join(_inner(total.label) for total in entity.totals))
    if entity.export:
        yield words["export"]


def _requirements(specification: Specification, needs: Sequence[Need]) -> str:
    told = _list(tuple(f"{r.id} {r.title}. {r.text}" for r in specification.requirements))
    unproved = by_hand(specification.requirements, needs)
    return f"{told}\n\n{BY_HAND[specification.language]} {', '.join(unproved)}." if unproved else told


def _start(architecture: Architecture, words: dict[str, str]) -> str:
    service = architecture.service
    address = f"http://127.0.0.1:{service.port}" if service else ""
    command = " ".join(service.command) if service else ""
    return words["start_text"].format(command=command, address=address)


def _checks(architecture: Architecture, words: dict[str, str]) -> str:
    return f"```\n{' '.join(architecture.test_command)}\n```\n\n{words['checks_text']}"


# ------------------------------------------------------------------------------------------ the data


def _data(model: DataModel, words: dict[str, str]) -> str:
    return "\n\n".join(_entity(entity, model, words) for entity in model.entities)


def _entity(entity: Entity, model: DataModel, words: dict[str, str]) -> str:
    rows = [f"| {words['field']} | {words['type']} | {words['rules']} |", "|---|---|---|"]
    rows += [
        f"| {_cell(f.label)} (`{f.name}`) | {_type(f, model)} | {_cell(', '.join(_rules(f, words)))} |"
        for f in entity.fields
    ]
    for link in entity.links:
        many = words["many"].format(thing=_thing(link.target, model))
        rows.append(f"| {_cell(link.label)} (`{link.name}`) | {_cell(many)} | |")
    return "\n".join((f"### {entity.label_plural} (`{entity.name}`)", "", *rows, *_states(entity, words)))


def _type(field: Field, model: DataModel) -> str:
    kind = TYPES[model.language][field.type]
    if field.type == "reference" and field.target:
        kind = f"→ {_cell(_thing(field.target, model))}"
    if field.type == "choice":
        kind = f"{kind}: {_cell(', '.join(choice.label for choice in field.choices))}"
    return f"{kind}, {_cell(field.unit)}" if field.unit else kind


def _rules(field: Field, words: dict[str, str]) -> Iterator[str]:
    if field.required:
        yield words["required"]
    if field.unique:
        yield words["unique"]
    if field.minimum is not None:
        yield f"≥ {field.minimum:g}"
    if field.maximum is not None:
        yield f"≤ {field.maximum:g}"
    if field.not_before:
        yield words["not_before"].format(other=field.not_before)
    if field.default is not None:
        yield words["default"].format(value=field.default)


def _states(entity: Entity, words: dict[str, str]) -> tuple[str, ...]:
    if entity.workflow is None:
        return ()
    named = {choice.value: choice.label for choice in entity.field(entity.workflow.field).choices}
    moves = (
        f"{named.get(t.source, t.source)} → {named.get(t.target, t.target)} ({t.label})"
        for t in entity.workflow.transitions
    )
    return ("", f"{words['states']}: {'; '.join(moves)}.")


def _thing(name: str, model: DataModel) -> str:
    return next((entity.label for entity in model.entities if entity.name == name), name)


def _roles(model: DataModel, blueprint: Blueprint, words: dict[str, str]) -> str:
    if not model.roles:
        return ""
    rows = []
    for role in model.roles:
        rights = [
            f"{_thing(p.entity, model)}: {', '.join(words[action] for action in p.actions)}"
            + (f" ({words['own']})" if p.own_only else "")
            for p in role.permissions
        ]
        rows.append(f"**{role.label}** (`{role.name}`) — {'; '.join(rights) or words['everything']}")
    accounts = _accounts(blueprint.planned(model, SEED) or "")
    table = [f"| {words['person']} | {words['sign_in']} | {words['password']} |", "|---|---|---|", *accounts]
    said = f"{words['must_sign_in']}\n\n" + "\n".join(table) if accounts else words["must_sign_in"]
    return f"{_list(tuple(rows))}\n\n{said}"


def _accounts(seed: str) -> list[str]:
    """Address, name and password of those who may sign in at first, from the file that puts them there."""
    for node in ast.walk(ast.parse(seed)):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "PEOPLE":
            people = [_texts(person) for person in ast.iter_child_nodes(node.value)]
            return [f"| {told[1]} | `{told[0]}` | `{told[2]}` |" for told in people if len(told) == 3]
    return []


def _texts(tree: ast.AST) -> list[str]:
    return [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)]


# ----------------------------------------------------------------------------------- how it is built


def _api(architecture: Architecture, words: dict[str, str]) -> str:
    if architecture.service is None:
        return ""
    rows = [f"| {words['records']} | {words['address']} |", "|---|---|"]
    rows += [f"| {_cell(e.label_plural)} | `/api/{e.plural}` |" for e in architecture.data_model.entities]
    return "\n".join((words["api_text"].format(port=architecture.service.port), "", *rows))


def _built(architecture: Architecture, words: dict[str, str]) -> str:
    folders: dict[str, list[str]] = {}
    for module in architecture.contract:
        folder, _, name = module.path.rpartition("/")
        if name != "__init__.py":
            folders.setdefault(folder, []).append(f"`{name}`")
    rows = [f"| `{folder or '.'}/` | {', '.join(names)} |" for folder, names in folders.items()]
    table = "\n".join((f"| {words['folder']} | {words['files']} |", "|---|---|", *rows))
    return f"{_list(architecture.stack)}\n\n{table}"


def _settings(architecture: Architecture, words: dict[str, str]) -> str:
    if architecture.service is None:
        return ""
    secret = f"{words['secret']}\n" if architecture.data_model.roles else ""
    return words["settings_text"].format(port=architecture.service.port, secret=secret)


def _docker(architecture: Architecture, words: dict[str, str]) -> str:
    if architecture.service is None:
        return ""
    return words["docker_text"].format(port=architecture.service.port)


def _inner(label: str) -> str:
    """As within a sentence; abbreviations stay as they are."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def _cell(text: str | None) -> str:
    """Text that stays within its cell of a Markdown table."""
    return (text or "").replace("|", "\\|").replace("\n", " ")
