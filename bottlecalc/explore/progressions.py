"""Numbers at equal steps: what is left of a quantity by rules that something divides evenly."""

from __future__ import annotations

from collections.abc import Iterable
from math import gcd, lcm
from typing import Any, NamedTuple

from bottlecalc.explore.intervals import Interval
from bottlecalc.layers.expression import Expression

MOST_RESIDUES = 64
"""Progressions by which a rule is told; of one with more every number is looked at."""


class Progression(NamedTuple):
    """``first``, ``first + step``, ``first + 2·step``, …; a place is how many steps from the first.

    Attributes:
        first: from 1 to ``step``.
        step: at least 1.
    """

    first: int
    step: int

    def value(self, place: int) -> int:
        """The number at a place."""
        return self.first + place * self.step

    def values(self, places: Interval) -> Interval:
        """From the first to the last number of these places."""
        return Interval(self.value(places.low), self.value(places.high))

    def places(self, low: int, high: int) -> Interval:
        """The places of its numbers from ``low`` to ``high``; its end is before where none is."""
        first = max(0, -((self.first - low) // self.step))
        return Interval(first, (high - self.first) // self.step)

    def meet(self, residue: int, modulus: int) -> Progression | None:
        """Its numbers that leave this remainder, by the Chinese remainder theorem."""
        common = gcd(self.step, modulus)
        steps, rest = divmod(residue - self.first, common)
        if rest:
            return None
        period = modulus // common
        place = steps * pow(self.step // common, -1, period) % period
        return Progression(self.value(place), lcm(self.step, modulus))


def progressions(
    rules: Iterable[Any], quantity: Expression, multiple_of: int
) -> tuple[Progression, ...]:
    """The multiples that keep every rule which ``is_periodic``."""
    found = [Progression(multiple_of, multiple_of)]
    for divisor, modulus, rest in filter(None, (_period(rule, quantity) for rule in rules)):
        period, first = divisor * modulus, divisor * rest
        meets = (each.meet(first + more, period) for each in found for more in range(divisor))
        found = [progression for progression in meets if progression]
    return tuple(found)


def is_periodic(rule: Any, quantity: Expression) -> bool:
    """Whether what keeps a rule is told by progressions: ``quantity // c % g != r`` breaks it."""
    return _period(rule, quantity) is not None


def _period(rule: Any, quantity: Expression) -> tuple[int, int, int] | None:
    """Of a rule that is broken where ``quantity // c % g != r``, c, g and r."""
    dividend, modulus, rest = division(rule)
    divisor = 1
    match dividend:
        case Expression(sign="//", operands=(inner, int(divisor))):
            dividend = inner
    periodic = dividend is quantity and isinstance(modulus, int) and 0 <= rest < modulus
    return (divisor, modulus, rest) if periodic and 0 < divisor <= MOST_RESIDUES else None


def division(rule: Any) -> tuple[Any, Any, int]:
    """Of a rule that wants a remainder when something is divided, what by what, and which."""
    match rule:
        case Expression(sign="!=", operands=(Expression(sign="%", operands=(a, b)), int(rest))):
            return a, b, rest
    return None, None, 0
