"""What an exercise is, the bank of their kinds, and how an answer is read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from bottlecalc.layers.count import Row

Answer = int | str


@dataclass(frozen=True)
class Exercise:
    """One exercise with its numbers; the templates put it into words.

    Attributes:
        given: what the question says, by the names that the templates use.
        answer: a whole number, or the letter of a choice.
        rows: the layers whose products work the answer out.
        slips: what each usual slip would give, by the slip's name in the templates.
        kind: its name in the bank.
    """

    given: Mapping[str, Any]
    answer: Answer
    rows: tuple[Row, ...] = ()
    slips: Mapping[str, Answer] = field(default_factory=dict)
    kind: str = ""

    @property
    def sound(self) -> bool:
        """Whether every slip gives a number of its own, so that it can be recognised."""
        return len({self.answer, *self.slips.values()}) == 1 + len(self.slips)

    def slip(self, said: Answer) -> str | None:
        """The slip that gives this, if one does."""
        return next((name for name, wrong in self.slips.items() if wrong == said), None)


Kind = Callable[[Random], Exercise]
BANK: dict[str, Kind] = {}
"""Every kind of exercise by its name."""


def kind(draw: Kind) -> Kind:
    """Put a kind of exercise into the bank, under its function's name."""
    BANK[draw.__name__] = draw
    return draw


def read_answer(text: str) -> Answer:
    """What someone wrote, as a number or a letter; thousands separators do not matter.

    >>> read_answer(" １5,360 "), read_answer("b")
    (15360, 'B')
    """
    plain = re.sub(r"[\s,，_']", "", unicodedata.normalize("NFKC", text)).upper()
    return int(plain) if re.fullmatch("[0-9]{1,30}", plain) else plain
