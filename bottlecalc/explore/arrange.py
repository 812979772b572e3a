"""Which designs of a sweep are shown, and in which order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from bottlecalc.explore.columns import listed
from bottlecalc.explore.designs import Designs, Mixture, Page
from bottlecalc.explore.figures import RATIOS

PAGE = 1 << 13
"""Designs of a page that was put in order."""


class Order(NamedTuple):
    """How designs are shown.

    Attributes:
        front: keys; only designs are shown that no other beats in all of these. Less is better,
            of ``-key`` and of a ratio more.
        key: smallest first; ``-key``: largest first; empty as they come.
        most: at most so many, or None.
    """

    front: Sequence[str] = ()
    key: str = ""
    most: int | None = None


AS_THEY_COME = Order()


def arrange(pages: Iterable[Page], order: Order) -> Iterator[Designs]:
    """Pages of the designs to show, none of them empty.

    Holds all designs where there is a front or an order, and a page where there is neither.
    """
    shown: Iterable[Designs] = _ordered(pages, order) if order.front or order.key else pages
    left = order.most
    for page in shown:
        some = page if left is None or len(page) <= left else page.first(left)
        if len(some):
            yield some
        if left is not None:
            left -= len(some)
            if not left:
                return


def unbeaten(costs: Any) -> Any:
    """The places of the rows that no other equals or beats in all columns and beats in one.

    Args:
        costs: whole numbers, a row each; less is better.

    Returns:
        Places, the first column's cheapest first.
    """
    order = np.lexsort(costs.T[::-1])
    rows = costs[order]
    is_new = np.ones(len(rows), dtype=bool)
    is_new[1:] = (rows[1:] != rows[:-1]).any(axis=1)
    front = _front(rows[is_new])
    return order[front[np.cumsum(is_new) - 1]]


def ranks(pages: Sequence[Page], name: str) -> Any:
    """How many values of a column are smaller, one after the other; -1 where there is none."""
    has = [np.full(len(page), name in page.columns) for page in pages]
    columns = [_column(page, name) for page in pages if name in page.columns]
    found = np.full(sum(map(len, pages)), -1)
    if columns:
        values = np.concatenate(columns)
        there = np.array(values == values, dtype=bool)  # what is not a number is not itself
        places = np.flatnonzero(np.concatenate(has))[there]
        found[places] = np.unique(values[there], return_inverse=True)[1]
    return found


def _column(page: Page, name: str) -> Any:
    one = page.columns[name]
    return one if np.ndim(one) else np.array(listed(one, len(page)))


def _ordered(pages: Iterable[Page], order: Order) -> Iterator[Mixture]:
    """The designs of all pages, in order."""
    held = [page for page in pages if len(page)]
    if order.front:
        front = [one.removeprefix("-") for one in order.front]
        held = [page for page in held if all(name in page.columns for name in front)]
    places = np.arange(sum(map(len, held)))
    if order.front:
        ranked = [costs(held, key) for key in order.front]
        places = unbeaten(np.stack(ranked, axis=1))
    if order.key:
        name = order.key.removeprefix("-")
        places = places[np.argsort(_last(held, name, order.key != name)[places], kind="stable")]
    return _mixed(held, places)


def costs(pages: Sequence[Page], key: str) -> Any:
    """Of each design, how many values of a key are better: smaller, of ``-key`` larger."""
    name = key.removeprefix("-")
    return _last(pages, name, key != name or name in RATIOS)


def _last(pages: Sequence[Page], name: str, largest_first: bool) -> Any:
    """Ranks, from the largest value or from the smallest; what is not there comes last."""
    found = ranks(pages, name)
    most = found.max(initial=0)
    return np.where(found < 0, most + 1, most - found if largest_first else found)


def _mixed(pages: Sequence[Page], places: Any) -> Iterator[Mixture]:
    ends = np.cumsum([len(page) for page in pages])
    for start in range(0, len(places), PAGE):
        some = places[start : start + PAGE]
        whose = np.searchsorted(ends, some, side="right")
        parts = []
        for number in np.unique(whose):
            at, page = np.flatnonzero(whose == number), pages[number]
            inside = some[at] - (ends[number] - len(page))
            parts.append((page.take(inside, len(at)), at.tolist()))
        yield Mixture(parts)


def _front(rows: Any) -> Any:
    """Of rows in order, all different, whether no other beats them."""
    kept = np.zeros(len(rows), dtype=bool)
    if rows.shape[1] == 2:
        before = np.minimum.accumulate(rows[:, 1])
        kept[:1], kept[1:] = True, rows[1:, 1] < before[:-1]
        return kept
    left = np.arange(len(rows))
    while len(left):
        first, left = left[0], left[1:]
        kept[first] = True
        left = left[(rows[left] < rows[first]).any(axis=1)]
    return kept
