"""What single sentences come to."""

from __future__ import annotations

import pytest

from samokoder.domain.data_model import DataModel
from samokoder.offline.understanding import Refused, Understood, understand


def model_of(text: str, **answers: str) -> DataModel:
    found = understand(text, answers)
    assert isinstance(found, Understood), found
    return found.model


def understood(text: str) -> Understood:
    found = understand(text)
    assert isinstance(found, Understood), found
    return found


@pytest.mark.parametrize(
    ("text", "field", "type_"),
    [
        ("Each lamp has a name and a purchase price.", "purchase_price", "money"),
        ("Each lamp has a name and a contact email.", "contact_email", "email"),
        ("Each lamp has a name and a warranty period.", "warranty_months", "integer"),
        ("Each lamp has a name and a switch-on date.", "switch_on_date", "date"),
        ("Each lamp has a name and broken yes/no.", "broken", "boolean"),
        ("У каждой лампы есть название и дата покупки.", "purchase_date", "date"),
        ("У каждой лампы есть название и цена закупки.", "purchase_price", "money"),
        ("У каждой лампы есть название и описание.", "description", "long_text"),
        ("Лампа: название, ссылка на сайт магазина, мощность от 5 до 100", "moschnost", "integer"),
    ],
)
def test_an_attribute_gets_the_type_its_words_mean(text: str, field: str, type_: str) -> None:
    (lamp,) = model_of(text).entities
    assert {f.name: f.type for f in lamp.fields}[field] == type_


def test_required_unique_and_range_are_kept_as_said() -> None:
    text = "Gadgets with code (required, unique), price up to 900 and weight from 1 to 20 kg."
    (part,) = model_of(text).entities
    code, price, weight = part.field("code"), part.field("price"), part.field("weight")
    assert (code.required, code.unique) == (True, True)
    assert (price.minimum, price.maximum) == (0, 900)
    assert (weight.minimum, weight.maximum, weight.unit) == (1, 20, "kg")


def test_labels_are_in_the_language_of_the_description() -> None:
    model = model_of("Учёт поставщиков и их договоров")
    assert model.language == "ru"
    assert [(e.label, e.label_plural) for e in model.entities] == [
        ("Поставщик", "Поставщики"),
        ("Договор", "Договоры"),
    ]


def test_their_makes_the_second_thing_refer_to_the_first() -> None:
    model = model_of("I need to track suppliers and their contracts.")
    assert model.entity("contract").field("supplier").target == "supplier"


def test_many_on_both_sides_is_a_link() -> None:
    model = model_of("An actor plays in many films and a film has many actors.")
    links = [(e.name, link.target) for e in model.entities for link in e.links]
    assert len(links) == 1
    assert set(links[0]) == {"actor", "film"}


def test_arrows_are_states_with_a_way_between_them() -> None:
    (device,) = model_of("Gadgets have a name. A gadget goes through ordered -> soldered -> tested.").entities
    assert device.workflow is not None
    steps = [(step.source, step.target) for step in device.workflow.transitions]
    assert steps[:2] == [("ordered", "soldered"), ("soldered", "tested")]


def test_who_decides_is_on_the_transition() -> None:
    model = model_of("Employees submit expense reports. A manager approves or rejects expense reports.")
    steps = [step for e in model.entities if e.workflow for step in e.workflow.transitions]
    assert {step.target: step.roles for step in steps} == {"approved": ("manager",), "rejected": ("manager",)}


def test_only_their_own_is_a_permission_on_own_records() -> None:
    model = model_of(
        "Admin manages everything. Members can create bookings and can only see their own bookings."
    )
    (member,) = [role for role in model.roles if role.name == "member"]
    assert {p.entity: p.own_only for p in member.permissions}["booking"] is True
    assert [role.permissions for role in model.roles if role.name == "admin"] == [()]


def test_people_who_are_only_records_are_no_roles() -> None:
    assert model_of("Customers have a name and a phone. Each order belongs to a customer.").roles == ()


def test_lines_with_quantity_and_price_give_the_total_of_their_order() -> None:
    text = "Orders with a date and order lines with product, quantity and price. Show the order total."
    model = model_of(text)
    order = next(e for e in model.entities if e.label == "Order")
    total = next(t for t in order.totals if t.kind == "sum")
    assert (total.source, total.field, total.times) == ("order_line", "price", "quantity")
    assert model.entity("order_line").parent is not None


def test_a_figure_asked_for_is_on_the_dashboard_by_month() -> None:
    metrics = model_of("Expenses with amount, date and shop. Show total expenses per month.").metrics
    assert any(m.kind == "sum" and m.group_by == "expense_date" for m in metrics)


def test_export_is_offered_where_it_was_asked_for() -> None:
    model = model_of("Books: title, author. Readers: full name, email. Export the list of readers to CSV.")
    assert {e.name: e.export for e in model.entities} == {"book": False, "reader": True}


def test_an_answer_changes_the_model() -> None:
    text = "Gadgets: name, colour. Wizards: name, hat size."
    found = understood(text)
    (query,) = found.queries
    answered = understand(text, {query.id: query.options[0]})
    assert isinstance(answered, Understood)
    assert answered.queries == ()
    assert answered.model.entity("wizard").field("gadget").target == "gadget"


def test_a_russian_answer_changes_the_model() -> None:
    text = "Лампы: название, цвет. Плафоны: название, размер."
    (query,) = understood(text).queries
    answered = understand(text, {query.id: query.options[0]})
    assert isinstance(answered, Understood)
    assert {f.target for f in answered.model.entities[1].fields if f.target} == {
        answered.model.entities[0].name
    }


def test_a_skipped_question_leaves_what_was_assumed() -> None:
    text = "Gadgets: name, colour. Wizards: name, hat size."
    (query,) = understood(text).queries
    assert query.default in query.options
    assert model_of(text, **{query.id: query.default}) == model_of(text)


def test_an_addition_is_read_like_the_description() -> None:
    found = understand("Books: title, author.", additions=("Each book has a shelf.",))
    assert isinstance(found, Understood)
    assert found.model.entity("book").field("shelf").type == "text"


@pytest.mark.parametrize(
    "text",
    [
        "A web app to manage my collection of games",
        "A register of the drivers of our bus company and their licences",
        "Каталог мобильных приложений нашей компании: название, платформа, версия",
        "Inventory of Arduino boards in our workshop: name, quantity, shelf",
        "Website for a chess club: members, games played between them, ratings",
    ],
)
def test_what_a_program_is_about_does_not_put_it_out_of_scope(text: str) -> None:
    assert isinstance(understand(text), Understood)


def test_a_refusal_names_what_was_seen_and_the_way_out() -> None:
    found = understand("Сделай мне мобильное приложение с картой")
    assert isinstance(found, Refused)
    assert found.subject == "mobile_app"
    assert "мобильное приложение" in found.message
    assert "SAMOKODER_MODEL" in found.message


def test_who_books_a_room_may_make_a_booking_but_not_a_room() -> None:
    model = model_of(
        "Rooms have a name and a capacity. Admins manage everything."
        " Employees can book a room. Employees can only see their own bookings."
    )
    (employee,) = [role for role in model.roles if role.name == "employee"]
    allowed = {p.entity: p for p in employee.permissions}
    assert "create" in allowed["booking"].actions
    assert allowed["booking"].own_only
    assert allowed["room"].actions == ("view",)


def test_a_thing_named_like_a_library_s_own_gets_another_name() -> None:
    (thing,) = model_of("Model trains: name, scale, colour.").entities
    assert thing.name == "thing_model_train"


def test_a_slip_of_the_keyboard_is_read_as_the_word_meant_and_other_words_as_written() -> None:
    slipped = understand("custmers have a name and a phone. counties have a name and a population.")
    assert isinstance(slipped, Understood)
    assert [entity.name for entity in slipped.model.entities] == ["customer", "county"]


@pytest.mark.parametrize(
    ("said", "unit"),
    [
        ("У поездки название и часы.", "ч"),
        ("A trip has a title and hours.", "h"),
        ("У поездки название и скидка.", "%"),
    ],
)
def test_a_figure_has_its_unit_in_the_language_of_the_text(said: str, unit: str) -> None:
    (trip,) = model_of(said).entities
    assert unit in [field.unit for field in trip.fields]
