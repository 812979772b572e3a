"""What two sequences have in common: as many as by the textbook's table, and at once."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bottlecalc.changes import sequence
from bottlecalc.changes.diff import changes
from bottlecalc.changes.sequence import common
from tests.changes.trees import node

TEXTS = st.text("abc", max_size=12) | st.text("abcdefgh", max_size=30)


def longest(before: str, after: str) -> int:
    """By the textbook's table."""
    row = [0] * (len(after) + 1)
    for one in before:
        above = row.copy()
        for place, other in enumerate(after):
            longer = max(above[place + 1], row[place])
            row[place + 1] = above[place] + 1 if one == other else longer
    return row[-1]


@given(TEXTS, TEXTS)
def test_as_many_as_can_be(before: str, after: str) -> None:
    found = common(before, after)
    assert len(found) == longest(before, after)
    assert all(before[first] == after[second] for first, second in found)
    assert all(a < c and b < d for (a, b), (c, d) in pairwise(found))


@given(TEXTS, TEXTS)
def test_in_parts_it_is_in_order_too(before: str, after: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sequence, "MOST", 3)
        found = common(before, after)
    assert all(before[first] == after[second] for first, second in found)
    assert all(a < c and b < d for (a, b), (c, d) in pairwise(found))


def test_the_first_of_what_is_alike_is_joined() -> None:
    assert common("aaa", "aaaa") == [(0, 0), (1, 1), (2, 2)]
    assert common("", "a") == common("a", "b") == []


@pytest.mark.parametrize("growing", [1, 2, 3, 7])
def test_thousands_of_shifted_modules_are_joined_at_once(growing: int) -> None:
    """All are alike, or differ by turns: what difflib takes a minute and a half for."""
    number = 2000
    whole = [node(""), node("s", "Sequential")]
    before = [*whole, *(node(f"s.{n}", "Conv2d", 5) for n in range(number))]
    grown = (node(f"s.{n + 1}", "Conv2d", 5 + (not n % growing)) for n in range(number))
    after = [*whole, node("s.0", "Linear", 3), *grown]
    start = time.process_time()
    found = changes(before, after)
    assert time.process_time() - start < 3
    assert sum(one.figures["params"].change or 0 for one in found) == 3 + sum(
        not n % growing for n in range(number)
    )
    assert [one.name for one in found if one.status == "added"] == ["s.0"]
    assert all(one.status == "renamed" for one in found if one.status != "added")
