"""Every design of a grid, counted in columns by the same closed forms as one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import nan
from typing import Any

import numpy as np

from bottlecalc.blocks.grammar import make
from bottlecalc.blocks.spec import BlockError, keys, spell
from bottlecalc.explore.cases import INPUT
from bottlecalc.explore.columns import Columns, allowed, follows, listed, select, totals
from bottlecalc.explore.condition import Condition
from bottlecalc.explore.designs import NUMBERS, RATIOS, Design, Page
from bottlecalc.explore.grid import Grid, Lane
from bottlecalc.formulas.families import layers

CHUNK = 1 << 15
"""Designs counted at once: enough to be fast, few enough to be small."""


@dataclass
class Course:
    """How a sweep goes: designs visited, those not allowed, and what is wrong with the first."""

    visited: int = 0
    skipped: int = 0
    reason: BlockError | None = None


def sweep(
    grid: Grid, conditions: Sequence[Condition] = (), course: Course | None = None
) -> Iterator[Design]:
    """Every design of a grid that is allowed and meets the conditions, block by block.

    Args:
        grid: what is swept.
        conditions: all of which must be met; one on a key that a block does not have leaves that
            block alone.
        course: kept up to date as the sweep goes.

    Raises:
        BlockError, SweepError: see ``Grid.lanes``.
    """
    for _, page in pages(grid, conditions, course or Course()):
        yield from page


def pages(
    grid: Grid, conditions: Sequence[Condition], course: Course
) -> Iterator[tuple[Lane, Page]]:
    """The same in pages, each of one lane; see ``sweep``."""
    baseline = grid.lanes[0]
    for lane in grid.lanes:
        for start in range(0, lane.length, CHUNK):
            stop = min(start + CHUNK, lane.length)
            yield lane, _page(lane, baseline, start, stop, conditions, course)


def _page(
    lane: Lane, baseline: Lane, start: int, stop: int,
    conditions: Sequence[Condition], course: Course,
) -> Page:  # fmt: skip
    values = lane.columns(start, stop)
    kept = allowed(lane.traced, values, stop - start)
    _note(lane, values, np.flatnonzero(~kept), course)
    course.visited += stop - start
    columns = _counted(lane, baseline, select(values, kept), int(kept.sum()), conditions)
    return _listed(lane, *columns)


def _counted(
    lane: Lane, baseline: Lane, values: Columns, length: int, conditions: Sequence[Condition]
) -> tuple[Columns, int]:
    """So many allowed designs, counted, and how many of them meet all conditions."""
    if not length:
        return dict.fromkeys(NUMBERS, nan) | values, 0
    columns = values | totals(lane.traced, values, length)
    columns |= _ratios(lane, columns, baseline, length)
    met = _met(lane, values, columns, conditions, length)
    return select(columns, met), int(met.sum())


def _met(
    lane: Lane, values: Columns, columns: Columns, conditions: Sequence[Condition], length: int
) -> Any:
    """Of each design, whether it meets all conditions; defaults count as what they are."""
    met = np.ones(length, dtype=bool)
    if conditions:
        defaults = {name: field.default for name, field in keys(lane.family).items()}
        known = {**defaults, **follows(lane.traced, values), **columns}
        for condition in conditions:
            met &= condition.met(known)
    return met


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
    """Each quotient as the float nearest to it, by Python's integers, for numpy's are rounded.

    ``ours`` are those of the kept alone.
    """
    length = int(kept.sum())
    pairs = zip(listed(ours, length), listed(select({"": theirs}, kept)[""], length), strict=True)
    found = [_quotient(a, b) for a, b in pairs]
    exact = any(isinstance(quotient, int) for quotient in found)
    quotients = np.full(len(kept), nan, dtype=object if exact else float)
    quotients[kept] = found
    return quotients


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
    whole = {name: v if isinstance(v, bool) else int(v) for name, v in first.items()}
    batch, height, width = (whole.pop(name) for name in INPUT)
    try:
        layers(make(lane.family, whole), (height, width), batch)
    except BlockError as error:
        return error
    raise AssertionError(f"nothing is wrong with {whole} of {lane.spec}")


def _listed(lane: Lane, columns: Columns, length: int) -> Page:
    known = keys(lane.family)
    given = {name: columns[name] for name in known if name in columns}
    texts = (_spelled(name, one, known[name].default, length) for name, one in given.items())
    pairs = (",".join(filter(None, row)) for row in zip(*texts, strict=True))
    specs = [f"{lane.family.family}:{text}" for text in pairs]
    figures = {name: listed(columns[name], length) for name in NUMBERS}
    for name in RATIOS:
        figures[name] = [None if value != value else value for value in figures[name]]
    values = {name: listed(one, length) for name, one in given.items()}
    return Page.in_columns(lane.family, values, {"spec": specs, **figures})


def _spelled(name: str, one: Any, default: Any, length: int) -> list[str]:
    """What a spec says of a key, for each of so many designs."""
    if not np.ndim(one):
        return [spell(name, one, default)] * length
    return [spell(name, value, default) for value in listed(one, length)]
