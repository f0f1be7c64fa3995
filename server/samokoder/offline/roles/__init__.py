"""The roles by rules, one file each: from a brief and the blueprint to the role's answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from pydantic import ValidationError

from samokoder.agents.agent import Agent
from samokoder.agents.architect import ARCHITECT
from samokoder.agents.bug_hunter import BUG_HUNTER, PROBLEM_SOLVER, TROUBLESHOOTER
from samokoder.agents.code_monkey import CODE_MONKEY
from samokoder.agents.delivery import DELIVERY
from samokoder.agents.dependencies import DEPENDENCY_HUNTER
from samokoder.agents.developer import DEVELOPER
from samokoder.agents.rendering import parse
from samokoder.agents.reviewer import REVIEWER
from samokoder.agents.spec_writer import SPEC_WRITER
from samokoder.agents.tech_lead import TECH_LEAD
from samokoder.agents.technical_writer import TECHNICAL_WRITER
from samokoder.agents.tester import TESTER
from samokoder.domain.value import Value
from samokoder.offline.blueprint import Blueprint
from samokoder.offline.chat import BadRequest
from samokoder.offline.roles import (
    architect,
    code_monkey,
    delivery,
    dependencies,
    developer,
    diagnosis,
    reviewer,
    spec_writer,
    tech_lead,
    technical_writer,
    tester,
)


@dataclass(frozen=True)
class Role:
    agent: Agent[Any, Any]
    answer: Callable[[Any, Blueprint], Value]

    def reply(self, brief: str, blueprint: Blueprint) -> str:
        """The answer as JSON. Raises BadRequest when this is no brief of the role."""
        answer = self.answer(self._read(brief), blueprint)
        return answer.model_dump_json(exclude_defaults=True)

    def _read(self, brief: str) -> Value:
        try:
            return cast(Value, parse(self.agent.brief, brief))
        except ValidationError as error:
            faults = error.errors(include_url=False, include_input=False, include_context=False)
            said = "; ".join(".".join(map(str, fault["loc"])) + ": " + fault["msg"] for fault in faults[:5])
            raise BadRequest(f"This is no brief for {self.agent.name}: {said}", "messages") from None
        except (ValueError, KeyError) as error:
            raise BadRequest(f"This is no brief for {self.agent.name}: {error}", "messages") from None


ROLES: Mapping[str, Role] = {
    role.agent.name: role
    for role in (
        Role(SPEC_WRITER, spec_writer.answer),
        Role(ARCHITECT, architect.answer),
        Role(TECH_LEAD, tech_lead.answer),
        Role(TESTER, tester.answer),
        Role(DEVELOPER, developer.answer),
        Role(CODE_MONKEY, code_monkey.answer),
        Role(REVIEWER, reviewer.answer),
        Role(BUG_HUNTER, diagnosis.answer),
        Role(TROUBLESHOOTER, diagnosis.answer),
        Role(PROBLEM_SOLVER, diagnosis.answer),
        Role(DEPENDENCY_HUNTER, dependencies.answer),
        Role(TECHNICAL_WRITER, technical_writer.answer),
        Role(DELIVERY, delivery.answer),
    )
}
"""By the name of the answer that is asked for, which is the agent's name."""
