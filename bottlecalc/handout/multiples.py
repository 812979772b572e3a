"""How many times as much, in so many digits that it says what is true."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from bottlecalc.text.numbers import ratio

MOST_PLACES = 7
"""Behind the point of two ratios that are to differ."""

NEAREST = 15
"""Places behind the point by which a float still tells a ratio from 1."""


def times(value: Fraction) -> str:
    """How many times, as people quote it: ``4.8×``; with more digits where it is nearly 1.

    >>> times(Fraction(24, 5)), times(Fraction(1)), times(Fraction(10**9 + 1, 10**9))
    ('4.8×', '1.0×', '1.000000001×')
    """
    return f"{float(value):,.{_places(value, 1)}f}×" if 1 <= value < 10**6 else exact(value)


def exact(value: Fraction) -> str:
    """The same to two decimals, or as many as tell it from 1, and never as a power of ten.

    >>> exact(Fraction(24, 5)), exact(Fraction(73_728, 73_767)), exact(Fraction(1, 10**5))
    ('4.80×', '0.999×', '0.00001×')
    """
    places = _places(value, 2)
    text = f"{float(value):.{places}f}×" if places > 2 else ratio(value)
    return f"{Decimal(text.rstrip('×')):f}×" if "e" in text else text


def _places(value: Fraction, fewest: int) -> int:
    """Behind the point, so many that only 1 looks like 1."""
    apart = (n for n in range(fewest, NEAREST + 1) if round(value, n) != 1)
    return fewest if value == 1 else next(apart, fewest)


def change(before: Fraction, after: Fraction) -> tuple[str, str] | None:
    """Two ratios with so few digits that they still differ; None where nobody would see it.

    >>> change(Fraction(24, 5), Fraction(80, 23)), change(Fraction(1), Fraction(1))
    (('4.8', '3.5'), None)
    """
    for places in range(1 if min(before, after) >= 1 else 2, MOST_PLACES):
        first, second = (f"{float(one):,.{places}f}" for one in (before, after))
        if first != second:
            return first, second
    return None
