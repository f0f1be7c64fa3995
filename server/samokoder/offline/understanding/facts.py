"""What sentences say, one fact at a time; assembling them into a model comes later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from samokoder.offline.understanding.item import Item
from samokoder.offline.understanding.phrases import Phrase


class Strength(IntEnum):
    """How surely records of a thing are to be kept."""

    nothing = 0
    spoken_of = 1
    kept = 2
    described = 3


@dataclass(frozen=True)
class Mention:
    thing: Phrase
    strength: Strength


@dataclass(frozen=True)
class Fields:
    thing: Phrase | None
    """None where the list came before the thing was named."""
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Belongs:
    """Each child has one parent."""

    child: Phrase
    parent: Phrase
    sure: bool = True
    """False where it holds only if records of both are kept for another reason."""
    second: bool = False
    """Whether each child has two of them: "a match between two teams"."""


@dataclass(frozen=True)
class PartOf:
    """Each part has one whole, and is shown with it."""

    part: Phrase
    whole: Phrase


@dataclass(frozen=True)
class HasMany:
    owner: Phrase
    owned: Phrase


@dataclass(frozen=True)
class Life:
    """The states a thing passes through, in order."""

    thing: Phrase | None
    states: tuple[str, ...]


@dataclass(frozen=True)
class Decision:
    """Somebody approves or rejects."""

    thing: Phrase | None
    state: str
    role: str


@dataclass(frozen=True)
class May:
    """What a kind of user does; no things means whatever was spoken of."""

    role: str
    label: str
    actions: tuple[str, ...]
    things: tuple[Phrase, ...]
    own: bool = False
    everything: bool = False
    verbs: tuple[str, ...] = ()
    modal: bool = False
    """Said as a right ("can", "only"), not as a plain happening."""


@dataclass(frozen=True)
class Together:
    """What no two records of the thing may share, all of it at once."""

    thing: Phrase
    shared: tuple[Phrase, ...]


Fact = Mention | Fields | Belongs | PartOf | HasMany | Life | Decision | May | Together
Facts = Sequence[Fact]
