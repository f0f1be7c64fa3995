"""From sentences to facts about things: which grammar says that a thing has, belongs, or passes through."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from samokoder.offline.understanding.facts import (
    Belongs,
    Fact,
    Fields,
    HasMany,
    Life,
    Mention,
    Strength,
)
from samokoder.offline.understanding.items import (
    Item,
    is_state,
    read_items,
    segments,
    shape,
    text_of,
)
from samokoder.offline.understanding.permissions import decisions, rights
from samokoder.offline.understanding.phrases import (
    Cue,
    Filler,
    Mark,
    Node,
    Nodes,
    Phrase,
    Verb,
    nodes,
)
from samokoder.offline.understanding.subjects import is_thing, meant, status_owner
from samokoder.offline.understanding.text import UNNAMED


def read(sentences: Sequence[str]) -> list[Fact]:
    found: list[Fact] = []
    last: Phrase | None = None
    for sentence in sentences:
        for fact in read_sentence(sentence, last):
            found.append(fact)
            last = _spoken_of(fact) or last
    return found


def _spoken_of(fact: Fact) -> Phrase | None:
    match fact:
        case Fields(thing=thing):
            return thing
        case Mention(thing=thing, strength=strength) if strength >= Strength.kept or thing.thing:
            return thing
        case Life(thing=thing):
            return thing
        case _:
            return None


def read_sentence(sentence: str, last: Phrase | None) -> list[Fact]:
    if sentence.startswith(UNNAMED):
        items = read_items(nodes(sentence.removeprefix(UNNAMED)))
        return [Fields(last, items)] if last is not None else [*_kept(items)]
    said = _without_end(nodes(sentence))
    found: list[Fact] = [*rights(said), *decisions(said, last)]
    for clause in _clauses(said):
        found += _life(clause, last) or _definition(clause, last) or _statements(clause)
    found += [Mention(phrase, Strength.spoken_of) for phrase in _phrases(said) if phrase.thing]
    return found


def _without_end(said: Nodes) -> Nodes:
    while said and isinstance(said[-1], Mark) and said[-1].text in ".!?…,;:":
        said = said[:-1]
    return tuple(node for node in said if not (isinstance(node, Mark) and node.text in "!?…\"'"))


def _phrases(said: Sequence[Node]) -> Iterator[Phrase]:
    for node in said:
        current = node if isinstance(node, Phrase) else None
        while current is not None:
            yield current
            current = current.complement


def _clauses(said: Nodes) -> Iterator[Nodes]:
    """Cuts at full stops inside what was taken for one sentence."""
    current: list[Node] = []
    for node in said:
        if node == Mark("."):
            yield tuple(current)
            current = []
        else:
            current.append(node)
    if current:
        yield tuple(current)


# --- states -----------------------------------------------------------------------------------------


def _life(clause: Nodes, last: Phrase | None) -> list[Fact]:
    arrows = [i for i, node in enumerate(clause) if isinstance(node, Cue) and node.kind == "arrow"]
    if arrows:
        return _arrow_life(clause, arrows, last)
    at = next((i for i, node in enumerate(clause) if isinstance(node, Cue) and node.kind == "states"), None)
    if at is None:
        return []
    names = _state_names(clause[at + 1 :])
    known = sum(is_state(name) for name in names)
    if len(names) < 2 or (known * 2 < len(names)):
        return []
    since = max((i for i, node in enumerate(clause[:at]) if node == Mark(";")), default=0)
    subject = _first_thing(clause[since:at])
    head: list[Fact] = list(_definition(clause[:at], last)) if _has_colon(clause[:at]) else []
    return [*head, Life(subject or last, names)]


def _has_colon(clause: Nodes) -> bool:
    return Mark(":") in clause


def _arrow_life(clause: Nodes, arrows: list[int], last: Phrase | None) -> list[Fact]:
    opening = max((i for i, node in enumerate(clause[: arrows[0]]) if _opens_states(node)), default=None)
    start = opening + 1 if opening is not None else _after_thing(clause[: arrows[0]])
    names = _state_names(clause[start:])
    before = clause[:start]
    return [Life(status_owner(before) or _first_thing(before) or last, names)] if len(names) >= 2 else []


def _opens_states(node: Node) -> bool:
    return (
        node == Mark(":")
        or (isinstance(node, Cue)
        and node.kind in {"states", "have"})
        or ((isinstance(node, Phrase) and node.attribute == "status") or node == Filler("from"))
    )


def _after_thing(before: Nodes) -> int:
    return max((i + 1 for i, node in enumerate(before[:-1]) if isinstance(node, Phrase)), default=0)


def _state_names(said: Nodes) -> tuple[str, ...]:
    cut: list[Node] = [
        Mark(",") if node in (Filler("to"), Filler("then")) or _is(node, "arrow") else node for node in said
    ]
    names = []
    for part in segments(cut):
        kept = [node for node in part if node not in (Filler("from"), Filler("is"), Filler("are"), Mark(";"))]
        text = text_of(kept).strip(" .:-()").lower()
        if text and len(text.split()) <= 4:
            names.append(text)
    return tuple(dict.fromkeys(names))


def _is(node: Node, *kinds: str) -> bool:
    return isinstance(node, Cue) and node.kind in kinds


def _first_thing(said: Sequence[Node]) -> Phrase | None:
    return next((phrase for phrase in _phrases(said) if phrase.thing), None)


# --- "Books: title, author" -------------------------------------------------------------------------


def _definition(clause: Nodes, last: Phrase | None) -> list[Fact]:
    at = _colon(clause)
    if at is None:
        return []
    before, items = clause[:at], read_items(clause[at + 1 :])
    if not items:
        return []
    if _is_sentence(clause[at + 1 :]):
        return [*_statements(before), *_statements(clause[at + 1 :])]
    head = next((node for node in reversed(before) if isinstance(node, Phrase)), None)
    owner = status_owner(before)
    subject = meant(head) if head is not None else None
    kind = shape(subject, items)
    if owner is not None or (head is not None and head.attribute == "status" and not head.thing):
        return [Life(owner or last, _state_names(clause[at + 1 :]))]
    if kind == "states" and subject is not None:
        return [Life(subject, _state_names(clause[at + 1 :]))]
    if kind == "things" or (subject is None and any(item.nested for item in items)):
        return [*_statements(before), *_kept(items)]
    named = _named_before(before, subject) or last
    if named is None:
        return [*_kept(items)]
    return [*_statements(before), Mention(named, Strength.described), Fields(named, items)]


def _is_sentence(said: Nodes) -> bool:
    """A first phrase directly followed by "have" begins a clause of its own, not a list."""
    first = next((i for i, node in enumerate(said) if isinstance(node, Phrase)), None)
    return first is not None and first + 1 < len(said) and _is(said[first + 1], "have")


def _named_before(before: Nodes, subject: Phrase | None) -> Phrase | None:
    """The thing a heading names: the nearest noun if the lexicon knows it, else the first it knows."""
    if subject is not None and subject.thing is not None:
        return subject
    known = _first_meant([node for node in before if isinstance(node, Phrase) and _names_known(node)])
    return known or subject or _first_meant(before)


def _names_known(phrase: Phrase) -> bool:
    found = meant(phrase)
    return found is not None and found.thing is not None


def _first_meant(before: Sequence[Node]) -> Phrase | None:
    return next((found for phrase in _phrases(before) if (found := meant(phrase)) is not None), None)


def _colon(clause: Nodes) -> int | None:
    """Where a heading ends and its list begins: a colon, a dash, or a parenthesis right after a first thing."""
    for i, node in enumerate(clause):
        if i == 0 or not isinstance(node, Mark):
            continue
        if node.text == ":" and not _nested_colon(clause, i):
            return i
        if node.text == "-" and i <= 6 and not any(_is(n, "have", "track") for n in clause[:i]):
            return i
    return None


def _nested_colon(clause: Nodes, at: int) -> bool:
    """A colon after an item of a list already begun: "number, type: a, b"."""
    return any(node == Mark(",") for node in clause[:at]) and any(
        _is(node, "have", "with") for node in clause[:at]
    )


# --- the other statements ---------------------------------------------------------------------------


def _statements(clause: Nodes) -> list[Fact]:
    found: list[Fact] = []
    at = 0
    while at < len(clause):
        facts, used = _statement(clause, at)
        found += facts
        at += used
    return found


def _statement(clause: Nodes, at: int) -> tuple[list[Fact], int]:
    node = clause[at]
    if isinstance(node, Phrase):
        return _spoken(clause, at, node)
    if not isinstance(node, Cue):
        return [], 1
    if node.kind == "track":
        end = _list_end(clause, at + 1)
        return [*_kept(read_items(clause[at + 1 : end]))], end - at
    if node.kind in {"have", "with"}:
        return _having(clause, at)
    if node.kind == "belong":
        return _belonging(clause, at)
    if node.kind == "many":
        return _many(clause, at)
    return [], 1


def _spoken(clause: Nodes, at: int, phrase: Phrase) -> tuple[list[Fact], int]:
    found: list[Fact] = []
    if phrase.complement is not None:
        found += _of(phrase)
    if at + 1 < len(clause) and clause[at + 1] == Mark("(") and is_thing(phrase):
        end = _closing(clause, at + 1)
        items = read_items(clause[at : end + 1])
        return [*found, *_kept(items)], end + 1 - at
    if phrase.quantity == "each" and is_thing(phrase):
        found.append(Mention(phrase, Strength.kept))
    return found, 1


def _of(phrase: Phrase) -> Iterator[Fact]:
    whole = meant(phrase)
    if whole is not None and whole is not phrase:
        yield Mention(whole, Strength.kept)
    elif phrase.complement is not None and phrase.thing and phrase.complement.thing:
        yield Belongs(phrase, phrase.complement)


def _closing(clause: Nodes, at: int) -> int:
    depth = 0
    for i in range(at, len(clause)):
        depth += {Mark("("): 1, Mark(")"): -1}.get(clause[i], 0)  # type: ignore[call-overload]
        if depth == 0:
            return i
    return len(clause) - 1


def _having(clause: Nodes, at: int) -> tuple[list[Fact], int]:
    subject = _subject(clause, at)
    end = _list_end(clause, at + 1)
    if subject is None or end == at + 1:
        return [], 1
    items = read_items(clause[at + 1 : end])
    return [Mention(subject, Strength.described), Fields(subject, items)], end - at


def _subject(clause: Nodes, at: int) -> Phrase | None:
    """Whose fields are listed: for "with", what the verb before acts on; otherwise the nearest thing before."""
    before = clause[:at]
    if _is(clause[at], "with"):
        verb = max((i for i, n in enumerate(before) if isinstance(n, Verb) or _is(n, "track")), default=-1)
        acted_on = next((p for p in before[verb + 1 :] if isinstance(p, Phrase)), None) if verb >= 0 else None
        if acted_on is not None and (found := meant(acted_on)) is not None:
            return found
    for node in reversed(before):
        if isinstance(node, Phrase) and (found := meant(node)) is not None:
            return found
    return None


def _belonging(clause: Nodes, at: int) -> tuple[list[Fact], int]:
    child = _subject(clause, at)
    parent = _next_phrase(clause, at + 1)
    if child is None or parent is None or not is_thing(parent):
        return [], 1
    return [
        Mention(child, Strength.kept), Mention(parent, Strength.kept), Belongs(child, parent)
    ], 1  # fmt: skip


def _many(clause: Nodes, at: int) -> tuple[list[Fact], int]:
    owned = _next_phrase(clause, at + 1)
    owner = _subject(clause, at)
    if owned is None or owner is None or not (is_thing(owned) and is_thing(owner)):
        return [], 1
    return [
        Mention(owner, Strength.kept), Mention(owned, Strength.kept), HasMany(owner, owned)
    ], 1  # fmt: skip


def _next_phrase(clause: Nodes, at: int) -> Phrase | None:
    for node in clause[at : at + 4]:
        if isinstance(node, Phrase):
            return node
        if not isinstance(node, Filler | Cue):
            return None
    return None


def _list_end(clause: Nodes, start: int) -> int:
    """Where a list stops: before a clause with a verb of its own."""
    separator, seen = start, False
    for i in range(start, len(clause)):
        node = clause[i]
        if node == Mark(",") or _is(node, "and"):
            separator, seen = i, False
        elif isinstance(node, Phrase):
            seen = True
        elif _is(node, "which"):
            return i
        elif not seen and i == separator + 1 and i > start + 1 and _orders(node):
            return separator
        elif seen and i > start and _begins_clause(node, clause[i - 1]):
            return separator if separator > start else i
    return len(clause)


def _orders(node: Node) -> bool:
    """A verb right after "and" or a comma: another thing to do."""
    return isinstance(node, Verb) and not node.text.lower().endswith(("ed", "ing"))


def _begins_clause(node: Node, before: Node) -> bool:
    if isinstance(node, Verb):
        return isinstance(before, Phrase) and not node.text.lower().endswith(
            ("ed", "ing", "done", "taken", "sold")
        )
    return _is(node, "can", "belong", "states", "track") or (_is(node, "have") and isinstance(before, Phrase))


def _kept(items: Sequence[Item]) -> Iterator[Fact]:
    """Things listed as what is kept, each with its own fields; bare attributes belong to the thing before."""
    previous: Phrase | None = None
    loose: list[Item] = []
    for item in items:
        thing = meant(item.phrase)
        if thing is None or _is_loose(thing, item, previous, bool(loose)):
            loose.append(item)
            continue
        if loose:
            yield Fields(previous, tuple(loose))
        loose = []
        yield from _kept_thing(item, thing, previous)
        previous = thing
    if loose and (previous is not None or len(loose) > 1):
        yield Fields(previous, tuple(loose))


def _is_loose(thing: Phrase, item: Item, previous: Phrase | None, after_loose: bool) -> bool:
    if not thing.attribute or item.nested:
        return False
    return thing.thing is None or after_loose or (previous is not None and not thing.plural)


def _kept_thing(item: Item, thing: Phrase, previous: Phrase | None) -> Iterator[Fact]:
    yield Mention(thing, Strength.described if item.nested else Strength.kept)
    if thing is item.phrase and thing.complement is not None:
        yield from _of(thing)
    if item.nested:
        yield Fields(thing, item.nested)
    if item.choices:
        yield Life(thing, item.choices)
    if item.phrase.quantity == "their" and previous is not None and thing.thing != previous.thing:
        yield Belongs(thing, previous)
    for other in item.about:
        if other.thing and other.thing != thing.thing:
            yield Belongs(thing, other)
