"""Which designs of a sweep are shown, and in which order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from math import inf
from typing import Any, NamedTuple

from bottlecalc.explore.designs import Page, Place

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
        pages = _paged(_ordered(pages, order))
    left = order.most
    for page in pages:
        shown = page if left is None or len(page) <= left else page.first(left)
        if len(shown):
            yield shown
        if left is not None:
            left -= len(shown)
            if not left:
                return


def pareto(places: Iterable[Place], names: Sequence[str]) -> list[Place]:
    """The designs that no other equals or beats in all of these, and beats in one.

    Less is better, but of a ratio more: it is the baseline's cost over the design's.
    """
    front: list[tuple[tuple[float, ...], Place]] = []
    costs = ((_costs(place, names), place) for place in places)
    for cost, place in sorted(costs, key=lambda pair: (pair[0], _figure(pair[1], "spec"))):
        if not any(_beats(other, cost) for other, _ in reversed(front)):
            front.append((cost, place))
    return [place for _, place in front]


def _ordered(pages: Iterable[Page], order: Order) -> Iterable[Place]:
    """The designs of all pages, in order."""
    places: Iterable[Place] = ((page, at) for page in pages for at in range(len(page)))
    if order.front:
        places = pareto(places, order.front)
    if order.key:
        name, largest_first = order.key.removeprefix("-"), order.key.startswith("-")
        places = sorted(places, key=lambda place: _rank(_figure(place, name), largest_first))
    return places


def _paged(places: Iterable[Place]) -> Iterator[Page]:
    left = iter(places)
    while some := list(islice(left, PAGE)):
        yield Page.gathered(some)


def _figure(place: Place, name: str) -> Any:
    page, at = place
    return page.columns[name][at]


def _costs(place: Place, names: Sequence[str]) -> tuple[float, ...]:
    ranks = (_rank(_figure(place, name), name.startswith("ratio")) for name in names)
    return tuple(inf if missing else rank for missing, rank in ranks)


def _beats(costs: Sequence[float], others: Sequence[float]) -> bool:
    return costs != others and all(a <= b for a, b in zip(costs, others, strict=True))


def _rank(figure: float | None, largest_first: bool) -> tuple[bool, float]:
    """What a figure is sorted by; one that is not there comes last either way."""
    if figure is None:
        return True, 0
    return False, -figure if largest_first else figure
