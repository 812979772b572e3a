"""Intervals hold all that an expression may be, and so the search passes nothing over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bottlecalc.explore import intervals
from bottlecalc.explore.intervals import (
    FALSE,
    INTERVAL_OPERATORS,
    RULES,
    TRUE,
    UNKNOWN,
    Interval,
    SearchError,
    at_most,
    hull,
    interval,
    largest,
    smallest,
)
from bottlecalc.layers.expression import OPERATORS, Evaluation, Expression
from tests.layers import trees

SYMBOLS = {name: Expression(name) for name in trees.NAMES}
SMALL = st.integers(-12, 12)
RANGE = st.tuples(st.integers(-15, 40), st.integers(0, 5)).map(lambda p: Interval(p[0], sum(p)))
RANGES = st.fixed_dictionaries(dict.fromkeys(trees.NAMES, RANGE))
HUGE = st.integers(-(2**70), 2**70)


def whole(part: Interval) -> range:
    return range(part.low, part.high + 1)


def holds_all(part: Interval, values: list[int]) -> bool:
    return all(part.low <= value <= part.high for value in values)


def every_value(tree: trees.Tree, ranges: dict[str, Interval]) -> list[int]:
    """What a tree is for all numbers of the ranges; nothing where it divides by zero."""
    found = []
    for a in whole(ranges["a"]):
        for b in whole(ranges["b"]):
            for c in whole(ranges["c"]):
                try:
                    found.append(int(trees.worked_out(tree, {"a": a, "b": b, "c": c})))
                except ZeroDivisionError:
                    continue
    return found


@given(st.one_of(trees.numbers(SMALL, 8), trees.conditions(SMALL)), RANGES)
@settings(max_examples=300, deadline=None)
def test_an_interval_holds_every_value(tree: trees.Tree, ranges: dict[str, Interval]) -> None:
    try:
        expression = trees.worked_out(tree, SYMBOLS)
    except ZeroDivisionError:
        assume(False)
    found = interval(Evaluation(ranges, INTERVAL_OPERATORS)(expression))
    assert found.low <= found.high
    assert holds_all(found, every_value(tree, ranges))


@given(
    st.one_of(trees.numbers(HUGE), trees.conditions(HUGE)),
    st.fixed_dictionaries({name: st.one_of(HUGE, SMALL) for name in trees.NAMES}),
)
@settings(max_examples=300, deadline=None)
def test_an_interval_of_points_is_exact(tree: trees.Tree, values: dict[str, int]) -> None:
    try:
        expected = int(trees.worked_out(tree, values))
    except ZeroDivisionError:
        assume(False)
    points = {name: Interval(value, value) for name, value in values.items()}
    expression = trees.worked_out(tree, SYMBOLS)
    assert interval(Evaluation(points, INTERVAL_OPERATORS)(expression)) == (expected, expected)


@given(RANGE, RANGE)
@settings(deadline=None)
def test_a_quotient_is_no_wider_than_it_must_be(a: Interval, b: Interval) -> None:
    quotients = [x // y for x in whole(a) for y in whole(b) if y]
    assume(quotients)
    assert RULES["//"](a, b) == (min(quotients), max(quotients))


@pytest.mark.parametrize("sign", ["%", "//"])
@given(SMALL, st.integers(-5, 5).filter(bool), st.integers(0, 4))
@settings(deadline=None)
def test_a_division_by_one_number_is_exact_while_the_quotient_stays(
    sign: str, low: int, divisor: int, length: int
) -> None:
    a, b = Interval(low, low + length), Interval(divisor, divisor)
    assume(a.low // divisor == a.high // divisor)
    values = [OPERATORS[sign](x, divisor) for x in whole(a)]
    assert RULES[sign](a, b) == (min(values), max(values))


def test_a_remainder_is_less_than_the_largest_divisor() -> None:
    assert RULES["%"](Interval(0, 20), Interval(3, 5)) == (0, 4)
    assert RULES["%"](Interval(0, 20), Interval(-5, -3)) == (-4, 0)


def test_nothing_is_ever_divided_by_zero() -> None:
    """A range may touch zero where a rule keeps every number of it from being divided by."""
    a, zero = Interval(-7, 9), Interval(0, 0)
    for sign in ("//", "%"):
        for b in (Interval(0, 3), Interval(-3, 0), Interval(-3, 3)):
            values = [OPERATORS[sign](x, y) for x in whole(a) for y in whole(b) if y]
            assert holds_all(RULES[sign](a, b), values)
        assert isinstance(RULES[sign](a, zero), Interval)


@given(RANGE, st.integers(-20, 50))
def test_at_most(part: Interval, most: int) -> None:
    verdicts = [value <= most for value in whole(part)]
    expected = TRUE if all(verdicts) else UNKNOWN if any(verdicts) else FALSE
    assert at_most(part, most) == expected


@given(RANGE, RANGE)
def test_a_hull_holds_both(a: Interval, b: Interval) -> None:
    values = [*whole(a), *whole(b)]
    assert hull(a, b) == (min(values), max(values))


def asked(condition: Any, ranges: dict[str, Interval]) -> Callable[[Interval], Interval]:
    def holds(part: Interval) -> Interval:
        values = {**ranges, "a": part}
        return interval(Evaluation(values, INTERVAL_OPERATORS)(condition))

    return holds


@given(
    trees.conditions(st.integers(-30, 300)),
    st.integers(-60, 60),
    st.integers(-60, 200),
    SMALL,
    SMALL,
    st.one_of(st.none(), st.integers(-100, 300)),
)
@settings(max_examples=400, deadline=None)
def test_a_search_finds_what_brute_force_finds(
    tree: trees.Tree, low: int, high: int, b: int, c: int, guess: int | None
) -> None:
    """Whatever is guessed on the way."""
    points = {"b": Interval(b, b), "c": Interval(c, c)}
    try:
        values = ({"a": a, "b": b, "c": c} for a in range(low, high + 1))
        found = [value["a"] for value in values if trees.worked_out(tree, value)]
        holds = asked(trees.worked_out(tree, SYMBOLS), points)
    except ZeroDivisionError:
        assume(False)
    assert largest(low, high, holds) == max(found, default=None)
    assert largest(low, high, holds, lambda part: guess) == max(found, default=None)
    assert smallest(low, high, holds) == min(found, default=None)


@pytest.mark.parametrize("guess", [-9, 1, 40, 41, 99])
def test_a_guess_leaves_something_on_either_side(guess: int) -> None:
    parts = []

    def holds(part: Interval) -> Interval:
        parts.append(part)
        return at_most(part, 29)

    assert largest(1, 40, holds, lambda part: guess) == 29
    assert all(part.low <= part.high for part in parts)
    assert len({*parts}) == len(parts)


def test_a_search_is_as_long_as_its_numbers_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand bits are found in a few thousand steps, and not by going through them all."""
    monkeypatch.setattr(intervals, "MOST_STEPS", 20_000)
    a = SYMBOLS["a"]
    root = 10**150 + 3
    assert largest(1, 10**400, asked(9 * a * a + 7 * a <= 9 * root * root + 7 * root, {})) == root
    assert smallest(1, 10**400, asked(a % (10**180 + 1) == 5, {})) == 5
    assert smallest(6, 10**400, asked(a % (10**180 + 1) == 5, {})) == 10**180 + 6


def test_a_search_that_would_not_end_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intervals, "MOST_STEPS", 1000)
    a = SYMBOLS["a"]
    hopeless = asked(a * (a + 1) % 2 == 1, {})
    for search in (largest, smallest):
        with pytest.raises(SearchError):
            search(1, 10**30, hopeless)
