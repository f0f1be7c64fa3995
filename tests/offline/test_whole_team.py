"""The whole team by its real rules, through the real client: from a description to all its files."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import subprocess
import sys
from typing import Any, TypeVar

import anyio
import pytest

from samokoder.adapters.openai_model import OpenAIModel
from samokoder.agents import tester
from samokoder.agents.agent import Agent
from samokoder.agents.architect import ARCHITECT, ArchitectBrief
from samokoder.agents.code_monkey import CODE_MONKEY, CodeMonkeyBrief
from samokoder.agents.delivery import DELIVERY, DeliveryBrief
from samokoder.agents.developer import DEVELOPER, DeveloperBrief
from samokoder.agents.reviewer import REVIEWER, ReviewerBrief
from samokoder.agents.spec_writer import SPEC_WRITER, SpecWriterBrief
from samokoder.agents.tech_lead import TECH_LEAD, TechLeadBrief
from samokoder.agents.technical_writer import TECHNICAL_WRITER, TechnicalWriterBrief
from samokoder.domain.plan import Plan
from samokoder.domain.review import hunks
from samokoder.domain.specification import Specification
from samokoder.domain.value import Value
from samokoder.offline.transport import OfflineTransport
from samokoder.ports import ModelRequest

B = TypeVar("B", bound=Value)
R = TypeVar("R", bound=Value)

LIBRARY = (
    "A library: books with title, author and a unique ISBN; readers with name and email; loans of a book to "
    "a reader with a due date. Export books as CSV. Librarians manage everything, readers may only view."
)
REPAIRS = "Мастерская: клиенты с телефоном, заявки на ремонт со статусами новая, в работе, готово и ценой."


async def ask(model: OpenAIModel, agent: Agent[B, R], brief: B) -> R:
    request = ModelRequest(
        agent=agent.name,
        messages=agent.question(brief),
        answer_name=agent.name,
        answer_schema=agent.schema,
    )
    answer = agent.answer.model_validate_json((await model.complete(request)).text)
    assert agent.objection(brief, answer) == ""
    return answer


async def build(description: str) -> dict[str, str]:
    """Every file the team writes; every answer is one nothing is to be objected to."""
    model = OpenAIModel.embedded(OfflineTransport())
    written = await ask(model, SPEC_WRITER, SpecWriterBrief(description=description))
    assert written.specification
    specification = written.specification
    architecture = await ask(
        model, ARCHITECT, ArchitectBrief(description=description, specification=specification)
    )
    plan = await ask(model, TECH_LEAD, TechLeadBrief(specification=specification, architecture=architecture))
    files: dict[str, str] = {}
    for task in plan.tasks:
        told: dict[str, Any] = {"architecture": architecture, "task": task}
        told["requirements"] = tuple(r for r in specification.requirements if r.id in task.requirements)
        checks = await ask(model, tester.TESTER, tester.TesterBrief(**told))
        breakdown = await ask(model, DEVELOPER, DeveloperBrief(**told))
        told["approach"] = breakdown.approach
        for order in breakdown.orders:
            answer = await ask(model, CODE_MONKEY, CodeMonkeyBrief(**told, order=order))
            files[order.path] = answer.text
        pieces = tuple(h for o in breakdown.orders for h in hunks(o.path, None, files[o.path]))
        review = await ask(model, REVIEWER, ReviewerBrief(**told, hunks=pieces))
        assert [v for v in review.verdicts if v.reason or not v.approve] == []
        files.update({file.path: file.text for file in checks.files})
    files.update(await documents(model, specification, architecture, plan))
    return files


async def documents(
    model: OpenAIModel, specification: Specification, architecture: Any, plan: Plan
) -> dict[str, str]:
    told = TechnicalWriterBrief(specification=specification, architecture=architecture, plan=plan)
    manual = await ask(model, TECHNICAL_WRITER, told)
    packed = await ask(model, DELIVERY, DeliveryBrief(architecture=architecture))
    return {"README.md": manual.readme, **{file.path: file.text for file in packed.files}}


@pytest.mark.parametrize("description", [LIBRARY, REPAIRS], ids=["English", "Russian"])
async def test_the_team_writes_a_whole_application_without_an_objection(description: str) -> None:
    files = await build(description)
    assert {"app/main.py", "app/__main__.py", "requirements.txt", "README.md", "Dockerfile"} <= set(files)
    for path, text in files.items():
        if path.endswith(".py"):
            ast.parse(text, path)


async def test_the_readme_is_true_of_the_application() -> None:
    files = await build(LIBRARY)
    for name in ("PORT", "HOST", "DATABASE_URL", "SECRET_KEY"):
        assert f"`{name}`" in files["README.md"]
        assert any(f'"{name}"' in text for path, text in files.items() if path.startswith("app/"))
    assert "@example.com` |" in files["README.md"]
    assert all(f"app/api/{plural}.py" in files for plural in ("books", "readers", "loans"))


def test_the_same_description_gives_the_same_bytes_in_every_process() -> None:
    program = "from tests.offline.test_whole_team import digest; print(digest())"
    digests = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1


def digest() -> str:
    files = anyio.run(build, LIBRARY)
    return hashlib.sha256(json.dumps(sorted(files.items())).encode()).hexdigest()


async def test_a_description_out_of_scope_is_refused_in_its_language() -> None:
    model = OpenAIModel.embedded(OfflineTransport())
    answer = await ask(model, SPEC_WRITER, SpecWriterBrief(description="Игра в шахматы с сильным соперником"))
    assert answer.specification is None
    assert any("а" <= letter <= "я" for letter in answer.out_of_scope)
