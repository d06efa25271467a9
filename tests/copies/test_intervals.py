"""The union of intervals: one rule by which two copies merge."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from catalog_graph.copies.intervals import Interval, at, is_open, union


def lives(numbers: list[int]) -> list[Interval]:
    """Return the intervals between numbers in order; the last one is open if their number is odd."""
    bounds = [f"{number:03}" for number in sorted(set(numbers))]
    return [Interval(*bounds[i : i + 2]) for i in range(0, len(bounds), 2)]


HISTORIES = st.lists(st.integers(0, 30), max_size=7).map(lives)


@given(HISTORIES)
def test_a_copy_of_itself_changes_nothing(own: list[Interval]) -> None:
    assert union(own, own) == own
    assert union(own, []) == own
    assert union([], own) == own


@given(HISTORIES, HISTORIES)
def test_both_ways_are_alike_and_repeating_changes_nothing(left: list[Interval], right: list[Interval]) -> None:
    both = union(left, right)
    assert union(right, left) == both
    assert union(both, left) == both
    assert union(both, right) == both
    assert all(first.end and first.end <= second.start for first, second in pairwise(both))


@given(HISTORIES, HISTORIES)
def test_what_both_say_stays(left: list[Interval], right: list[Interval]) -> None:
    both = union(left, right)
    if left and right:
        assert both[0].start == min(left[0].start, right[0].start)
        assert {bound for interval in both for bound in interval[:2]} <= {b for i in (*left, *right) for b in i[:2]}


@given(HISTORIES, st.integers(0, 30))
def test_a_later_state_of_the_same_history_wins(whole: list[Interval], instant: int) -> None:
    earlier = at(whole, f"{instant:03}")
    assert union(earlier, whole) == whole
    assert union(whole, earlier) == whole


def test_a_deletion_is_later_than_the_registration_that_it_overlaps() -> None:
    assert union([Interval("1")], [Interval("2", "3")]) == [Interval("1", "3")]
    assert union([Interval("1", "2")], [Interval("3")]) == [Interval("1", "2"), Interval("3")]
    assert is_open(union([Interval("2")], [Interval("1")]))
