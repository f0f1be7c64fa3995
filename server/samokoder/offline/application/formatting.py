"""How Python is laid out: literals and lines as a formatter with 100 columns would write them. Pure."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

WIDTH = 100
_OPEN, _CLOSE = "([{", ")]}"


def literal(text: str) -> str:
    """The text as a Python string, in double quotes unless single ones need fewer escapes."""
    quote = "'" if text.count('"') > text.count("'") else '"'
    return quote + "".join(_escaped(character, quote) for character in text) + quote


def _escaped(character: str, quote: str) -> str:
    if character in ("\\", quote):
        return "\\" + character
    if character.isprintable() and unicodedata.bidirectional(character) not in _DIRECTIONS:
        return character
    return character.encode("unicode_escape").decode("ascii")


# Invisible marks that can make code read differently from what it does are written as escapes.
_DIRECTIONS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def plain(text: str) -> str:
    """The text on one line, without control characters and halves of characters."""
    kept = (" " if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") else c for c in text)
    return " ".join("".join(kept).split())


def prose(text: str) -> str:
    """The text as one line of a comment or docstring."""
    kept = "".join(c if c.isprintable() else " " for c in text)
    safe = kept.replace("\\", "/").replace('"', "'")
    return " ".join(safe.split())


def docstring(text: str, indent: int = 4) -> str:
    """The text as a docstring whose lines fit; the first line is written where the template stands."""
    line = prose(text)
    pad = " " * indent
    if width(line) + indent + 6 <= WIDTH:
        return f'"""{line}"""'
    wide = width(line) - len(line)
    room = WIDTH - indent - max(wide, 0) - (3 if width(line) > WIDTH else 10)
    wrapped = textwrap.wrap(line, room, break_on_hyphens=False, break_long_words=False)
    return '"""' + f"\n{pad}".join(wrapped) + f'\n{pad}"""'


def width(text: str) -> int:
    """Columns a line takes; wide characters take two."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else not unicodedata.combining(c) for c in text)


def fold(source: str) -> str:
    """The source with lines beyond 100 columns broken at their brackets."""
    lines = source.split("\n")
    if all(len(line) <= WIDTH // 2 or width(line) <= WIDTH for line in lines):
        return source
    return "\n".join(part for line in lines for part in _folded(line))


def _folded(line: str, inside: bool = False) -> Iterator[str]:
    """The parts of a line; `inside` brackets a chain of calls needs no parentheses of its own."""
    span = None if width(line) <= WIDTH else _broken_at(line)
    if span is None:
        yield line
        return
    if links := _chain(line):
        yield from _chained(line, links, inside)
        return
    start, end = span
    pad = " " * (len(line) - len(line.lstrip()))
    claim = line.strip().removeprefix("assert ")
    if line.lstrip().startswith("assert ") and end < len(line) - 1 and width(pad + claim) + 4 <= WIDTH:
        yield from (pad + "assert (", pad + "    " + claim, pad + ")")
        return
    body, inner = line[start + 1 : end], pad + " " * 4
    parts = list(_split(body))
    yield line[: start + 1]
    clauses = _clauses(body)
    if clauses and width(inner + body) > WIDTH:
        yield from (inner + clause for clause in clauses)
    elif clauses:
        yield inner + body
    elif _is_call(line, start) and width(inner + body) <= WIDTH and not body.endswith(","):
        alone = len(parts) == 1 and line.lstrip().startswith("def ")
        yield inner + body + ("," if alone else "")
    else:
        for part in parts:
            comma = "" if len(parts) == 1 and not _takes_comma(line, start) else ","
            yield from _folded(inner + part + comma, inside=True)
    yield pad + line[end:]


def _broken_at(line: str) -> tuple[int, int] | None:
    """The bracket to break a line at: the parameters of a definition, else the one that closes last."""
    spans = [(i, j) for i, j in _outer(line) if line[i + 1 : j].strip()]
    if not spans:
        return None
    return spans[0] if line.lstrip().startswith(("def ", "async def ")) else spans[-1]


def _chain(line: str) -> list[int]:
    """Where calls of methods on results of calls begin, when there are at least two."""
    after = [j + 1 for _, j in _outer(line) if line[j] == ")" and line[j + 1 : j + 2] == "."]
    return after if len(after) > 1 and line.rstrip(",").endswith(")") else []


def _chained(line: str, links: list[int], inside: bool) -> Iterator[str]:
    """One call of a method a line, within parentheses unless there are some around already."""
    pad = " " * (len(line) - len(line.lstrip()))
    head = "" if inside else _assigned(line)
    inner = pad if inside else pad + " " * 4
    places = [len(head) if head else len(pad), *links, len(line)]
    pieces = [line[i:j] for i, j in pairwise(places)]
    if not inside:
        yield head + "("
        if width(inner + line[len(head) :]) <= WIDTH:
            pieces = [line[len(head) :]]
    for piece in pieces:
        yield from _folded(inner + piece, inside=True)
    if not inside:
        yield pad + ")"


def _assigned(line: str) -> str:
    """The beginning of a statement up to its value."""
    found = _STATEMENT.match(line)
    return found[0] if found else ""


_STATEMENT = re.compile(r"\s*(?:return |yield |[\w.]+(?:: [^=]+)? \+?= )?")


def _clauses(body: str) -> list[str]:
    """The value and the clauses of a comprehension; empty for anything else."""
    depth, begin, found = 0, 0, []
    for index, character in _code(body):
        depth += (character in _OPEN) - (character in _CLOSE)
        if depth == 0 and body.startswith((" for ", " if "), index) and " for " in body[: index + 5]:
            found.append(body[begin:index])
            begin = index + 1
    return [*found, body[begin:]] if found else []


def _takes_comma(line: str, start: int) -> bool:
    """Whether a lone part takes a comma when it is broken out: not within an index or mere parentheses."""
    indexed = line[start] == "[" and _is_call(line, start)
    return not indexed and (line[start] != "(" or _is_call(line, start))


def _is_call(line: str, start: int) -> bool:
    """Whether the bracket holds arguments or an index, which may stand on one line of their own."""
    return start > 0 and line[start] in "([" and (line[start - 1].isalnum() or line[start - 1] in "_)]")


def _outer(line: str) -> Iterator[tuple[int, int]]:
    start, depth = 0, 0
    for index, character in _code(line):
        if character in _OPEN:
            start, depth = (index, 1) if depth == 0 else (start, depth + 1)
        elif character in _CLOSE:
            depth -= 1
            if depth == 0:
                yield start, index


def _split(body: str) -> Iterator[str]:
    """The parts between the commas of the outermost level."""
    depth, begin = 0, 0
    for index, character in _code(body):
        depth += (character in _OPEN) - (character in _CLOSE)
        if character == "," and depth == 0:
            yield body[begin:index].strip()
            begin = index + 1
    if rest := body[begin:].strip():
        yield rest


def _code(line: str) -> Iterator[tuple[int, str]]:
    """The characters outside strings, with their places."""
    quote, index = "", 0
    while index < len(line):
        character = line[index]
        if quote:
            index += character == "\\"
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character == "#":
            return
        else:
            yield index, character
        index += 1


def spaced(source: str) -> str:
    """The source with two blank lines around what stands at the top level, and never more than one within."""
    out: list[str] = []
    blanks, block, text, decorated = 0, False, False, False
    for raw in source.split("\n"):
        line = _tidy(raw)
        if not text and not line.strip():
            blanks += 1
            continue
        if not text:
            out.extend([""] * (0 if decorated else _blanks(line, out[-1] if out else None, blanks, block)))
            decorated = line[0] == "@" or (decorated and line[0] in " )")
            if line[0] not in " )]}":
                block = line.startswith(_BLOCKS)
        elif blanks:
            out.extend([""] * blanks)
        out.append(line.rstrip())
        blanks = 0
        text ^= line.count('"""') % 2 == 1
    return "\n".join(out) + "\n"


def _tidy(line: str) -> str:
    """Without the comma that a list written item by item leaves before its end."""
    if not _DANGLING.search(line):
        return line
    code = {index for index, _ in _code(line)}
    ends = [match for match in _DANGLING.finditer(line) if match.start() in code]
    for match in reversed(ends):
        keep = "," if match[1] == ")" and _lone(line, match.start()) else ""
        line = line[: match.start()] + keep + line[match.end() - 1 :]
    return line


_DANGLING = re.compile(r", ([)\]}])")


def _lone(line: str, comma: int) -> bool:
    """Whether the comma makes the one thing before it a tuple."""
    opened = [i for i, j in _pairs(line) if j == comma + 2]
    start = opened[0] if opened else 0
    call = start > 0 and (line[start - 1].isalnum() or line[start - 1] in "_]")
    return not call and len(list(_split(line[start + 1 : comma]))) == 1


def _pairs(line: str) -> Iterator[tuple[int, int]]:
    stack: list[int] = []
    for index, character in _code(line):
        if character in _OPEN:
            stack.append(index)
        elif character in _CLOSE and stack:
            yield stack.pop(), index


_BLOCKS = ("def ", "class ", "async def ", "@")


def _blanks(line: str, before: str | None, asked: int, block: bool) -> int:
    if before is None or before.lstrip().startswith("@"):
        return 0
    if line[0] == " ":
        opened = before.endswith((":", "(", "[", "{"))
        return 0 if opened else min(asked, 1)
    if line[0] in ")]}":
        return 0
    if before.startswith("#") and not asked:
        return 0
    if block or line.startswith(_BLOCKS):
        return 2
    return min(asked, 1)
