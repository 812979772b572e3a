"""A sweep as points: each design one, and the front that no other beats."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from bottlecalc.explore.scatter import Cloud, Scatter
from bottlecalc.render.canvas import (
    COLOURS,
    MARKERS,
    canvas,
    fits_floats,
    label,
    name_of,
    text_canvas,
)

MOST_SHAPES = 10_000
"""More points than this are an image within the figure, which no viewer could hold as shapes."""

FEW = 40
"""Points of a front that are marked one by one."""


class Points(NamedTuple):
    """What is drawn.

    Attributes:
        x: the column to the right.
        y: the column upwards.
        title: what the designs have in common.
        clouds: one a block.
        front: from left to right, the points that no other beats.
    """

    x: str
    y: str
    title: str
    clouds: Sequence[Cloud]
    front: tuple[Any, Any]


def points_of(scatter: Scatter, clouds: Sequence[Cloud], title: str) -> Points:
    """The figure of a sweep that has gone by.

    Raises:
        SweepError: there is nothing to draw, or it is beyond all floats.
    """
    fits_floats(column for cloud in clouds for column in (cloud.xs, cloud.ys))
    x, y = (key.removeprefix("-") for key in (scatter.x, scatter.y))
    return Points(x, y, title, clouds, scatter.front())


def picture(points: Points, form: str) -> bytes:
    """Draw with matplotlib, as ``svg``, ``png`` or ``pdf``; the same bytes for the same points."""
    with canvas(points.title, points.x, points.y, form) as (axes, content):
        for place, cloud in enumerate(points.clouds):
            axes.scatter(
                cloud.xs.astype(float),
                cloud.ys.astype(float),
                s=18,
                alpha=0.7,
                linewidths=0,
                color=COLOURS[place % 6],
                marker=MARKERS[place % 6],
                label=name_of(cloud.lane, cloud.is_baseline),
                rasterized=len(cloud.xs) > MOST_SHAPES,
            )
        _draw_front(axes, *map(_floats, points.front))
    made: bytes = content.getvalue()
    return made


def _draw_front(axes: Any, xs: Any, ys: Any) -> None:
    """A line, and a ring about each point where they are few: one point alone is no line."""
    rings = {"marker": "o", "markersize": 9, "markerfacecolor": "none"} if len(xs) <= FEW else {}
    axes.plot(xs, ys, color="0.2", linewidth=1.5, label="Pareto front", **rings)


def drawing(points: Points, columns: int) -> str:
    """Draw in text, for a terminal so wide."""
    figure = text_canvas(label(points.x), points.y, columns)
    figure.set_x_limits(min_=0)
    for cloud, marker in zip(points.clouds, "ox+*#@" * len(points.clouds), strict=False):
        xs, ys = _thinned(cloud)
        figure.scatter(xs, ys, label=name_of(cloud.lane, cloud.is_baseline), marker=marker)
    figure.plot(*map(_floats, points.front), label="Pareto front")
    return f"{points.title}\n{figure.show(legend=True)}\n"


def _thinned(cloud: Cloud) -> tuple[list[float], list[float]]:
    """Points enough for a terminal, without those that have no place."""
    xs, ys = _floats(cloud.xs), _floats(cloud.ys)
    seen = np.flatnonzero(np.isfinite(xs) & np.isfinite(ys))
    seen = seen[:: 1 + len(seen) // MOST_SHAPES]
    return xs[seen].tolist(), ys[seen].tolist()


def _floats(values: Any) -> Any:
    return values.astype(float)
