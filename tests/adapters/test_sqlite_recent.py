"""What is held in memory is what was asked for last, and never more than was allowed."""

from __future__ import annotations

from samokoder.adapters.sqlite.recent import Recent
from samokoder.domain.files import digest_of


def test_what_was_not_asked_for_longest_goes_first() -> None:
    recent = Recent(most=30)
    contents = [bytes([n]) * 10 for n in range(4)]
    names = [digest_of(content) for content in contents]
    for name, content in zip(names[:3], contents, strict=False):
        recent.put(name, content)
    assert recent.get(names[0]) == contents[0]
    recent.put(names[3], contents[3])
    assert [recent.get(name) for name in names] == [contents[0], None, contents[2], contents[3]]


def test_what_is_larger_than_all_of_it_is_not_held_and_drives_nothing_out() -> None:
    recent = Recent(most=30)
    recent.put(digest_of(b"a"), b"a")
    recent.put(digest_of(b"b" * 31), b"b" * 31)
    assert recent.get(digest_of(b"a")) == b"a"
    assert recent.get(digest_of(b"b" * 31)) is None
