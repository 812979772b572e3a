"""Drawing exercises from the bank: one seed, one worksheet, on any machine; or a class's forms."""

from __future__ import annotations

import hmac
from collections.abc import Container, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from random import Random

from bottlecalc.errors import argument
from bottlecalc.handout import HandoutError
from bottlecalc.handout.bank import BANK
from bottlecalc.handout.exercises import Exercise
from bottlecalc.handout.forms import Form, make_form
from bottlecalc.text.calls import quoted, whole_number
from bottlecalc.text.numbers import WHOLE_NUMBER

MOST = 100
"""More exercises than a class can do."""


def worksheet(exercises: object, seed: object, purpose: str = "") -> list[Exercise]:
    """The exercises that are asked for, each number as one or as its text.

    Args:
        exercises: how many.
        seed: what they are drawn by.
        purpose: the argument that needs at least one of them.

    Raises:
        HandoutError: a number is no whole number, or there are too many exercises, or none.
    """
    how_many = _whole("exercises", exercises, f"a whole number from 0 to {MOST}")
    number, option = _whole("seed", seed, "a whole number of at least 0"), argument("exercises")
    if how_many > MOST:
        raise HandoutError(
            f"{option} {quoted(exercises)} is too many; give a whole number from 0 to {MOST}"
        )
    if purpose and not how_many:
        raise HandoutError(
            f"{argument(purpose)} is given without exercises; give {option} N as well"
        )
    return draw(how_many, number)


def _whole(name: str, given: object, allowed: str) -> int:
    is_text = isinstance(given, str) and WHOLE_NUMBER.fullmatch(given)
    number = int(str(given)) if is_text else whole_number(given, 0)
    if number is None:
        raise HandoutError(f"{argument(name)} {quoted(given)} is no number; give {allowed}")
    return number


def draw(how_many: int, seed: int | str) -> list[Exercise]:
    """So many exercises, all different: every kind once before any comes again.

    The same seed gives the same ones on any machine: whole numbers drawn by ``random.Random``.
    """
    return _draw(kinds(how_many, seed), seed)


def class_forms(how_many: int, students: Sequence[str], secret: str) -> tuple[Form, ...]:
    """A form for each student: the same kinds in the same order, other numbers.

    What is another's name or the class's size changes no form: each is drawn by the HMAC of the
    secret and its student's name (RFC 2104, with SHA-256).

    Args:
        how_many: exercises a form.
        students: their names.
        secret: without which nobody draws them again.
    """
    same = kinds(how_many, _seed(secret, ""))
    return tuple(make_form(_draw(same, _seed(secret, one)), one) for one in students)


def kinds(how_many: int, seed: int | str) -> list[str]:
    """The kinds of so many exercises, in their order."""
    return list(islice(_rounds(Random(f"kinds {seed}")), how_many))


def _rounds(random: Random) -> Iterator[str]:
    while True:
        yield from random.sample(sorted(BANK), len(BANK))


def _draw(kinds: Sequence[str], seed: int | str) -> list[Exercise]:
    random = Random(f"numbers {seed}")
    exercises: list[Exercise] = []
    for kind in kinds:
        exercises.append(_fresh(kind, random, exercises))
    return exercises


def _seed(secret: str, student: str) -> str:
    return hmac.new(secret.encode(), student.encode(), "sha256").hexdigest()


def _fresh(kind: str, random: Random, before: Container[Exercise]) -> Exercise:
    """An exercise of that kind that is sound and not there yet."""
    while True:
        exercise = replace(BANK[kind](random), kind=kind)
        if exercise.sound and exercise not in before:
            return exercise
