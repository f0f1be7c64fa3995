"""Requirements in English. Pure."""

# Sentences are kept whole, so that they can be read and searched for.
# ruff: noqa: E501

from __future__ import annotations

from samokoder.domain.data_model import Metric, Role, Transition
from samokoder.offline.application.formatting import prose
from samokoder.offline.application.shape import Attribute, Figure, Record, number
from samokoder.offline.application.wording import Wording, bounded, step
from samokoder.offline.application.words import article, inner, listed


class English(Wording):
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
            *(
                f"Given {_limits_en(a)}, when {one} is saved, then it is accepted; beyond, refused."
                for a in bounded(record)
            ),
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

    def total(self, record: Record, figure: Figure) -> tuple[str, ...]:
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
            record = self.shape.record(permission.entity)
            parts.append(f"{listed(list(permission.actions))} {self.many(record)}{own}")
        label = prose(role.label)
        return (
            f"What '{label}' may do",
            f"The system SHALL let the role '{label}' do only this: {'; '.join(parts) or 'nothing'}.",
            f"Given a person with the role '{label}', when they do anything else, then it is refused.",
        )

    def may_move(self, record: Record, transition: Transition) -> tuple[str, ...]:
        label, roles = step(self.shape, transition)
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
            "Given values that are not permitted, when they are posted, then the answer is 422 and names the fields.",
            "Given a number no record has, when it is asked for, then the answer is 404.",
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
        f"at least {number(field.minimum)}" if field.minimum is not None else "",
        f"at most {number(field.maximum)}" if field.maximum is not None else "",
    ]
    kind = " characters" if attribute.is_text else ""
    return f"{name} of {' and '.join(b for b in bounds if b)}{kind}"
