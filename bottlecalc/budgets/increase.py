"""By how much a figure may grow: in percent, by a number, or by the larger of the two."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from bottlecalc.errors import BottlecalcError
from bottlecalc.text.calls import quoted
from bottlecalc.text.numbers import QuantityError, parse_quantity

PERCENT = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,6})?)\s*%", re.ASCII)
"""Twelve digits: as many as can be shown exactly."""

QUANTITY = re.compile(r"(?a)[0-9][0-9_.]*(?:\s*[A-Za-z]|[eE]\+?[0-9]+|(?<=_[0-9]{3}))")
"""A number with a unit, a power or groups of digits: a bare ``2`` is likelier to mean percent."""


class IncreaseError(BottlecalcError, ValueError):
    """What is no increase; its text says what would be."""


@dataclass(frozen=True)
class Increase:
    """By how much a figure may grow.

    Attributes:
        count: so many, whatever there was.
        share: of what there was, where that is more.

    >>> Increase(10_000, Fraction(1, 50)).allowed(100_000)
    110000
    """

    count: int
    share: Fraction = Fraction(0)

    def allowed(self, before: int) -> int:
        """The most that it allows."""
        return before + max(self.count, int(before * self.share))

    def __str__(self) -> str:
        share = f"{percent(self.share)} or " if self.share else ""
        return f"{share}{self.count:,}"


Growth = Increase | Fraction
"""A fraction is a share alone: of what there was."""


def allowed(growth: Growth, before: int) -> int:
    """The most that a figure may be."""
    if isinstance(growth, Increase):
        return growth.allowed(before)
    return int(before * (1 + growth))


def spelled(growth: Growth) -> str:
    """As it is given: ``2%``, ``10,000``, ``2% or 10,000``."""
    return str(growth) if isinstance(growth, Increase) else percent(growth)


def percent(share: Fraction) -> str:
    """A share in percent, exactly."""
    return f"{float(100 * share):.12g}%"


def read_increase(value: object) -> Growth:
    """Read an increase: ``"2%"``, ``"10k"``, or ``"2% or 10k"``.

    Raises:
        IncreaseError: it is none.

    >>> read_increase("2%"), read_increase("2% or 10k")
    (Fraction(1, 50), Increase(count=10000, share=Fraction(1, 50)))
    """
    texts = re.split(r"\s+or\s+", value.strip()) if isinstance(value, str) else []
    shares = [Fraction(match[1]) / 100 for text in texts if (match := PERCENT.fullmatch(text))]
    others = [text for text in texts if not PERCENT.fullmatch(text)]
    if len(shares) > 1 or len(others) > 1 or not texts:
        raise _refusal(value)
    if not others:
        return shares[0]
    return Increase(_count(others[0], value), *shares)


def _count(text: str, value: object) -> int:
    if not QUANTITY.fullmatch(text):
        raise _refusal(value)
    try:
        return parse_quantity(text)
    except QuantityError as error:
        raise IncreaseError(str(error)) from None


def _refusal(value: object) -> IncreaseError:
    return IncreaseError(
        f'{quoted(value)} is no increase; give percent, such as "2%", a number with its unit, such'
        ' as "10k", or the larger of the two: "2% or 10k"'
    )
