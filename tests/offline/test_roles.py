"""What the roles by rules do with what people and failing checks tell them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from samokoder.agents import tester as tester_agent
from samokoder.agents.architect import ArchitectBrief
from samokoder.agents.bug_hunter import BUG_HUNTER, FaultBrief
from samokoder.agents.code_monkey import CodeMonkeyBrief
from samokoder.agents.delivery import DeliveryBrief
from samokoder.agents.reviewer import REVIEWER, ReviewerBrief
from samokoder.agents.spec_writer import SpecWriterBrief
from samokoder.agents.tech_lead import TECH_LEAD, TechLeadBrief
from samokoder.agents.technical_writer import TechnicalWriterBrief
from samokoder.domain.architecture import Architecture
from samokoder.domain.data_model import DataModel, Role
from samokoder.domain.files import SourceFile
from samokoder.domain.message import Untrusted
from samokoder.domain.paths import FilePath
from samokoder.domain.review import Review, hunks
from samokoder.domain.specification import Answer, Requirement, Specification
from samokoder.domain.work import Diagnosis, FileOrder
from samokoder.offline.blueprint import CannotServe
from samokoder.offline.roles import (
    architect,
    code_monkey,
    delivery,
    diagnosis,
    reviewer,
    spec_writer,
    tech_lead,
    technical_writer,
    tester,
)
from samokoder.offline.roles.plain_words import plain
from tests.agents.briefs import PATH, every_brief, fault, planned
from tests.offline.blueprints import BOOKS, DESCRIPTION, architecture, plan, specification

# --------------------------------------------------------------------------------------- spec writer


def specify(description: str, *answers: Answer) -> Specification:
    answer = spec_writer.answer(SpecWriterBrief(description=description, answers=answers), BOOKS)
    assert answer.specification
    return answer.specification


def test_requirements_are_numbered_in_the_order_of_the_needs() -> None:
    found = specify(DESCRIPTION)
    assert [(r.id, r.title) for r in found.requirements] == [
        ("R1", "List"),
        ("R2", "Health"),
        ("R3", "Export"),
        ("R4", "Figures"),
    ]
    assert found.assumptions == ("Titles may repeat.",)


def test_what_cannot_be_served_is_refused_in_words() -> None:
    answer = spec_writer.answer(SpecWriterBrief(description="A game of chess"), BOOKS)
    assert answer.specification is None and "Games are outside" in answer.out_of_scope


def test_an_answer_changes_the_requirements_and_its_question_is_not_asked_again() -> None:
    assert [q.id for q in specify(DESCRIPTION).questions] == ["shelf"]
    answered = specify(DESCRIPTION, Answer(question="shelf", text="yes"))
    assert answered.questions == () and answered.requirements[-1].title == "Shelf"


def test_a_skipped_question_is_not_asked_again_and_changes_nothing() -> None:
    skipped = specify(DESCRIPTION, Answer(question="shelf", text="yes", skipped=True))
    assert skipped.questions == () and skipped.requirements == specify(DESCRIPTION).requirements


def test_the_summary_speaks_the_language_of_the_description() -> None:
    assert specify("Список книг").summary.startswith("Веб-приложение для учёта: books.")
    assert specify(DESCRIPTION).summary.startswith("A web application that keeps books.")


# ----------------------------------------------------------------------------------------- architect


def design(wanted: Specification) -> Architecture:
    return architect.answer(ArchitectBrief(description=DESCRIPTION, specification=wanted), BOOKS)


def edited(*, without: str = "", plus: str = "", plus_title: str = "By hand") -> Specification:
    """The specification as a person leaves it."""
    kept = [r for r in specification().requirements if r.title != without]
    if plus:
        kept.append(Requirement(id="", title=plus_title, text=plus))
    numbered = tuple(r.model_copy(update={"id": f"R{n}"}) for n, r in enumerate(kept, 1))
    return specification().model_copy(update={"requirements": numbered})


def test_the_contract_has_the_planned_files_and_no_tests() -> None:
    assert [m.path for m in architecture().contract] == ["app/main.py", "app/books.py", "requirements.txt"]
    assert [d.pin for d in architecture().dependencies] == ["fastapi==0.116.1", "pytest==8.4.1"]
    assert architecture().service and architecture().service.health == "/health"  # type: ignore[union-attr]


def test_a_requirement_written_in_by_hand_changes_the_model() -> None:
    fields = design(edited(plus="Each book has a shelf.")).data_model.entities[0].fields
    assert "shelf" in [field.name for field in fields]
    assert "shelf" not in [field.name for field in architecture().data_model.entities[0].fields]


@pytest.mark.parametrize(
    ("without", "export", "metrics"), [("", True, 1), ("Export", False, 1), ("Figures", True, 0)]
)
def test_a_removed_requirement_takes_its_optional_feature_along(
    without: str, export: bool, metrics: int
) -> None:
    model = design(edited(without=without)).data_model
    assert (model.entities[0].export, len(model.metrics)) == (export, metrics)


def test_a_reworded_requirement_is_not_a_removed_one() -> None:
    wanted = edited(without="Export", plus="The system SHALL write the books to a file.", plus_title="Export")
    assert design(wanted).data_model.entities[0].export


@pytest.mark.parametrize(
    ("requirement", "said"),
    [
        ("The system SHALL let people export books.", "People can export books."),
        ("Each book SHALL have a shelf.", "Each book has a shelf."),
        ("WHEN a loan ends, the system SHALL record the date.", "People can record the date."),
        ("IF the loan is late THEN the system SHALL refuse it.", "People can refuse it."),
        ("WHERE books are sold the system SHALL keep prices.", "It keeps prices."),
        ("КОГДА книга просрочена, система ДОЛЖНА показать штраф.", "Можно показать штраф."),
        ("У каждой книги ДОЛЖНА быть цена.", "У каждой книги есть цена."),
        ("Books have prices.", "Books have prices."),
    ],
)
def test_a_requirement_is_said_as_people_say_it(requirement: str, said: str) -> None:
    assert plain(requirement) == said


def test_an_addition_out_of_scope_is_refused_in_words() -> None:
    brief = ArchitectBrief(description="A game", specification=specification())
    with pytest.raises(CannotServe, match="Games are outside"):
        architect.answer(brief, BOOKS)


# ----------------------------------------------------------------------------------------- tech lead


def test_each_group_is_a_task_with_its_files_checks_and_requirements() -> None:
    first, second = plan().tasks
    assert (first.id, first.files, first.requirements) == ("T1", ("app/main.py", "requirements.txt"), ("R2",))
    assert (second.depends_on, second.check_files) == (("T1",), ("tests/test_books.py",))
    assert second.requirements == ("R1", "R3", "R4")


def test_what_nobody_covers_goes_to_the_last_task() -> None:
    wanted = edited(plus="The system SHALL be kind.")
    brief = TechLeadBrief(specification=wanted, architecture=architecture())
    answer = tech_lead.answer(brief, BOOKS)
    assert answer.tasks[-1].requirements == ("R1", "R3", "R4", "R5")
    assert "no checks of its own for R5." in answer.tasks[-1].purpose
    assert "no checks" not in plan().tasks[-1].purpose
    assert TECH_LEAD.objection(brief, answer) == ""


# -------------------------------------------------------------------------------------------- tester


def test_the_tester_writes_exactly_the_check_files() -> None:
    brief = every_brief()["tester"]
    assert isinstance(brief, tester_agent.TesterBrief)
    (file,) = tester.answer(brief, BOOKS).files
    assert (file.path, file.text) == ("tests/test_books.py", planned("tests/test_books.py"))


# ------------------------------------------------------------------------------------------ reviewer


def review(new: str, old: str | None = None, path: FilePath = PATH) -> Review:
    brief = every_brief()["reviewer"].model_copy(update={"hunks": hunks(path, old, new)})
    assert isinstance(brief, ReviewerBrief)
    found = reviewer.answer(brief, BOOKS)
    assert REVIEWER.objection(brief, found) == ""
    return found


def test_what_it_would_have_written_itself_is_approved_without_remark() -> None:
    (verdict,) = review(planned(PATH)).verdicts
    assert (verdict.approve, verdict.reason) == (True, "")


def test_a_change_towards_what_it_would_have_written_is_approved_without_remark() -> None:
    (verdict,) = review(planned(PATH), old=planned(PATH).replace("return books", "return None")).verdicts
    assert (verdict.approve, verdict.reason) == (True, "")


@pytest.mark.parametrize("old", [None, "x = 1\n"])
def test_what_only_differs_is_left_to_the_checks_and_says_so(old: str | None) -> None:
    (verdict,) = review(planned(PATH).replace("return books", "return None"), old).verdicts
    assert verdict.approve and "checks decide" in verdict.reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is empty"),
        ("books = []\n# ... rest of the file unchanged\n", "left out"),
        ("books = []\n# ... existing code ...\n", "left out"),
        ("def listing():\n    # TODO: list\n    return []\n", "unfinished"),
        ("def listing():\n    raise NotImplementedError\n", "unfinished"),
        ("def listing(:\n    return []\n", "app/books.py:1 cannot be compiled"),
        ("<<<<<<< ours\nbooks = []\n", "merge"),
        ("KEY = 'sk-abcdefghijklmnopqrstuvwxyz012345'\n", "secret"),
    ],
)
def test_what_no_file_may_hold_is_rejected_with_the_reason(text: str, reason: str) -> None:
    (verdict,) = review(text).verdicts
    assert not verdict.approve and reason in verdict.reason


def test_what_a_change_takes_away_is_not_held_against_it() -> None:
    (verdict,) = review("books = [1]\n", old="books = []\n# TODO: list\n").verdicts
    assert verdict.approve


def test_a_syntax_error_is_charged_to_the_piece_it_is_in() -> None:
    text = "".join(f"x{n} = {n}\n" for n in range(200)) + "def broken(:\n"
    first, *_, last = review(text).verdicts
    assert first.approve and not last.approve


# ---------------------------------------------------------------------- bug hunter and its colleagues


def diagnose(brief: FaultBrief) -> Diagnosis:
    found = diagnosis.answer(brief, BOOKS)
    assert BUG_HUNTER.objection(brief, found) == ""
    return found


def tree(**changed: str) -> tuple[SourceFile, ...]:
    """The planned tree with some of its files otherwise: ``main="x"`` for app/main.py."""
    names = {
        "main": "app/main.py",
        "books": "app/books.py",
        "test_main": "tests/test_main.py",
        "test_books": "tests/test_books.py",
    }
    return tuple(
        SourceFile(path=FilePath(path), text=changed.get(name, planned(path)))
        for name, path in names.items()
        if changed.get(name) != "gone"
    )


def test_the_cause_names_check_error_file_and_line() -> None:
    found = diagnose(fault())
    assert "T2:tests/test_books.py::test_list" in found.cause and "assert None == []" in found.cause
    assert "app/books.py departs from its contract at line 6: it has `return None`" in found.cause
    assert [order.path for order in found.orders] == ["app/books.py"]
    assert "`return books`" in found.orders[0].instruction


def test_a_repair_changes_what_the_output_points_at_first() -> None:
    wrong = tree(main="x = 1\n", books="y = 2\n")
    output = Untrusted(text="app/main.py:1: in <module>\nE   ImportError: cannot import name 'health'\n")
    found = diagnose(fault(files=wrong, output=output))
    assert [order.path for order in found.orders] == ["app/main.py"]


def test_a_module_named_by_an_import_error_is_pointed_at() -> None:
    wrong = tree(main="x = 1\n", books="y = 2\n")
    output = Untrusted(text="E   ImportError: cannot import name 'listing' from 'app.books' (unknown)\n")
    assert [o.path for o in diagnose(fault(files=wrong, output=output)).orders] == ["app/books.py"]


def test_without_a_pointer_a_repair_changes_one_file() -> None:
    found = diagnose(fault(files=tree(main="x = 1\n", books="y = 2\n"), output=Untrusted(text="failed")))
    assert len(found.orders) == 1


@pytest.mark.parametrize("strategy", ["troubleshoot", "alternative", "stronger"])
def test_a_later_strategy_changes_everything_that_departs(strategy: str) -> None:
    found = diagnose(fault(files=tree(main="x = 1\n", books="y = 2\n"), strategy=strategy))
    assert sorted(order.path for order in found.orders) == ["app/books.py", "app/main.py"]


def test_a_missing_file_is_ordered() -> None:
    found = diagnose(fault(files=tree(books="gone")))
    assert [order.path for order in found.orders] == ["app/books.py"] and "is missing" in found.cause


def test_what_may_not_be_written_is_not_ordered() -> None:
    found = diagnose(fault(files=tree(main="x = 1\n"), writable=(PATH,)))
    assert [order.path for order in found.orders] == ["app/books.py"]


def test_a_check_that_departs_is_called_wrong_when_the_code_does_not() -> None:
    found = diagnose(fault(files=tree(test_books="def test_it():\n    assert False\n")))
    assert found.orders == () and "tests/test_books.py" in found.wrong_check


def test_a_wrong_check_is_no_excuse_for_wrong_code() -> None:
    found = diagnose(fault(files=tree(books="y = 2\n", test_books="assert False\n")))
    assert found.orders and not found.wrong_check


def test_where_nothing_departs_it_says_so_and_writes_the_named_file_again() -> None:
    found = diagnose(fault(files=tree()))
    assert "see no cause" in found.cause and [order.path for order in found.orders] == ["app/books.py"]


def test_the_cause_speaks_the_language_of_the_application() -> None:
    found = diagnose(fault(architecture=architecture("Список книг")))
    assert found.cause.startswith("Не проходит") and "расходится с контрактом" in found.cause


# --------------------------------------------------------------------------------------- documents


def readme(description: str = DESCRIPTION) -> str:
    brief = TechnicalWriterBrief(
        specification=specification(description),
        architecture=architecture(description),
        plan=plan(description),
    )
    return technical_writer.answer(brief, BOOKS).readme


def test_the_readme_tells_how_to_start_check_and_set_it() -> None:
    text = readme()
    for said in (
        "python -m app",
        "pip install -r requirements.txt",
        "python -m pytest -q",
        "`PORT`",
        "Docker",
    ):
        assert said in text
    assert "{" not in text.replace("/{id}", "")


def test_the_readme_holds_the_data_model_within_its_tables() -> None:
    assert "| Genre \\| kind (`genre`) | one of: Novel, Poems |  |" in readme()
    assert "| Title (`title`) | text | required, ≤ 200 |" in readme()


def test_the_readme_speaks_the_language_of_the_description() -> None:
    assert "## Запуск" in readme("Список книг") and "## Start it" not in readme("Список книг")


def test_the_readme_does_not_claim_proof_of_what_no_rule_made() -> None:
    wanted = edited(plus="The system SHALL be kind.")
    brief = TechnicalWriterBrief(specification=wanted, architecture=architecture(), plan=plan())
    assert "no checks of its own for R5." in technical_writer.answer(brief, BOOKS).readme
    assert "no checks" not in readme()


def test_the_readme_names_the_sample_accounts() -> None:
    seed = 'PEOPLE = (\n    ("boss@example.com", "The boss", Role.BOSS, "boss-demo"),\n)\n'

    def text(model: DataModel, path: str) -> str:
        return seed if path == "app/seed.py" else BOOKS.text(model, path)

    brief = TechnicalWriterBrief(specification=specification(), architecture=signing_in(), plan=plan())
    told = technical_writer.answer(brief, replace(BOOKS, text=text)).readme
    assert "| The boss | `boss@example.com` | `boss-demo` |" in told
    assert "SECRET_KEY" in told and "SECRET_KEY" not in readme()


def signing_in() -> Architecture:
    model = architecture().data_model.model_copy(update={"roles": (Role(name="boss", label="Boss"),)})
    return architecture().model_copy(update={"data_model": model})


def delivered() -> dict[str, str]:
    answer = delivery.answer(DeliveryBrief(architecture=architecture()), BOOKS)
    return {file.path: file.text for file in answer.files}


def test_the_image_runs_as_an_ordinary_user_and_tells_its_health() -> None:
    lines = delivered()["Dockerfile"].splitlines()
    assert lines[0] == "FROM python:3.12-slim" and "USER app" in lines
    assert json.loads(lines[-1].removeprefix("CMD ")) == ["python", "-m", "app"]
    probe = next(line for line in lines if "urlopen" in line).strip().removeprefix("CMD ")
    assert compile(json.loads(probe)[2], "probe", "exec") and "8000/health" in probe


def test_dependencies_are_installed_before_the_source_is_copied() -> None:
    text = delivered()["Dockerfile"]
    assert text.index("pip install") < text.index("COPY --chown")


def test_an_application_with_sign_in_takes_its_secret_from_the_environment() -> None:
    answer = delivery.answer(DeliveryBrief(architecture=signing_in()), BOOKS)
    assert "SECRET_KEY: ${SECRET_KEY:-}" in answer.files[1].text
    assert "SECRET_KEY" not in delivered()["compose.yaml"]


def test_the_service_is_published_on_loopback_only() -> None:
    assert '"127.0.0.1:8000:8000"' in delivered()["compose.yaml"]


def test_the_workflow_may_only_read_and_runs_the_checks() -> None:
    text = delivered()[".github/workflows/ci.yml"]
    assert "contents: read" in text and "python -m pytest -q" in text and "${{ matrix.python }}" in text


def test_what_is_no_python_service_is_not_packed() -> None:
    other: Any = architecture().model_copy(update={"language": "node"})
    with pytest.raises(CannotServe, match="Python"):
        delivery.answer(DeliveryBrief(architecture=other), BOOKS)


def test_a_large_file_is_changed_by_edits_that_make_it_what_is_planned() -> None:
    path = architecture().contract[0].path
    wanted = BOOKS.written(architecture().data_model, path)
    before = f"# an older version\n{wanted}\n# and its end\n"
    told = CodeMonkeyBrief(
        architecture=architecture(),
        task=plan().tasks[0],
        requirements=(),
        approach="plainly",
        order=FileOrder(path=path, instruction="write"),
        current=(SourceFile(path=path, text=before),),
    )
    by_edits = code_monkey.answer(told.model_copy(update={"wanted": "edits"}), BOOKS)
    assert by_edits.edits and not by_edits.text and by_edits.content(before) == wanted
    assert code_monkey.answer(told, BOOKS).text == wanted
