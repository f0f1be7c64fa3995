"""What is planned for a model: requirements, tasks, packages; and that no label breaks the code."""

from __future__ import annotations

import ast
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.requirements import Requirement

from samokoder.domain.data_model import (
    Choice,
    DataModel,
    Entity,
    Field,
    Metric,
    Role,
    Total,
    Transition,
    Workflow,
)
from samokoder.offline import application
from samokoder.offline.application.formatting import WIDTH, docstring, fold, literal, width
from samokoder.offline.application.names import settle
from tests.offline.application.by_hand import CLINIC, COURSES, EVERY, LEAVE, LIBRARY, SHOP, TREE


@pytest.mark.parametrize("name", EVERY)
def test_requirements_are_numbered_worded_and_shown_by_a_test(name: str) -> None:
    model = EVERY[name]
    needs = application.needs(model)
    assert [need.id for need in needs] == [f"R{number}" for number in range(1, len(needs) + 1)]
    assert len({need.title for need in needs}) == len(needs)
    assert all(need.acceptance for need in needs)
    own = [file.path for file in application.layout(model) if file.is_test and "pages" not in file.path]
    shown = set(re.findall(r"\"\"\"(R\d+): ", "".join(application.text(model, path) for path in own)))
    pages = {need.id for need in needs[-len(application.pages.needs(settle(model))) :]}
    assert shown >= {need.id for need in needs} - pages
    obliged = "ДОЛЖНА" if model.language == "ru" else "SHALL"
    assert all(obliged in need.text for need in needs if need.id not in pages)


@pytest.mark.parametrize("name", EVERY)
def test_tasks_share_no_file_and_cover_everything(name: str) -> None:
    model = EVERY[name]
    groups = application.groups(model)
    paths = [path for group in groups for path in (*group.paths, *group.test_paths)]
    assert sorted(paths) == sorted(file.path for file in application.layout(model))
    assert len(set(paths)) == len(paths)
    assert sorted(id for group in groups for id in group.need_ids) == sorted(
        n.id for n in application.needs(model)
    )
    assert all(group.test_paths and group.paths and group.need_ids for group in groups)
    assert 3 <= len(groups) <= 6
    known: set[str] = set()
    for group in groups:
        assert set(group.depends_on) <= known
        known.add(group.name)


@pytest.mark.parametrize("name", EVERY)
def test_records_need_no_web_framework(name: str) -> None:
    model = EVERY[name]
    for file in application.layout(model):
        if file.group == "records" and file.path.endswith(".py"):
            assert not re.search(
                r"^(from|import) (fastapi|starlette)", application.text(model, file.path), re.M
            )


def test_nothing_is_written_that_the_model_does_not_need() -> None:
    def whole(model: DataModel) -> str:
        return "".join(
            application.text(model, f.path) for f in application.layout(model) if f.path.endswith(".py")
        )

    plain, guarded = whole(LIBRARY), whole(LEAVE)
    assert not re.search(r"\bRole\b|Forbidden|cookie|permission|Money|secondary=", plain)
    assert all(word in guarded for word in ("Role", "Forbidden", "cookie_for"))
    assert "app/workflow.py" not in {file.path for file in application.layout(CLINIC)}
    assert "app/choices.py" not in {file.path for file in application.layout(CLINIC)}
    assert "Money" in whole(SHOP)


def test_text_is_the_same_each_time_and_unknown_paths_are_refused() -> None:
    copy = DataModel.model_validate_json(TREE.model_dump_json())
    for file in application.layout(TREE):
        assert application.text(TREE, file.path) == application.text(copy, file.path)
    with pytest.raises(KeyError):
        application.text(TREE, "app/nothing.py")


def test_the_lock_pins_exactly_what_is_installed() -> None:
    from importlib.metadata import requires, version

    pins = dict(line.split("==") for line in application.requirements_lock(LIBRARY).split())
    assert pins == {name: version(name) for name in pins}
    for name in pins:
        for needed in map(Requirement, requires(name) or ()):
            applies = [
                needed.marker is None
                or needed.marker.evaluate({"extra": "", "python_version": p, "sys_platform": s})
                for p in ("3.11", "3.12", "3.13")
                for s in ("linux", "darwin")
            ]
            assert not any(applies) or needed.name.lower().replace("_", "-") in pins, f"{name} needs {needed}"


def test_settled_names_are_regular_and_stay_settled() -> None:
    settled = settle(LIBRARY)
    assert settle(settled) == settled
    assert settled.entity("loan").fields[0].name == "book_id"
    assert settle(CLINIC).entity("session_record").label == "Session"
    assert settle(TREE).entity("note").field("class_").label == "Class"
    assert settle(COURSES).entity("lesson").filters[0] == "course_id"


def test_references_in_a_circle_are_not_all_required() -> None:
    def entity(name: str, other: str) -> Entity:
        reference = Field(name=other, label=other, type="reference", target=other, required=True)
        named = Field(name="title", label="Title", type="text", required=True)
        return Entity(
            name=name,
            plural=f"{name}s",
            label=name,
            label_plural=f"{name}s",
            fields=(reference, named),
            display="title",
        )

    model = settle(DataModel(title="Circle", entities=(entity("egg", "hen"), entity("hen", "egg"))))
    assert [e.fields[0].required for e in model.entities] == [True, False]


LABELS = st.text(min_size=1, max_size=30) | st.sampled_from(
    [
        '"""',
        "\\",
        "{{ x }}",
        "[[ x ]]",
        "[% if %]",
        "</script>",
        "a\nb",
        "'\"",
        "🦊",
        "\u202eabc",
        "{0}",
        "%s",
        "#}",
        "\x00",
    ]
)


@settings(max_examples=25, deadline=None)
@given(labels=st.lists(LABELS, min_size=12, max_size=12), russian=st.booleans())
def test_any_label_gives_code_that_compiles(labels: list[str], russian: bool) -> None:
    a, b, c, d, e, f, g, h, i, j, k, m = labels
    entity = Entity(
        name="thing",
        plural="things",
        label=a,
        label_plural=b,
        display="name",
        export=True,
        unique_together=(("name", "state"),),
        fields=(
            Field(name="name", label=c, type="text", required=True, unique=True, default=d),
            Field(name="first", label=e, type="date"),
            Field(name="second", label=f, type="date", not_before="first"),
            Field(
                name="state",
                label=g,
                type="choice",
                choices=(Choice(value="x", label=h), Choice(value="y", label=i)),
            ),
            Field(name="above", label=j, type="reference", target="thing"),
        ),
        workflow=Workflow(
            field="state",
            initial="x",
            transitions=(Transition(source="x", target="y", label=k, roles=("boss",)),),
        ),
        totals=(Total(name="below", label=m, kind="count", source="thing", via="above"),),
    )
    model = DataModel(
        language="ru" if russian else "en",
        title=a,
        entities=(entity,),
        roles=(Role(name="boss", label=b),),
        metrics=(Metric(name="all", label=c, kind="count", entity="thing", group_by="state"),),
    )
    own = [
        file.path
        for file in application.layout(model)
        if not re.search("pages|web|templates|static", file.path)
    ]
    for path in own:
        if path.endswith(".py"):
            compile(application.text(model, path), path, "exec")


@given(st.text())
def test_a_literal_means_its_text(text: str) -> None:
    assert ast.literal_eval(literal(text)) == text


@given(st.text(max_size=400))
def test_a_docstring_is_one_string_whose_lines_fit(text: str) -> None:
    source = f"def f():\n    {docstring(text)}\n"
    assert isinstance(ast.parse(source).body[0], ast.FunctionDef)
    if " " in text and max(map(len, text.split() or [""])) < 20:
        assert all(width(line) <= WIDTH for line in source.splitlines())


@pytest.mark.parametrize(
    ("line", "folded"),
    [
        ("short(a, b)", "short(a, b)"),
        (f"call({'a' * 60}, {'b' * 40})", f"call(\n    {'a' * 60},\n    {'b' * 40},\n)"),
        (f"value = call({'a' * 60}, {'b' * 30})", f"value = call(\n    {'a' * 60}, {'b' * 30}\n)"),
        (f"x = [{'a' * 60}, {'b' * 40}]", f"x = [\n    {'a' * 60},\n    {'b' * 40},\n]"),
        (
            f"x = q.a({'a' * 50}).b({'b' * 40}).c()",
            f"x = (\n    q.a({'a' * 50})\n    .b({'b' * 40})\n    .c()\n)",
        ),
    ],
)
def test_long_lines_are_broken_as_a_formatter_breaks_them(line: str, folded: str) -> None:
    assert fold(line) == folded
