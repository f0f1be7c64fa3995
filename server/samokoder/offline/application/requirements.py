"""Which requirements a model implies, worded in its language. Pure.

A requirement has a key (``book.required``) by which the tests that show it find its number.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from samokoder.domain.data_model import Metric, Permission, Role
from samokoder.offline.application import shape as shapes
from samokoder.offline.application.formatting import prose
from samokoder.offline.application.shape import Attribute, Record, Shape
from samokoder.offline.application.values import Need
from samokoder.offline.application.words import article, inner, listed, quoted


@dataclass(frozen=True)
class Draft:
    """A requirement before it is numbered."""

    key: str
    group: str
    title: str
    text: str
    acceptance: tuple[str, ...]


def drafts(shape: Shape) -> tuple[Draft, ...]:
    """Every requirement in the order of its number."""
    word = _Russian(shape) if shape.russian else _English(shape)
    return tuple(word.every())


def numbered(shape: Shape) -> dict[str, Need]:
    """The requirements by key."""
    return {
        draft.key: Need(
            id=f"R{number}", title=draft.title, text=draft.text, acceptance=draft.acceptance, group=draft.group
        )
        for number, draft in enumerate(drafts(shape), 1)
    }


@dataclass(frozen=True)
class _Wording:
    """What is required, apart from the words it is said in."""

    shape: Shape

    def every(self) -> Iterator[Draft]:
        for record in self.shape.records:
            yield from self.of_records(record)
        yield self.draft("samples", "records")
        for metric in self.shape.model.metrics:
            yield self.draft(f"metric.{metric.name}", "overview", metric)
        if self.shape.model.roles:
            yield from self.of_access()
        for record in self.shape.records:
            yield self.draft(f"{record.name}.api", "web", record)
            if record.state:
                yield self.draft(f"{record.name}.api_move", "web", record)
            if record.entity.export:
                yield self.draft(f"{record.name}.export", "web", record)
        yield self.draft("health", "web")
        yield self.draft("foreign", "web")

    def of_records(self, record: Record) -> Iterator[Draft]:
        name = record.name
        yield self.draft(f"{name}.keep", "records", record)
        if any(a.required for a in record.entered):
            yield self.draft(f"{name}.required", "records", record)
        if bounded(record):
            yield self.draft(f"{name}.limits", "records", record)
        for attribute in record.unique:
            yield self.draft(f"{name}.unique.{attribute.name}", "records", record, attribute)
        for number, fields in enumerate(record.entity.unique_together):
            together = tuple(record.attribute(f) for f in fields)
            yield self.draft(f"{name}.together.{number}", "records", record, together)
        for first, second in record.ordered:
            yield self.draft(f"{name}.order.{second.name}", "records", record, first, second)
        if record.references or record.entity.links:
            yield self.draft(f"{name}.references", "records", record)
        if record.searched:
            yield self.draft(f"{name}.search", "records", record)
        if record.filters:
            yield self.draft(f"{name}.filter", "records", record)
        yield self.draft(f"{name}.list", "records", record)
        yield self.draft(f"{name}.change", "records", record)
        if record.users:
            yield self.draft(f"{name}.in_use", "records", record)
        if record.children:
            yield self.draft(f"{name}.children", "records", record)
        if record.state:
            yield self.draft(f"{name}.start", "records", record)
            yield self.draft(f"{name}.move", "records", record)
        for figure in record.totals:
            yield self.draft(f"{name}.total.{figure.name}", "records", record, figure)

    def of_access(self) -> Iterator[Draft]:
        yield self.draft("sign_in", "access")
        yield self.draft("signed_out", "web")
        for role in self.shape.model.roles:
            if role.permissions:
                yield self.draft(f"role.{role.name}", "records", role)
        for record in self.shape.records:
            for transition in record.transitions:
                if transition.roles:
                    key = f"{record.name}.may_move.{transition.source}.{transition.target}"
                    yield self.draft(key, "records", record, transition)

    def draft(self, key: str, group: str, *about: object) -> Draft:
        kind = key.split(".")
        say = getattr(self, kind[0] if kind[0] in _GENERAL else kind[1])
        title, text, *acceptance = say(*about)
        return Draft(key, group, title, text, tuple(acceptance))


_GENERAL = ("samples", "metric", "sign_in", "signed_out", "role", "health", "foreign")


def bounded(record: Record) -> tuple[Attribute, ...]:
    """Fields with a stated bound or a form of their own."""
    return tuple(
        a
        for a in record.entered
        if a.field.minimum is not None or a.field.maximum is not None or a.type in ("email", "phone", "url")
    )


def granted(shape: Shape, permission: Permission) -> Record:
    """The records a permission speaks of."""
    return shape.record(permission.entity)


class _English(_Wording):
    def one(self, record: Record) -> str:
        return article(inner(record.label))

    def many(self, record: Record) -> str:
        return inner(record.entity.label_plural)

    def names(self, attributes: tuple[Attribute, ...], last: str = "and") -> str:
        return listed([inner(a.label) for a in attributes], last)

    def samples(self) -> tuple[str, ...]:
        return (
            "Sample data",
            "WHEN the application starts with an empty database, the system SHALL fill it with sample data.",
            "Given an empty database, when the application has started, then every list shows records.",
            "Given records, when the application starts again, then nothing is added.",
        )

    def keep(self, record: Record) -> tuple[str, ...]:
        one = self.one(record)
        links = [inner(link.label) for link in record.entity.links]
        kept = listed([*(inner(a.label) for a in record.attributes), *links])
        return (
            f"Keep {self.many(record)}",
            f"The system SHALL keep {self.many(record)} with {kept}.",
            f"Given valid values, when {one} is saved and read again, then it has the same values.",
        )

    def required(self, record: Record) -> tuple[str, ...]:
        one = self.one(record)
        fields = self.names(tuple(a for a in record.entered if a.required), "or")
        return (
            f"Required fields of {one}",
            f"WHEN a person saves {one} without {fields}, the system SHALL refuse it and name the field.",
            f"Given no {fields}, when {one} is saved, then it is refused and the missing field is named.",
        )

    def limits(self, record: Record) -> tuple[str, ...]:
        one, fields = self.one(record), self.names(bounded(record), "or")
        return (
            f"Permitted values of {one}",
            f"WHEN a person saves {one} whose {fields} is not permitted, the system SHALL refuse it and name the field.",
            *(f"Given {_limits_en(a)}, when {one} is saved, then it is accepted; beyond, refused." for a in bounded(record)),
        )

    def unique(self, record: Record, attribute: Attribute) -> tuple[str, ...]:
        one, field = self.one(record), inner(attribute.label)
        return (
            f"One {inner(record.label)} for each {field}",
            f"WHEN a person saves {one} with the {field} of another, the system SHALL refuse it and name the field.",
            f"Given {one}, when another is saved with the same {field}, then it is refused.",
        )

    def together(self, record: Record, attributes: tuple[Attribute, ...]) -> tuple[str, ...]:
        one, fields = self.one(record), self.names(attributes)
        return (
            f"One {inner(record.label)} for the same {fields}",
            f"WHEN a person saves {one} with the same {fields} as another, the system SHALL refuse it.",
            f"Given {one}, when another is saved with the same {fields}, then it is refused.",
        )

    def order(self, record: Record, first: Attribute, second: Attribute) -> tuple[str, ...]:
        one, early, late = self.one(record), inner(first.label), inner(second.label)
        verb = "less than" if second.is_number else "before"
        return (
            f"{prose(second.label)} not {verb} {early}",
            f"WHEN a person saves {one} whose {late} is {verb} its {early}, the system SHALL refuse it and name the field.",
            f"Given {late} {verb} {early}, when {one} is saved, then it is refused.",
            f"Given {late} equal to {early}, when {one} is saved, then it is accepted.",
        )

    def references(self, record: Record) -> tuple[str, ...]:
        one = self.one(record)
        labels = [a.label for a in record.references] + [link.label for link in record.entity.links]
        fields = listed([inner(label) for label in labels], "or")
        return (
            f"What {one} refers to exists",
            f"WHEN a person saves {one} that refers to a missing {fields}, the system SHALL refuse it and name the field.",
            f"Given a number no record has, when {one} is saved with it, then it is refused.",
        )

    def search(self, record: Record) -> tuple[str, ...]:
        many, fields = self.many(record), self.names(record.searched)
        return (
            f"Search {many}",
            f"WHEN a person searches {many}, the system SHALL list those whose {fields} contain the words, in any case.",
            f"Given two {many}, when a part of one's {fields} is searched for, then only that one is listed.",
        )

    def filter(self, record: Record) -> tuple[str, ...]:
        many, fields = self.many(record), self.names(record.filters)
        return (
            f"Narrow the list of {many}",
            f"WHEN a person narrows the list of {many} by {fields}, the system SHALL list only those that match.",
            f"Given {many} of two kinds, when the list is narrowed to one, then the others are not in it.",
        )

    def list(self, record: Record) -> tuple[str, ...]:
        many = self.many(record)
        return (
            f"List {many} page by page",
            f"The system SHALL list {many} in pages, in the order a person asks for.",
            "Given three records and pages of two, when the second page is asked for, then it has one.",
            "Given records in any order, when the list is sorted downwards, then it is the reverse of upwards.",
        )

    def change(self, record: Record) -> tuple[str, ...]:
        one = self.one(record)
        return (
            f"Change and delete {one}",
            f"WHEN a person changes or deletes {one}, the system SHALL keep the change and leave the rest as it was.",
            f"Given {one}, when it is deleted, then it is no longer found.",
        )

    def in_use(self, record: Record) -> tuple[str, ...]:
        one = self.one(record)
        users = listed(dict.fromkeys(inner(u.source.entity.label_plural) for u in record.users), "or")
        return (
            f"Keep {one} in use",
            f"IF {users} refer to {one}, THEN the system SHALL refuse to delete it and say why.",
            f"Given {one} that is referred to, when it is deleted, then it is refused and still there.",
        )

    def children(self, record: Record) -> tuple[str, ...]:
        one = self.one(record)
        children = listed(dict.fromkeys(inner(c.source.entity.label_plural) for c in record.children))
        return (
            f"{prose(record.label)} with its {children}",
            f"WHEN a person deletes {one}, the system SHALL delete its {children} with it.",
            f"Given {one} with {children}, when it is deleted, then they are gone too.",
        )

    def start(self, record: Record) -> tuple[str, ...]:
        one, state = self.one(record), record.state
        assert state and record.entity.workflow
        initial = next(c.label for c in state.field.choices if c.value == record.entity.workflow.initial)
        return (
            f"{prose(record.label)} begins as '{prose(initial)}'",
            f"WHEN a person adds {one}, the system SHALL set its {inner(state.label)} to '{prose(initial)}'.",
            f"Given valid values, when {one} is added, then its {inner(state.label)} is '{prose(initial)}'.",
        )

    def move(self, record: Record) -> tuple[str, ...]:
        one = self.one(record)
        steps = listed([f"'{prose(t.label)}'" for t in record.transitions])
        return (
            f"Steps of {one}",
            f"WHEN a person moves {one}, the system SHALL permit only these steps from the state it is in: {steps}.",
            f"Given {one} in a state, when a step of another state is taken, then it is refused and nothing changes.",
        )

    def total(self, record: Record, figure: shapes.Figure) -> tuple[str, ...]:
        one, label = self.one(record), inner(figure.label)
        source = inner(figure.source.entity.label_plural)
        kind = {"count": "the number", "sum": "the sum", "average": "the average"}[figure.total.kind]
        return (
            f"{prose(figure.label)} of {one}",
            f"The system SHALL show {label} of {one}: {kind} over its {source}.",
            f"Given {one} with {source}, when it is read, then {label} counts exactly those.",
        )

    def metric(self, metric: Metric) -> tuple[str, ...]:
        record = self.shape.record(metric.entity)
        return (
            f"Figure: {prose(metric.label)}",
            f"The system SHALL show '{prose(metric.label)}' on the first page, from the {self.many(record)} there are now.",
            f"Given {self.many(record)}, when the figures are computed, then '{prose(metric.label)}' counts those that match.",
        )

    def sign_in(self) -> tuple[str, ...]:
        return (
            "Sign in",
            "WHEN a person signs in with an e-mail address and password that match, the system SHALL let them in.",
            "Given a wrong password, when a person signs in, then they are refused.",
            "Given a cookie that was tampered with, when a page is asked for, then it is refused.",
        )

    def signed_out(self) -> tuple[str, ...]:
        return (
            "Nothing without signing in",
            "IF a person is not signed in, THEN the system SHALL refuse to show or change anything.",
            "Given nobody signed in, when the API is asked, then it answers 401.",
        )

    def role(self, role: Role) -> tuple[str, ...]:
        parts = []
        for permission in role.permissions:
            own = " they created" if permission.own_only else ""
            record = granted(self.shape, permission)
            parts.append(f"{listed(list(permission.actions))} {self.many(record)}{own}")
        label = prose(role.label)
        return (
            f"What '{label}' may do",
            f"The system SHALL let the role '{label}' do only this: {'; '.join(parts) or 'nothing'}.",
            f"Given a person with the role '{label}', when they do anything else, then it is refused.",
        )

    def may_move(self, record: Record, transition: object) -> tuple[str, ...]:
        label, roles = _step(self.shape, transition)
        return (
            f"Who may '{label}'",
            f"IF a person is none of {roles}, THEN the system SHALL refuse '{label}' of {self.one(record)}.",
            f"Given a person of another role, when they take the step '{label}', then it is refused.",
        )

    def api(self, record: Record) -> tuple[str, ...]:
        many = self.many(record)
        return (
            f"JSON API for {many}",
            f"The system SHALL let other programs list, add, read, change and delete {many} over a documented JSON API.",
            f"Given values that are not permitted, when they are posted, then the answer is 422 and names the fields.",
            f"Given a number no record has, when it is asked for, then the answer is 404.",
        )

    def api_move(self, record: Record) -> tuple[str, ...]:
        return (
            f"Steps of {self.one(record)} over the API",
            f"WHEN a program moves {self.one(record)}, the system SHALL take a permitted step and answer 409 to any other.",
            "Given a step that is not permitted, when it is posted, then the answer is 409.",
        )

    def export(self, record: Record) -> tuple[str, ...]:
        many = self.many(record)
        return (
            f"Export {many}",
            f"WHEN a person exports {many}, the system SHALL give a CSV file of the list, safe to open in a spreadsheet.",
            f"Given {many}, when they are exported, then there is a line for each below the names of the fields.",
        )

    def health(self) -> tuple[str, ...]:
        return (
            "Health",
            "The system SHALL answer /health while it works, and describe its API at /openapi.json.",
            "Given the running application, when /health is asked for, then the answer is 200.",
        )

    def foreign(self) -> tuple[str, ...]:
        return (
            "No changes from other sites",
            "IF a page of another site sends a change, THEN the system SHALL refuse it.",
            "Given another site's origin, when a change is posted, then the answer is 403.",
        )


def _limits_en(attribute: Attribute) -> str:
    name, field = inner(attribute.label), attribute.field
    if attribute.type in ("email", "phone", "url"):
        return f"a well-formed {name}"
    bounds = [
        f"at least {shapes.number(field.minimum)}" if field.minimum is not None else "",
        f"at most {shapes.number(field.maximum)}" if field.maximum is not None else "",
    ]
    kind = " characters" if attribute.is_text else ""
    return f"{name} of {' and '.join(b for b in bounds if b)}{kind}"


def _step(shape: Shape, transition: object) -> tuple[str, str]:
    labels = {role.name: prose(role.label) for role in shape.model.roles}
    names = [f"'{labels.get(name, name)}'" for name in getattr(transition, "roles", ())]
    return prose(getattr(transition, "label", "")), listed(names, "или" if shape.russian else "or")


class _Russian(_Wording):
    def names(self, attributes: tuple[Attribute, ...], last: str = "и") -> str:
        return listed([quoted(a.label) for a in attributes], last)

    def one(self, record: Record) -> str:
        return f"запись {quoted(record.label)}"

    def many(self, record: Record) -> str:
        return quoted(record.entity.label_plural)

    def samples(self) -> tuple[str, ...]:
        return (
            "Примеры записей",
            "КОГДА приложение запущено с пустой базой, система ДОЛЖНА заполнить её примерами.",
            "Дана пустая база; когда приложение запущено, тогда в каждом списке есть записи.",
            "Даны записи; когда приложение запущено снова, тогда ничего не добавлено.",
        )

    def keep(self, record: Record) -> tuple[str, ...]:
        links = [quoted(link.label) for link in record.entity.links]
        kept = listed([*(quoted(a.label) for a in record.attributes), *links], "и")
        return (
            f"{prose(record.entity.label_plural)}: хранение",
            f"Система ДОЛЖНА хранить {self.many(record)} с полями {kept}.",
            f"Даны верные значения; когда {self.one(record)} сохранена и прочитана, тогда значения те же.",
        )

    def required(self, record: Record) -> tuple[str, ...]:
        fields = self.names(tuple(a for a in record.entered if a.required), "или")
        return (
            f"{prose(record.label)}: обязательные поля",
            f"КОГДА человек сохраняет {self.one(record)} без {fields}, система ДОЛЖНА отказать и назвать поле.",
            f"Не заполнено {fields}; когда запись сохраняют, тогда отказано и названо пустое поле.",
        )

    def limits(self, record: Record) -> tuple[str, ...]:
        fields = self.names(bounded(record), "или")
        return (
            f"{prose(record.label)}: допустимые значения",
            f"КОГДА человек сохраняет {self.one(record)} с недопустимым значением {fields}, "
            "система ДОЛЖНА отказать и назвать поле.",
            *(f"Дано: {_limits_ru(a)}; когда запись сохраняют, тогда принято, иначе отказано." for a in bounded(record)),
        )

    def unique(self, record: Record, attribute: Attribute) -> tuple[str, ...]:
        field = quoted(attribute.label)
        return (
            f"{prose(record.label)}: {field} не повторяется",
            f"КОГДА человек сохраняет {self.one(record)}, а такое значение {field} уже есть у другой, "
            "система ДОЛЖНА отказать и назвать поле.",
            f"Дана запись; когда сохраняют другую с тем же {field}, тогда отказано.",
        )

    def together(self, record: Record, attributes: tuple[Attribute, ...]) -> tuple[str, ...]:
        fields = self.names(attributes)
        return (
            f"{prose(record.label)}: {fields} вместе не повторяются",
            f"КОГДА человек сохраняет {self.one(record)} с теми же {fields}, что у другой, система ДОЛЖНА отказать.",
            f"Дана запись; когда сохраняют другую с теми же {fields}, тогда отказано.",
        )

    def order(self, record: Record, first: Attribute, second: Attribute) -> tuple[str, ...]:
        early, late = quoted(first.label), quoted(second.label)
        verb = "меньше" if second.is_number else "раньше"
        return (
            f"{prose(second.label)} не {verb}, чем {early}",
            f"КОГДА человек сохраняет {self.one(record)}, где {late} {verb}, чем {early}, "
            "система ДОЛЖНА отказать и назвать поле.",
            f"Дано: {late} {verb}, чем {early}; когда запись сохраняют, тогда отказано.",
            f"Дано: {late} и {early} равны; когда запись сохраняют, тогда принято.",
        )

    def references(self, record: Record) -> tuple[str, ...]:
        labels = [a.label for a in record.references] + [link.label for link in record.entity.links]
        fields = listed([quoted(label) for label in labels], "или")
        return (
            f"{prose(record.label)}: связанные записи существуют",
            f"КОГДА человек сохраняет {self.one(record)} со ссылкой {fields} на то, чего нет, "
            "система ДОЛЖНА отказать и назвать поле.",
            "Дан номер, которого нет; когда запись сохраняют с ним, тогда отказано.",
        )

    def search(self, record: Record) -> tuple[str, ...]:
        fields = self.names(record.searched)
        return (
            f"{prose(record.entity.label_plural)}: поиск",
            f"КОГДА человек ищет в списке {self.many(record)}, система ДОЛЖНА показать записи, "
            f"где {fields} содержит искомое, без учёта регистра.",
            "Даны две записи; когда ищут часть текста одной, тогда показана только она.",
        )

    def filter(self, record: Record) -> tuple[str, ...]:
        fields = self.names(record.filters)
        return (
            f"{prose(record.entity.label_plural)}: отбор",
            f"КОГДА человек отбирает {self.many(record)} по {fields}, система ДОЛЖНА показать только подходящие.",
            "Даны записи двух видов; когда отобран один, тогда других в списке нет.",
        )

    def list(self, record: Record) -> tuple[str, ...]:
        return (
            f"{prose(record.entity.label_plural)}: список по страницам",
            f"Система ДОЛЖНА показывать {self.many(record)} по страницам, в порядке, который выбрал человек.",
            "Даны три записи и страницы по две; когда нужна вторая страница, тогда на ней одна.",
            "Даны записи; когда список упорядочен по убыванию, тогда он обратен порядку по возрастанию.",
        )

    def change(self, record: Record) -> tuple[str, ...]:
        return (
            f"{prose(record.label)}: изменение и удаление",
            f"КОГДА человек меняет или удаляет {self.one(record)}, система ДОЛЖНА сохранить это "
            "и не менять остального.",
            "Дана запись; когда она удалена, тогда её больше нет.",
        )

    def in_use(self, record: Record) -> tuple[str, ...]:
        users = listed(dict.fromkeys(quoted(u.source.entity.label_plural) for u in record.users), "или")
        return (
            f"{prose(record.label)}: используемое не удаляется",
            f"ЕСЛИ на {self.one(record)} ссылаются {users}, ТО система ДОЛЖНА отказать в удалении и объяснить почему.",
            "Дана запись, на которую ссылаются; когда её удаляют, тогда отказано и она на месте.",
        )

    def children(self, record: Record) -> tuple[str, ...]:
        children = listed(dict.fromkeys(quoted(c.source.entity.label_plural) for c in record.children), "и")
        return (
            f"{prose(record.label)}: удаление вместе с {children}",
            f"КОГДА человек удаляет {self.one(record)}, система ДОЛЖНА удалить вместе с ней {children}.",
            f"Дана запись с {children}; когда она удалена, тогда нет и их.",
        )

    def start(self, record: Record) -> tuple[str, ...]:
        state = record.state
        assert state and record.entity.workflow
        initial = next(c.label for c in state.field.choices if c.value == record.entity.workflow.initial)
        return (
            f"{prose(record.label)}: начальное состояние",
            f"КОГДА человек добавляет {self.one(record)}, система ДОЛЖНА установить "
            f"{quoted(state.label)}: {quoted(initial)}.",
            f"Даны верные значения; когда запись добавлена, тогда {quoted(state.label)} — {quoted(initial)}.",
        )

    def move(self, record: Record) -> tuple[str, ...]:
        steps = listed([quoted(t.label) for t in record.transitions], "и")
        return (
            f"{prose(record.label)}: переходы",
            f"КОГДА человек меняет состояние, а это {self.one(record)}, система ДОЛЖНА допускать "
            f"из каждого состояния только его переходы: {steps}.",
            "Дана запись в одном состоянии; когда делают переход из другого, тогда отказано и ничего не изменилось.",
        )

    def total(self, record: Record, figure: shapes.Figure) -> tuple[str, ...]:
        source = quoted(figure.source.entity.label_plural)
        kind = {"count": "число", "sum": "сумма", "average": "среднее"}[figure.total.kind]
        return (
            f"{prose(record.label)}: {quoted(figure.label)}",
            f"Система ДОЛЖНА показывать {quoted(figure.label)} — {kind} по списку {source} этой записи.",
            f"Дана запись с {source}; когда её читают, тогда {quoted(figure.label)} учитывает именно их.",
        )

    def metric(self, metric: Metric) -> tuple[str, ...]:
        record = self.shape.record(metric.entity)
        label = quoted(metric.label)
        return (
            f"Показатель {label}",
            f"Система ДОЛЖНА показывать на главной странице {label} по текущим записям {self.many(record)}.",
            f"Даны записи; когда показатели вычислены, тогда {label} учитывает подходящие.",
        )

    def sign_in(self) -> tuple[str, ...]:
        return (
            "Вход",
            "КОГДА человек входит с верными адресом и паролем, система ДОЛЖНА его впустить.",
            "Дан неверный пароль; когда человек входит, тогда отказано.",
            "Дана подделанная метка входа; когда просят страницу, тогда отказано.",
        )

    def signed_out(self) -> tuple[str, ...]:
        return (
            "Ничего без входа",
            "ЕСЛИ человек не вошёл, ТО система ДОЛЖНА отказать в показе и изменении чего-либо.",
            "Никто не вошёл; когда обращаются к API, тогда ответ 401.",
        )

    def role(self, role: Role) -> tuple[str, ...]:
        verbs = {"view": "смотреть", "create": "добавлять", "change": "менять", "delete": "удалять"}
        parts = []
        for permission in role.permissions:
            own = " (только свои)" if permission.own_only else ""
            actions = listed([verbs[action] for action in permission.actions], "и")
            parts.append(f"{actions} {self.many(granted(self.shape, permission))}{own}")
        label = quoted(role.label)
        return (
            f"Права роли {label}",
            f"Система ДОЛЖНА разрешать роли {label} только это: {'; '.join(parts) or 'ничего'}.",
            f"Дан человек с ролью {label}; когда он делает что-то другое, тогда отказано.",
        )

    def may_move(self, record: Record, transition: object) -> tuple[str, ...]:
        label, roles = _step(self.shape, transition)
        return (
            f"Кому доступен переход «{label}»",
            f"ЕСЛИ роль человека не {roles}, ТО система ДОЛЖНА отказать в переходе «{label}» "
            f"({self.one(record)}).",
            f"Дан человек с другой ролью; когда он делает переход «{label}», тогда отказано.",
        )

    def api(self, record: Record) -> tuple[str, ...]:
        many = self.many(record)
        return (
            f"JSON API: {many}",
            f"Система ДОЛЖНА давать другим программам список, добавление, чтение, изменение и удаление {many} по JSON API.",
            "Даны недопустимые значения; когда их отправляют, тогда ответ 422 с названием полей.",
            "Дан номер, которого нет; когда запись просят, тогда ответ 404.",
        )

    def api_move(self, record: Record) -> tuple[str, ...]:
        return (
            f"{prose(record.label)}: переходы по API",
            f"КОГДА программа меняет состояние ({self.one(record)}), система ДОЛЖНА выполнить допустимый переход, "
            "а на другой ответить 409.",
            "Дан недопустимый переход; когда его отправляют, тогда ответ 409.",
        )

    def export(self, record: Record) -> tuple[str, ...]:
        return (
            f"{prose(record.entity.label_plural)}: выгрузка",
            f"КОГДА человек выгружает {self.many(record)}, система ДОЛЖНА отдать список файлом CSV, "
            "безопасным для электронных таблиц.",
            "Даны записи; когда они выгружены, тогда под названиями полей по строке на запись.",
        )

    def health(self) -> tuple[str, ...]:
        return (
            "Состояние",
            "Система ДОЛЖНА отвечать на /health, пока работает, и описывать API в /openapi.json.",
            "Дано работающее приложение; когда просят /health, тогда ответ 200.",
        )

    def foreign(self) -> tuple[str, ...]:
        return (
            "Изменения только со своих страниц",
            "ЕСЛИ изменение отправила страница другого сайта, ТО система ДОЛЖНА отказать.",
            "Дан чужой источник; когда отправлено изменение, тогда ответ 403.",
        )


def _limits_ru(attribute: Attribute) -> str:
    name, field = quoted(attribute.label), attribute.field
    if attribute.type in ("email", "phone", "url"):
        return f"{name} верного вида"
    bounds = [
        f"не меньше {shapes.number(field.minimum)}" if field.minimum is not None else "",
        f"не больше {shapes.number(field.maximum)}" if field.maximum is not None else "",
    ]
    return f"{name} {'длиной ' if attribute.is_text else ''}{' и '.join(b for b in bounds if b)}"
