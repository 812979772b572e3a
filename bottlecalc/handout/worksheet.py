"""Drawing exercises from the bank: one seed, one worksheet, on any machine."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import replace
from random import Random

from bottlecalc.errors import argument
from bottlecalc.handout import HandoutError
from bottlecalc.handout.bank import BANK
from bottlecalc.handout.exercises import Exercise
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


def draw(how_many: int, seed: int) -> list[Exercise]:
    """So many exercises, all different: every kind once before any comes again.

    The same seed gives the same ones on any machine: whole numbers drawn by ``random.Random``.
    """
    random = Random(seed)
    kinds: list[str] = []
    exercises: list[Exercise] = []
    while len(exercises) < how_many:
        kinds = kinds or random.sample(sorted(BANK), len(BANK))
        exercises.append(_fresh(kinds.pop(), random, exercises))
    return exercises


def _fresh(kind: str, random: Random, before: Container[Exercise]) -> Exercise:
    """An exercise of that kind that is sound and not there yet."""
    while True:
        exercise = replace(BANK[kind](random), kind=kind)
        if exercise.sound and exercise not in before:
            return exercise
