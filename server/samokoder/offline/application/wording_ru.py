"""Requirements in Russian; labels are quoted, never inflected. Pure."""

# Sentences are kept whole, so that they can be read and searched for.
# ruff: noqa: E501

from __future__ import annotations

from samokoder.domain.data_model import Metric, Role, Transition
from samokoder.offline.application.formatting import prose
from samokoder.offline.application.shape import Attribute, Figure, Record, number
from samokoder.offline.application.wording import Wording, bounded, step
from samokoder.offline.application.words import listed, quoted


class Russian(Wording):
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
            *(
                f"Дано: {_limits_ru(a)}; когда запись сохраняют, тогда принято, иначе отказано."
                for a in bounded(record)
            ),
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

    def total(self, record: Record, figure: Figure) -> tuple[str, ...]:
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
            parts.append(f"{actions} {self.many(self.shape.record(permission.entity))}{own}")
        label = quoted(role.label)
        return (
            f"Права роли {label}",
            f"Система ДОЛЖНА разрешать роли {label} только это: {'; '.join(parts) or 'ничего'}.",
            f"Дан человек с ролью {label}; когда он делает что-то другое, тогда отказано.",
        )

    def may_move(self, record: Record, transition: Transition) -> tuple[str, ...]:
        label, roles = step(self.shape, transition)
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
        f"не меньше {number(field.minimum)}" if field.minimum is not None else "",
        f"не больше {number(field.maximum)}" if field.maximum is not None else "",
    ]
    return f"{name} {'длиной ' if attribute.is_text else ''}{' и '.join(b for b in bounds if b)}"
