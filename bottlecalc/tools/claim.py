"""Somebody's number, read at the precision at which it is written."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Literal, NamedTuple

from bottlecalc.errors import BottlecalcError
from bottlecalc.text.calls import quoted

UNITS = {"k": 10**3, "K": 10**3, "M": 10**6, "G": 10**9, "B": 10**9, "T": 10**12}
WORDS = "FLOPs?|FLOPS|MACs?|Macs?|OPs?|ops|mult-adds|params?|parameters"
NUMBER = re.compile(rf"(?a)~?\s*([0-9][0-9,_]*)(?:\.([0-9]+))?\s*([kKMGBT]?)\s*(?:{WORDS})?")
GUESSED = ("M", "G")
"""The units that a number with a point may be in, where it has none."""

Fit = Literal["exact", "rounded", "cut off", "no"]


class ClaimError(BottlecalcError, ValueError):
    """A claim that is no number; its text says what would be one."""


class Interval(NamedTuple):
    """What a number may stand for, both ends among it.

    Attributes:
        low: the least that is rounded to it.
        high: the most.
        top: the most that is cut off to it.
    """

    low: Fraction
    high: Fraction
    top: Fraction

    @property
    def middle(self) -> Fraction:
        """The number as it is written."""
        return (self.low + self.high) / 2


class Sought(NamedTuple):
    """A claim, read.

    Attributes:
        text: as it is written.
        intervals: what it may stand for, one for each unit that it may be in.
    """

    text: str
    intervals: tuple[Interval, ...]

    def fit(self, value: Fraction | int) -> Fit:
        """How a number is what is claimed."""
        for low, high, _ in self.intervals:
            if low == high == value:
                return "exact"
            if low <= value <= high:
                return "rounded"
        return "cut off" if any(one.high < value < one.top for one in self.intervals) else "no"

    def distance(self, value: Fraction | int) -> Fraction:
        """How far a number is from the nearest that would be rounded to it."""
        return min(max(low - value, value - high, Fraction(0)) for low, high, _ in self.intervals)


def read_claim(text: str) -> Sought:
    """Read ``4.1G``, ``4,089,184,256``, ``8.2 GFLOPs``, ``4.1``, or ``4.1G..4.2G``.

    Raises:
        ClaimError: it is none of them.

    >>> [int(one.low) for one in read_claim("4.1G").intervals]
    [4050000000]
    """
    first, dots, last = text.partition("..")
    if not dots:
        return Sought(text, _intervals(text))
    ends = _intervals(last)
    starts = _intervals(first if first[-1:].isalpha() else first + _unit(last))
    pairs = list(zip(starts, ends, strict=False))
    spans = [Interval(low.low, high.high, high.high) for low, high in pairs]
    if any(low.middle > high.middle for low, high in pairs):
        raise ClaimError(f"{quoted(text)} is no range; give the lesser first, such as 4.1G..4.2G")
    return Sought(text, tuple(spans))


def _unit(text: str) -> str:
    match = NUMBER.fullmatch(text.strip())
    return match[3] if match else ""


def _intervals(text: str) -> tuple[Interval, ...]:
    match = NUMBER.fullmatch(text.strip())
    if not match or not re.fullmatch(r"[0-9]+|[0-9]{1,3}([,_][0-9]{3})+", match[1]):
        raise ClaimError(
            f"{quoted(text)} is no number; give one as it is written: 4.1G, 25.6M,"
            " 4,089,184,256, '8.2 GFLOPs', or 4.1G..4.2G"
        )
    whole, behind, unit = match.groups(default="")
    digits = whole.replace(",", "").replace("_", "")
    units = [unit] if unit or not behind else list(GUESSED)
    return tuple(_interval(digits, behind, UNITS.get(one, 1)) for one in units)


def _interval(digits: str, behind: str, unit: int) -> Interval:
    step = Fraction(unit, 10 ** len(behind))
    value = Fraction(int(digits + behind)) * step
    if step <= 1:
        return Interval(value, value, value)
    return Interval(value - step / 2, value + step / 2, value + step)
