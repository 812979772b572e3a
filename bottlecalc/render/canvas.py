"""What the figures of a sweep have in common: axes, colours, names, in pictures and in text."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from bottlecalc.explore.grid import Grid, Lane, SweepError
from bottlecalc.render import words
from bottlecalc.text.numbers import short

LARGEST = 10**300
"""What can be drawn is a float, and so are sums of it."""

QUANTITIES = {
    "in": "input channels",
    "out": "output channels",
    "mid": "width of the middle, mid [channels]",
    "stride": "stride",
    "dilation": "dilation",
    "groups": "groups",
    "size": "height and width of the input [pixels]",
    "height": "height of the input [pixels]",
    "width": "width of the input [pixels]",
    "batch": "images in the input",
    "ratio_params_block": "ratio of parameters (block), baseline over design",
    "ratio_macs_block": "ratio of MACs (block), baseline over design",
}
# Okabe and Ito's colours, told apart by all; dashes and markers tell them apart without any.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
DASHES = ("-", "--", "-.", ":")
MARKERS = ("o", "s", "^", "D", "v", "P")


@contextmanager
def canvas(title: str, x: str, y: str, form: str) -> Iterator[tuple[Any, io.BytesIO]]:
    """Axes to draw on with matplotlib, and the file that holds them afterwards.

    The same bytes for the same drawing.
    """
    import matplotlib
    from matplotlib.figure import Figure
    from matplotlib.ticker import FuncFormatter

    file = io.BytesIO()
    with matplotlib.rc_context({"svg.hashsalt": "bottlecalc", "font.size": 12}):
        figure = Figure(figsize=(8, 5), layout="constrained")
        axes = figure.add_subplot(title=title)
        axes.set_xlabel(label(x))
        axes.set_ylabel(label(y))
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(FuncFormatter(lambda value, _: short(value)))
        axes.grid(color="0.9")
        axes.set_axisbelow(True)
        axes.spines[["top", "right"]].set_visible(False)
        yield axes, file
        axes.set_ylim(bottom=0)
        axes.legend(frameon=False)
        figure.savefig(file, format=form, dpi=200, metadata=_undated(form))


def _undated(form: str) -> Mapping[str, None]:
    return {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(form, {})


def text_canvas(x: str, y: str, columns: int) -> Any:
    """A figure of text, for a terminal so wide."""
    import plotille

    figure = plotille.Figure()
    figure.width, figure.height = max(20, columns - 25), 16
    figure.x_label, figure.y_label = x, label(y)
    figure.set_y_limits(min_=0)
    figure.color_mode = "names"
    figure.with_colors = False
    for kind in (int, float):
        figure.register_label_formatter(kind, _tick)
    return figure


def _tick(value: float, chars: int, delta: float, left: bool = False) -> str:
    text = short(value)
    return text.ljust(chars) if left else text.rjust(chars)


def label(column: str) -> str:
    """What a column is, on its axis."""
    return QUANTITIES.get(column) or words.name(column)


def name_of(lane: Lane, is_baseline: bool) -> str:
    """What a block is called in a legend."""
    return f"{lane.spec} (baseline)" if is_baseline else lane.spec


def title_of(grid: Grid) -> str:
    """What all designs have in common."""
    parts = [f"{key}={text}" for key, text in grid.common.items()]
    if len(grid.sizes) == 1:
        parts.append(f"{grid.sizes.heights[0]}×{grid.sizes.widths[0]}")
    return ", ".join(parts)


def fits_floats(columns: Iterable[Any]) -> None:
    """Refuse what cannot be drawn.

    Raises:
        SweepError: there is nothing, or a number is beyond all floats.
    """
    there = [column for column in columns if len(column)]
    if not there:
        raise SweepError("no design meets the conditions, and there is nothing to draw")
    if any(np.any(column > LARGEST) for column in there):
        raise SweepError("the numbers are too large to be drawn; give smaller ones")
