"""Whole numbers that carry how they were made."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bottlecalc.errors import BottlecalcError
from bottlecalc.layers.expression import (
    Evaluation,
    Expression,
    TraceError,
    evaluate,
    largest,
    smallest,
)
from tests.layers import trees

A, B = Expression("a"), Expression("b")
SYMBOLS = {name: Expression(name) for name in trees.NAMES}
ANY = st.integers(-(2**70), 2**70)
SMALL = st.integers(-2, 2)
CONSTANTS = st.one_of(ANY, SMALL)
VALUES = st.fixed_dictionaries(dict.fromkeys(trees.NAMES, CONSTANTS))


def outcome(function: Callable[[], Any]) -> Any:
    try:
        return function()
    except ZeroDivisionError:
        return "divided by zero"


@given(st.one_of(trees.numbers(CONSTANTS), trees.conditions(CONSTANTS)), VALUES)
def test_an_expression_is_what_the_formula_says(tree: trees.Tree, values: dict[str, int]) -> None:
    """Traced and then evaluated, or worked out with the numbers at once: the same."""
    expected = outcome(lambda: trees.worked_out(tree, values))
    assume(expected != "divided by zero")
    assert evaluate(trees.worked_out(tree, SYMBOLS), values) == expected


@given(trees.numbers(CONSTANTS), st.sets(st.sampled_from(trees.NAMES)), VALUES)
def test_what_is_known_first_changes_nothing(
    tree: trees.Tree, known: set[str], values: dict[str, int]
) -> None:
    expected = outcome(lambda: trees.worked_out(tree, values))
    assume(expected != "divided by zero")
    partly = {name: values[name] if name in known else SYMBOLS[name] for name in trees.NAMES}
    assert evaluate(evaluate(trees.worked_out(tree, SYMBOLS), partly), values) == expected


def test_what_changes_nothing_is_not_carried() -> None:
    for unchanged in (A + 0, 0 + A, A - 0, A * 1, 1 * A, A // 1, A & True, True & A, A | False):
        assert unchanged is A
    for expression in (A, 3 * A + B, largest(A, B)):
        alike = evaluate(expression, SYMBOLS)
        assert (expression // alike, expression % alike, expression % 1) == (1, 0, 0)
    for other in (4 * A + B, 3 * B + B, 3 * A - B, A):
        assert isinstance((3 * A + B) // other, Expression)
    assert (A & False, False & A, A | True, True | A) == (False, False, True, True)


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (A, "a"),
        (9 * A * B + 1, "((9 * a) * b) + 1"),
        (64 % A != 0, "(64 % a) != 0"),
        (largest(A // 2, 8), "largest(a // 2, 8)"),
        (5 - smallest(3, B), "5 - smallest(3, b)"),
    ],
)
def test_an_expression_reads_as_it_was_written(expression: Expression, text: str) -> None:
    assert repr(expression) == text


def test_a_choice_between_numbers_is_a_number() -> None:
    assert (largest(3, 8), smallest(3, 8)) == (8, 3)
    assert type(largest(3, 8)) is int


COMPARED: list[tuple[Callable[[], object], str]] = [
    (lambda: max(A, 8), "a < 8"),
    (lambda: min(8, A * B), "(a * b) < 8"),
    (lambda: A if A == B else B, "a == b"),
    (lambda: sorted([A, B]), "b < a"),
    (lambda: A in (1, B), "a == 1"),
    (lambda: A % 2 != 0 and A, "(a % 2) != 0"),
    (lambda: not A, "a"),
    (lambda: bool(A + 1), "a + 1"),
]


@pytest.mark.parametrize(("compare", "condition"), COMPARED)
def test_a_branch_is_refused_in_one_sentence(compare: Callable[[], object], condition: str) -> None:
    """Python's ``max`` and ``if`` would freeze one branch for all numbers."""
    with pytest.raises(TraceError) as error:
        compare()
    assert isinstance(error.value, TypeError)
    assert isinstance(error.value, BottlecalcError)
    assert str(error.value) == (
        f"a closed form depends on whether {condition} holds; write largest(a, b) or"
        " smallest(a, b) for max and min, and tell what else differs by the cases of its family"
    )


@pytest.mark.parametrize("use", [int, float, range, operator.index, operator.neg, abs])
def test_what_cannot_be_traced_is_refused(use: Callable[[Any], object]) -> None:
    for operand in (A, A + B):
        with pytest.raises(TypeError):
            use(operand)
    with pytest.raises(TypeError):
        A / 2  # type: ignore[operator]


def test_what_is_shared_is_evaluated_once() -> None:
    seen = []

    def add(a: int, b: int) -> int:
        seen.append((a, b))
        return a + b

    expression: Any = A
    for _ in range(50):
        expression = expression + expression
    assert Evaluation({"a": 1}, {"+": add})(expression) == 2**50
    assert len(seen) == 50


def test_a_name_without_a_value_is_an_error() -> None:
    with pytest.raises(KeyError, match="b"):
        evaluate(A + B, {"a": 1})
