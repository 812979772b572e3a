"""Values of an input: ``ones``, ``arange``, ``randint(0,1000)``, ``full(7)``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bottlecalc.errors import BottlecalcError
from bottlecalc.text.calls import brief

Number = int | float

FORMS = "zeros, ones, full(7), arange, rand, randn, randint(0,1000)"
ARGUMENTS = {
    "zeros": 0, "ones": 0, "full": 1, "arange": 0, "rand": 0, "randn": 0, "randint": 2,
}  # fmt: skip
"""Names of fills, and how many numbers each takes."""

WRITTEN = re.compile(r"([a-z]+)(?:\(([^()]*)\))?")
INTEGER = re.compile(r"[+-]?[0-9]{1,20}")
FLOAT = re.compile(r"[+-]?([0-9]{1,20}(\.[0-9]{0,20})?(e[+-]?[0-9]{1,3})?|inf|nan)")
WORDS = {"true": 1, "false": 0}

RANGES = {
    "int64": (-(2**63), 2**63 - 1), "int32": (-(2**31), 2**31 - 1), "int16": (-(2**15), 2**15 - 1),
    "int8": (-128, 127), "uint8": (0, 255), "bool": (0, 1),
}  # fmt: skip
"""What each dtype of whole numbers holds."""


class FillError(BottlecalcError, ValueError):
    """Values that an input cannot have; its text says why and what would do."""


@dataclass(frozen=True)
class Fill:
    """What the elements of an input are.

    Attributes:
        name: ``zeros``, ``ones``, ``full``, ``arange``, ``rand``, ``randn`` or ``randint``.
        numbers: the value of ``full``; the least of ``randint``, and the first beyond.

    >>> str(Fill.parse("randint(0, 1000)"))
    'randint(0,1000)'
    """

    name: str
    numbers: tuple[Number, ...] = ()

    def __str__(self) -> str:
        return f"{self.name}({','.join(map(str, self.numbers))})" if self.numbers else self.name

    @classmethod
    def parse(cls, text: str) -> Fill:
        """Read a fill.

        Raises:
            FillError: it is none.
        """
        match = WRITTEN.fullmatch(text.strip())
        parts = [part.strip() for part in (match[2] or "").split(",")] if match else []
        numbers = [] if parts == [""] else [_number(part) for part in parts]
        takes = ARGUMENTS.get(match[1]) if match else None
        if match is None or takes != len(numbers) or None in numbers:
            raise FillError(f"{brief(text)!r} is no fill of an input; give one of {FORMS}")
        fill = cls(match[1], tuple(number for number in numbers if number is not None))
        fill._check_order(text)
        return fill

    def _check_order(self, text: str) -> None:
        if self.name != "randint":
            return
        low, high = self.numbers
        if not (isinstance(low, int) and isinstance(high, int) and low < high):
            raise FillError(
                f"{brief(text)!r} draws nothing; give randint(LEAST,BEYOND), two whole numbers of"
                " which the first is the less, such as randint(0,1000)"
            )

    def check(self, dtype: str, elements: int) -> None:
        """Refuse values that a dtype does not have.

        Raises:
            FillError: there are such.
        """
        limits = RANGES.get(dtype)
        if limits is None:
            return
        if self.name in ("rand", "randn"):
            raise FillError(f"{self} draws fractions, which {dtype} has not; give randint(0,2)")
        for value in self._ends(elements):
            if not (isinstance(value, int) and limits[0] <= value <= limits[1]):
                raise FillError(
                    f"{self} has {value}, which is no {dtype}; give whole numbers from"
                    f" {limits[0]} to {limits[1]}"
                )

    def _ends(self, elements: int) -> Sequence[Number]:
        """The least and the largest value that it may have."""
        if self.name == "randint":
            low, high = self.numbers
            return low, high - 1
        return self.numbers or (elements - 1 if self.name == "arange" else 1,)


def _number(text: str) -> Number | None:
    if text in WORDS:
        return WORDS[text]
    if INTEGER.fullmatch(text):
        return int(text)
    return float(text) if FLOAT.fullmatch(text) else None
