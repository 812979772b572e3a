"""What an exercise is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bottlecalc.layers.layer import Layer

Answer = int | str


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """One exercise with its numbers; the templates put it into words.

    Attributes:
        quantities: that the question tells, by the names that the templates use.
        answer: a whole number, or the letter of a choice.
        slips: what each usual slip would give, by the slip's name in the templates.
        layers: whose products work the answer out.
        kind: its name in the bank.
    """

    quantities: Mapping[str, Any]
    answer: Answer
    slips: Mapping[str, Answer]
    layers: tuple[Layer, ...] = ()
    kind: str = ""

    @property
    def sound(self) -> bool:
        """Whether every slip gives a number of its own, so that it can be recognised."""
        return len({self.answer, *self.slips.values()}) == 1 + len(self.slips)

    def slip(self, answer: Answer) -> str | None:
        """The slip that gives this, if one does."""
        return next((name for name, wrong in self.slips.items() if wrong == answer), None)
