"""One brief of every role, as a run would make it."""

from __future__ import annotations

from collections.abc import Mapping

from samokoder.agents.architect import ARCHITECT, ArchitectBrief
from samokoder.agents.bug_hunter import BUG_HUNTER, PROBLEM_SOLVER, TROUBLESHOOTER, FaultBrief
from samokoder.agents.code_monkey import CODE_MONKEY, CodeMonkeyBrief
from samokoder.agents.delivery import DELIVERY, DeliveryBrief
from samokoder.agents.developer import DEVELOPER, DeveloperBrief
from samokoder.agents.reviewer import REVIEWER, ReviewerBrief
from samokoder.agents.spec_writer import SPEC_WRITER, SpecWriterBrief
from samokoder.agents.tech_lead import TECH_LEAD, TechLeadBrief
from samokoder.agents.technical_writer import TECHNICAL_WRITER, TechnicalWriterBrief
from samokoder.agents.tester import TESTER, TesterBrief
from samokoder.domain.files import SourceFile
from samokoder.domain.message import Untrusted
from samokoder.domain.paths import FilePath
from samokoder.domain.review import hunks
from samokoder.domain.value import Value
from samokoder.domain.work import FileOrder
from tests.offline.blueprints import BOOKS, DESCRIPTION, architecture, plan, specification

AGENTS = (
    SPEC_WRITER,
    ARCHITECT,
    TECH_LEAD,
    TESTER,
    DEVELOPER,
    CODE_MONKEY,
    REVIEWER,
    BUG_HUNTER,
    TROUBLESHOOTER,
    PROBLEM_SOLVER,
    TECHNICAL_WRITER,
    DELIVERY,
)

PATH = FilePath("app/books.py")


def planned(path: str) -> str:
    return BOOKS.text(architecture().data_model, path)


def fault(**changes: object) -> FaultBrief:
    """Books' task with a file that returns nothing."""
    wrong = planned(PATH).replace("return books", "return None")
    files = (SourceFile(path=PATH, text=wrong),)
    given: dict[str, object] = {
        "architecture": architecture(),
        "task": plan().tasks[1],
        "requirements": specification().requirements,
        "writable": (FilePath("app/main.py"), PATH),
        "files": (*files, *(SourceFile(path=FilePath(p), text=planned(p)) for p in ("app/main.py",))),
        "strategy": "repair",
        "failing": ("T2:tests/test_books.py::test_list",),
        "output": Untrusted(text="E       assert None == []\napp/books.py:6: AssertionError\n"),
    }
    return FaultBrief.model_validate({**given, **changes})


def every_brief() -> Mapping[str, Value]:
    """By the agent's name."""
    told = {
        "architecture": architecture(),
        "task": plan().tasks[1],
        "requirements": specification().requirements,
    }
    changed = hunks(PATH, None, planned(PATH))
    order = FileOrder(path=PATH, instruction="Write it.")
    return {
        "spec_writer": SpecWriterBrief(description=DESCRIPTION),
        "architect": ArchitectBrief(description=DESCRIPTION, specification=specification()),
        "tech_lead": TechLeadBrief(specification=specification(), architecture=architecture()),
        "tester": TesterBrief.model_validate(told),
        "developer": DeveloperBrief.model_validate(told),
        "code_monkey": CodeMonkeyBrief.model_validate({**told, "approach": "plainly", "order": order}),
        "reviewer": ReviewerBrief.model_validate({**told, "approach": "plainly", "hunks": changed}),
        "bug_hunter": fault(),
        "troubleshooter": fault(strategy="troubleshoot"),
        "problem_solver": fault(strategy="alternative"),
        "technical_writer": TechnicalWriterBrief(
            specification=specification(), architecture=architecture(), plan=plan()
        ),
        "delivery": DeliveryBrief(architecture=architecture()),
    }
