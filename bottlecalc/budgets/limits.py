"""Limits as they are written: ``25_000``, ``"25k"``, ``"4.2M"``, and bytes as ``"300kB"``."""

from __future__ import annotations

import re
from fractions import Fraction

from bottlecalc.errors import BottlecalcError
from bottlecalc.text.calls import quoted, whole_number
from bottlecalc.text.numbers import QuantityError, parse_quantity

OF_BYTES = ("size", "peak_bytes")
BYTES = re.compile(r"(?a)\s*([0-9]+(?:_[0-9]+)*(?:\.[0-9]+)?)\s*(?:([kKMGT])(i?))?B\s*")
EXACT = 2**53
"""Up to here a float is exactly the whole number that was written."""


class BudgetError(BottlecalcError, ValueError):
    """Budgets that cannot be read; its text says where, what was got and what is allowed."""


def read_limit(figure: str, value: object) -> int:
    """Read a limit of a figure.

    Raises:
        BudgetError: it is none.
    """
    return read_bytes(value) if figure in OF_BYTES else read_number(value)


def read_bytes(value: object) -> int:
    """Read a number of bytes: ``300_000``, ``"300kB"``, ``"1.5MiB"``.

    Raises:
        BudgetError: it is none.

    >>> read_bytes("300kB"), read_bytes("2 KiB")
    (300000, 2048)
    """
    match = BYTES.fullmatch(value) if isinstance(value, str) else None
    if not match:
        return read_number(value)
    digits, unit, binary = match.groups()
    power = "kmgt".index(unit.lower()) + 1 if unit else 0
    times: int = (1024 if binary else 1000) ** power
    exact = Fraction(digits.replace("_", "")) * times
    if exact.denominator != 1:
        raise BudgetError(f"{quoted(value)} is no whole number of bytes; give one, such as 300kB")
    return exact.numerator


def read_number(value: object) -> int:
    """Read a limit: ``25_000``, ``"25k"``, ``"4.2M"``, ``"25e3"``, which TOML reads as a float.

    Raises:
        BudgetError: it is none.

    >>> read_number("4.2M")
    4200000
    """
    if (number := whole_number(value, 0)) is not None:
        return number
    if isinstance(value, float) and value.is_integer() and 0 <= value <= EXACT:
        return int(value)
    if not isinstance(value, str):
        raise BudgetError(
            f"{quoted(value)} is no limit; give a whole number or one with a unit: 25000,"
            ' "25k", "4.2M", or "25e3"'
        )
    try:
        return parse_quantity(value)
    except QuantityError as error:
        raise BudgetError(str(error)) from None
