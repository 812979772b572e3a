"""Designs of a sweep as points, one column against another, and the front of them all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from bottlecalc.explore.arrange import costs, unbeaten
from bottlecalc.explore.designs import Page
from bottlecalc.explore.grid import Lane


class Cloud(NamedTuple):
    """The designs of one block as points.

    Attributes:
        lane: of the block.
        is_baseline: whether the others are compared with it.
        xs: of each design, what is drawn to the right.
        ys: what is drawn upwards.
    """

    lane: Lane
    is_baseline: bool
    xs: Any
    ys: Any


class Scatter:
    """Points that are drawn up as the pages of a sweep pass by; a block without a key has none.

    Attributes:
        x: the column to the right; of ``-key`` and of a ratio more is better, otherwise less.
        y: the column upwards, likewise.
    """

    def __init__(self, x: str, y: str) -> None:
        self.x, self.y = x, y
        self._pages: list[Page] = []

    def watch(self, pages: Iterable[Page]) -> Iterator[Page]:
        """Pass pages on, noting their points."""
        names = [self.x.removeprefix("-"), self.y.removeprefix("-")]
        for page in pages:
            if len(page) and all(name in page.columns for name in names):
                columns = {name: page.columns[name] for name in names}
                self._pages.append(Page(lane=page.lane, columns=columns, length=len(page)))
            yield page

    def drawn(self, baseline: Lane) -> list[Cloud]:
        """The points of every block that has one."""
        lanes = {id(page.lane): page.lane for page in self._pages}
        held = {at: [p for p in self._pages if id(p.lane) == at] for at in lanes}
        return [
            Cloud(lane, lane is baseline, _joined(held[at], self.x), _joined(held[at], self.y))
            for at, lane in lanes.items()
        ]

    def front(self) -> tuple[Any, Any]:
        """The points that no other beats in both, from left to right."""
        places = unbeaten(np.stack([costs(self._pages, key) for key in (self.x, self.y)], axis=1))
        xs, ys = (_joined(self._pages, key)[places] for key in (self.x, self.y))
        order = np.argsort(xs, kind="stable")
        return xs[order], ys[order]


def _joined(pages: Sequence[Page], key: str) -> Any:
    columns = (page.columns[key.removeprefix("-")] for page in pages)
    lengths = map(len, pages)
    return np.concatenate(
        [np.broadcast_to(one, n) for one, n in zip(columns, lengths, strict=True)]
    )
