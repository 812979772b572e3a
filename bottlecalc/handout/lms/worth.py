"""What a right answer and a slip are worth, as learning management systems count."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from bottlecalc.errors import argument
from bottlecalc.handout import HandoutError
from bottlecalc.handout.marking.points import Points, read_points
from bottlecalc.text.calls import quoted


class Worth(NamedTuple):
    """What answers are worth.

    Attributes:
        points: of the right one.
        slip: the share of them that a usual slip gives, from 0 to 1.
    """

    points: Fraction = Fraction(1)
    slip: Fraction = Fraction(0)


def read_worth(points: object) -> Worth:
    """What answers are worth, from the same points as marks; None is as usual.

    Raises:
        HandoutError: they are no points, or none that a system could give.
    """
    read = Points() if points is None else read_points(points)
    said = f"{argument('points')} {quoted(points)}"
    if not 0 <= read.slip <= read.right or not read.right:
        raise HandoutError(
            f"{said} gives a slip more than the right answer, or that nothing; a question for a"
            " school's system needs right above 0 and slip from 0 to that"
        )
    if read.wrong or read.unreadable:
        raise HandoutError(
            f"{said} gives something for wrong or unreadable answers; a question for a school's"
            " system knows right and slip alone"
        )
    return Worth(read.right, read.slip / read.right)
