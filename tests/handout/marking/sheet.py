"""The worksheet that these tests mark, whatever the bank draws: exercises of given numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from random import Random

from bottlecalc import Bottleneck
from bottlecalc.handout.bank import BANK
from bottlecalc.handout.bank.numbers import Numbers, Own
from bottlecalc.handout.exercises import Exercise


def exercise(
    kind: str, *widths: int, size: tuple[int, int] = (56, 56), **wanted: object
) -> Exercise:
    """The first of its kind with these widths and quantities, or with this answer."""
    own = None
    if widths:
        c, m, d = widths
        own = Own(Bottleneck(c, d, mid_channels=m), size)
    return next(one for one in _drawn(kind, own) if wanted.items() <= _said(one).items())


def _drawn(kind: str, own: Own | None) -> Iterator[Exercise]:
    for seed in count():
        yield replace(BANK[kind](Numbers(Random(seed), own)), kind=kind)


def _said(one: Exercise) -> dict[str, object]:
    plain = {name: value for name, value in one.quantities.items() if isinstance(value, int | str)}
    return {**plain, "answer": one.answer}


SHEET = [
    exercise("which", answer="A"),
    exercise("macs", 112, 16, 80, size=(14, 20)),
    exercise("projection", 96, 16, 40),
    exercise("stride", 80, 16, 112, size=(16, 16)),
    exercise("three_layers", 112, 20, 80),
    exercise("batch_norm", 56, 16, 112),
    exercise("convention", 96, 16, 112, size=(28, 28), tool="fvcore-train 0.1.5.post20221221"),
    exercise("groups", c=56, groups=4),
]
"""What the exports beside this file answer."""

SEED = 29
"""By which the tests ask for it."""
