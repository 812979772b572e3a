"""The designs of a grid in pages, counted in columns by the same closed forms as one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import nan
from typing import Any

import numpy as np

from bottlecalc.blocks.grammar import make
from bottlecalc.blocks.spec import BlockError
from bottlecalc.explore.columns import Columns, allowed, listed, select, totals
from bottlecalc.explore.condition import Condition
from bottlecalc.explore.course import Course
from bottlecalc.explore.designs import Page
from bottlecalc.explore.figures import INPUT, NUMBERS, RATIOS
from bottlecalc.explore.grid import Grid, Lane
from bottlecalc.explore.shard import WHOLE, Shard
from bottlecalc.formulas.families import layers

CHUNK = 1 << 15
"""Designs counted at once: enough to be fast, few enough to be small."""

EXACT = 2**53
"""Below this a float holds every whole number, and a quotient is rounded but once."""


def pages(
    grid: Grid,
    conditions: Sequence[Condition] = (),
    course: Course | None = None,
    shard: Shard = WHOLE,
) -> Iterator[Page]:
    """Every design that is allowed and meets the conditions, in pages of one block each.

    Args:
        grid: what is swept.
        conditions: all of which must be met.
        course: kept up to date as the sweep goes.
        shard: the part of the grid.
    """
    course, baseline = course or Course(), grid.lanes[0]
    for lane, start, stop in shard.spans(grid, CHUNK):
        yield _page(lane, baseline, start, stop, conditions, course)


def _page(
    lane: Lane, baseline: Lane, start: int, stop: int,
    conditions: Sequence[Condition], course: Course,
) -> Page:  # fmt: skip
    values = lane.columns(start, stop)
    kept = allowed(lane.traced, values, stop - start)
    _note(lane, values, np.flatnonzero(~kept), course)
    course.visited += stop - start
    return _counted(lane, baseline, select(values, kept), int(kept.sum()), conditions)


def _counted(
    lane: Lane, baseline: Lane, values: Columns, length: int, conditions: Sequence[Condition]
) -> Page:
    """So many allowed designs, counted; those of them that meet all conditions."""
    if not length:
        return Page(lane=lane, columns=dict.fromkeys(NUMBERS, 0), length=0)
    columns = lane.resolved(values) | totals(lane.traced, values, length)
    columns |= _ratios(lane, columns, baseline, length)
    page = Page(lane=lane, columns=columns, length=length)
    if not conditions:
        return page
    met = np.ones(length, dtype=bool)
    for condition in conditions:
        met &= condition.met(columns)
    return page.take(met, int(met.sum()))


def _ratios(lane: Lane, columns: Columns, baseline: Lane, length: int) -> Columns:
    kept = np.zeros(length, dtype=bool)
    if lane.follows(baseline):
        values = baseline.beside(columns, lane)
        kept = allowed(baseline.traced, values, length)
    if not kept.any():
        return dict.fromkeys(RATIOS, np.full(length, nan))
    figures = totals(baseline.traced, select(values, kept), int(kept.sum()))
    return {
        ratio: _quotients(figures[name], columns[name], kept)
        for ratio, name in zip(RATIOS, ("params_block", "macs_block"), strict=True)
    }


def _quotients(ours: Any, theirs: Any, kept: Any) -> Any:
    """Each quotient as the float nearest to it; ``ours`` are those of the kept alone."""
    theirs = select({"": theirs}, kept)[""]
    found = _divided(ours, theirs, int(kept.sum()))
    quotients = np.full(len(kept), nan, dtype=found.dtype)
    quotients[kept] = found
    return quotients


def _divided(ours: Any, theirs: Any, length: int) -> Any:
    """By floats where these are exact, and by Python's integers where numpy's would be rounded."""
    if np.max(ours) < EXACT and np.min(theirs) > 0 and np.max(theirs) < EXACT:
        return np.broadcast_to(np.asarray(ours / theirs, dtype=float), length)
    pairs = zip(listed(ours, length), listed(theirs, length), strict=True)
    found = [_quotient(a, b) for a, b in pairs]
    exact = any(isinstance(quotient, int) for quotient in found)
    return np.array(found, dtype=object if exact else float)


def _quotient(a: int, b: int) -> float:
    try:
        return a / b if b else nan
    except OverflowError:
        return round(Fraction(a, b))


def _note(lane: Lane, values: Columns, places: Any, course: Course) -> None:
    if len(places) and not course.skipped:
        course.reason = _reason(lane, select(values, places[0]))
    course.skipped += len(places)


def _reason(lane: Lane, first: Columns) -> BlockError:
    """What is wrong with a design that is not allowed."""
    every = {n: v if isinstance(v, bool) else int(v) for n, v in lane.resolved(first).items()}
    batch, height, width = (every[name] for name in INPUT)
    given = {name: every[name] for name in lane.said}
    below = any(given[name] < 1 for name in lane.axes if name in given)
    for name, tie in () if below else lane.ties.items():
        if tie.uneven(every[tie.key]):
            return BlockError(tie.refusal(name, every[tie.key]))
    try:
        layers(make(lane.family, given), (height, width), batch)
    except BlockError as error:
        return error
    raise AssertionError(f"nothing is wrong with {given} of {lane.spec}")
