"""Expressions over whole ranges of a number at once, and the search that this makes exact.

An interval holds all that an expression may be while its keys run through theirs; a condition is
0 where it holds nowhere, 1 where it holds everywhere, and both where that is not known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from operator import floordiv, mul
from typing import Any, NamedTuple

MOST_STEPS = 100_000
"""Ranges that a search looks at before it gives up."""


class Interval(NamedTuple):
    """All whole numbers from ``low`` to ``high``."""

    low: int
    high: int

    @property
    def is_point(self) -> bool:
        """Whether it holds one number alone."""
        return self.low == self.high


class SearchError(Exception):
    """A search that looked at too many ranges."""


TRUE, FALSE, UNKNOWN = Interval(1, 1), Interval(0, 0), Interval(0, 1)


def interval(value: Any) -> Interval:
    """A number, or a truth, as an interval."""
    return value if isinstance(value, Interval) else Interval(int(value), int(value))


def hull(a: Interval, b: Interval) -> Interval:
    """The smallest interval that holds both."""
    return Interval(min(a.low, b.low), max(a.high, b.high))


def _corners(sign: Callable[[int, int], int], a: Interval, b: Interval) -> Interval:
    """Of an operation that is monotonic in both of its sides."""
    corners = [sign(x, y) for x in a for y in b]
    return Interval(min(corners), max(corners))


def _negative(a: Interval) -> Interval:
    return Interval(-a.high, -a.low)


def _quotient(a: Interval, b: Interval) -> Interval:
    return _corners(floordiv, a, b)


def _remainder(a: Interval, b: Interval) -> Interval:
    """Exact while the quotient stays the same, and otherwise anything that a remainder may be."""
    quotient = _quotient(a, b)
    if not quotient.is_point:
        return Interval(0, b.high - 1)
    whole = _corners(mul, quotient, b)
    return Interval(a.low - whole.high, a.high - whole.low)


def _divided(
    rule: Callable[[Interval, Interval], Interval], turn: Callable[[Interval], Interval]
) -> Callable[[Interval, Interval], Interval]:
    """What a rule for divisors above zero says of all; by zero nothing is ever divided.

    With a divisor below zero ``a // b`` is ``-a // -b``, and ``a % b`` is ``-(-a % -b)``: the
    latter is turned.
    """

    def of(a: Interval, b: Interval) -> Interval:
        results = [rule(a, Interval(max(1, b.low), b.high))] if b.high > 0 else []
        if b.low < 0:
            results.append(turn(rule(_negative(a), Interval(max(1, -b.high), -b.low))))
        return reduce(hull, results) if results else FALSE

    return of


def _equal(a: Interval, b: Interval) -> Interval:
    if a.high < b.low or b.high < a.low:
        return FALSE
    return TRUE if a.is_point and a == b else UNKNOWN


def _less(a: Interval, b: Interval) -> Interval:
    return Interval(int(a.high < b.low), int(a.low < b.high))


def at_most(a: Interval, most: int) -> Interval:
    """Whether it is no more than a number."""
    return Interval(int(a.high <= most), int(a.low <= most))


def no(a: Interval) -> Interval:
    """Whether a condition does not hold."""
    return Interval(1 - a.high, 1 - a.low)


def both(a: Interval, b: Interval) -> Interval:
    """Whether two conditions hold."""
    return Interval(min(a.low, b.low), min(a.high, b.high))


def either(a: Interval, b: Interval) -> Interval:
    """Whether one of two conditions holds."""
    return Interval(max(a.low, b.low), max(a.high, b.high))


RULES: Mapping[str, Callable[[Interval, Interval], Interval]] = {
    "+": lambda a, b: Interval(a.low + b.low, a.high + b.high),
    "-": lambda a, b: Interval(a.low - b.high, a.high - b.low),
    "*": lambda a, b: _corners(mul, a, b),
    "//": _divided(_quotient, lambda quotient: quotient),
    "%": _divided(_remainder, _negative),
    "==": _equal,
    "!=": lambda a, b: no(_equal(a, b)),
    "<": _less,
    "<=": lambda a, b: no(_less(b, a)),
    ">": lambda a, b: _less(b, a),
    ">=": lambda a, b: no(_less(a, b)),
    "&": both,
    "|": either,
    "largest": lambda a, b: Interval(max(a.low, b.low), max(a.high, b.high)),
    "smallest": lambda a, b: Interval(min(a.low, b.low), min(a.high, b.high)),
}


def _on_intervals(
    rule: Callable[[Interval, Interval], Interval],
) -> Callable[[Any, Any], Interval]:
    return lambda a, b: rule(interval(a), interval(b))


INTERVAL_OPERATORS: Mapping[str, Callable[[Any, Any], Interval]] = {
    sign: _on_intervals(rule) for sign, rule in RULES.items()
}
"""What each sign of an expression means of intervals."""


def largest(
    low: int,
    high: int,
    holds: Callable[[Interval], Interval],
    near: Callable[[Interval], int | None] = lambda part: None,
) -> int | None:
    """The largest whole number of a range of which a condition holds; None where it is none.

    Args:
        low: where the range begins.
        high: where it ends.
        holds: whether the condition holds in a part of the range.
        near: a number close to the answer, guessed from a part of the range; None for no guess.

    Raises:
        SearchError: it cannot be found in so many steps.
    """
    ranges = [Interval(low, high)] if low <= high else []
    for turn in range(MOST_STEPS):
        if not ranges:
            return None
        part = ranges.pop()
        verdict = holds(part)
        if verdict == TRUE:
            return part.high
        if verdict != FALSE:
            guess = near(part) if turn % 2 else None
            middle = _middle(part) if guess is None else min(max(part.low, guess), part.high - 1)
            ranges += [Interval(part.low, middle), Interval(middle + 1, part.high)]
    raise SearchError


def smallest(low: int, high: int, holds: Callable[[Interval], Interval]) -> int | None:
    """The smallest whole number of a range of which a condition holds; None where it is none.

    Raises:
        SearchError: it cannot be found in so many steps.
    """
    ranges = [Interval(low, high)] if low <= high else []
    for _ in range(MOST_STEPS):
        if not ranges:
            return None
        part = ranges.pop()
        verdict = holds(part)
        if verdict == TRUE:
            return part.low
        if verdict != FALSE:
            middle = _middle(part)
            ranges += [Interval(middle + 1, part.high), Interval(part.low, middle)]
    raise SearchError


def _middle(part: Interval) -> int:
    """Halfway, of numbers of very different length halfway between their lengths."""
    bits = (part.low.bit_length(), part.high.bit_length())
    if part.low >= 0 and bits[1] - bits[0] > 1:
        return 1 << (sum(bits) // 2 - 1)
    return (part.low + part.high) // 2
