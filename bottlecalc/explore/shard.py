"""One of several equal parts of a grid, for machines that share a sweep."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from bottlecalc.errors import argument
from bottlecalc.explore.grid import Grid, Lane, SweepError
from bottlecalc.text.calls import quoted

WRITTEN = re.compile(r"\s*([0-9]+)\s*/\s*([0-9]+)\s*", re.ASCII)


class Shard(NamedTuple):
    """One of so many parts, counted from 1; one after the other they are the whole."""

    number: int = 1
    of: int = 1

    def spans(self, grid: Grid, most: int) -> Iterator[tuple[Lane, int, int]]:
        """Where the designs are: lane by lane, from which to which, at most so many at once."""
        first, last = self._ends(grid)
        before = 0
        for lane in grid.lanes:
            start, stop = max(0, first - before), min(lane.length, last - before)
            for at in range(start, stop, most):
                yield lane, at, min(at + most, stop)
            before += lane.length

    def length(self, grid: Grid) -> int:
        """How many designs there are, those that are not allowed included."""
        first, last = self._ends(grid)
        return last - first

    def _ends(self, grid: Grid) -> tuple[int, int]:
        return (self.number - 1) * grid.length // self.of, self.number * grid.length // self.of


WHOLE = Shard()


def parse_shard(text: str) -> Shard:
    """Read ``3/16``: the third of sixteen parts.

    Raises:
        SweepError: it is no such text.
    """
    match = WRITTEN.fullmatch(text)
    number, of = (int(match[1]), int(match[2])) if match else (0, 0)
    if not 1 <= number <= of:
        raise SweepError(
            f"{argument('shard')} {quoted(text)} is no part; give which of how many, such as 3/16,"
            " from 1/16 to 16/16"
        )
    return Shard(number, of)
