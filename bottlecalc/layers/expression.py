"""Whole numbers that carry how they were made.

A closed form that is run once on these gives its figures as expressions over the keys of a spec;
``evaluate`` puts numbers in their place: integers, columns of them, intervals, or symbols.
Formulas use ``+ - * // %`` and, for a choice between two numbers, ``largest`` and ``smallest``.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

from bottlecalc.errors import BottlecalcError


class TraceError(BottlecalcError, TypeError):
    """A closed form that cannot be traced; its text says what to write instead."""


class Expression:
    """A name, or a sign and what it stands between; of the latter any may be an integer.

    Attributes:
        sign: one of ``OPERATORS``, or a name where there are no operands.
        operands: what it is applied to.
    """

    __slots__ = ("operands", "sign")

    def __init__(self, sign: str, *operands: Any) -> None:
        self.sign = sign
        self.operands = operands

    def __add__(self, other: Any) -> Expression:
        return self if _is(other, 0) else Expression("+", self, other)

    def __radd__(self, other: Any) -> Expression:
        return self if _is(other, 0) else Expression("+", other, self)

    def __sub__(self, other: Any) -> Expression:
        return self if _is(other, 0) else Expression("-", self, other)

    def __rsub__(self, other: Any) -> Expression:
        return Expression("-", other, self)

    def __mul__(self, other: Any) -> Expression:
        return self if _is(other, 1) else Expression("*", self, other)

    def __rmul__(self, other: Any) -> Expression:
        return self if _is(other, 1) else Expression("*", other, self)

    def __floordiv__(self, other: Any) -> Any:
        if _are_same(self, other):
            return 1
        return self if _is(other, 1) else Expression("//", self, other)

    def __rfloordiv__(self, other: Any) -> Expression:
        return Expression("//", other, self)

    def __mod__(self, other: Any) -> Any:
        return 0 if _is(other, 1) or _are_same(self, other) else Expression("%", self, other)

    def __rmod__(self, other: Any) -> Expression:
        return Expression("%", other, self)

    def __eq__(self, other: object) -> Any:
        return Expression("==", self, other)

    def __ne__(self, other: object) -> Any:
        return Expression("!=", self, other)

    def __lt__(self, other: Any) -> Expression:
        return Expression("<", self, other)

    def __le__(self, other: Any) -> Expression:
        return Expression("<=", self, other)

    def __gt__(self, other: Any) -> Expression:
        return Expression(">", self, other)

    def __ge__(self, other: Any) -> Expression:
        return Expression(">=", self, other)

    def __and__(self, other: Any) -> Any:
        if isinstance(other, bool):
            return self if other else False
        return Expression("&", self, other)

    def __or__(self, other: Any) -> Any:
        if isinstance(other, bool):
            return True if other else self
        return Expression("|", self, other)

    __rand__, __ror__ = __and__, __or__

    __hash__ = object.__hash__

    def __bool__(self) -> bool:
        raise TraceError(
            f"a closed form depends on whether {self} holds; write largest(a, b) or smallest(a, b)"
            " for max and min, and tell what else differs by the cases of its family"
        )

    def __repr__(self) -> str:
        if not self.operands:
            return self.sign
        if self.sign.isidentifier():
            return f"{self.sign}({', '.join(map(repr, self.operands))})"
        left, right = map(_beside_sign, self.operands)
        return f"{left} {self.sign} {right}"


def _beside_sign(operand: Any) -> str:
    """An operand beside a sign, in brackets where it has a sign of its own."""
    is_named = not isinstance(operand, Expression) or operand.sign.isidentifier()
    return repr(operand) if is_named else f"({operand!r})"


def _is(value: object, number: int) -> bool:
    return type(value) is int and value == number


def _are_same(a: object, b: object) -> bool:
    """Whether two expressions are written alike."""
    if not (isinstance(a, Expression) and isinstance(b, Expression)):
        return type(a) is type(b) and a == b
    if a is b:
        return True
    alike = a.sign == b.sign and len(a.operands) == len(b.operands)
    return alike and all(map(_are_same, a.operands, b.operands))


def largest(a: Any, b: Any) -> Any:
    """The larger of two whole numbers, which may be expressions."""
    if isinstance(a, Expression) or isinstance(b, Expression):
        return Expression("largest", a, b)
    return max(a, b)


def smallest(a: Any, b: Any) -> Any:
    """The smaller of two whole numbers, which may be expressions."""
    if isinstance(a, Expression) or isinstance(b, Expression):
        return Expression("smallest", a, b)
    return min(a, b)


OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "//": operator.floordiv,
    "%": operator.mod,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "&": operator.and_,
    "|": operator.or_,
    "largest": largest,
    "smallest": smallest,
}
"""What each sign means of whole numbers, and of expressions."""


class Evaluation:
    """Expressions with values in the place of names; what they share is evaluated once.

    Attributes:
        values: by name: numbers, columns, intervals or symbols.
        operators: what each sign means of such values.
        results: of every part that has been evaluated.
    """

    def __init__(
        self,
        values: Mapping[str, Any],
        operators: Mapping[str, Callable[[Any, Any], Any]] = OPERATORS,
    ) -> None:
        self.values = values
        self.operators = operators
        self.results: dict[int, Any] = {}

    def __call__(self, expression: Any) -> Any:
        """What an expression is with these values; anything else is what it is.

        Raises:
            KeyError: a name has no value.
        """
        if not isinstance(expression, Expression):
            return expression
        if id(expression) not in self.results:
            self.results[id(expression)] = self._apply(expression)
        return self.results[id(expression)]

    def _apply(self, expression: Expression) -> Any:
        if not expression.operands:
            return self.values[expression.sign]
        a, b = map(self, expression.operands)
        return self.operators[expression.sign](a, b)


def evaluate(expression: Any, values: Mapping[str, Any]) -> Any:
    """An expression with values in the place of its names.

    >>> m = Expression("m")
    >>> evaluate(9 * m * m + largest(m, 8), {"m": 5})
    233
    """
    return Evaluation(values)(expression)
