"""The cost of each block of a sweep against the one quantity that is swept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from bottlecalc.explore.designs import Page
from bottlecalc.explore.grid import Grid, Lane


class Curve(NamedTuple):
    """The cost of one block against the swept quantity.

    Attributes:
        lane: of the block.
        is_baseline: whether the others are compared with it.
        level: whether it does not have the quantity.
        points: values of the quantity, and what each costs.
    """

    lane: Lane
    is_baseline: bool
    level: bool
    points: list[tuple[int, int]]


class Curves:
    """Curves that are drawn up as the pages of a sweep pass by.

    Attributes:
        quantity: that is swept.
        cost: the figure that is drawn.
    """

    def __init__(self, grid: Grid, quantity: str, cost: str) -> None:
        self.quantity, self.cost = quantity, cost
        self._curves = {
            id(lane): Curve(lane, lane is grid.lanes[0], quantity not in lane.axes, [])
            for lane in grid.lanes
        }

    def watch(self, pages: Iterable[Page]) -> Iterator[Page]:
        """Pass pages on, noting their points."""
        for page in pages:
            points = zip(self._values(page), page.listed(self.cost), strict=True)
            self._curves[id(page.lane)].points.extend(points)
            yield page

    def drawn(self) -> list[Curve]:
        """Those that have a point."""
        return [curve for curve in self._curves.values() if curve.points]

    def _values(self, page: Page) -> Sequence[int]:
        if self.quantity == "size":
            return page.listed("height")
        if self.quantity == "batch" or self.quantity in page.lane.axes:
            return page.listed(self.quantity)
        return [0] * len(page)
