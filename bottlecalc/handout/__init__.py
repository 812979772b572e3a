"""A printable lesson about a comparison: the sheet, its worksheet, the key, and the marking."""

from __future__ import annotations

from typing import Literal, cast, get_args

from bottlecalc.errors import BottlecalcError, argument
from bottlecalc.text.calls import quoted

Language = Literal["en", "zh"]


class HandoutError(BottlecalcError):
    """A handout that cannot be made; its text says why and what would do."""


def read_language(given: object) -> Language:
    """The language that is meant.

    Raises:
        HandoutError: there is none of that name.
    """
    if not isinstance(given, str) or given not in get_args(Language):
        known = " or ".join(map(repr, get_args(Language)))
        raise HandoutError(f"{argument('lang')} {quoted(given)} is no language; give {known}")
    return cast(Language, given)
