"""Any number of counters, held against the first of them layer by layer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from bottlecalc.layers.count import ByLayer, Counter, Figure
from bottlecalc.layers.counted import Counted

Name = TypeVar("Name", bound=str)


@dataclass(frozen=True, kw_only=True)
class Difference(Generic[Name]):
    """A layer on which one counter contradicts another.

    Attributes:
        layer: its name; empty for the whole module's own.
        figure: what was counted.
        first: the counter whose figures stand.
        expected: what it says.
        counter: who contradicts.
        found: what that one says.
    """

    layer: str
    figure: Name
    first: Counter
    expected: int
    counter: Counter
    found: int


def differences(
    counters: Mapping[Counter, Counted], figures: Sequence[Figure]
) -> tuple[Difference[Figure], ...]:
    """Every layer on which a counter contradicts the first one that has the figure."""
    return tuple(
        difference
        for figure in figures
        for difference in contradictions(figure, _of(counters, figure))
    )


def contradictions(figure: Name, counts: Mapping[Counter, ByLayer]) -> Iterator[Difference[Name]]:
    """Every layer on which one of these counts differs from the first."""
    if not counts:
        return
    (first, expected), *others = counts.items()
    for counter, found in others:
        for layer in dict.fromkeys((*expected, *found)):
            if expected.get(layer, 0) != found.get(layer, 0):
                yield Difference(
                    layer=layer,
                    figure=figure,
                    first=first,
                    expected=expected.get(layer, 0),
                    counter=counter,
                    found=found.get(layer, 0),
                )


def _of(counters: Mapping[Counter, Counted], figure: Figure) -> dict[Counter, ByLayer]:
    return {
        name: counted.figures[figure]
        for name, counted in counters.items()
        if figure in counted.figures
    }
