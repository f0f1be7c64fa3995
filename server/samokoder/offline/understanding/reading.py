"""From sentences to facts about things: which grammar says that a thing has, belongs, or passes through."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from samokoder.offline.understanding import lexicon
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
from samokoder.offline.understanding.subjects import is_container, is_thing, meant, status_owner
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
        case Mention(thing=thing, strength=strength) if strength >= Strength.kept:
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
        found += _clause(clause, last)
    return found


def _clause(clause: Nodes, last: Phrase | None) -> list[Fact]:
    if life := _life(clause, last):
        return life
    found = _definition(clause, last) or _bare_list(clause) or _statements(clause)
    found += [fact for fields in found if isinstance(fields, Fields) for fact in _listed_things(fields.items)]
    found += _loose_attributes(clause, found)
    found += [*_assigned(clause, last), *_per(clause)]
    found += [Mention(phrase, Strength.spoken_of) for phrase in _phrases(_outside(clause)) if phrase.thing]
    return found


def _outside(clause: Nodes) -> Iterator[Node]:
    """What stands in parentheses is said of an item, and names nothing by itself."""
    depth = 0
    for node in clause:
        depth += {"(": 1, ")": -1}.get(node.text, 0) if isinstance(node, Mark) else 0
        if depth <= 0:
            yield node


def _listed_things(items: Sequence[Item]) -> Iterator[Fact]:
    """ "tasks with a deadline, comments on tasks": a plural with what it is about is a thing of its own."""
    for item in items:
        for other in item.about:
            if item.phrase.thing and item.phrase.plural and other.thing and other.thing != item.phrase.thing:
                yield Mention(item.phrase, Strength.described)
                yield Belongs(item.phrase, other)


def _bare_list(clause: Nodes) -> list[Fact]:
    """No verb, several things in the plural: a list of what is kept."""
    if any(isinstance(node, Verb) or _is(node, "track", "can", "belong", "have", "many") for node in clause):
        return []
    things = [n for n in clause if isinstance(n, Phrase) and n.thing and n.plural and not n.attribute]
    return [*_kept(read_items(clause))] if len(things) >= 2 else []


def _loose_attributes(clause: Nodes, found: Sequence[Fact]) -> list[Fact]:
    """Badly written text: attributes strewn behind the thing they belong to."""
    taken = {phrase for fact in found if isinstance(fact, Fields) for phrase in _inside(fact.items)}
    at = next((i for i, node in enumerate(clause) if isinstance(node, Phrase) and _names_known(node)), None)
    if at is None:
        return []
    loose = [
        node
        for i, node in enumerate(clause)
        if i > at and isinstance(node, Phrase) and node not in taken and not _prepositional(clause, i)
        and (node.attribute or (node.thing and not node.plural))
    ]  # fmt: skip
    if sum(node.attribute is not None for node in loose) < 3:
        return []
    first = clause[at]
    assert isinstance(first, Phrase)
    thing = meant(first)
    return [Fields(thing, tuple(Item(node) for node in loose))] if thing is not None else []


def _inside(items: Sequence[Item]) -> Iterator[Phrase]:
    for item in items:
        yield item.phrase
        yield from _inside(item.nested)


def _prepositional(clause: Nodes, at: int) -> bool:
    """Whether the phrase stands behind a preposition, and so is not what the clause is about."""
    for node in reversed(clause[:at]):
        if isinstance(node, Filler) and node.text in _ARTICLES:
            continue
        return (isinstance(node, Filler) and node.text in _PREPOSITIONS) or _is(node, "belong")
    return False


_ARTICLES = frozenset(["a", "an", "the", "this", "that"])
_PREPOSITIONS = frozenset(
    ["in", "on", "at", "by", "for", "from", "into", "against", "per", "to", "under", "over", "в", "во", "на", "по", "для", "к", "ко", "из", "от", "до", "у", "за", "при", "под"]
)


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
    subject = _first_thing(clause[since:at]) or _first_noun(clause[since:at])
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
        or (isinstance(node, Cue) and node.kind in {"states", "have"})
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


def _first_noun(said: Sequence[Node]) -> Phrase | None:
    return next((n for n in said if isinstance(n, Phrase) and n.attribute is None and n.plural), None)


def _first_thing(said: Sequence[Node]) -> Phrase | None:
    return next((phrase for phrase in _phrases(said) if phrase.thing), None)


# --- "Books: title, author" -------------------------------------------------------------------------


def _definition(clause: Nodes, last: Phrase | None) -> list[Fact]:
    at = _colon(clause)
    if at is None:
        return []
    if (earlier := _list_before(clause, at)) is not None:
        at = earlier
    before, items = clause[:at], read_items(clause[at + 1 :])
    if not items:
        return []
    if _is_sentence(clause[at + 1 :]):
        return [*_statements(before), *_statements(clause[at + 1 :])]
    heads = [(i, node) for i, node in enumerate(before) if isinstance(node, Phrase)]
    free = [node for i, node in heads if not _prepositional(before, i)]
    head = free[-1] if free else heads[-1][1] if heads else None
    owner = status_owner(before)
    subject = _heading(head, before) if head is not None else None
    kind = shape(subject, items)
    if owner is not None or (head is not None and head.attribute == "status" and not head.thing):
        spoken = [node for node in before if isinstance(node, Phrase) and node.thing]
        return [Life(owner or (spoken[-1] if spoken else last), _state_names(clause[at + 1 :]))]
    if head is not None and last is not None and _is_choice_of(head, items):
        return [Fields(last, (Item(head, choices=_state_names(clause[at + 1 :])),))]
    if kind == "states" and subject is not None:
        return [Life(subject, _state_names(clause[at + 1 :]))]
    if kind == "things" or (subject is None and any(item.nested for item in items)):
        return [*_statements(before), *_kept(items)]
    named = _named_before(before, subject) or last
    if named is None:
        return [*_kept(items)]
    return [*_statements(before), Mention(named, Strength.described), Fields(named, items)]


def _list_before(clause: Nodes, at: int) -> int | None:
    """ "Equipment, date of purchase, condition: new, broken": the colon belongs to the last item only."""
    head = clause[at - 1]
    comma = next((i for i, node in enumerate(clause[:at]) if node == Mark(",")), None)
    inner = isinstance(head, Phrase) and head.attribute is not None and head.thing is None
    return comma if comma is not None and inner and clause[at] == Mark(":") else None


def _is_sentence(said: Nodes) -> bool:
    """A first phrase directly followed by "have" begins a clause of its own, not a list."""
    first = next((i for i, node in enumerate(said) if isinstance(node, Phrase)), None)
    return first is not None and first + 1 < len(said) and _is(said[first + 1], "have")


def _is_choice_of(head: Phrase, items: Sequence[Item]) -> bool:
    """ "Priority: low, high" on a line of its own."""
    attribute = lexicon.attributes().get(head.attribute or "")
    plain = all(not item.phrase.attribute and not item.nested for item in items)
    return (
        attribute is not None
        and attribute.type == "choice"
        and head.thing is None
        and len(items) > 1
        and plain
    )


def _heading(head: Phrase, before: Nodes) -> Phrase | None:
    """The thing a heading names; a lone "Programme" before a list is one, though it often means software."""
    alone = sum(isinstance(node, Phrase) for node in before) == 1 and len(head.words) == 1
    if alone and head.lemmas in lexicon.word_set("containers", "listable", head.russian):
        return head
    return meant(head)


def _named_before(before: Nodes, subject: Phrase | None) -> Phrase | None:
    """The thing a heading names: the nearest noun if the lexicon knows it, else the first it knows."""
    if subject is not None and (subject.thing is not None or (subject.russian and subject.complement)):
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
    if isinstance(node, Verb):
        if clause[at + 1 : at + 2] == (Filler("by"),) and _passive(clause, at):
            return _belonging(clause, at + 1)[0], 1
        return _joining(clause, at) or _leading(clause, at), 1
    if not isinstance(node, Cue):
        return [], 1
    if node.kind == "track":
        return _tracked(clause, at)
    if node.kind in {"have", "with"}:
        return _having(clause, at)
    if node.kind == "belong":
        return _belonging(clause, at)
    if node.kind == "many":
        return _many(clause, at)
    return [], 1


def _tracked(clause: Nodes, at: int) -> tuple[list[Fact], int]:
    start = at + 1
    if start < len(clause) and _is(clause[start], "which"):
        start = next((i for i in range(start, len(clause)) if _resumes(clause[i])), len(clause))
    end = _list_end(clause, start)
    items = read_items(clause[start:end])
    each = [node for node in clause[:at] if isinstance(node, Phrase) and node.quantity == "each"]
    if each and is_thing(each[0]):
        return [Mention(each[0], Strength.described), Fields(each[0], items)], max(1, end - at)
    return [*_kept(items)], max(1, end - at)


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
    subject = _signing_up(clause, at) or _subject(clause, at)
    end = _list_end(clause, at + 1)
    if subject is None or end == at + 1:
        return [], 1
    items = read_items(clause[at + 1 : end])
    if _is(clause[at], "with") and (whole := _with_another(clause, at, items)) is not None:
        return [Belongs(whole, items[0].phrase)], end - at
    return [Mention(subject, Strength.described), Fields(subject, items)], end - at


def _with_another(clause: Nodes, at: int, items: Sequence[Item]) -> Phrase | None:
    """ "a trip is driven by a driver with a truck": the truck is the trip's, not the driver's."""
    if len(items) != 1 or not _bare_thing(items[0]):
        return None
    named = [(i, n) for i, n in enumerate(clause[:at]) if isinstance(n, Phrase) and is_thing(n)]
    free = [thing for i, thing in named if not _prepositional(clause, i)]
    behind = bool(named) and _prepositional(clause, named[-1][0])
    return free[0] if free and behind and free[0].thing != items[0].phrase.thing else None


def _bare_thing(item: Item) -> bool:
    phrase = item.phrase
    return bool(phrase.thing) and not phrase.attribute and not phrase.plural and not item.nested


_SIGNING_UP = frozenset(
    ["register", "sign", "enroll", "регистрироваться", "записываться", "зарегистрироваться", "записаться"]
)


def _signing_up(clause: Nodes, at: int) -> Phrase | None:
    """ "register for an event giving a name": the name is the registration's."""
    cue = clause[at]
    signs = any(isinstance(node, Verb) and node.lemma in _SIGNING_UP for node in clause[:at])
    if not signs or not (isinstance(cue, Cue) and cue.text in {"указав", "указывая", "giving", "specifying"}):
        return None
    named = nodes("registration" if cue.text.isascii() else "регистрация")[0]
    return named if isinstance(named, Phrase) else None


def _subject(clause: Nodes, at: int) -> Phrase | None:
    """Whose fields are listed: the nearest thing before; for "with", rather not one behind a preposition."""
    before = clause[:at]
    named = [
        (i, thing) for i, node in enumerate(before) if isinstance(node, Phrase) and (thing := meant(node))
    ]
    found = [(i, thing) for i, thing in named if is_thing(thing)] or named
    if not found:
        return _described_noun(before) if _is(clause[at], "have") else None
    free = [(i, thing) for i, thing in found if not _prepositional(clause, i)]
    if _is(clause[at], "have") and free and not isinstance(before[-1], Phrase) and not clause[at].text == "у":
        return free[0][1] if _resumes(before[-1]) else found[-1][1]
    if not _is(clause[at], "with") or _belongs_directly(before, found[-1]):
        return found[-1][1]
    verb = max((i for i, n in enumerate(before) if isinstance(n, Verb) or _is(n, "track")), default=-1)
    acted_on = next((thing for i, thing in free if i > verb and verb >= 0), None)
    return acted_on or (free or found)[-1][1]


def _described_noun(before: Nodes) -> Phrase | None:
    """ "Features have a title": a noun usually without weight, but here with fields of its own."""
    last = before[-1] if before else None
    return last if isinstance(last, Phrase) and not last.attribute and not is_container(last) else None


def _resumes(node: Node) -> bool:
    """After "and" or a comma the verb goes on with the subject of the clause."""
    return node == Mark(",") or _is(node, "and")


def _belongs_directly(before: Nodes, last: tuple[int, Phrase]) -> bool:
    """ "repairs with a date": the noun right before, itself behind no preposition."""
    at, thing = last
    return at == len(before) - 1 and thing.thing is not None and not _prepositional(before, at)


def _belonging(clause: Nodes, at: int) -> tuple[list[Fact], int]:
    child = _subject(clause, at)
    parent = _next_phrase(clause, at + 1)
    if child is None or parent is None or not is_thing(parent):
        return [], 1
    return [
        Mention(child, Strength.kept), Mention(parent, Strength.kept), Belongs(child, parent)
    ], 1  # fmt: skip


_JOINING = frozenset(
    ["sign", "attend", "join", "enroll", "register", "apply", "visit", "take", "записываться", "посещать", "учиться"]
)


def _joining(clause: Nodes, at: int) -> list[Fact]:
    """ "Volunteers sign up for shifts": many of each, unless a third thing stands between them."""
    verb = clause[at]
    who, what = _subject(clause, at), _next_phrase(clause, at + 1)
    if not isinstance(verb, Verb) or verb.lemma not in _JOINING or who is None or what is None:
        return []
    if not (who.thing and what.thing and who.plural and what.plural) or what.attribute:
        return []
    return [HasMany(who, what), HasMany(what, who)]


def _passive(clause: Nodes, at: int) -> bool:
    return (
        at > 0 and isinstance(clause[at - 1], Filler) and clause[at - 1].text in {"is", "are", "was", "been"}
    )


_LEADING = frozenset(
    ["run", "lead", "teach", "own", "coach", "host", "drive", "organize", "organise", "supervise", "вести", "преподавать", "организовывать"]
)
_ASSIGNING = frozenset(["assign", "назначать", "назначить"])


def _leading(clause: Nodes, at: int) -> list[Fact]:
    """ "Teachers run clubs": each club has its teacher."""
    verb, what = clause[at], _next_phrase(clause, at + 1)
    before = [node for node in clause[:at] if isinstance(node, Phrase)]
    if not isinstance(verb, Verb) or what is None or not what.thing or not before or what.attribute:
        return []
    if verb.lemma in _LEADING and before[-1].thing and before[-1].thing != what.thing:
        return [Belongs(what, before[-1])]
    return []


def _assigned(clause: Nodes, last: Phrase | None) -> Iterator[Fact]:
    """ "The dispatcher assigns a mechanic": what was spoken of has its mechanic."""
    for at, node in enumerate(clause):
        what = _next_phrase(clause, at + 1) if isinstance(node, Verb) and node.lemma in _ASSIGNING else None
        known = lexicon.things().get(what.thing or "") if what is not None else None
        if what is not None and known is not None and known.person and last is not None:
            yield Belongs(last, what)


def _per(clause: Nodes) -> Iterator[Fact]:
    """ "harvest per hive", with no verb: each belongs to one."""
    if len(clause) >= 3 and isinstance(clause[0], Phrase) and isinstance(clause[2], Phrase):
        if clause[1] in (Filler("per"), Filler("for"), Filler("по")) and clause[0].thing and clause[2].thing:
            yield Belongs(clause[0], clause[2])


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
    if thing.thing == "grade" and item.maximum is not None:
        mark = nodes("отметка" if thing.russian else "mark")[0]
        assert isinstance(mark, Phrase)
        yield Fields(thing, (replace(item, phrase=mark, nested=(), about=()),))
    if item.phrase.quantity == "their" and previous is not None and thing.thing != previous.thing:
        yield Belongs(thing, previous)
    for other in item.about:
        if other.thing and other.thing != thing.thing:
            yield Belongs(thing, other)
