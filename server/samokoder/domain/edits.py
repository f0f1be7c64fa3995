"""Changes to a file as pieces to find and to put in their place. Pure.

Applied all or not at all. Each piece must name one place without doubt: exactly, else but for white space
at the ends of lines or one shift of indentation, else between the lines around an ellipsis, else by likeness
so close that nothing else comes near. What is in doubt is refused, with the nearest real lines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

from samokoder.domain.value import Value

ALIKE = 92.0
"""Likeness, of 100, by which a piece is recognised when its lines are not quite the file's."""
MARGIN = 10.0
"""How much less alike every other place must be."""
FEWEST_ALIKE = 3
"""Lines a piece must have to be looked for by likeness: short ones are alike by chance."""
_ELLIPSES = {"...", "…", "# ...", "# …", "// ...", "// …", "/* ... */", "<!-- ... -->"}


class Edit(Value):
    """Lines of the file, and what comes in their place. No lines to search: the file is empty so far."""

    search: str
    replace: str


class Refused(ValueError):
    """Nothing was applied; the message says to a model which piece failed and what stands there."""


@dataclass(frozen=True)
class Hit:
    """Lines ``start`` to ``end`` (exclusive) become ``lines``."""

    start: int
    end: int
    lines: tuple[str, ...]


def applied(text: str, edits: Sequence[Edit]) -> str:
    """The text with every edit made. All are found in the text as it was. Raises Refused."""
    if not edits:
        raise Refused("there are no edits")
    newline = "\r\n" if text.count("\r\n") > text.count("\n") / 2 else "\n"
    lines = text.replace("\r\n", "\n").split("\n")
    faults, hits = [], []
    for number, edit in enumerate(edits, 1):
        try:
            hits += _found(lines, edit)
        except Refused as fault:
            faults.append(f"edit {number}: {fault}")
    if faults:
        good = len(edits) - len(faults)
        raise Refused("; ".join(faults) + (f"; the other {good} would fit, send them too" if good else ""))
    return newline.join(_put(lines, hits))


def _put(lines: list[str], hits: list[Hit]) -> list[str]:
    """Raises Refused when two edits touch the same lines."""
    hits.sort(key=lambda hit: (hit.start, hit.end))
    for one, other in pairwise(hits):
        if other.start < one.end or other.start == one.start:
            raise Refused(f"two edits change line {other.start + 1}; make one of them")
    made, at = [], 0
    for hit in hits:
        made += [*lines[at : hit.start], *hit.lines]
        at = hit.end
    return made + lines[at:]


# -------------------------------------------------------------------------------------- the ladder


def _found(lines: list[str], edit: Edit) -> list[Hit]:
    """Where the edit belongs. Raises Refused."""
    search, replace = _lines(edit.search), _lines(edit.replace) if edit.replace else []
    if not any(line.strip() for line in search):
        if any(line.strip() for line in lines):
            raise Refused("its search is empty; name the lines to change")
        return [Hit(0, len(lines), (*replace, ""))]
    for step in (_exactly, _but_for_ends_of_lines, _but_for_one_shift, _around_ellipses, _alike):
        hits = step(lines, search, replace)
        if len(hits) == 1:
            return hits[0]
        if hits:
            raise Refused(_in_doubt(lines, search, [hit[0].start for hit in hits]))
    raise Refused(_nowhere(lines, search, replace))


def _lines(text: str) -> list[str]:
    """Without the line end after the last, and without empty lines a model likes to put around."""
    found = text.replace("\r\n", "\n").split("\n")
    return found[:-1] if len(found) > 1 and not found[-1] else found


def _places(lines: Sequence[str], search: Sequence[str], key: Callable[[str], str]) -> list[int]:
    have, wanted = [key(line) for line in lines], [key(line) for line in search]
    size = len(wanted)
    return [
        at for at in range(len(have) - size + 1) if have[at] == wanted[0] and have[at : at + size] == wanted
    ]


def _exactly(lines: list[str], search: list[str], replace: list[str]) -> list[list[Hit]]:
    return [[Hit(at, at + len(search), tuple(replace))] for at in _places(lines, search, str)]


def _but_for_ends_of_lines(lines: list[str], search: list[str], replace: list[str]) -> list[list[Hit]]:
    return [
        [Hit(at, at + len(search), tuple(merged))]
        for at in _places(lines, search, str.rstrip)
        if (merged := _merged(lines[at : at + len(search)], search, replace)) is not None
    ]


def _merged(have: Sequence[str], search: Sequence[str], replace: Sequence[str]) -> list[str] | None:
    """The real lines with what the edit changes; None when it changes a line it does not really quote."""
    made: list[str] = []
    for kind, a, b, c, d in SequenceMatcher(None, search, replace, autojunk=False).get_opcodes():
        if kind == "equal":
            made += have[a:b]
        elif [line.rstrip() for line in have[a:b]] != [line.rstrip() for line in search[a:b]]:
            return None
        else:
            made += replace[c:d]
    return made


def _but_for_one_shift(lines: list[str], search: list[str], replace: list[str]) -> list[list[Hit]]:
    """The piece stands further left or right, all its lines by the same blanks; so do the new ones then."""
    found = []
    for at in _places(lines, search, str.strip):
        shift = _shift(lines[at : at + len(search)], search)
        if shift is not None:
            moved = _shifted(replace, *shift)
            if moved is not None:
                found.append([Hit(at, at + len(search), tuple(moved))])
    return found


def _shift(have: Sequence[str], wanted: Sequence[str]) -> tuple[str, str] | None:
    """Blanks to take from, and to put before, every line of ``wanted`` to make it ``have``."""
    pairs = [(_blanks(a), _blanks(b)) for a, b in zip(have, wanted, strict=True) if a.strip()]
    longer, shorter = pairs[0]
    if longer.endswith(shorter):
        take, put = "", longer[: len(longer) - len(shorter)]
    elif shorter.endswith(longer):
        take, put = shorter[: len(shorter) - len(longer)], ""
    else:
        return None
    same = all(b.startswith(take) and put + b[len(take) :] == a for a, b in pairs)
    return (take, put) if same else None


def _shifted(lines: Sequence[str], take: str, put: str) -> list[str] | None:
    if any(line.strip() and not line.startswith(take) for line in lines):
        return None
    return [put + line[len(take) :] if line.strip() else line for line in lines]


def _blanks(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


# ------------------------------------------------------------------------------------ with ellipses


def _around_ellipses(lines: list[str], search: list[str], replace: list[str]) -> list[list[Hit]]:
    """Lines left out by ``...`` on both sides stay; every piece around them is found once, in order."""
    wanted, given = _pieces(search), _pieces(replace)
    if len(wanted) < 2 or len(wanted) != len(given) or not all(_matter(piece) for piece in wanted):
        return []
    hits, at = [], 0
    for old, new in zip(wanted, given, strict=True):
        places = _places(lines, old, str.rstrip)
        if len(places) != 1 or places[0] < at:
            return []
        at = places[0] + len(old)
        hits.append(Hit(places[0], at, tuple(new)))
    return [hits]


def _pieces(lines: Sequence[str]) -> list[list[str]]:
    pieces: list[list[str]] = [[]]
    for line in lines:
        if line.strip() in _ELLIPSES:
            pieces.append([])
        else:
            pieces[-1].append(line)
    return pieces


def _matter(lines: Sequence[str]) -> bool:
    return any(line.strip() for line in lines)


# -------------------------------------------------------------------------------------- by likeness


def _alike(lines: list[str], search: list[str], replace: list[str]) -> list[list[Hit]]:
    """A place that begins and ends as the piece does, and nothing else in the file comes near.

    Only the lines around what is changed may differ, and they stay as the file has them.
    """
    if len(search) < FEWEST_ALIKE or not search[0].strip() or not search[-1].strip():
        return []
    near = sorted(_likeness(lines, search), reverse=True)
    if not near or near[0][0] < ALIKE:
        return []
    score, at, end = near[0]
    anchored = lines[at].rstrip() == search[0].rstrip() and lines[end - 1].rstrip() == search[-1].rstrip()
    others = [other for other, start, stop in near[1:] if stop <= at or start >= end]
    merged = _merged(lines[at:end], search, replace)
    if not anchored or merged is None or (others and score - others[0] < MARGIN):
        return []
    return [[Hit(at, end, tuple(merged))]]


def _likeness(lines: Sequence[str], search: Sequence[str]) -> Iterator[tuple[float, int, int]]:
    """How alike each stretch of as many lines is."""
    from rapidfuzz import fuzz

    wanted, size = "\n".join(search), len(search)
    for at in range(len(lines) - size + 1):
        score = fuzz.ratio(wanted, "\n".join(lines[at : at + size]), score_cutoff=50)
        if score:
            yield score, at, at + size


# ------------------------------------------------------------------------------- what goes back


def _in_doubt(lines: Sequence[str], search: Sequence[str], places: Sequence[int]) -> str:
    numbers = ", ".join(str(at + 1) for at in places[:6])
    return (
        f"its search of {len(search)} lines fits {len(places)} places (lines {numbers}); add lines before or "
        "after until only the one that is meant fits"
    )


def _nowhere(lines: Sequence[str], search: Sequence[str], replace: Sequence[str]) -> str:
    if _matter(replace) and len(_places(lines, replace, str.rstrip)) == 1:
        return "its search is not in the file, and its replacement already is: leave this edit out"
    near = max(_likeness(lines, search), default=None)
    if near is None:
        return "its search is nowhere in the file; copy the lines as they are"
    _, at, end = near
    shown = "\n".join(lines[at:end])
    return (
        f"its search is not in the file; copy the nearest lines, {at + 1} to {end}, as they are:\n{shown}\n"
    )
