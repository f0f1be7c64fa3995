"""Data models written by hand, each unlike the others."""

from __future__ import annotations

from samokoder.domain.data_model import (
    Choice,
    DataModel,
    Entity,
    Field,
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


LIBRARY = DataModel(
    title="Village library",
    entities=(
        Entity(
            name="author",
            plural="authors",
            label="Author",
            label_plural="Authors",
            display="name",
            search=("name",),
            sort="name",
            fields=(
                Field(name="name", label="Name", type="text", required=True, maximum=120),
                Field(name="born_on", label="Born on", type="date"),
            ),
        ),
        Entity(
            name="book",
            plural="books",
            label="Book",
            label_plural="Books",
            display="title",
            search=("title", "isbn"),
            filters=("genre", "author", "lendable"),
            sort="title",
            export=True,
            fields=(
                Field(name="title", label="Title", type="text", required=True),
                Field(name="author", label="Author", type="reference", target="author", required=True),
                Field(name="isbn", label="ISBN", type="text", unique=True, minimum=10, maximum=17),
                Field(name="pages", label="Pages", type="integer", minimum=1, maximum=5000),
                Field(
                    name="genre",
                    label="Genre",
                    type="choice",
                    required=True,
                    choices=choices(novel="Novel", poetry="Poetry", essay="Essay"),
                    default="novel",
                ),
                Field(name="lendable", label="Lendable", type="boolean", default="true"),
            ),
            totals=(Total(name="loan_count", label="Times lent", kind="count", source="loan", via="book"),),
        ),
        Entity(
            name="loan",
            plural="loans",
            label="Loan",
            label_plural="Loans",
            display="reader",
            search=("reader",),
            filters=("status", "book", "due_on"),
            sort="-lent_on",
            fields=(
                Field(name="book", label="Book", type="reference", target="book", required=True),
                Field(name="reader", label="Reader", type="text", required=True),
                Field(name="lent_on", label="Lent on", type="date", required=True, default="today"),
                Field(name="due_on", label="Due on", type="date", required=True, not_before="lent_on"),
                Field(
                    name="status",
                    label="Status",
                    type="choice",
                    required=True,
                    choices=choices(reserved="Reserved", lent="Lent", returned="Returned"),
                ),
            ),
            workflow=Workflow(
                field="status",
                initial="reserved",
                transitions=(
                    Transition(source="reserved", target="lent", label="Hand out"),
                    Transition(source="lent", target="returned", label="Take back"),
                ),
            ),
        ),
    ),
    metrics=(
        Metric(name="book_count", label="Books", kind="count", entity="book"),
        Metric(
            name="overdue_loans",
            label="Overdue loans",
            kind="count",
            entity="loan",
            where=(("status", "lent"),),
            overdue="due_on",
        ),
        Metric(name="books_by_genre", label="Books by genre", kind="count", entity="book", group_by="genre"),
        Metric(name="mean_pages", label="Mean length", kind="average", entity="book", field="pages"),
    ),
)

SHOP = DataModel(
    language="ru",
    title="Заказы мастерской",
    entities=(
        Entity(
            name="customer",
            plural="customers",
            label="Клиент",
            label_plural="Клиенты",
            display="name",
            search=("name", "email", "phone"),
            sort="name",
            export=True,
            fields=(
                Field(name="name", label="Имя", type="text", required=True),
                Field(name="email", label="Почта", type="email", unique=True),
                Field(name="phone", label="Телефон", type="phone"),
            ),
            totals=(
                Total(name="order_count", label="Заказов", kind="count", source="order", via="customer"),
            ),
        ),
        Entity(
            name="product",
            plural="products",
            label="Товар",
            label_plural="Товары",
            display="name",
            search=("name",),
            fields=(
                Field(name="name", label="Название", type="text", required=True, unique=True),
                Field(name="price", label="Цена", type="money", required=True, minimum=0, unit="₽"),
                Field(name="weight", label="Вес", type="decimal", minimum=0.1, maximum=500, unit="кг"),
            ),
        ),
        Entity(
            name="order",
            plural="orders",
            label="Заказ",
            label_plural="Заказы",
            display="number",
            search=("number",),
            filters=("status", "customer", "placed_on"),
            sort="-placed_on",
            fields=(
                Field(name="number", label="Номер", type="text", required=True, unique=True),
                Field(name="customer", label="Клиент", type="reference", target="customer", required=True),
                Field(name="placed_on", label="Дата", type="date", required=True, default="today"),
                Field(
                    name="status",
                    label="Статус",
                    type="choice",
                    required=True,
                    choices=choices(new="Новый", paid="Оплачен", sent="Отправлен", cancelled="Отменён"),
                ),
            ),
            workflow=Workflow(
                field="status",
                initial="new",
                transitions=(
                    Transition(source="new", target="paid", label="Оплачен"),
                    Transition(source="new", target="cancelled", label="Отменить"),
                    Transition(source="paid", target="sent", label="Отправить"),
                ),
            ),
            totals=(
                Total(
                    name="total",
                    label="Сумма",
                    kind="sum",
                    source="order_line",
                    via="order",
                    field="price",
                    times="quantity",
                ),
                Total(name="line_count", label="Позиций", kind="count", source="order_line", via="order"),
            ),
        ),
        Entity(
            name="order_line",
            plural="order_lines",
            label="Позиция",
            label_plural="Позиции",
            display="product",
            parent="order",
            unique_together=(("order", "product"),),
            fields=(
                Field(name="order", label="Заказ", type="reference", target="order", required=True),
                Field(name="product", label="Товар", type="reference", target="product", required=True),
                Field(
                    name="quantity", label="Количество", type="integer", required=True, minimum=1, default="1"
                ),
                Field(name="price", label="Цена", type="money", required=True, minimum=0),
            ),
        ),
    ),
    metrics=(
        Metric(name="turnover", label="Оборот", kind="sum", entity="order_line", field="price"),
        Metric(
            name="orders_by_month",
            label="Заказы по месяцам",
            kind="count",
            entity="order",
            group_by="placed_on",
        ),
        Metric(
            name="orders_by_customer", label="По клиентам", kind="count", entity="order", group_by="customer"
        ),
        Metric(name="mean_price", label="Средняя цена", kind="average", entity="product", field="price"),
    ),
)

LEAVE = DataModel(
    title="Leave requests",
    roles=(
        Role(
            name="employee",
            label="Employee",
            permissions=(
                Permission(entity="department", actions=("view",)),
                Permission(entity="leave_request", actions=("view", "create", "change"), own_only=True),
            ),
        ),
        Role(
            name="manager",
            label="Manager",
            permissions=(
                Permission(entity="department", actions=("view",)),
                Permission(entity="leave_request", actions=("view",)),
            ),
        ),
        Role(name="administrator", label="Administrator"),
    ),
    entities=(
        Entity(
            name="department",
            plural="departments",
            label="Department",
            label_plural="Departments",
            display="name",
            search=("name",),
            fields=(Field(name="name", label="Name", type="text", required=True, unique=True),),
        ),
        Entity(
            name="leave_request",
            plural="leave_requests",
            label="Leave request",
            label_plural="Leave requests",
            display="reason",
            search=("reason",),
            filters=("state", "department", "starts_on"),
            sort="-starts_on",
            export=True,
            fields=(
                Field(
                    name="department",
                    label="Department",
                    type="reference",
                    target="department",
                    required=True,
                ),
                Field(name="reason", label="Reason", type="text", required=True, minimum=3, maximum=200),
                Field(name="starts_on", label="First day", type="date", required=True),
                Field(name="ends_on", label="Last day", type="date", required=True, not_before="starts_on"),
                Field(
                    name="state",
                    label="State",
                    type="choice",
                    required=True,
                    choices=choices(
                        draft="Draft", submitted="Submitted", approved="Approved", rejected="Rejected"
                    ),
                ),
            ),
            workflow=Workflow(
                field="state",
                initial="draft",
                transitions=(
                    Transition(source="draft", target="submitted", label="Submit"),
                    Transition(source="submitted", target="approved", label="Approve", roles=("manager",)),
                    Transition(source="submitted", target="rejected", label="Reject", roles=("manager",)),
                ),
            ),
        ),
    ),
    metrics=(
        Metric(
            name="waiting",
            label="Waiting for an answer",
            kind="count",
            entity="leave_request",
            where=(("state", "submitted"),),
        ),
        Metric(
            name="by_department",
            label="By department",
            kind="count",
            entity="leave_request",
            group_by="department",
        ),
    ),
)

EVERYTHING = DataModel(
    title='Every "type" of field',
    entities=(
        Entity(
            name="specimen",
            plural="specimens",
            label="Specimen",
            label_plural="Specimens",
            display="name",
            search=("name", "notes", "email", "phone", "site"),
            filters=("colour", "alive", "found_on", "seen_at"),
            export=True,
            fields=(
                Field(name="name", label="Name", type="text", required=True, minimum=2, maximum=40),
                Field(name="notes", label="Notes", type="long_text"),
                Field(name="legs", label="Legs", type="integer", minimum=0, maximum=1000, default="4"),
                Field(name="max_legs", label="Most legs", type="integer", not_before="legs"),
                Field(name="weight", label="Weight", type="decimal", unit="kg", minimum=0.5),
                Field(name="price", label="Price", type="money", minimum=0, maximum=99999, default="9.5"),
                Field(name="alive", label="Alive", type="boolean", required=True),
                Field(name="found_on", label="Found on", type="date", default="today"),
                Field(name="seen_at", label="Seen at", type="datetime", default="now", not_before="found_on"),
                Field(name="wakes_at", label="Wakes at", type="time"),
                Field(name="email", label="E-mail", type="email"),
                Field(name="phone", label="Phone", type="phone"),
                Field(name="site", label="Site", type="url"),
                Field(
                    name="colour",
                    label="Colour",
                    type="choice",
                    choices=(*choices(red="Red", blue="Blue"), Choice(value="3d", label="3D")),
                ),
            ),
        ),
    ),
    metrics=(
        Metric(name="alive", label="Alive", kind="count", entity="specimen", where=(("alive", "true"),)),
        Metric(
            name="by_alive", label="By life", kind="sum", entity="specimen", field="legs", group_by="alive"
        ),
        Metric(name="worth", label="Worth", kind="sum", entity="specimen", field="price"),
        Metric(
            name="mean",
            label="Mean weight",
            kind="average",
            entity="specimen",
            field="weight",
            group_by="colour",
        ),
    ),
)

# The shop, where what a customer spent is made of the totals of the orders.
NESTED = SHOP.model_copy(
    update={
        "title": "Заказы и траты",
        "entities": (
            SHOP.entities[0].model_copy(
                update={
                    "totals": (
                        Total(
                            name="spent",
                            label="Потрачено",
                            kind="sum",
                            source="order",
                            via="customer",
                            field="total",
                        ),
                        Total(
                            name="usual",
                            label="В среднем",
                            kind="average",
                            source="order",
                            via="customer",
                            field="total",
                        ),
                    )
                }
            ),
            *SHOP.entities[1:],
        ),
        "metrics": (Metric(name="turnover", label="Оборот", kind="sum", entity="order", field="total"),),
    }
)

COURSES = DataModel(
    language="ru",
    title="Школа танцев",
    roles=(
        Role(name="admin", label="Администратор"),
        Role(
            name="teacher",
            label="Преподаватель",
            permissions=(
                Permission(entity="student", actions=("view", "create", "change")),
                Permission(entity="course", actions=("view",)),
                Permission(entity="lesson", actions=("view", "create", "change", "delete"), own_only=True),
            ),
        ),
        Role(name="guest", label="Гость", permissions=(Permission(entity="course", actions=("view",)),)),
    ),
    entities=(
        Entity(
            name="student",
            plural="students",
            label="Ученик",
            label_plural="Ученики",
            display="full_name",
            search=("full_name", "phone"),
            filters=("active",),
            fields=(
                Field(name="full_name", label="ФИО", type="text", required=True),
                Field(name="phone", label="Телефон", type="phone", required=True, unique=True),
                Field(name="birth_date", label="Дата рождения", type="date"),
                Field(name="active", label="Занимается", type="boolean", default="да"),
            ),
        ),
        Entity(
            name="course",
            plural="courses",
            label="Курс",
            label_plural="Курсы",
            display="name",
            search=("name", "description"),
            links=(Link(name="students", label="Ученики", target="student"),),
            fields=(
                Field(name="name", label="Название", type="text", required=True, unique=True),
                Field(name="description", label="Описание", type="long_text"),
                Field(name="fee", label="Плата", type="money", minimum=0, unit="₽"),
            ),
            totals=(
                Total(name="lesson_count", label="Занятий", kind="count", source="lesson", via="course"),
            ),
        ),
        Entity(
            name="lesson",
            plural="lessons",
            label="Занятие",
            label_plural="Занятия",
            display="topic",
            parent="course",
            sort="starts_at",
            search=("topic",),
            filters=("starts_at",),
            unique_together=(("room", "starts_at"),),
            fields=(
                Field(name="course", label="Курс", type="reference", target="course", required=True),
                Field(name="topic", label="Тема", type="text", required=True),
                Field(name="room", label="Зал", type="integer", required=True, minimum=1, maximum=5),
                Field(name="starts_at", label="Начало", type="datetime", required=True),
                Field(name="ends_at", label="Конец", type="datetime", not_before="starts_at"),
            ),
        ),
    ),
)

TREE = DataModel(
    title="Tagged notes",
    entities=(
        Entity(
            name="tag",
            plural="tags",
            label="Tag",
            label_plural="Tags",
            display="name",
            fields=(Field(name="name", label="Name", type="text", required=True, unique=True, maximum=30),),
        ),
        Entity(
            name="category",
            plural="categories",
            label="Category",
            label_plural="Categories",
            display="name",
            search=("name",),
            filters=("parent",),
            fields=(
                Field(name="name", label="Name", type="text", required=True),
                Field(name="parent", label="Part of", type="reference", target="category"),
            ),
            unique_together=(("parent", "name"),),
            totals=(Total(name="parts", label="Parts", kind="count", source="category", via="parent"),),
        ),
        Entity(
            name="note",
            plural="notes",
            label="Note",
            label_plural="Notes",
            display="heading",
            search=("heading", "body"),
            filters=("category", "class"),
            links=(
                Link(name="tags", label="Tags", target="tag"),
                Link(name="related", label="Related notes", target="note"),
            ),
            fields=(
                Field(name="heading", label="Heading", type="text", required=True),
                Field(name="body", label="Body", type="long_text"),
                Field(name="category", label="Category", type="reference", target="category"),
                Field(name="class", label="Class", type="choice", choices=choices(a="A", b="B")),
                Field(name="date", label="Date", type="date"),
            ),
        ),
    ),
    metrics=(
        Metric(
            name="notes_by_category", label="By category", kind="count", entity="note", group_by="category"
        ),
        Metric(name="notes_by_month", label="By month", kind="count", entity="note", group_by="date"),
    ),
)


def _ward(name: str, plural: str, label: str, plural_label: str, *fields: Field, **more: object) -> Entity:
    own = (Field(name="name", label="Name", type="text", required=True), *fields)
    return Entity.model_validate(
        {
            "name": name,
            "plural": plural,
            "label": label,
            "label_plural": plural_label,
            "display": "name",
            "fields": own,
            "search": ("name",),
            **more,
        }
    )


CLINIC = DataModel(
    title="A clinic",
    entities=(
        _ward("ward", "wards", "Ward", "Wards", Field(name="beds", label="Beds", type="integer", minimum=1)),
        _ward(
            "doctor",
            "doctors",
            "Doctor",
            "Doctors",
            Field(name="email", label="E-mail", type="email", unique=True),
        ),
        _ward(
            "patient",
            "patients",
            "Patient",
            "Patients",
            Field(name="ward", label="Ward", type="reference", target="ward"),
            Field(name="born_on", label="Born on", type="date", required=True),
            filters=("ward",),
        ),
        _ward("drug", "drugs", "Drug", "Drugs", Field(name="dose", label="Dose", type="decimal", minimum=0)),
        _ward(
            "visit",
            "visits",
            "Visit",
            "Visits",
            Field(name="patient", label="Patient", type="reference", target="patient", required=True),
            Field(name="doctor", label="Doctor", type="reference", target="doctor", required=True),
            Field(name="substitute", label="Substitute", type="reference", target="doctor"),
            Field(name="at", label="At", type="datetime", required=True),
            filters=("doctor", "at"),
            unique_together=(("doctor", "at"),),
            links=(Link(name="drugs", label="Drugs", target="drug"),),
        ),
        _ward(
            "invoice",
            "invoices",
            "Invoice",
            "Invoices",
            Field(name="visit", label="Visit", type="reference", target="visit", required=True, unique=True),
            Field(name="amount", label="Amount", type="money", required=True, minimum=0),
            Field(name="paid", label="Paid", type="boolean"),
            filters=("paid",),
            export=True,
        ),
        _ward("session", "sessions", "Session", "Sessions", Field(name="date", label="Date", type="date")),
        _ward("hour", "hours", "Hour", "Hours", Field(name="value", label="Value", type="time")),
    ),
    metrics=(
        Metric(
            name="unpaid",
            label="Unpaid",
            kind="sum",
            entity="invoice",
            field="amount",
            where=(("paid", "false"),),
        ),
        Metric(name="mean_dose", label="Mean dose", kind="average", entity="drug", field="dose"),
    ),
)

TALKS = DataModel(
    title='Talks {{ of }} "today" \\ </script>',
    entities=(
        Entity(
            name="talk",
            plural="talks",
            label='Talk "{{ x }}" \\ 🦊',
            label_plural="</script> \u202etalks\u202c",
            display="title",
            sort="-votes",
            export=True,
            fields=(
                Field(name="title", label='Title\n\'"""', type="text", required=True, unique=True),
                Field(name="votes", label="{% raw %}", type="integer", minimum=0, default="0"),
                Field(name="slot", label="[[ slot ]]", type="time", unique=True),
            ),
        ),
    ),
)

EVERY = {
    "library": LIBRARY,
    "shop": SHOP,
    "leave": LEAVE,
    "everything": EVERYTHING,
    "courses": COURSES,
    "tree": TREE,
    "clinic": CLINIC,
    "talks": TALKS,
}
