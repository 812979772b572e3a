"""Drawing exercises from the bank: one seed, one worksheet, on any machine."""

from __future__ import annotations

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
    order: list[str] = []
    drawn: list[Exercise] = []
    while len(drawn) < how_many:
        order = order or random.sample(sorted(BANK), len(BANK))
        drawn.append(_fresh(order.pop(), random, drawn))
    return drawn


def _fresh(name: str, random: Random, drawn: list[Exercise]) -> Exercise:
    """An exercise of that kind that is sound and not there yet."""
    while True:
        exercise = replace(BANK[name](random), kind=name)
        if exercise.sound and exercise not in drawn:
            return exercise
