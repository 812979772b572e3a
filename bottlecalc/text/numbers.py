"""Numbers as people write them (``25k``, ``25_000``), and as they read them (``4.80×``)."""

from __future__ import annotations

import re
from fractions import Fraction

from bottlecalc.errors import BottlecalcError
from bottlecalc.text.calls import quoted

WHOLE_NUMBER = re.compile(r"[0-9]+(_[0-9]+)*", re.ASCII)
LARGEST_SEED = 2**32 - 1
"""Of random numbers: NumPy takes none above it."""

UNITS = {"": 1, "K": 10**3, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
WRITTEN = r"(?a)([0-9]+(?:_[0-9]+)*(?:\.[0-9]+)?)(?:[eE]([+-]?[0-9]{1,4})|\s*([A-Za-z]*))"
"""Digits, and a power of ten or a unit; a power of more than four digits nobody writes."""


class QuantityError(BottlecalcError, ValueError):
    """A text that is no quantity; its text says what would be."""


def parse_quantity(text: str, name: str = "") -> int:
    """A whole number, with a unit (a power of a thousand) or a power of ten, read exactly.

    ``name`` is what an error begins with.

    Raises:
        QuantityError: it is no number, has another unit, or is no whole number.

    >>> parse_quantity("4.2M"), parse_quantity("25e3")
    (4200000, 25000)
    """
    got = f"{name} {quoted(text)}" if name else quoted(text)
    match = re.fullmatch(WRITTEN, text.strip())
    if not match:
        raise QuantityError(
            f'{got} is no limit; give a whole number or one with a unit: 25000, "25k", "4.2M",'
            ' or "25e3"'
        )
    digits, power, unit = match.groups(default="")
    if unit not in UNITS:
        raise QuantityError(
            f"{got} has the unknown unit {quoted(unit)}; the units are"
            " k (10³), M (10⁶), G (10⁹) and T (10¹²)"
        )
    whole, _, behind = digits.replace("_", "").partition(".")
    places = int(power or 0) - len(behind)
    exact: int = int(whole + behind) * UNITS[unit] * 10 ** max(places, 0)
    parts: int = 10 ** max(-places, 0)
    if exact % parts:
        raise QuantityError(f"{got} is no whole number; give one, such as 25k, 25e3 or 25_000")
    return exact // parts


SCALE = r"(?a)[0-9]+(?:\.[0-9]+)?|[0-9]+/0*[1-9][0-9]*"
MOST_PLACES = 40
"""Behind a decimal point that anybody reads."""


def parse_scale(text: str) -> Fraction | None:
    """What something is multiplied by, exactly: ``0.5``, ``1/3``; None where it is no such number,
    or 0.
    """
    return Fraction(text) or None if re.fullmatch(SCALE, text) else None


def scale(value: Fraction) -> str:
    """The same as text: a decimal where one says it exactly.

    >>> scale(Fraction("0.50")), scale(Fraction(3)), scale(Fraction(1, 3))
    ('0.5', '3', '1/3')
    """
    places = (n for n in range(MOST_PLACES) if 10**n % value.denominator == 0)
    behind = next(places, None)
    if not behind:
        return str(value)
    whole, rest = divmod(value.numerator * 10**behind // value.denominator, 10**behind)
    return f"{whole}.{rest:0{behind}}"


def number(value: int) -> str:
    """An integer with thousands separators."""
    return f"{value:,}"


def short(value: float) -> str:
    """A number in its unit, for an axis: ``3.5 G``.

    >>> short(3_500_000_000), short(75_000), short(0.5), short(999_999)
    ('3.5 G', '75 k', '0.5', '1 M')
    """
    value = float(f"{value:.4g}")
    for unit, power in reversed(UNITS.items()):
        if power <= abs(value) < 10**15:
            return f"{value / power:.4g} {unit}".rstrip()
    return f"{value:.4g}"


def ratio(value: Fraction) -> str:
    """How many times, to two decimals, or to three digits where those would be mostly zeros."""
    if value >= 10**6:
        return f"{round(value):,}×"
    return f"{float(value):,.2f}×" if value >= Fraction(1, 10) else f"{float(value):.3g}×"


def percent(part: int, whole: int) -> str:
    """A share, to one decimal: ``96.8%``."""
    if not whole:
        return "–"
    tenths = round(Fraction(1000 * part, whole))
    return f"{tenths // 10}.{tenths % 10}%"


def share_of_limit(part: int, whole: int) -> str:
    """A share of a limit, to one decimal: ``100.0%`` only where nothing is left and none is over.

    >>> share_of_limit(2_047_752, 2_048_486)
    '99.9%'
    """
    if not whole or part == whole:
        return percent(part, whole)
    tenths = round(Fraction(1000 * part, whole))
    nearest = min(tenths, 999) if part < whole else max(tenths, 1001)
    return f"{nearest // 10:,}.{nearest % 10}%"


def change(part: int, whole: int) -> str:
    """A share with its sign, to two decimals: ``-0.58%``."""
    hundredths = round(Fraction(10_000 * part, whole))
    sign = "-" if part < 0 else "+"
    return f"{sign}{abs(hundredths) // 100}.{abs(hundredths) % 100:02}%"
