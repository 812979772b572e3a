"""Drawing exercises from the bank: one seed, one worksheet, on any machine."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import replace
from random import Random

from bottlecalc.handout.bank import BANK
from bottlecalc.handout.exercises import Exercise

MOST = 100
"""More exercises than a class can do."""


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
