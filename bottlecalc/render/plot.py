"""A sweep as a figure: cost against the swept quantity, one line a block; or as points."""

from __future__ import annotations

import shutil
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from typing import Any, NamedTuple

import numpy as np

from bottlecalc.blocks.residual import Plain
from bottlecalc.errors import argument
from bottlecalc.explore import condition
from bottlecalc.explore.break_even import widest
from bottlecalc.explore.curves import Curve, Curves
from bottlecalc.explore.designs import Page
from bottlecalc.explore.figures import FIGURES, NUMBERS
from bottlecalc.explore.grid import Grid, SweepError
from bottlecalc.explore.scatter import Scatter
from bottlecalc.explore.sweep import Watch, signed
from bottlecalc.render import scatter
from bottlecalc.render.canvas import (
    COLOURS,
    DASHES,
    canvas,
    fits_floats,
    name_of,
    text_canvas,
    title_of,
)

TERMINAL = "-"
"""The file that stands for a drawing in text."""

FORMATS = ("svg", "png", "pdf")


class Drawing:
    """Something that is drawn of a sweep: of all that goes by, that which is not shown included.

    Attributes:
        file: where it goes, or ``-``.
    """

    def __init__(
        self,
        file: str,
        watch: Watch,
        picture: Callable[[str], bytes],
        text: Callable[[int], str],
    ) -> None:
        self.file = file
        self._watch, self._picture, self._text = watch, picture, text
        self._passing: Iterator[Page] = iter(())

    def watch(self, pages: Iterator[Page]) -> Iterator[Page]:
        """Pass pages on, noting what is to be drawn."""
        self._passing = self._watch(pages)
        return self._passing

    def drawn(self) -> bytes:
        """What the file holds; in text, as wide as the terminal is.

        Raises:
            SweepError: there is nothing to draw, or it is beyond all floats.
        """
        deque(self._passing, maxlen=0)
        if self.file == TERMINAL:
            return self._text(shutil.get_terminal_size().columns).encode()
        return self._picture(form_of(self.file))


class Plot(NamedTuple):
    """Curves that are drawn.

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


def drawing_of(
    grid: Grid, file: str, cost: str | None = None, x: str | None = None, y: str | None = None
) -> Drawing:
    """What is to be drawn of a grid: curves of a cost, or points.

    Args:
        grid: that is swept.
        file: it goes to, or ``-``.
        cost: against the swept quantity; None for the usual one.
        x: of points, the column to the right.
        y: of points, the column upwards.

    Raises:
        SweepError: the file is no figure, a library is missing, there is no such column, or not
            one quantity is swept.
    """
    option = argument("plot")
    if file != TERMINAL and form_of(file) not in FORMATS:
        raise SweepError(f"{option} {file!r} is no figure; end it in .svg, .png or .pdf, or give -")
    curves = x is None and y is None
    drawing = _curves(grid, file, cost) if curves else _points(grid, file, cost, x, y)
    _check_library("plotille" if file == TERMINAL else "matplotlib")
    return drawing


def _points(grid: Grid, file: str, cost: str | None, x: str | None, y: str | None) -> Drawing:
    if cost is not None or x is None or y is None:
        raise SweepError(
            f"points are drawn by {argument('x')} and {argument('y')}, curves by"
            f" {argument('key')}; give both of the former or the latter"
        )
    known = (*NUMBERS, *grid.every_number)
    held = Scatter(signed(x, "x", known), signed(y, "y", known))

    def points() -> scatter.Points:
        return scatter.points_of(held, held.drawn(grid.lanes[0]), title_of(grid))

    return Drawing(
        file,
        held.watch,
        lambda form: scatter.picture(points(), form),
        lambda columns: scatter.drawing(points(), columns),
    )


def _curves(grid: Grid, file: str, cost: str | None) -> Drawing:
    held = curves_of(grid, cost)
    return Drawing(
        file,
        held.watch,
        lambda form: picture(plot_of(grid, held), form),
        lambda columns: drawing(plot_of(grid, held), columns),
    )


def picture(plot: Plot, form: str) -> bytes:
    """Draw with matplotlib, as ``svg``, ``png`` or ``pdf``; the same bytes for the same plot."""
    with canvas(plot.title, plot.quantity, plot.figure, form) as (axes, content):
        _draw(axes, plot)
    made: bytes = content.getvalue()
    return made


def _draw(axes: Any, plot: Plot) -> None:
    for place, line in enumerate(plot.lines):
        style: dict[str, Any] = {
            "color": COLOURS[place % 6],
            "linestyle": DASHES[place % 4],
            "linewidth": 2 + 3 * len(_same(plot.lines[place + 1 :], line)),
            "label": _name(plot.lines, place),
        }
        if line.level:
            axes.axhline(line.points[0][1], **style)
        else:
            marker = "o" if len(line.points) <= 40 else ""
            axes.plot(*zip(*line.points, strict=True), marker=marker, **style)
    for break_even in _meetings(plot):
        _mark(axes, break_even, sum(_reach(plot)) / 2)


def _same(lines: Sequence[Curve], line: Curve) -> list[Curve]:
    """Those of the lines that would hide this one, drawn over it as thick as it is."""
    return [other for other in lines if _shape(other) == _shape(line)]


def _shape(line: Curve) -> object:
    return line.points[0][1] if line.level else line.points


def _name(lines: Sequence[Curve], place: int) -> str:
    """What a line is called, and which one before it runs where it does."""
    name = name_of(lines[place].lane, lines[place].is_baseline)
    same = _same(lines[:place], lines[place])
    return f"{name}, the same as {same[0].lane.spec}" if same else name


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
    figure = text_canvas(plot.quantity, plot.figure, columns)
    first, last = _reach(plot)
    markers = "ox+*#@" * len(plot.lines)
    for place, line in enumerate(plot.lines):
        points = [(x, line.points[0][1]) for x in (first, last)] if line.level else line.points
        name = _name(plot.lines, place)
        figure.plot(*zip(*points, strict=True), label=name, marker=markers[place])
    figure.set_x_limits(min_=first, max_=last)
    for break_even in _meetings(plot):
        figure.axvline((break_even - first) / (last - first))
    return f"{plot.title}\n{figure.show(legend=True)}\n"


def curves_of(grid: Grid, figure: str | None) -> Curves:
    """What is to be drawn of a grid: the cost that is named, or the usual one.

    Raises:
        SweepError: there is no such cost, or not one quantity is swept.
    """
    option, swept = argument("plot"), grid.swept
    if len(swept) != 1:
        raise SweepError(
            f"{option} draws one swept quantity, and {' and '.join(swept) or 'nothing'}"
            f" {'are' if len(swept) > 1 else 'is'} swept; give one of the options more than one"
            " value, and the others one, or draw points by"
            f" {argument('x')} and {argument('y')}"
        )
    if swept == ["size"] and [*grid.sizes.heights] != [*grid.sizes.widths]:
        raise SweepError(f"{option} draws square sizes; give {argument('size')} such as 14,28,56")
    (quantity,) = swept
    usual = "macs_main" if quantity in ("size", "batch") else "params_main"
    cost = usual if figure is None else condition.figure(figure, "key", FIGURES)
    return Curves(grid, quantity, cost)


def plot_of(grid: Grid, curves: Curves) -> Plot:
    """The figure of a sweep that has gone by.

    Raises:
        SweepError: there is nothing to draw, or it is beyond all floats.
    """
    lines = curves.drawn()
    fits_floats(np.array(line.points, dtype=object) for line in lines)
    meeting = (curves.quantity, curves.cost) == ("mid", "params_main") and not grid.ties
    return Plot(
        curves.quantity, curves.cost, title_of(grid), lines, _break_evens(lines) if meeting else []
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


def _break_evens(lines: Sequence[Curve]) -> list[int]:
    """The widths at which lines meet the baseline, where that is drawn and a plain block."""
    if not (lines[0].is_baseline and lines[0].lane.family is Plain):
        return []
    widths = {widest(line.lane.family, line.lane.first) for line in lines}
    return sorted(width for width in widths if width is not None)
