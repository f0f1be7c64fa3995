"""Models the pages are tried with: a library, a service desk with roles, orders with lines."""

from __future__ import annotations

from samokoder.domain.data_model import (
    Choice,
    DataModel,
    Entity,
    Field,
    FieldType,
    Link,
    Metric,
    Permission,
    Role,
    Total,
    Transition,
    Workflow,
)


def choices(**labels: str) -> tuple[Choice, ...]:
    return tuple(Choice(value=value, label=label) for value, label in labels.items())


def reference(name: str, label: str, required: bool = True) -> Field:
    target = name.removesuffix("_id")
    return Field(name=name, label=label, type="reference", target=target, required=required)


def required(name: str, label: str, type: FieldType = "text") -> Field:
    return Field(name=name, label=label, type=type, required=True)


def optional(name: str, label: str, type: FieldType = "text") -> Field:
    return Field(name=name, label=label, type=type)


LIBRARY = DataModel(
    title="Riverside Library",
    entities=(
        Entity(
            name="book",
            plural="books",
            label="Book",
            label_plural="Books",
            display="title",
            search=("title",),
            filters=("genre", "author_id", "available"),
            sort="title",
            export=True,
            fields=(
                required("title", "Title"),
                reference("author_id", "Author"),
                Field(
                    name="genre",
                    label="Genre",
                    type="choice",
                    choices=choices(novel="Novel", poetry="Poetry"),
                ),
                Field(name="price", label="Price", type="money", unit="€", minimum=0),
                Field(name="available", label="Available", type="boolean", default="true"),
                optional("summary", "Summary", "long_text"),
                optional("website", "Website", "url"),
            ),
            links=(Link(name="tags", label="Tags", target="tag"),),
            totals=(
                Total(name="loan_count", label="Times lent", kind="count", source="loan", via="book_id"),
            ),
        ),
        Entity(
            name="author",
            plural="authors",
            label="Author",
            label_plural="Authors",
            display="name",
            fields=(required("name", "Name"),),
        ),
        Entity(
            name="loan",
            plural="loans",
            label="Loan",
            label_plural="Loans",
            display="book_id",
            filters=("lent_on",),
            fields=(
                reference("book_id", "Book"),
                Field(name="lent_on", label="Lent on", type="date", required=True, default="today"),
                required("due_on", "Due on", "date"),
                optional("returned_on", "Returned on", "date"),
            ),
        ),
        Entity(
            name="tag",
            plural="tags",
            label="Tag",
            label_plural="Tags",
            display="name",
            fields=(required("name", "Name"),),
        ),
    ),
    metrics=(
        Metric(name="books", label="Books", kind="count", entity="book"),
        Metric(name="value", label="Value", kind="sum", entity="book", field="price"),
        Metric(name="overdue", label="Overdue", kind="count", entity="loan", overdue="due_on"),
        Metric(name="genres", label="By genre", kind="count", entity="book", group_by="genre"),
        Metric(name="months", label="By month", kind="count", entity="loan", group_by="lent_on"),
    ),
)

DESK = DataModel(
    language="ru",
    title="Служба поддержки",
    entities=(
        Entity(
            name="ticket",
            plural="tickets",
            label="заявка",
            label_plural="заявки",
            display="subject",
            search=("subject",),
            filters=("status", "respond_by"),
            export=True,
            fields=(
                required("subject", "тема"),
                Field(
                    name="status",
                    label="статус",
                    type="choice",
                    choices=choices(new="новая", waiting="ждёт", resolved="решена", rejected="отклонена"),
                ),
                optional("respond_by", "ответить до", "datetime"),
                Field(name="hours", label="затрачено", type="decimal", unit="ч", minimum=0),
                optional("starts", "начало", "time"),
            ),
            workflow=Workflow(
                field="status",
                initial="new",
                transitions=(
                    Transition(source="new", target="waiting", label="отложить"),
                    Transition(source="waiting", target="resolved", label="решить"),
                    Transition(source="new", target="rejected", label="отклонить", roles=("lead",)),
                ),
            ),
        ),
        Entity(
            name="comment",
            plural="comments",
            label="комментарий",
            label_plural="комментарии",
            display="text",
            parent="ticket_id",
            filters=("ticket_id",),
            fields=(reference("ticket_id", "заявка"), required("text", "текст", "long_text")),
        ),
    ),
    roles=(
        Role(name="lead", label="Руководитель"),
        Role(
            name="operator", label="Оператор", permissions=(Permission(entity="ticket", actions=("view",)),)
        ),
    ),
)

ORDERS = DataModel(
    title="Harbour Coffee Orders",
    entities=(
        Entity(
            name="product",
            plural="products",
            label="Product",
            label_plural="Products",
            display="name",
            fields=(required("name", "Name"), Field(name="price", label="Price", type="money", unit="$")),
        ),
        Entity(
            name="order",
            plural="orders",
            label="Order",
            label_plural="Orders",
            display="number",
            fields=(required("number", "Number"), optional("note", "Note", "long_text")),
            totals=(
                Total(
                    name="total",
                    label="Order total",
                    kind="sum",
                    source="order_line",
                    via="order_id",
                    field="unit_price",
                    times="quantity",
                ),
            ),
        ),
        Entity(
            name="order_line",
            plural="order_lines",
            label="Order line",
            label_plural="Order lines",
            display="product_id",
            parent="order_id",
            filters=("order_id",),
            fields=(
                reference("order_id", "Order"),
                reference("product_id", "Product"),
                Field(
                    name="quantity", label="Quantity", type="integer", required=True, minimum=1, default="1"
                ),
                Field(name="unit_price", label="Unit price", type="money", unit="$", required=True),
            ),
        ),
    ),
)

ODD = DataModel(
    title="Odd",
    entities=(
        Entity(
            name="category",
            plural="categories",
            label="Category",
            label_plural="Categories",
            display="name",
            filters=("category_id",),
            fields=(required("name", "Name"), reference("category_id", "Above", required=False)),
        ),
        Entity(
            name="flag",
            plural="flags",
            label="Flag",
            label_plural="Flags",
            display="on",
            fields=(optional("on", "On", "boolean"),),
        ),
        Entity(
            name="maintenance_assignment",
            plural="maintenance_assignments",
            label="Assignment",
            label_plural="Assignments",
            display="starts_at",
            fields=(
                Field(name="starts_at", label="Starts", type="datetime", required=True, default="now"),
                reference("category_id", "Category", required=False),
                Field(name="at", label="At", type="time", default="now"),
                Field(name="state", label="State", type="choice", choices=choices(idle="Idle")),
            ),
            links=(Link(name="peers", label="Peers", target="maintenance_assignment"),),
            workflow=Workflow(field="state", initial="idle", transitions=()),
        ),
        Entity(
            name="part",
            plural="parts",
            label="Part",
            label_plural="Parts",
            display="name",
            parent="maintenance_assignment_id",
            filters=("maintenance_assignment_id",),
            fields=(optional("name", "Name"), reference("maintenance_assignment_id", "Assignment")),
        ),
        Entity(
            name="subpart",
            plural="subparts",
            label="Subpart",
            label_plural="Subparts",
            display="part_id",
            parent="part_id",
            filters=("part_id",),
            fields=(reference("part_id", "Part"), optional("done", "Done", "boolean")),
        ),
    ),
    roles=(Role(name="everything", label="Everything"),),
    metrics=(Metric(name="flags", label="Flags", kind="count", entity="flag", group_by="on"),),
)
"""What is rare: references to itself, names that are dates or marks, children of children, no way on."""

TYPICAL = (LIBRARY, DESK, ORDERS)
EVERY = (*TYPICAL, ODD)
