"""Forms of a worksheet: the same questions with the same numbers have one number of their own."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import NamedTuple

from bottlecalc.handout.exercises import Exercise

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without what a hand writes alike: 0 and O, 1 and I."""

LENGTH = 6
"""Of a form's number: one of a thousand million."""


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


def make_form(exercises: Sequence[Exercise], student: str = "") -> Form:
    """The form of these exercises, numbered by their questions alone.

    Args:
        exercises: of the worksheet, in their order.
        student: whose it is; empty where it is anybody's.
    """
    return Form(_number(exercises), student, tuple(exercises))


def _number(exercises: Sequence[Exercise]) -> str:
    """A fingerprint of the questions, so that a key of others is seen to be another's."""
    questions = [(x.kind, sorted(x.quantities.items()), x.answer) for x in exercises]
    rest = int.from_bytes(sha256(repr(questions).encode()).digest())
    letters = []
    for _ in range(LENGTH):
        rest, place = divmod(rest, len(ALPHABET))
        letters.append(ALPHABET[place])
    return "".join(letters)
