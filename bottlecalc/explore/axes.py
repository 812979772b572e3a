"""What is swept, as it is given: numbers, lists and ranges of them, or their text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import index
from typing import Any

from bottlecalc.errors import argument
from bottlecalc.explore.grid import SweepError
from bottlecalc.explore.ties import Tie, is_tie, parse_tie
from bottlecalc.text.calls import quoted, whole_number
from bottlecalc.text.numbers import WHOLE_NUMBER
from bottlecalc.text.ranges import Sizes, parse_axis, parse_sizes

Values = int | str | Iterable[int]
"""Of a key: a number, several, or text such as ``"8:128:8"`` or, tied, ``"out/2"``."""

EXAMPLES = {
    "where": "'params<=20k'",
    "pareto": "'params,macs'",
    "sort": "'-params'",
    "shard": "'3/16'",
}

COUNTABLE = 2**62
"""A range that is longer has no length in Python."""

AnySizes = int | str | tuple[int, int] | Iterable[int | tuple[int, int]]
"""Of an input: a side, a pair of height and width, several of these, or text."""


def axis(name: str, values: Values) -> Sequence[int]:
    """The values of a key, each once.

    Raises:
        SweepError: there is none, or one is no whole number of at least 1.
        RangeError: the text is no list or range.
    """
    if isinstance(values, str):
        return parse_axis(name, values)
    if not isinstance(values, range):
        return _whole(name, values)
    if not values or min(values[0], values[-1]) < 1 or abs(values[-1] - values[0]) >= COUNTABLE:
        raise _unsuitable(name, values)
    return values


def axis_or_tie(name: str, values: Values) -> Sequence[int] | Tie:
    """The same, or the key that it follows.

    Raises:
        TieError: the text names something, and is no tie.
    """
    if isinstance(values, str) and is_tie(values):
        return parse_tie(name, values)
    return axis(name, values)


def sizes(values: AnySizes) -> Sizes:
    """Heights and widths; a tuple is one height and one width, a list is several sizes.

    Raises:
        SweepError: there is none, or one is no size.
        RangeError: the text is no list or range.
    """
    if isinstance(values, str):
        return parse_sizes(values)
    if isinstance(values, tuple) or not isinstance(values, Iterable):
        values = [values]
    if isinstance(values, range):
        sides = axis("size", values)
        return Sizes(sides, sides)
    pairs = dict.fromkeys(_pair(one) for one in values)
    if not pairs:
        raise _unsuitable("size", values)
    return Sizes([height for height, _ in pairs], [width for _, width in pairs])


def limit(value: int | str | None) -> int | None:
    """At most how many designs.

    Raises:
        SweepError: it is no whole number of at least 1.
    """
    if value is None:
        return None
    is_text = isinstance(value, str) and WHOLE_NUMBER.fullmatch(value)
    number = whole_number(int(value) if is_text else value)
    if number is None:
        raise SweepError(
            f"{argument('limit')} {quoted(value)} is not allowed; give a whole number of at least 1"
        )
    return number


def texts(name: str, values: Any) -> list[str]:
    """Conditions or keys: one, or several.

    Raises:
        SweepError: one of them is no text.
    """
    several = values if isinstance(values, list | tuple) else [values]
    return [text(name, one) for one in several]


def text(name: str, value: Any) -> str:
    """A condition, a key or a part.

    Raises:
        SweepError: it is no text.
    """
    if not isinstance(value, str):
        raise SweepError(f"{argument(name)} = {quoted(value)} is no text; give {EXAMPLES[name]}")
    return value


def _pair(one: Any) -> tuple[int, int]:
    sides = one if isinstance(one, tuple) else (one, one)
    if len(sides) != 2:
        raise _unsuitable("size", one)
    height, width = _whole("size", sides)[0], _whole("size", sides)[-1]
    return height, width


def _whole(name: str, values: Any) -> list[int]:
    """Several whole numbers, or one, each once."""
    several = list(values) if isinstance(values, Iterable) else [values]
    try:
        found = [index(value) for value in several]
    except TypeError:
        found = []
    if not found or min(found) < 1 or any(isinstance(value, bool) for value in several):
        raise _unsuitable(name, values)
    return list(dict.fromkeys(found))


def _unsuitable(name: str, values: object) -> SweepError:
    shown = quoted(values)
    example = "'14,28x56'" if name == "size" else "'8:128:8'"
    return SweepError(
        f"{argument(name)} = {shown} is nothing to sweep; give a whole number of at least 1, a list"
        f" or range of them, or text such as {example}"
    )
