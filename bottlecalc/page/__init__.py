"""An interactive page about two blocks: one file, no network, its numbers the formulas'."""

from __future__ import annotations

from typing import Literal, cast, get_args

from bottlecalc.errors import BottlecalcError, argument
from bottlecalc.text.calls import quoted

Language = Literal["en", "zh"]


class PageError(BottlecalcError, ValueError):
    """A page that cannot be made; its text says why and what would do."""


def read_language(given: object) -> Language:
    """The language that is meant.

    Raises:
        PageError: there is none of that name.
    """
    if not isinstance(given, str) or given not in get_args(Language):
        known = " or ".join(map(repr, get_args(Language)))
        raise PageError(f"{argument('lang')} {quoted(given)} is no language; give {known}")
    return cast(Language, given)
