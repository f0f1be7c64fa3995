"""The whole way from a description to a model. Pure and deterministic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from samokoder.domain.data_model import DataModel, Entity
from samokoder.offline.understanding import assumptions, figures, lexicon, lives, relations, roles
from samokoder.offline.understanding.answer import Refused, Understood
from samokoder.offline.understanding.asked import asked_metrics, exported
from samokoder.offline.understanding.drafts import Draft, Drafts, collect, key_of, strongest
from samokoder.offline.understanding.entities import entities, with_export
from samokoder.offline.understanding.facts import Decision, Fact, Fields, Life, Strength
from samokoder.offline.understanding.item import Item
from samokoder.offline.understanding.naming import resolved
from samokoder.offline.understanding.phrases import Phrase, Unit, language_of
from samokoder.offline.understanding.questions import answered, questions
from samokoder.offline.understanding.reading import read
from samokoder.offline.understanding.scope import refusal, unclear
from samokoder.offline.understanding.text import LONGEST, sentences
from samokoder.offline.understanding.together import with_together
from samokoder.offline.understanding.words import lemmas, tokens


def understand(
    description: str, answers: Mapping[str, str] | None = None, additions: Sequence[str] = ()
) -> Understood | Refused:
    """The model a description asks for, or why the embedded model cannot build it."""
    text = "\n".join([description[:LONGEST], *additions, *answered(answers or {})])
    language = language_of(text)
    if (refused := refusal(text, language)) is not None:
        return refused
    said = sentences(text)
    facts = resolved(read(said))
    drafts = _drafts(facts, text, language)
    if not drafts:
        return unclear(language)
    relations.bring(drafts, language)
    related = relations.relate(facts, drafts)
    named = roles.meant(facts)
    role_names = frozenset(roles.role_name(key) for key in named)
    parts, built = entities(drafts, related, language, role_names)
    built = with_together(built, parts, facts)
    built = figures.with_totals(_exportable(built, said), language)
    model = DataModel(
        language=language,
        title=_title(built, language),
        entities=built,
        roles=roles.roles(facts, named, parts, language),
        metrics=figures.metrics(asked_metrics(said, parts, built, language), built, language),
    )
    return Understood(
        model=model,
        assumptions=assumptions.of(model, parts, len(description) > LONGEST),
        queries=questions(model, parts, answers or {}),
    )


def _drafts(facts: Sequence[Fact], text: str, language: str) -> Drafts:
    drafts = collect(facts)
    _usual_of_domain(drafts, facts, text, language)
    main = _main(drafts)
    for fact in facts:
        if isinstance(fact, Fields):
            _fill(drafts, fact, main)
        elif isinstance(fact, Life) and fact.thing is not None and key_of(fact.thing) in drafts:
            _live(drafts[key_of(fact.thing)], fact)
        elif isinstance(fact, Decision) and fact.thing is not None and key_of(fact.thing) in drafts:
            drafts[key_of(fact.thing)].decisions.append((fact.state, roles.role_name(fact.role)))
    return strongest(drafts)


def _main(drafts: Drafts) -> Draft | None:
    return max(drafts.values(), key=lambda draft: draft.strength, default=None)


def _fill(drafts: Drafts, fact: Fields, main: Draft | None) -> None:
    draft = drafts.get(key_of(fact.thing)) if fact.thing is not None else main
    if draft is None:
        return
    for item in fact.items:
        if item.phrase.attribute == "status" and len(item.choices) >= 2:
            draft.states = draft.states or item.choices
        if not any(_same(item, other) for other in draft.items):
            draft.items.append(item)
        if item.nested:
            _fill(drafts, Fields(item.phrase, item.nested), None)


def _same(item: Item, other: Item) -> bool:
    return item.phrase.lemmas == other.phrase.lemmas and item.phrase.complement == other.phrase.complement


def _live(draft: Draft, life: Life) -> None:
    if lives.mostly_states(life.states) or (len(life.states) >= 3 and not draft.states):
        draft.states = life.states


def _usual_of_domain(drafts: Drafts, facts: Sequence[Fact], text: str, language: str) -> None:
    """A text that names a place and little else: what such places keep."""
    if any(isinstance(fact, Fields) for fact in facts) or sum(d.strength >= 2 for d in drafts.values()) > 2:
        return
    for key in _domain(text, language == "ru"):
        if key not in drafts:
            thing = lexicon.things()[key]
            drafts[key] = Draft(key, thing.label.label(language), Strength.kept, brought=True)


def _domain(text: str, russian: bool) -> tuple[str, ...]:
    """Of the places and kinds of work named, the one said most fully."""
    said = lemmas(text[:2000])
    index = lexicon.domains(russian)
    for length in range(4, 0, -1):
        for start in range(len(said) - length + 1):
            if (found := index.get(said[start : start + length])) is not None:
                return found
    return ()


def _exportable(built: Sequence[Entity], said: Sequence[str]) -> tuple[Entity, ...]:
    chosen = exported(said, built)
    return tuple(with_export(entity, entity.name in chosen) for entity in built)


def _title(built: Sequence[Entity], language: str) -> str:
    whole = [entity.label_plural for entity in built if entity.parent is None] or [built[0].label_plural]
    if len(whole) == 1:
        return whole[0]
    joiner = " и " if language == "ru" else " and "
    return f"{', '.join([whole[0], *(w.lower() for w in whole[1:3][:-1])])}{joiner}{whole[1:3][-1].lower()}"


__all__ = ["Phrase", "Unit", "tokens", "understand"]
