"""Which designs of a sweep are shown, and in which order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from math import inf
from typing import NamedTuple

from bottlecalc.explore.designs import Design, Page

PAGE = 1000
"""Designs of a page that was put in order."""


class Order(NamedTuple):
    """How designs are shown.

    Attributes:
        front: keys; only designs are shown that no other beats in all of these.
        key: smallest first; ``-key``: largest first; empty as they come.
        most: at most so many, or None.
    """

    front: Sequence[str] = ()
    key: str = ""
    most: int | None = None


def arrange(pages: Iterable[Page], order: Order) -> Iterator[Page]:
    """Pages of the designs to show, none of them empty.

    Holds all designs where there is a front or an order, and a page where there is neither.
    """
    if order.front or order.key:
        pages = _paged(_ordered(chain.from_iterable(pages), order))
    left = order.most
    for page in pages:
        shown = page if left is None or len(page) <= left else page.first(left)
        if len(shown):
            yield shown
        if left is not None:
            left -= len(shown)
            if not left:
                return


def pareto(designs: Iterable[Design], names: Sequence[str]) -> list[Design]:
    """The designs that no other equals or beats in all of these, and beats in one.

    Less is better, but of a ratio more: it is the baseline's cost over the design's.
    """
    front: list[tuple[tuple[float, ...], Design]] = []
    costs = ((_costs(design, names), design) for design in designs)
    for cost, design in sorted(costs, key=lambda pair: (pair[0], pair[1].spec)):
        if not any(_beats(other, cost) for other, _ in reversed(front)):
            front.append((cost, design))
    return [design for _, design in front]


def _ordered(designs: Iterable[Design], order: Order) -> Iterable[Design]:
    if order.front:
        designs = pareto(designs, order.front)
    if order.key:
        name, largest_first = order.key.removeprefix("-"), order.key.startswith("-")
        return sorted(designs, key=lambda design: _rank(getattr(design, name), largest_first))
    return designs


def _paged(designs: Iterable[Design]) -> Iterator[Page]:
    left = iter(designs)
    while page := list(islice(left, PAGE)):
        yield Page.of(page)


def _costs(design: Design, names: Sequence[str]) -> tuple[float, ...]:
    ranks = (_rank(getattr(design, name), name.startswith("ratio")) for name in names)
    return tuple(inf if missing else rank for missing, rank in ranks)


def _beats(costs: Sequence[float], others: Sequence[float]) -> bool:
    return costs != others and all(a <= b for a, b in zip(costs, others, strict=True))


def _rank(figure: float | None, largest_first: bool) -> tuple[bool, float]:
    """What a figure is sorted by; one that is not there comes last either way."""
    if figure is None:
        return True, 0
    return False, -figure if largest_first else figure
