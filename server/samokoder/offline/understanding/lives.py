"""The states of a thing and the ways between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from samokoder.domain.data_model import Choice, Field, Transition, Workflow
from samokoder.offline.understanding import labels, lexicon
from samokoder.offline.understanding.drafts import Draft
from samokoder.offline.understanding.fields import named_choices
from samokoder.offline.understanding.item import is_state
from samokoder.offline.understanding.lexicon import capital

_STATUS = {"en": "Status", "ru": "Статус"}


def mostly_states(values: Sequence[str]) -> bool:
    return len(values) >= 2 and sum(is_state(value) for value in values) * 2 >= len(values)


def states_of(draft: Draft, language: str, described: bool) -> tuple[Choice, ...]:
    """What was said of its states; the usual ones where nothing was said of the thing at all."""
    if draft.states:
        return _with_decisions(named_choices(draft.states), draft, language)
    if draft.decisions:
        return _with_decisions((_known("pending", draft, language),), draft, language)
    known = draft.known
    if known is None or described or not known.states:
        return ()
    return tuple(_known(key, draft, language) for key in known.states)


def _with_decisions(choices: tuple[Choice, ...], draft: Draft, language: str) -> tuple[Choice, ...]:
    if len(choices) > 1:
        return choices
    decided = dict.fromkeys(state for state, _ in draft.decisions)
    return (*choices, *(_known(key, draft, language) for key in decided))


def _known(key: str, draft: Draft, language: str) -> Choice:
    label = lexicon.states()[key].label.label(language)
    if language == "ru":
        label = labels.agreeing_state(label, labels.gender(draft.label))
    return Choice(value=key, label=capital(label))


def status_field(choices: tuple[Choice, ...], language: str) -> Field:
    return Field(
        name="status",
        label=_STATUS[language],
        type="choice",
        required=True,
        choices=choices,
        default=choices[0].value,
    )


def workflow(field: Field, draft: Draft, roles: frozenset[str], language: str) -> Workflow:
    """Straight on in the order given; aside to cancelled, rejected and the like; back where nothing ends."""
    allowed = _deciders(draft, roles)
    ways = dict.fromkeys(_ways(field.choices))
    named = {choice.value: choice.label for choice in field.choices}
    return Workflow(
        field=field.name,
        initial=field.choices[0].value,
        transitions=tuple(
            Transition(
                source=source,
                target=target,
                label=_action(target, named[target], language),
                roles=allowed.get(target, ()),
            )
            for source, target in ways
        ),
    )


def _deciders(draft: Draft, roles: frozenset[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for state, role in draft.decisions:
        if role in roles and role not in found.get(state, ()):
            found[state] = (*found.get(state, ()), role)
    return found


def _ways(choices: Sequence[Choice]) -> Iterator[tuple[str, str]]:
    states = lexicon.states()
    values = [choice.value for choice in choices]
    falls = [value for value in values[1:] if value in states and states[value].falls]
    straight = [value for value in values if value not in falls]
    yield from pairwise(straight)
    for value in straight:
        if value in states and states[value].ends:
            continue
        if value != straight[-1] or len(straight) == 1 or value not in _FINAL:
            yield from ((value, fall) for fall in falls if fall != "rejected" or value in _judged(straight))
    last = straight[-1]
    if all(value in states and states[value].ends for value in straight):
        yield from ((last, fall) for fall in falls)  # or nothing would lead there
    if len(straight) > 1 and not falls and not _ends(last):
        yield last, straight[0]


def _judged(straight: Sequence[str]) -> Sequence[str]:
    """Where a rejection is possible: right before the approval, if there is one."""
    approval = next((i for i, value in enumerate(straight) if value in {"approved", "agreed", "accepted"}), 0)
    return straight[approval - 1 : approval] if approval else straight


_FINAL = frozenset(["approved", "agreed", "confirmed", "paid"])


def _ends(value: str) -> bool:
    state = lexicon.states().get(value)
    return state is not None and (state.ends or value in _FINAL)


def _action(value: str, label: str, language: str) -> str:
    state = lexicon.states().get(value)
    if state is not None and state.action.label(language):
        return state.action.label(language)
    return f"Перевести: {label.lower()}" if language == "ru" else f"Mark as {label.lower()}"
