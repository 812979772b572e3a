"""Shapes, and inputs of models: ``1×3×224×224``, ``1x128:int64``, ``1x128:int64=ones``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import prod

from bottlecalc.errors import BottlecalcError
from bottlecalc.text.calls import brief, quoted
from bottlecalc.text.fills import Fill, FillError
from bottlecalc.text.numbers import WHOLE_NUMBER

DTYPES = (
    *("float32", "float64", "float16", "bfloat16", "complex64"),
    *("int64", "int32", "int16", "int8", "uint8", "bool"),
)
FLOATS = ("float32", "bfloat16", "float16", "float64")
"""Dtypes that a whole model may be of."""

SIDES = "0*[1-9][0-9]*(x0*[1-9][0-9]*)*"
MEANT = re.compile(rf"{SIDES}(:[A-Za-z]\w*)?(=[a-z]+(\(.*\))?)?".replace("x", "[x×]"))
"""What is meant for an input, though its dtype or its fill may be none."""


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
    """One input of a model.

    Attributes:
        dimensions: its shape.
        dtype: the type of its elements.
        fill: its values; None where none are given.
        name: of the argument, and its place inside of it: ``input_ids``, ``batch.image``; empty of
            what is an argument by place.

    >>> str(Input.parse("1x128:int64=ones"))
    '1×128:int64=ones'
    """

    dimensions: tuple[int, ...]
    dtype: str = "float32"
    fill: Fill | None = None
    name: str = ""

    def __str__(self) -> str:
        sides = shape(self.dimensions) or "scalar"
        typed = sides if self.dtype == "float32" else f"{sides}:{self.dtype}"
        return typed if self.fill is None else f"{typed}={self.fill}"

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
        """Read ``1x3x224x224``, ``1x128:int64`` or ``1x128:int64=randint(0,1000)``.

        Raises:
            InputError: it is none, or there is no such dtype, or it has no such values.
        """
        written, equals, fill = text.partition("=")
        sides, colon, dtype = written.replace("×", "x").partition(":")
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
        dimensions = _dimensions(sides, text)
        bare = cls(dimensions, dtype or "float32")
        return bare._filled(fill, text) if equals else bare

    def _filled(self, fill: str, text: str) -> Input:
        try:
            values = Fill.parse(fill)
            values.check(self.dtype, self.elements)
        except FillError as error:
            raise InputError(f"{brief(text)!r} is no input: {error}") from None
        return replace(self, fill=values)


def is_meant(text: str) -> bool:
    """Whether a text is meant for an input rather than for a text.

    >>> is_meant("1x3:int46"), is_meant("16:9"), is_meant("bilinear")
    (True, False, False)
    """
    return MEANT.fullmatch(text) is not None


def _dimensions(sides: str, text: str) -> tuple[int, ...]:
    try:
        return tuple(map(int, sides.split("x")))
    except ValueError:  # of more digits than Python reads
        raise InputError(
            f"{brief(text)!r} is no input: a dimension has too many digits; give fewer"
        ) from None
