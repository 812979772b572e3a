"""Expressions over columns: the same integers as with numbers one by one, at any size."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bottlecalc.explore.cases import TracedCase, TracedFamily
from bottlecalc.explore.columns import (
    Columns,
    allowed,
    column,
    follows,
    listed,
    select,
    totals,
)
from bottlecalc.layers.expression import Expression, evaluate, largest, smallest
from tests.layers import trees

A, B, C = (Expression(name) for name in trees.NAMES)
SYMBOLS = {name: Expression(name) for name in trees.NAMES}
NUMBER = st.one_of(
    st.integers(0, 9),
    st.integers(-9, 9),
    *(st.integers(2**power - 600, 2**power + 600) for power in (31, 53, 61, 62, 63)),
    st.integers(-(2**70), 2**70),
)


@st.composite
def places(draw: st.DrawFn) -> tuple[int, dict[str, Any]]:
    """How many, and for each name a number for all of them or one for each."""
    length = draw(st.integers(1, 6))
    each = st.one_of(NUMBER, st.lists(NUMBER, min_size=length, max_size=length))
    return length, {name: draw(each) for name in trees.NAMES}


def columns_of(values: dict[str, Any]) -> Columns:
    return {
        name: one if isinstance(one, int) else column(one, np.arange(len(one)))
        for name, one in values.items()
    }


def row(values: dict[str, Any], place: int) -> dict[str, int]:
    return {name: one if isinstance(one, int) else one[place] for name, one in values.items()}


def each(tree: trees.Tree, length: int, values: dict[str, Any]) -> list[Any]:
    """A tree worked out with the numbers of each place; it is passed over where it divides by 0."""
    try:
        return [trees.worked_out(tree, row(values, place)) for place in range(length)]
    except ZeroDivisionError:
        assume(False)
        raise


def traced(*cases: tuple[Any, Any], broken: tuple[Any, ...] = ()) -> TracedFamily:
    return TracedFamily(
        cases=tuple(TracedCase(condition=c, totals={"figure": figure}) for c, figure in cases),
        broken=broken,
        follows={"mid": A // 4},
        tied={},
    )


@given(trees.numbers(NUMBER), places())
@settings(max_examples=400, deadline=None)
def test_columns_hold_what_numbers_give(
    tree: trees.Tree, drawn: tuple[int, dict[str, Any]]
) -> None:
    length, values = drawn
    expected = each(tree, length, values)
    found = totals(
        traced((True, trees.worked_out(tree, SYMBOLS))), columns_of(values), length
    )  # fmt: skip
    numbers = listed(found["figure"], length)
    assert numbers == expected
    assert all(type(number) is int for number in numbers)


@given(st.lists(trees.conditions(NUMBER), min_size=1, max_size=3), places())
@settings(max_examples=200, deadline=None)
def test_what_breaks_a_rule_is_not_allowed(
    rules: list[trees.Tree], drawn: tuple[int, dict[str, Any]]
) -> None:
    length, values = drawn
    broken = [each(rule, length, values) for rule in rules]
    expected = [not any(verdicts) for verdicts in zip(*broken, strict=True)]
    family = traced(broken=tuple(trees.worked_out(rule, SYMBOLS) for rule in rules))
    assert allowed(family, columns_of(values), length).tolist() == expected


@given(trees.conditions(NUMBER), trees.numbers(NUMBER), trees.numbers(NUMBER), places())
@settings(max_examples=200, deadline=None)
def test_each_place_is_counted_by_its_own_case(
    condition: trees.Tree,
    first: trees.Tree,
    second: trees.Tree,
    drawn: tuple[int, dict[str, Any]],
) -> None:
    length, values = drawn
    choices = zip(*(each(tree, length, values) for tree in (condition, first, second)), strict=True)
    expected = [a if holds else b for holds, a, b in choices]
    one, other, holds = (trees.worked_out(tree, SYMBOLS) for tree in (first, second, condition))
    found = totals(traced((holds, one), (True, other)), columns_of(values), length)
    numbers = listed(found["figure"], length)
    assert numbers == expected
    assert all(type(number) is int for number in numbers)


HIDDEN = [
    ((A - B) * C, {"a": 2**61 + 255, "b": 2**61, "c": 2**60}),
    (A % B * C, {"a": 2**61 + 255, "b": 2**61, "c": 2**60}),
    ((A - B) * C, {"a": 2**53 + 1, "b": 2**53, "c": 2**61 + 2**60}),
    ((A // B) * (A // B) * C, {"a": 2**54 + 2, "b": 2**53 + 1, "c": 2**61}),
    (smallest(A, 2**70) * C, {"a": 5, "b": 0, "c": 2**61}),
    ((A * B) // (A * B) * C, {"a": 2**40, "b": 2**40, "c": 3}),
    (largest(A, 8) * B * C, {"a": 5, "b": 2**31, "c": 2**31}),
    (A // 2**70 + C, {"a": 5, "b": 0, "c": 3}),
    (smallest(A, 5) * C, {"a": -(2**61), "b": 0, "c": 8}),
    (largest(A, 2**40) * C, {"a": 1, "b": 0, "c": 2**30}),
    (A * -5, {"a": 2**61, "b": 0, "c": 0}),
    (C + A * -(2**63), {"a": 1, "b": 0, "c": 3}),
    (A * 10**400, {"a": 1, "b": 0, "c": 0}),
    (2**63 % A + C, {"a": 5, "b": 0, "c": 3}),
]


@pytest.mark.parametrize(("expression", "values"), HIDDEN)
@pytest.mark.parametrize("is_array", [True, False])
def test_rounding_hides_nothing(expression: Any, values: dict[str, int], is_array: bool) -> None:
    """In floating point these look as if 64 bits sufficed, or something on the way does."""
    many = {name: [one, one] if is_array else one for name, one in values.items()}
    found = totals(traced((True, expression)), columns_of(many), 2)
    assert listed(found["figure"], 2) == [evaluate(expression, values)] * 2


def test_64_bits_are_used_where_they_suffice_and_nowhere_else() -> None:
    expression, family = 9 * A * A, traced((True, 9 * A * A))
    for value, kind in ((10**6, np.int64), (7 * 10**8, np.int64), (8 * 10**8, object)):
        found = totals(family, {"a": np.array([1, value])}, 2)["figure"]
        assert found.dtype == kind
        assert found.tolist() == [9, 9 * value * value]
    assert repr(expression) == "(9 * a) * a"


def test_small_cases_share_a_small_column() -> None:
    values = {"a": np.array([3, 5, 7, 9])}
    found = totals(traced((A % 4 == 1, A * A), (True, A)), values, 4)["figure"]
    assert found.dtype == np.int64
    assert found.tolist() == [3, 25, 7, 81]


def test_small_and_large_cases_share_a_column() -> None:
    """In either order, and whether a case's figure is a column or one number."""
    values = {"a": np.array([3, 5, 7, 9])}
    for small, large in ((A, A * 2**70), (1, 2**70), (2, A * 2**61), (A * A, 2**63)):
        for first, second in ((small, large), (large, small)):
            found = totals(traced((A % 4 == 1, first), (True, second)), values, 4)["figure"]
            rows = zip((3, 5, 7, 9), (second, first, second, first), strict=True)
            assert listed(found, 4) == [evaluate(figure, {"a": a}) for a, figure in rows]


def test_a_rule_is_asked_only_of_what_breaks_none_before_it() -> None:
    family = traced(broken=(A // B < 1, C % (A // B) != 0))
    values = {"a": np.array([8, 2, 9, 8]), "b": np.array([2, 3, 3, 4]), "c": 4}
    assert allowed(family, values, 4).tolist() == [True, False, False, True]
    assert allowed(family, {"a": 2, "b": 3, "c": 4}, 2).tolist() == [False, False]


def test_a_division_by_zero_is_never_a_number() -> None:
    """A formula at fault: one by one it would raise as well."""
    for divisor in (0, 2**70 - 2**70):
        values = {"a": np.array([4, 8]), "b": np.array([2, divisor])}
        for expression in (A // B, A % B):
            with pytest.raises(ArithmeticError):
                totals(traced((True, expression)), values, 2)


@given(st.lists(NUMBER, min_size=1, max_size=5), st.data())
def test_a_column_of_a_list(values: list[int], data: st.DataObject) -> None:
    places = data.draw(st.lists(st.integers(0, len(values) - 1), min_size=1, max_size=9))
    found = column(values, np.array(places))
    assert listed(found, len(places)) == [values[place] for place in places]
    assert (np.ndim(found) == 0) == (len(values) == 1)


@given(st.integers(1, 2**70), st.integers(1, 2**64), st.integers(1, 50), st.data())
def test_a_column_of_a_range(start: int, step: int, length: int, data: st.DataObject) -> None:
    values = range(start, start + length * step, step)
    places = data.draw(st.lists(st.integers(0, length - 1), min_size=1, max_size=9))
    found = column(values, np.array(places))
    assert listed(found, len(places)) == [values[place] for place in places]


def test_of_a_range_the_last_is_the_largest() -> None:
    values = range(1, 2**64, 2**63)
    assert column(values, np.array([1, 0])).tolist() == [2**63 + 1, 1]


def test_a_range_without_end_is_never_laid_out() -> None:
    found = column(range(1, 2**62), np.array([0, 2**61]))
    assert found.tolist() == [1, 2**61 + 1]


def test_what_follows_and_what_is_selected() -> None:
    values: Columns = {"a": np.array([4, 9, 2**70], dtype=object), "b": 3}
    assert follows(traced(), values)["mid"].tolist() == [1, 2, 2**68]
    chosen = select(values, np.array([True, False, True]))
    assert {name: listed(one, 2) for name, one in chosen.items()} == {"a": [4, 2**70], "b": [3, 3]}
