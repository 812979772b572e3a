"""Somebody's number, read at the precision at which it is written."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Literal, NamedTuple

from bottlecalc.errors import BottlecalcError
from bottlecalc.text.calls import quoted

UNITS = {
    "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12,
    "k": 10**3, "m": 10**6, "g": 10**9, "b": 10**9, "t": 10**12,
}  # fmt: skip
"""In capitals too."""

WORDS = "flops?|macs?|f|ops?|m-?adds?|mult(?:iply)?-?adds?|params?|parameters"
NUMBER = re.compile(
    rf"""(?aix) [~≈]? \s* (?P<whole>[0-9][0-9,_]*) (?:\.(?P<behind>[0-9]+))? \s*
    (?:e\+?(?P<e>[0-9]{{1,2}}) | [×x*·]\s*10(?:\^|\*\*)(?P<power>[0-9]{{1,2}}))? \s*
    (?P<unit>{"|".join(UNITS)})? \s* (?P<word>{WORDS})?"""
)
RANGE = re.compile(r"(.+?)\s*(?:\.\.|[-–]|\bto\b)\s*(.+)")
RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
GUESSED = ("m", "g")
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
        of_params: whether it says that it is of parameters.
    """

    text: str
    intervals: tuple[Interval, ...]
    of_params: bool = False

    @property
    def is_guessed(self) -> bool:
        """Whether it has no unit, and may be of more than one."""
        return len(self.intervals) > 1

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


def read_claim(text: object) -> Sought:
    """Read ``4.1G``, ``4,089,184,256``, ``8.2 GFLOPs``, ``3.8×10⁹``, ``4.1``, or ``4.1G..4.2G``.

    Raises:
        ClaimError: it is none of them.

    >>> [int(one.low) for one in read_claim("4.1G").intervals]
    [4050000000]
    """
    plain = _plain(text)
    if match := NUMBER.fullmatch(plain):
        return Sought(str(text).strip(), _intervals(text, match), _is_of_params(match))
    if ends := RANGE.fullmatch(plain):
        first, last = (NUMBER.fullmatch(end) for end in ends.groups())
        if first and last:
            return _range(str(text).strip(), first, last)
    raise _error(text)


def _is_of_params(match: re.Match[str]) -> bool:
    return (match["word"] or "").lower().startswith("param")


def _plain(text: object) -> str:
    """As text, with powers of ten as ``10^9``."""
    if not isinstance(text, (str, int)) or isinstance(text, bool):
        raise _error(text)
    return re.sub(
        "[⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda found: f"^{found[0].translate(RAISED)}", str(text).strip()
    )


def _error(text: object) -> ClaimError:
    return ClaimError(
        f"{quoted(text)} is no number; give one as it is written: '4.1G', '25.6M',"
        " '4,089,184,256', '8.2 GFLOPs', '3.8×10^9', or '4.1G..4.2G'"
    )


def _range(text: str, first: re.Match[str], last: re.Match[str]) -> Sought:
    """The unit of the last is the first's too, where that has none."""
    ends = _intervals(text, last)
    starts = _intervals(text, first, "" if first["unit"] else last["unit"] or "")
    pairs = list(zip(starts, ends, strict=False))
    if any(low.middle > high.middle for low, high in pairs):
        raise ClaimError(f"{quoted(text)} is no range; give the lesser first, such as 4.1G..4.2G")
    spans = [Interval(low.low, high.high, high.high) for low, high in pairs]
    return Sought(text, tuple(spans), _is_of_params(last))


def _intervals(text: object, match: re.Match[str], unit: str = "") -> tuple[Interval, ...]:
    whole, behind = match["whole"], match["behind"] or ""
    if not re.fullmatch(r"[0-9]+|[0-9]{1,3}([,_][0-9]{3})+", whole):
        raise _error(text)
    digits = whole.replace(",", "").replace("_", "")
    power, unit = match["e"] or match["power"], (match["unit"] or unit).lower()
    units = [unit] if unit or power or not behind else list(GUESSED)
    return tuple(
        _interval(digits, behind, UNITS.get(one, 1) * 10 ** int(power or 0)) for one in units
    )


def _interval(digits: str, behind: str, unit: int) -> Interval:
    step = Fraction(unit, 10 ** len(behind))
    value = Fraction(int(digits + behind)) * step
    if step <= 1:
        return Interval(value, value, value)
    return Interval(value - step / 2, value + step / 2, value + step)
