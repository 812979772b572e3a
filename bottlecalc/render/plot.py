"""A sweep as a figure: cost against the swept quantity, one line a block."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, NamedTuple

from bottlecalc.blocks.residual import Plain
from bottlecalc.errors import argument
from bottlecalc.explore import condition
from bottlecalc.explore.break_even import widest
from bottlecalc.explore.curves import Curve, Curves
from bottlecalc.explore.designs import FIGURES
from bottlecalc.explore.grid import Grid, SweepError
from bottlecalc.render import words

LARGEST = 10**300
"""What can be drawn is a float, and so are sums of it."""

TERMINAL = "-"
"""The file that stands for a drawing in text."""

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


class Plot(NamedTuple):
    """What is drawn.

    Attributes:
        quantity: what is swept.
        figure: the cost, such as ``params_main``.
        title: what the designs have in common.
        lines: one a block, the baseline's first where it is drawn.
        break_evens: the widths at which lines meet the baseline.
    """

    quantity: str
    figure: str
    title: str
    lines: Sequence[Curve]
    break_evens: Sequence[int]


def picture(plot: Plot, form: str) -> bytes:
    """Draw with matplotlib, as ``svg``, ``png`` or ``pdf``; the same bytes for the same plot."""
    import matplotlib
    from matplotlib.figure import Figure
    from matplotlib.ticker import FuncFormatter

    with matplotlib.rc_context({"svg.hashsalt": "bottlecalc", "font.size": 12}):
        figure = Figure(figsize=(8, 5), layout="constrained")
        axes = figure.add_subplot(title=plot.title)
        axes.set_xlabel(QUANTITIES.get(plot.quantity, plot.quantity))
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
            "label": _name(line),
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
        figure.plot(*zip(*points, strict=True), label=_name(line), marker=marker)
    figure.set_x_limits(min_=first, max_=last)
    for break_even in _meetings(plot):
        figure.axvline((break_even - first) / (last - first))
    return f"{plot.title}\n{figure.show(legend=True)}\n"


def _name(line: Curve) -> str:
    return f"{line.lane.spec} (baseline)" if line.is_baseline else line.lane.spec


def _tick(value: float, chars: int, delta: float, left: bool = False) -> str:
    text = f"{value:,.0f}"
    return text.ljust(chars) if left else text.rjust(chars)


def check(grid: Grid, file: str) -> None:
    """Refuse what cannot be drawn, before anything is.

    Raises:
        SweepError: the file is no figure, a library is missing, or not one quantity is swept.
    """
    option = argument("plot")
    if file != TERMINAL and form_of(file) not in FORMATS:
        raise SweepError(f"{option} {file!r} is no figure; end it in .svg, .png or .pdf, or give -")
    _check_library("plotille" if file == TERMINAL else "matplotlib")
    swept = grid.swept
    if len(swept) != 1:
        raise SweepError(
            f"{option} draws one swept quantity, and {', '.join(swept) or 'none'} is swept;"
            " give one of the options more than one value, and the others one"
        )
    if swept == ["size"] and [*grid.sizes.heights] != [*grid.sizes.widths]:
        raise SweepError(f"{option} draws square sizes; give {argument('size')} such as 14,28,56")


def curves_of(grid: Grid, figure: str | None) -> Curves:
    """What is to be drawn of a grid: the cost that is named, or the usual one.

    Raises:
        SweepError: there is no such cost.
    """
    (quantity,) = grid.swept
    usual = "macs_main" if quantity in ("size", "batch") else "params_main"
    cost = usual if figure is None else condition.figure(figure, "plot-key", FIGURES)
    return Curves(grid, quantity, cost)


def plot_of(grid: Grid, curves: Curves) -> Plot:
    """The figure of a sweep that has gone by.

    Raises:
        SweepError: there is nothing to draw, or it is beyond all floats.
    """
    lines = curves.drawn()
    if not lines:
        raise SweepError("no design meets the conditions, and there is nothing to draw")
    if any(number > LARGEST for line in lines for point in line.points for number in point):
        raise SweepError("the numbers are too large to be drawn; give smaller ones")
    meeting = (curves.quantity, curves.cost) == ("mid", "params_main")
    return Plot(
        curves.quantity, curves.cost, _title(grid), lines, _break_evens(lines) if meeting else []
    )


def form_of(file: str) -> str:
    """The format that a file's ending says."""
    return file.rpartition(".")[2].lower()


def _check_library(library: str) -> None:
    try:
        import_module(library)
    except ImportError as error:
        raise SweepError(
            f"{argument('plot')} needs {library}; install it with: python -m pip install {library}"
        ) from error


def _title(grid: Grid) -> str:
    parts = [f"{key}={text}" for key, text in grid.common.items()]
    if grid.swept != ["size"]:
        parts.append(f"{grid.sizes.heights[0]}×{grid.sizes.widths[0]}")
    return ", ".join(parts)


def _break_evens(lines: Sequence[Curve]) -> list[int]:
    """The widths at which lines meet the baseline, where that is drawn and a plain block."""
    if not (lines[0].is_baseline and lines[0].lane.family is Plain):
        return []
    widths = {widest(line.lane.family, line.lane.first) for line in lines}
    return sorted(width for width in widths if width is not None)
