"""Any part of a proposal can be accepted, and nothing else comes of it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from samokoder.domain.changes import Judgement, applied, changes, to_judge, unified

LINE = st.sampled_from(["", "a", "b", "c  ", "\ttab", "\u2028x", "\U0001f388", "\u05e9\u05dc"])
TEXT = st.builds(
    lambda lines, end: "\n".join(lines) + end, st.lists(LINE, max_size=12), st.sampled_from(["", "\n"])
)
MAYBE = st.none() | TEXT


@given(MAYBE, MAYBE)
def test_all_accepted_is_the_proposal_and_all_rejected_is_the_folders_text(
    before: str | None, after: str | None
) -> None:
    assert applied(before, after, {change.id for change in changes(before, after)}) == after
    assert applied(before, after, ()) == before


@given(TEXT, TEXT, st.data())
def test_any_part_is_applied_exactly_where_it_stands(before: str, after: str, data: st.DataObject) -> None:
    found = changes(before, after)
    chosen = {change.id for change in found if data.draw(st.booleans())}
    lines = before.split("\n")
    lines = [f"{line}\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
    for change in reversed(found):  # from the end, so that earlier places do not move
        assert tuple(lines[change.start : change.end]) == change.removed
        if change.id in chosen:
            lines[change.start : change.end] = change.added
    assert applied(before, after, chosen) == "".join(lines)


@given(TEXT, TEXT)
def test_every_change_has_an_id_of_its_own(before: str, after: str) -> None:
    ids = [change.id for change in changes(before, after)]
    assert len(set(ids)) == len(ids)


@given(TEXT, TEXT)
def test_a_change_reads_as_a_unified_diff_does(before: str, after: str) -> None:
    for change in changes(before, after):
        _, rows = unified(change, before)
        old = before.split("\n")
        first = max(change.start - 3, 0)
        kept = [row[1:] for row in rows if row[0] in " -"]
        assert kept == [line.rstrip("\r") for line in old[first : first + len(kept)]]
        assert [row[1:] for row in rows if row[0] == "+"] == [line.rstrip("\n") for line in change.added]


def test_the_header_counts_as_diff_does() -> None:
    (change,) = changes("1\n2\n3\n4\n5\n6\n", "1\n2\n3\n4\nfive\nand\n6\n")
    assert unified(change, "1\n2\n3\n4\n5\n6\n") == (
        "@@ -2,5 +2,6 @@",
        (" 2", " 3", " 4", "-5", "+five", "+and", " 6"),
    )
    (made,) = changes(None, "a\n")
    assert unified(made, None) == ("@@ -0,0 +1,1 @@", ("+a",))


def test_an_empty_file_is_proposed_too() -> None:
    (made,) = changes(None, "")
    assert applied(None, "", {made.id}) == ""
    assert applied(None, "", ()) is None
    (removed,) = changes("", None)
    assert applied("", None, {removed.id}) is None


def test_what_was_rejected_is_not_proposed_again_when_its_neighbours_are_accepted() -> None:
    before, after = "1\n2\n3\n4\n5\n", "one\n2\nthree\n4\nfive\n"
    first, second, third = changes(before, after)
    now = applied(before, after, {first.id})
    assert now is not None
    judged = Judgement(proposed="p", rejected=(second.id,))
    assert [c.id for c in to_judge(changes(now, after), "p", judged)] == [third.id]


def test_a_rejected_change_that_moves_in_a_later_proposal_stays_rejected() -> None:
    (rejected,) = changes("a\nb\n", "a\nB\n")
    judged = Judgement(proposed="earlier", rejected=(rejected.id,))
    later = changes("a\nb\n", "new\na\nB\n")
    assert [c.added for c in to_judge(later, "later", judged)] == [("new\n",)]


def test_the_same_change_in_another_place_of_one_proposal_is_judged_by_itself() -> None:
    before, after = "x\na\nx\n", "y\na\ny\n"
    first, second = changes(before, after)
    judged = Judgement(proposed="p", rejected=(second.id,))
    assert to_judge(changes(applied(before, after, {first.id}), after), "p", judged) == ()
    assert [c.id for c in to_judge((first, second), "p", judged)] == [first.id]


def test_a_settled_proposal_asks_for_nothing_more() -> None:
    found = changes("a\n", "b\n")
    assert to_judge(found, "p", Judgement(proposed="p", settled=True)) == ()
    assert to_judge(found, "q", Judgement(proposed="p", settled=True)) == found
