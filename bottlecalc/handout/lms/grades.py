"""The shares of a point that Moodle knows: any other makes it refuse the question."""

from __future__ import annotations

from fractions import Fraction

from bottlecalc.errors import argument
from bottlecalc.handout import HandoutError

SHARES = (
    *(Fraction(1), Fraction(9, 10), Fraction(5, 6), Fraction(4, 5), Fraction(3, 4)),
    *(Fraction(7, 10), Fraction(2, 3), Fraction(3, 5), Fraction(1, 2), Fraction(2, 5)),
    *(Fraction(1, 3), Fraction(3, 10), Fraction(1, 4), Fraction(1, 5), Fraction(1, 6)),
    *(Fraction(1, 7), Fraction(1, 8), Fraction(1, 9), Fraction(1, 10), Fraction(1, 20)),
    Fraction(0),
)
"""Of Moodle's ``question_bank::fraction_options``."""

NEAR = Fraction(1, 1000)
"""0.333 is meant as a third."""


def percent(share: Fraction) -> str:
    """A share as Moodle spells it: ``33.33333``.

    Raises:
        HandoutError: Moodle has none like it.
    """
    known = min(SHARES, key=lambda one: abs(one - share))
    if abs(known - share) > NEAR:
        raise HandoutError(
            f"Moodle has no grade of {float(100 * share):g} %; give {argument('points')} whose"
            " slip is one of these percentages of right:"
            f" {', '.join(map(_spelled, sorted(SHARES)))}"
        )
    return _spelled(known)


def _spelled(share: Fraction) -> str:
    return f"{float(100 * share):.5f}".rstrip("0").rstrip(".")
