"""Forms of a worksheet: the same questions with the same numbers have one number of their own."""

from __future__ import annotations

from typing import NamedTuple

from bottlecalc.handout.exercises import Exercise


class Form(NamedTuple):
    """One worksheet, as it is handed to somebody.

    Attributes:
        number: that stands on it and on its key, and tells nobody what it was drawn by.
        student: whose it is; empty where it is anybody's.
        exercises: of it, in their order.
    """

    number: str
    student: str
    exercises: tuple[Exercise, ...]
