"""Lists and ranges of whole numbers, as people write them: ``16,32,64``, ``8:128:8``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from bottlecalc.errors import BottlecalcError, argument
from bottlecalc.text.calls import quoted
from bottlecalc.text.numbers import WHOLE_NUMBER, scale

RANGE = re.compile(r"([0-9]+):([0-9]+)(?::(\*?)([0-9]+))?", re.ASCII)
DECIMALS = re.compile(r"(?a)(\d+(?:\.\d+)?):(\d+(?:\.\d+)?)(?::(\d+(?:\.\d+)?))?")
LONGEST_LIST = 10**6
"""Values of a list are held, those of one range are not."""


class RangeError(BottlecalcError, ValueError):
    """A list or range that cannot be; its text says why and what would do."""


@dataclass(frozen=True)
class Sizes:
    """Heights and widths, pairwise [pixels]."""

    heights: Sequence[int]
    widths: Sequence[int]

    def __len__(self) -> int:
        return len(self.heights)


def parse_axis(name: str, text: str) -> Sequence[int]:
    """The values of an option: ``16,32,64``, ``8:128:8`` (both ends), ``64:1024:*2``.

    Raises:
        RangeError: it is no such list, or an empty one.
    """
    parts = [_values(name, part.strip(), text) for part in text.split(",")]
    if len(parts) == 1:
        return parts[0]
    if sum(map(len, parts)) > LONGEST_LIST:
        raise _too_long(name, text)
    return list(dict.fromkeys(value for part in parts for value in part))


def parse_texts(name: str, text: str) -> list[str]:
    """The values of a setting, each as text, of a list and of ranges of decimals.

    Raises:
        RangeError: a range does not go up, or has too many values.

    >>> parse_texts("width", "0.5:1:0.25"), parse_texts("block", "basic,bottleneck")
    (['0.5', '0.75', '1'], ['basic', 'bottleneck'])
    """
    parts = (_texts(name, part.strip(), text) for part in text.split(","))
    return list(dict.fromkeys(value for part in parts for value in part))


def _texts(name: str, part: str, text: str) -> Sequence[str]:
    match = DECIMALS.fullmatch(part)
    if not match:
        return [part]
    first, last, step = (Fraction(one or 1) for one in match.groups())
    if not step or last < first:
        raise RangeError(
            f"{argument(name)} {quoted(text)} is no range that goes up; give one from a number to"
            " a larger one, by a step above 0"
        )
    steps = (last - first) // step
    if steps >= LONGEST_LIST:
        raise _too_long(name, text)
    return [scale(first + place * step) for place in range(steps + 1)]


def parse_sizes(text: str) -> Sizes:
    """The values of ``--size``: as ``parse_axis`` reads them, or ``56x112`` among them.

    Raises:
        RangeError: it is no such list, or an empty one.
    """
    if "x" not in text:
        sides = parse_axis("size", text)
        return Sizes(sides, sides)
    pairs = dict.fromkeys(pair for part in text.split(",") for pair in _pairs(part, text))
    return Sizes([height for height, _ in pairs], [width for _, width in pairs])


def _pairs(part: str, text: str) -> list[tuple[int, int]]:
    height, by, width = part.strip().partition("x")
    columns = _values("size", width or height, text)
    rows = _values("size", height, text) if width else columns
    if len(columns) > LONGEST_LIST:
        raise _too_long("size", text)
    if by and (not width or (len(rows), len(columns)) != (1, 1)):
        raise _no_axis("size", text)
    return list(zip(rows, columns, strict=True))


def _values(name: str, part: str, text: str) -> Sequence[int]:
    if WHOLE_NUMBER.fullmatch(part):
        values: Sequence[int] = [int(part)]
    elif match := RANGE.fullmatch(part):
        values = _range(int(match[1]), int(match[2]), match[3] == "*", int(match[4] or 1))
    else:
        raise _no_axis(name, text)
    if not values or values[0] < 1:
        what = "is no range that goes up" if ":" in part else "has a value below 1"
        raise RangeError(
            f"{argument(name)} {quoted(text)} {what}; give whole numbers of at least 1, or a range"
            " from one to a larger one, by steps of at least 1 or a factor of at least 2"
        )
    if isinstance(values, range) and (values[-1] - values[0]) // values.step >= 2**62:
        raise RangeError(
            f"{argument(name)} {quoted(text)} has more values than can be counted; give fewer"
        )
    return values


def _range(first: int, last: int, doubling: bool, step: int) -> Sequence[int]:
    if step < 1 + doubling or first < 1:
        return []
    if not doubling:
        return range(first, last + 1, step)
    values = []
    while first <= last:
        values.append(first)
        first *= step
    return values


def _too_long(name: str, text: str) -> RangeError:
    return RangeError(
        f"{argument(name)} {quoted(text)} lists more than {LONGEST_LIST:,} values; give one range"
        " alone"
    )


def _no_axis(name: str, text: str) -> RangeError:
    example = "14,28x56" if name == "size" else "16,32,64"
    return RangeError(
        f"{argument(name)} {quoted(text)} is no list or range; give {example}, 8:128:8 (both ends"
        " included) or 64:1024:*2"
    )
