"""A sweep as a figure: cost against the swept quantity, one line a block."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from bottlecalc.render import words

FORMATS = ("svg", "png", "pdf")
QUANTITIES = {
    "in": "input channels",
    "out": "output channels",
    "mid": "width of the middle, mid [channels]",
    "stride": "stride",
    "dilation": "dilation",
    "groups": "groups",
    "size": "height and width of the input [pixels]",
    "batch": "images in the input",
}
# Okabe and Ito's colours, told apart by all; dashes tell the lines apart without any.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
DASHES = ("-", "--", "-.", ":")


class Line(NamedTuple):
    """One block: its spec, and its cost at each value of the swept quantity, or one for all."""

    name: str
    level: bool
    points: Sequence[tuple[int, int]]


class Plot(NamedTuple):
    """What is drawn.

    Attributes:
        quantity: what is swept.
        figure: the cost, such as ``params_main``.
        title: what the designs have in common.
        lines: one a block, the first being the baseline.
        break_evens: the widths at which lines meet the baseline.
    """

    quantity: str
    figure: str
    title: str
    lines: Sequence[Line]
    break_evens: Sequence[int]


def picture(plot: Plot, form: str) -> bytes:
    """Draw with matplotlib, as ``svg``, ``png`` or ``pdf``; the same bytes for the same plot."""
    import matplotlib
    from matplotlib.figure import Figure
    from matplotlib.ticker import FuncFormatter

    with matplotlib.rc_context({"svg.hashsalt": "bottlecalc", "font.size": 12}):
        figure = Figure(figsize=(8, 5), layout="constrained")
        axes = figure.add_subplot(title=plot.title)
        axes.set_xlabel(QUANTITIES[plot.quantity])
        axes.set_ylabel(words.name(plot.figure))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        axes.grid(color="0.9")
        axes.spines[["top", "right"]].set_visible(False)
        _draw(axes, plot)
        axes.set_ylim(bottom=0)
        axes.legend(frameon=False)
        file = io.BytesIO()
        figure.savefig(file, format=form, dpi=200, metadata=_undated(form))
    return file.getvalue()


def _undated(form: str) -> Mapping[str, None]:
    return {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(form, {})


def _draw(axes: Any, plot: Plot) -> None:
    for place, line in enumerate(plot.lines):
        style: dict[str, Any] = {
            "color": COLOURS[place % 6],
            "linestyle": DASHES[place % 4],
            "label": _name(plot, line),
        }
        if line.level:
            axes.axhline(line.points[0][1], linewidth=2, **style)
        else:
            marker = "o" if len(line.points) <= 40 else ""
            axes.plot(*zip(*line.points, strict=True), linewidth=2, marker=marker, **style)
    for break_even in _meetings(plot):
        _mark(axes, break_even, sum(_reach(plot)) / 2)


def _mark(axes: Any, break_even: int, middle: float) -> None:
    axes.axvline(break_even, color="0.4", linewidth=1)
    right = break_even > middle
    axes.annotate(
        f"break-even: mid = {break_even:,}",
        (break_even, 0.02),
        xycoords=("data", "axes fraction"),
        xytext=(-4 if right else 4, 0),
        textcoords="offset points",
        horizontalalignment="right" if right else "left",
    )


def _reach(plot: Plot) -> tuple[int, int]:
    """The smallest and the largest value of the swept quantity."""
    values = [x for line in plot.lines for x, _ in line.points if not line.level] or [0, 1]
    return min(values), max(values)


def _meetings(plot: Plot) -> list[int]:
    """The break-evens within what is drawn."""
    first, last = _reach(plot)
    return [width for width in plot.break_evens if first <= width <= last and first < last]


def drawing(plot: Plot, columns: int) -> str:
    """Draw in text, for a terminal so wide."""
    import plotille

    figure = plotille.Figure()
    figure.width, figure.height = max(20, columns - 25), 16
    figure.x_label, figure.y_label = plot.quantity, words.name(plot.figure)
    figure.set_y_limits(min_=0)
    figure.color_mode = "names"
    figure.with_colors = False
    for kind in (int, float):
        figure.register_label_formatter(kind, _tick)
    first, last = _reach(plot)
    for line, marker in zip(plot.lines, "ox+*#@" * len(plot.lines), strict=False):
        points = [(x, line.points[0][1]) for x in (first, last)] if line.level else line.points
        figure.plot(*zip(*points, strict=True), label=_name(plot, line), marker=marker)
    figure.set_x_limits(min_=first, max_=last)
    for break_even in _meetings(plot):
        figure.axvline((break_even - first) / (last - first))
    return f"{plot.title}\n{figure.show(legend=True)}\n"


def _name(plot: Plot, line: Line) -> str:
    return f"{line.name} (baseline)" if line is plot.lines[0] else line.name


def _tick(value: float, chars: int, delta: float, left: bool = False) -> str:
    text = f"{value:,.0f}"
    return text.ljust(chars) if left else text.rjust(chars)
