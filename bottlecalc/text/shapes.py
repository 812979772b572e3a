"""Shapes, and inputs of models: ``1×3×224×224``, ``1x128:int64``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import prod

from bottlecalc.errors import BottlecalcError
from bottlecalc.text.calls import brief, quoted
from bottlecalc.text.numbers import WHOLE_NUMBER

DTYPES = (
    *("float32", "float64", "float16", "bfloat16", "complex64"),
    *("int64", "int32", "int16", "int8", "uint8", "bool"),
)
SIDES = "0*[1-9][0-9]*(x0*[1-9][0-9]*)*"


class InputError(BottlecalcError, ValueError):
    """An input that cannot be; its text says why and what would do."""


def shape(dimensions: Iterable[object], times: str = "×") -> str:
    """Dimensions: ``1×64×56×56``."""
    return times.join(map(str, dimensions))


def parse_sides(text: str) -> tuple[int, int] | None:
    """Height and width, ``56`` or ``56x112``; None where it is neither.

    >>> parse_sides("56x112")
    (56, 112)
    """
    sides = text.replace("×", "x").split("x")
    if len(sides) > 2 or not all(WHOLE_NUMBER.fullmatch(side) and int(side) for side in sides):
        return None
    return int(sides[0]), int(sides[-1])


@dataclass(frozen=True)
class Input:
    """One positional input of a model.

    Attributes:
        dimensions: its shape.
        dtype: the type of its elements.

    >>> str(Input.parse("1x128:int64"))
    '1×128:int64'
    """

    dimensions: tuple[int, ...]
    dtype: str = "float32"

    def __str__(self) -> str:
        sides = shape(self.dimensions) or "scalar"
        return sides if self.dtype == "float32" else f"{sides}:{self.dtype}"

    @property
    def elements(self) -> int:
        """How many there are [elements]."""
        return prod(self.dimensions)

    @classmethod
    def of(cls, given: object, others: str = "") -> Input:
        """An input, its dimensions, or its text.

        Args:
            given: one of these.
            others: what may be given beside them, for the error: ``a tensor, ``.

        Raises:
            InputError: it is none of them.

        >>> Input.of((1, 3)) == Input.of("1x3")
        True
        """
        if isinstance(given, Input):
            return given
        if isinstance(given, str):
            return cls.parse(given)
        if isinstance(given, Sequence):
            return cls.parse(shape(given, "x"))
        raise InputError(
            f"{quoted(given)} is no input; give {others}dimensions such as (1, 3, 224, 224), or"
            ' text such as "1x128:int64"'
        )

    @classmethod
    def parse(cls, text: str) -> Input:
        """Read ``1x3x224x224`` or ``1x128:int64``.

        Raises:
            InputError: it is neither, or there is no such dtype.
        """
        sides, colon, dtype = text.replace("×", "x").partition(":")
        if not re.fullmatch(SIDES, sides):
            raise InputError(
                f"{brief(text)!r} is no input; give its dimensions, such as 1x3x224x224 or"
                " 1x128:int64, each at least 1"
            )
        if colon and dtype not in DTYPES:
            raise InputError(
                f"unknown dtype {brief(dtype)!r} in {brief(text)!r};"
                f" the dtypes are {', '.join(DTYPES)}"
            )
        return cls(tuple(map(int, sides.split("x"))), dtype or "float32")
